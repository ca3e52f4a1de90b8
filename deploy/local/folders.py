"""Where the local stack keeps its things."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCAL = ROOT / ".local"
STATE = LOCAL / "stack.json"
ENVIRONMENT = LOCAL / "stack.env"
