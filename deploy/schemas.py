"""Writes the JSON Schema of every message: a difference there is a change of contract.

Run: make schemas
"""

import json
from pathlib import Path
from typing import Any

from libs.contracts.catalogue import CATALOGUE, QUESTIONS

FOLDER = Path(__file__).parents[1] / "libs" / "contracts" / "schemas"


def schemas() -> dict[str, str]:
    """Each message's schema as text, by subject; a question's has its answers beside it."""
    written = {}
    for subject, message in CATALOGUE.items():
        schema: dict[str, Any] = {"message": message.model_json_schema()}
        if subject in QUESTIONS:
            schema["answers"] = QUESTIONS[subject].answers.json_schema()
        written[subject] = json.dumps(schema, indent=1, sort_keys=True) + "\n"
    return written


def main() -> None:
    """Make the folder hold exactly the schemas of today."""
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.glob("*.json"):
        path.unlink()
    for subject, text in schemas().items():
        (FOLDER / f"{subject}.json").write_text(text)


if __name__ == "__main__":
    main()
