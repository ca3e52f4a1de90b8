"""Writes the document of the console's API, from which the browser's types are made.

Run: make schemas
"""

import json

from pydantic import SecretStr

from deploy.local.folders import ROOT
from services.console.app import create
from services.console.settings import Settings

FILE = ROOT / "services" / "console" / "web" / "openapi.json"


def document() -> str:
    """The document as text, in a stable order: its differences can be read."""
    settings = Settings(
        database_url="postgresql://nobody@127.0.0.1:1/nothing",
        nats_url="nats://127.0.0.1:1",
        session_secret=SecretStr("only the routes are looked at"),
    )
    app = create(settings)
    return json.dumps(app.openapi(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    text = document()
    if not FILE.exists() or FILE.read_text() != text:  # else what was built from it looks old
        FILE.write_text(text)
