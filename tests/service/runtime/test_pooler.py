"""Behind a pooler nothing is left in a session, for the next one may be somebody else's."""

import pytest
from sqlalchemy import func, select, text

from libs.runtime.database import Database, Statement
from tests.kit.postgres import Databases

LOOK = Statement(select(func.count()).select_from(text("pg_class")), "look")


@pytest.mark.parametrize(("pooler", "prepared", "limit"), [(False, 1, "10s"), (True, 0, "0")])
async def test_what_a_session_keeps(
    databases: Databases, pooler: bool, prepared: int, limit: str
) -> None:
    database = Database(databases.empty(), "tests", most=1, pooler=pooler)
    await database.open()
    async with database.hot() as connection:
        for _ in range(3):
            await LOOK.run(connection)
        kept = await connection.execute(
            "SELECT count(*) FROM pg_prepared_statements", prepare=False
        )
        assert await kept.fetchone() == (prepared,)
        told = await connection.execute(
            "SELECT current_setting('statement_timeout')", prepare=False
        )
        assert await told.fetchone() == (limit,)
    async with database.transaction() as core:
        assert (await core.execute(text("SHOW statement_timeout"))).scalar() == limit
    await database.close()
