"""Writes what each door but the console's says of itself, for the manual's reference.

The console serves the reference of all doors and may not import the other services; its own
part it knows.  Run: make schemas
"""

import asyncio
import json
import logging
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx

FOLDER = Path(__file__).parents[1] / "docs" / "doors"
DOORS = ("ingress", "rtb", "tracking")
_NOWHERE = {
    "nats_url": "nats://127.0.0.1:1",
    "database_url": "postgresql://127.0.0.1:1/none",
    "session_secret": "seals nothing here",
    "public_base_url": "https://calls.example.com",
    "twilio_account_sid": "AC1",
    "twilio_auth_token": "none",
}


def documents() -> dict[str, str]:
    """Each door's OpenAPI document as text; nothing is started."""
    return {door: asyncio.run(_document(door)) for door in DOORS}


async def _document(door: str) -> str:
    kind = import_module(f"services.{door}.settings").Settings
    with tempfile.TemporaryDirectory() as folder:
        given: dict[str, Any] = {**_NOWHERE, "folder": Path(folder)}
        app = import_module(f"services.{door}.app").create(
            kind(**{name: value for name, value in given.items() if name in kind.model_fields})
        )
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://door") as http:
            answer = await http.get("/openapi.json")
    return json.dumps(answer.raise_for_status().json(), indent=1, sort_keys=True) + "\n"


def main() -> None:
    """Write the doors of today."""
    logging.getLogger("httpx").setLevel(logging.WARNING)
    FOLDER.mkdir(exist_ok=True)
    for door, text in documents().items():
        (FOLDER / f"{door}.json").write_text(text)


if __name__ == "__main__":
    main()
