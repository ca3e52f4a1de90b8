"""Settings of an ingress, with everything that a test does not care about filled in."""

from pathlib import Path
from typing import Any

from services.ingress.settings import Settings

SECRET = "a secret of the tests"


def a_setting(folder: Path, **more: Any) -> Settings:
    values: dict[str, Any] = {
        "public_base_url": "https://calls.example.com",
        "folder": folder,
        "twilio_account_sid": "AC1",
        "twilio_auth_token": "a token of the tests",
        "session_secret": SECRET,
    }
    return Settings(**values | more)
