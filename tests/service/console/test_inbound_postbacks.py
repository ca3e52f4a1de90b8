"""Partners post conversions to an address that holds a key: each counts once, and is logged."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio

from libs.contracts.ids import AccountId, PublisherId
from libs.contracts.money import usd
from libs.contracts.payouts import PayoutTerms
from libs.contracts.pricing import On
from libs.contracts.routing import Terms
from services.tracking.desk import postbacks
from services.tracking.domain.keys import Keys
from tests.kit.facts import NOON, CallStory
from tests.kit.hosting import SECRET
from tests.service.console.stage import Stage

TERMS = Terms(after_seconds=0, revenue=usd("10"), on=On.POSTED)
PAYOUT = PayoutTerms(on=On.CONVERTED, amount=usd("4"))


class Partner:
    """Somebody who was given the address of a key."""

    def __init__(self, stage: Stage, http: httpx.AsyncClient, path: str) -> None:
        self.stage, self.http, self.path = stage, http, path

    async def post(self, path: str = "", method: str = "GET", **more: Any) -> httpx.Response:
        return await self.http.request(method, path or self.path, **more)

    async def sold(self, minute: int = 0) -> CallStory:
        """A call that a buyer had; whether it converts is for somebody to say."""
        assert self.stage.owner.account_id
        story = CallStory(
            AccountId(self.stage.owner.account_id), began_at=NOON + timedelta(minutes=minute)
        )
        routed = story.routed(terms=TERMS, publisher_id=PublisherId(uuid4()), payout=PAYOUT)
        over = (story.leg_ended(bridged=True, seconds=30), story.ended())
        await self.stage.tell(story.arrived(), routed, story.answered(), *over)
        return story

    async def came_to(self, story: CallStory) -> list[tuple[str, Decimal]]:
        call = (await self.stage.owner.get(f"calls/{story.call_id}"))["call"]
        return [(one["kind"], Decimal(one["money"]["amount"])) for one in call["effects"]]

    async def log(self, **params: Any) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = (await self.stage.owner.get("postbacks", params=params))[
            "postbacks"
        ]
        return items


@pytest_asyncio.fixture(loop_scope="module")
async def partner(stage: Stage) -> AsyncIterator[Partner]:
    key = await stage.owner.post("postback-keys", {"name": "Their tracker"})
    shown = await stage.owner.get(f"postback-keys/{key['document']['id']}/address")
    async with at_tracking(stage) as http:
        yield Partner(stage, http, httpx.URL(shown["url"]).path)


@asynccontextmanager
async def at_tracking(stage: Stage) -> AsyncIterator[httpx.AsyncClient]:
    async with AsyncExitStack() as stack:
        transport = httpx.ASGITransport(app=stage.tracking)
        yield await stack.enter_async_context(
            httpx.AsyncClient(transport=transport, base_url="http://tracking")
        )


async def test_a_conversion_counts_once_whatever_is_repeated(partner: Partner) -> None:
    story = await partner.sold()
    assert await partner.came_to(story) == []
    said = {"callId": str(story.call_id), "revenue": "12.50", "conversion_id": "c-1", "payout": "5"}
    first = await partner.post(params=said)
    assert (first.status_code, first.json()["outcome"]) == (200, "kept")
    assert await partner.came_to(story) == [
        ("revenue", Decimal("12.5")),
        ("payout", Decimal("5")),
    ]

    again = await partner.post(method="POST", json={**said, "revenue": 99})
    assert (again.status_code, again.json()["outcome"]) == (200, "duplicate")
    assert (await partner.came_to(story))[0] == ("revenue", Decimal("12.5"))
    log = [(one["outcome"], one["conversion_id"]) for one in await partner.log()]
    assert log == [("duplicate", "c-1"), ("kept", "c-1")]
    assert (await partner.log(outcome="kept"))[0]["amount"]["amount"] == "12.5000"
    subjects = [
        one["subject"]
        for one in (await partner.stage.owner.get(f"calls/{story.call_id}"))["timeline"]
    ]
    assert subjects.count("event.conversion.posted.v1") == 1


async def test_a_calls_own_key_opens_that_call_alone(partner: Partner) -> None:
    story, other = await partner.sold(), await partner.sold(1)
    key = Keys(SECRET).of_call(story.call_id)
    by_itself = await partner.post(f"/p/{key}", "POST", data={"call_id": str(other.call_id)})
    assert by_itself.json()["call_id"] == str(story.call_id)
    assert await partner.came_to(story) == [("revenue", Decimal("10")), ("payout", Decimal("4"))]
    assert await partner.came_to(other) == []
    other_key = Keys(SECRET).of_call(other.call_id)
    by_both = await partner.post(params={"call_key": other_key})
    assert by_both.json()["outcome"] == "kept"
    forged = await partner.post(f"/p/{Keys('guessed').of_call(story.call_id)}")
    assert forged.status_code == 404


async def test_what_is_wrong_is_named_and_logged(
    partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = partner.stage
    story = await partner.sold()
    call = {"call_id": str(story.call_id)}
    for given, path in (
        ({}, "call_id"),
        ({"call_id": "no"}, "call_id"),
        ({**call, "amount": "ten"}, "amount"),
        ({**call, "amount": "-1"}, "amount"),
        ({**call, "amount": "1.23456"}, "amount"),
        ({**call, "amount": "1", "currency": "dollars"}, "currency"),
        ({"call_key": "x"}, "call_key"),
    ):
        no = await partner.post(params=given)
        assert (no.status_code, no.json()["errors"][0]["path"]) == (422, path), given
    unknown = await partner.post(params={"call_id": str(uuid4())})
    assert unknown.status_code == 404
    odd = await partner.post(method="POST", content=b"[1", headers={"content-type": "text/json"})
    assert odd.status_code == 422
    refused = await partner.log(outcome="refused")
    assert len(refused) == 8
    assert refused[0]["why"] == "there is no such call"
    assert await partner.came_to(story) == []

    stranger = await stage.another_account()
    theirs = Keys(SECRET).of_account(stranger, uuid4())
    assert (await partner.post(f"/p/{theirs}", params=call)).status_code == 404
    monkeypatch.setattr(postbacks, "OF_ACCOUNT_MAX", 8)
    assert (await partner.post(params=call)).status_code == 429
    (row,) = (await stage.owner.get("postback-keys"))["items"]
    paused = {**row["document"], "status": "paused"}
    await stage.owner.put(f"postback-keys/{row['document']['id']}", paused, row["version"])
    assert (await partner.post(params=call)).status_code == 404
    assert UUID(row["document"]["id"])
