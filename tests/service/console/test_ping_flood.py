"""However many publishers knock, and however long their pings take, calls are sold meanwhile."""

import asyncio
import time
from typing import Any
from uuid import UUID, uuid4

import psycopg

from libs.contracts.auction import AuctionUnsold, HoldAuction, Unsold
from libs.contracts.ids import call_id_of
from libs.contracts.phone import read_caller
from libs.runtime.deadline import Deadline
from tests.kit.hosting import ACCOUNT_SID, is_whole
from tests.service.console.shop import CALLER, NUMBER, Shop

PINGS = 60
SECONDS = 3.0  # longer than a look at the database may take


async def test_pings_that_hang_take_nothing_from_calls(shop: Shop) -> None:
    await shop.ping()
    url = shop.stage.database_url.replace("+psycopg", "")
    async with await psycopg.AsyncConnection.connect(url) as connection:
        await connection.execute("LOCK TABLE rtb.pace IN ACCESS EXCLUSIVE MODE")
        flood = [asyncio.create_task(shop.raw(json={"CID": CALLER})) for _ in range(PINGS)]
        began, took = time.monotonic(), []
        while time.monotonic() - began < SECONDS:
            asked = time.monotonic()
            answer = await shop.stage.app.state.ask(auction(shop), Deadline.within(5_000))
            took.append(time.monotonic() - asked)
            assert isinstance(answer, AuctionUnsold)
            assert answer.reason in (Unsold.NO_BIDS, Unsold.NOBODY_ELIGIBLE)
            await asyncio.sleep(0.2)
        assert await is_whole(shop.stage.rtb)
        assert max(took) < 1
        await connection.rollback()
    statuses = [answer.status_code for answer in await asyncio.gather(*flood)]
    assert set(statuses) <= {200, 429, 503}
    assert statuses.count(429) >= PINGS // 2
    assert all(int(one.result().headers.get("Retry-After", 1)) > 0 for one in flood)
    assert (await shop.ping())["accept"] is True


def auction(shop: Shop) -> HoldAuction:
    given: dict[str, Any] = {
        "call_id": call_id_of(ACCOUNT_SID, f"CA{uuid4().hex}"),
        "step": 0,
        "account_id": shop.stage.owner.account_id,
        "account_sid": ACCOUNT_SID,
        "call_sid": "CA1",
        "rtb_router_id": UUID(shop.made["rtb-routers"]["document"]["id"]),
        "campaign_id": UUID(shop.campaign_id),
        "caller": read_caller(CALLER),
        "dialled": NUMBER,
    }
    return HoldAuction.model_validate(given)
