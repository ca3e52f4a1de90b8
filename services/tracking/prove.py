"""Proves the books of all accounts: `python -m services.tracking.prove`.

Says what differs, and ends with 1 if anything does; changes nothing.
"""

import asyncio
import sys

from libs.contracts.ledger import BooksProved
from libs.runtime.clock import SystemClock
from libs.runtime.database import Database
from libs.runtime.settings import settings_of_command
from services.tracking.settings import Settings
from services.tracking.store.proof import Proof


async def run(database_url: str) -> BooksProved:
    """Compare everything once."""
    database = Database(database_url, application_name="tracking-prove")
    await database.open()
    try:
        return await Proof(database).of_all(SystemClock().now())
    finally:
        await database.close()


def main() -> int:
    """Run as asked by the command line."""
    found = asyncio.run(run(settings_of_command(Settings).database_url))
    print(found.model_dump_json(indent=1))  # noqa: T201 - it is a command
    return 1 if found.differences else 0


if __name__ == "__main__":
    sys.exit(main())
