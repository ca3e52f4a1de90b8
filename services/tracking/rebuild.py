"""Makes anew what calls come to, from the facts: `python -m services.tracking.rebuild`.

That is records, tallies, bookings and sums.
With `--check` it changes nothing, says what is not as the facts have it, and ends with 1 if
anything is.  Calls go on meanwhile.
"""

import argparse
import asyncio
import sys

from libs.runtime.clock import SystemClock
from libs.runtime.database import Database
from libs.runtime.settings import settings_of_command
from services.tracking.desk.rebuilding import Found, RebuildingDesk
from services.tracking.settings import Settings
from services.tracking.store.archive import Archive
from services.tracking.store.journal import Journal
from services.tracking.store.rollups import Rollups
from services.tracking.store.visit_conversions import VisitConversions


async def run(database_url: str, *, check: bool) -> Found:
    """Compare, or rebuild."""
    database = Database(database_url, application_name="tracking-rebuild")
    await database.open()
    try:
        desk = RebuildingDesk(
            Archive(database),
            Journal(database, SystemClock()),
            Rollups(database),
            VisitConversions(database),
        )
        return await (desk.compare() if check else desk.rebuild())
    finally:
        await database.close()


def main() -> int:
    """Run as asked by the command line."""
    parser = argparse.ArgumentParser(prog="services.tracking.rebuild", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, only compare")
    check = parser.parse_args().check
    found = asyncio.run(run(settings_of_command(Settings).database_url, check=check))
    was = "differ" if check else "were made again"
    print(  # noqa: T201 - it is a command
        f"{found.calls} calls: {found.records} records, {found.tallies} tallies,"
        f" {found.bookings} calls' bookings and {found.sums} sums {was}"
    )
    return 1 if check and found.differences else 0


if __name__ == "__main__":
    sys.exit(main())
