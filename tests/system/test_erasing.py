"""A caller's number is nowhere once it was erased, and her calls are still there."""

import asyncio

import psycopg

from deploy.erase_caller import erase
from services.tracking.rebuild import run as rebuild
from tests.kit.hosting import House

NUMBER, FIRST, CALLER = "+18005550100", "+15550100001", "+12125550123"
TEXTS = """
SELECT format('%I.%I', table_schema, table_name) FROM information_schema.tables
WHERE table_schema IN ('router', 'tracking', 'rtb', 'flows', 'console')
"""


def tables_with(url: str, digits: str) -> set[str]:
    """Every table of ours in which the digits stand, however they are written."""
    with psycopg.connect(url) as connection:
        names = [name for (name,) in connection.execute(TEXTS).fetchall()]
        return {
            name
            for name in names
            if connection.execute(
                f"SELECT 1 FROM {name} AS t WHERE t::text LIKE %s LIMIT 1", [f"%{digits}%"]
            ).fetchone()
        }


async def test_a_number_is_nowhere_and_its_calls_stay(house: House) -> None:
    buyer = await house.buyer()
    await house.campaign(await house.target(buyer, FIRST), number=NUMBER)
    report = await house.call(NUMBER, f"{FIRST}=answer:1,talk:5", CALLER)
    caller = CALLER
    call = await house.whole_record(report)
    assert call.caller is not None
    before = await asyncio.to_thread(tables_with, house.database_url, caller[2:])
    assert {"tracking.call", "router.decision"} <= before, "she is in records and decisions"

    erased = await asyncio.to_thread(erase, house.database_url, house.account_id, caller)

    assert await asyncio.to_thread(tables_with, house.database_url, caller[2:]) == set()
    again = await asyncio.to_thread(erase, house.database_url, house.account_id, caller)
    assert again.rows == {}
    after = await house.record(report)
    assert after.call.model_dump(exclude={"caller"}) == call.model_dump(exclude={"caller"})
    assert erased.instead in after.call.model_dump_json()
    found = await rebuild(house.database_url, check=True)
    assert found.differences == 0, "what is made anew from facts agrees"
