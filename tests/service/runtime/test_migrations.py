"""Migrations run from nothing, twice, and two at a time; the tables are then those of the code."""

import asyncio
import sys

from alembic import command

from libs.runtime.migrations import config_of, migrated_services
from tests.kit.postgres import Databases


async def migrated(url: str) -> int:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "libs.runtime.migrations", env={"DATABASE_URL": url}
    )
    return await process.wait()


async def test_two_at_once_from_nothing(databases: Databases) -> None:
    url = databases.empty()
    assert tuple(await asyncio.gather(migrated(url), migrated(url))) == (0, 0)
    for service in migrated_services():
        command.check(config_of(service, url))
