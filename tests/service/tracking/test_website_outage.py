"""While the database is away a page is told at once to keep its number; then it goes on."""

import asyncio
import time

from deploy.local.servers import PostgresServer
from libs.runtime.migrations import migrate_all
from tests.kit.hosting import eventually
from tests.service.tracking.websites import open_websites

WITHIN_SECONDS = 6.0  # of a page that waits: two connections that are tried, on a shared machine


async def test_a_page_is_answered_while_the_database_is_away(
    nats_url: str, own_postgres: PostgresServer
) -> None:
    await asyncio.to_thread(migrate_all, own_postgres.url, ["tracking"])
    async with open_websites(nats_url, own_postgres.url) as sites:
        tag = await sites.pooled(2)
        hers = await sites.visit(tag, "visitor-her")
        page = sites.browser()
        said = {"tag": tag.code, "visitor": "visitor-him"}

        own_postgres.kill()
        began = time.monotonic()
        answer = await page.post("/dni/v1/visits", json=said)
        assert time.monotonic() - began < WITHIN_SECONDS
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert answer.headers["Access-Control-Allow-Origin"]
        beat = {"tag": tag.code, "visit": hers["visit"]}
        assert (await page.post("/dni/v1/beats", json=beat)).status_code == 503

        await asyncio.to_thread(own_postgres.start)

        async def served() -> str | None:
            answer = await page.post("/dni/v1/visits", json=said)
            return answer.json().get("number") if answer.status_code == 200 else None

        assert await eventually(served) != hers["number"]
        assert (await sites.visit(tag, "visitor-her"))["visit"] == hers["visit"]
