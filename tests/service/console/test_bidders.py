"""A company's key opens what is its own: bids, wins, spend, limits; and nothing of another."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import uuid4

import httpx
import pytest_asyncio

from deploy.local.bidders import PlayedBidders, bids
from libs.contracts.auction import AuctionUnsold, AuctionWon, HoldAuction
from libs.contracts.calls import CallStatus, Fact, LegEnded
from libs.contracts.ids import AccountId, CallId, call_id_of
from libs.contracts.money import usd
from libs.contracts.phone import read_caller
from libs.contracts.routing import Terms
from libs.runtime.deadline import Deadline
from libs.runtime.publish import MESSAGE_ID, publish
from tests.kit.facts import NOON, CallStory
from tests.kit.hosting import ACCOUNT_SID, eventually
from tests.service.console.stage import Stage


class Market:
    """Two companies that bid for one ring's calls, and a client of their door."""

    def __init__(self, stage: Stage, http: httpx.AsyncClient, bidders: PlayedBidders) -> None:
        self.stage, self.http, self.bidders = stage, http, bidders
        self.rows: dict[str, Any] = {}
        self.keys: dict[str, str] = {}
        self.mark = uuid4().hex  # no two markets have the same calls

    async def open(self) -> None:
        may = {"bidder_may": {"pause": True, "daily_cap_max": 5}}
        for name, more in (("acme", may), ("bolt", {})):
            self.rows[name] = await self.stage.owner.post(
                "rtb-targets",
                {
                    "name": name,
                    "company": name.title(),
                    "endpoint": f"{self.bidders.url}/{name}",
                    **more,
                },
            )
            made = await self.stage.owner.post(
                "bidder-keys", {"company": name.title(), "name": "dialler"}
            )
            self.keys[name] = made["key"]
        members = [{"target_id": self.id_of(name)} for name in self.rows]
        self.ring = await self.stage.owner.post("rtb-routers", {"name": "Ring", "members": members})

    def id_of(self, name: str) -> str:
        return str(self.rows[name]["document"]["id"])

    async def ask(self, name: str, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.keys.get(name, name)}"}
        return await self.http.request(method, f"/bidders/v1/{path}", headers=headers, **more)

    async def get(self, name: str, path: str) -> dict[str, Any]:
        answer = await self.ask(name, "GET", path)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def call_id(self, call_sid: str = "CA1") -> CallId:
        return call_id_of(ACCOUNT_SID, call_sid + self.mark)

    async def sell(self, call_sid: str = "CA1") -> AuctionWon | AuctionUnsold:
        question = HoldAuction(
            call_id=self.call_id(call_sid),
            step=0,
            account_id=self.stage.owner.account_id,
            account_sid=ACCOUNT_SID,
            call_sid=call_sid + self.mark,
            rtb_router_id=self.ring["document"]["id"],
            campaign_id=uuid4(),
            caller=read_caller("+12125550123"),
            dialled="+18005550100",
        )
        told: AuctionWon | AuctionUnsold = await self.stage.app.state.ask(
            question, Deadline.within(5_000)
        )
        return told

    async def tell(self, *facts: Fact) -> None:
        broker = self.stage.app.state.ask._broker
        for one in facts:
            payload = one.model_dump_json().encode()
            await publish(broker, one.subject, payload, {MESSAGE_ID: one.key}, 5.0)

    async def route(self, name: str, price: str) -> None:
        """Tell of the call what the router tells, and that nobody has talked in it."""
        account_id, call_id = self.stage.owner.account_id, self.call_id()
        assert account_id is not None, "signed in before"
        story = CallStory(AccountId(account_id), NOON, call_id)
        bought = story.routed(
            terms=Terms(after_seconds=60, revenue=usd(price)),
            rtb_target_id=self.id_of(name),
            target_id=None,
            buyer_id=None,
        )
        await self.tell(story.arrived(), bought, story.leg_ended(seconds=3))

    async def owed_in_the_books(self, name: str) -> str:
        async def look() -> str | None:
            query = {"book": "bidder", "party": self.id_of(name)}
            found = (await self.stage.owner.get("balances", params=query))["balances"]
            return found[0]["money"]["amount"] if found else None

        return await eventually(look)

    @staticmethod
    def won(name: str, sold: Sequence[AuctionWon | AuctionUnsold]) -> int:
        return sum(isinstance(one, AuctionWon) and one.target_name == name for one in sold)

    async def bids_of(self, name: str, count: int) -> list[dict[str, Any]]:
        async def look() -> list[dict[str, Any]] | None:
            found = (await self.get(name, "bids"))["bids"]
            return found if len(found) == count else None

        return await eventually(look)


@pytest_asyncio.fixture(loop_scope="module")
async def market(stage: Stage) -> AsyncIterator[Market]:
    bidders = PlayedBidders({"/acme": bids("12.5", requiredDuration=60), "/bolt": bids(7)})
    await bidders.start()
    transport = httpx.ASGITransport(app=stage.rtb)
    async with httpx.AsyncClient(transport=transport, base_url="http://rtb") as http:
        market = Market(stage, http, bidders)
        await market.open()
        yield market
    await bidders.stop()


async def test_each_company_sees_its_own_bids_wins_and_losses(market: Market) -> None:
    won = await market.sell()
    assert isinstance(won, AuctionWon)

    (win,) = await market.bids_of("acme", 1)
    (lost,) = await market.bids_of("bolt", 1)

    assert (win["loss"], win["price"]["amount"], win["amount"]["amount"]) == (
        None,
        "12.5000",
        "12.5000",
    )
    assert (lost["loss"], lost["price"], lost["amount"]["amount"]) == ("outbid", None, "7.0000")
    asked = market.bidders.asked("/acme")[0].body.decode()
    assert win["request_id"] in asked
    (taken,) = (await market.get("acme", "reservations"))["reservations"]
    assert taken["request_id"] == win["request_id"]
    assert (await market.get("bolt", "reservations"))["reservations"] == []
    (target,) = (await market.get("acme", "targets"))["targets"]
    assert (target["name"], target["live"], target["won_today"]) == ("acme", 1, 1)
    everything = str(await market.get("acme", "bids")) + str(await market.get("acme", "targets"))
    assert "bolt" not in everything
    assert market.id_of("bolt") not in everything


async def test_a_page_of_bids_goes_on_where_it_ended(market: Market) -> None:
    for at in range(3):
        await market.sell(f"CA{at}")
    await market.bids_of("acme", 3)
    first = await market.get("acme", "bids?limit=2")
    rest = await market.get("acme", f"bids?limit=2&cursor={first['cursor'].replace('+', '%2B')}")
    assert (len(first["bids"]), len(rest["bids"]), rest["cursor"]) == (2, 1, None)
    assert (await market.ask("acme", "GET", "bids?cursor=x")).status_code == 422
    assert (await market.ask("acme", "GET", "bids?since=2020-01-01T00:00:00Z")).status_code == 422


async def test_a_company_pauses_and_caps_itself_within_limits(market: Market) -> None:
    path = f"targets/{market.id_of('acme')}/limits"
    set_ = await market.ask("acme", "PUT", path, json={"daily_cap": 1})
    assert (set_.status_code, set_.json()["daily_cap"]) == (200, 1)
    first = await market.sell("CA1")
    second = await market.sell("CA2")
    assert isinstance(first, AuctionWon)
    assert isinstance(second, AuctionWon)
    assert (first.target_name, second.target_name) == ("acme", "bolt")

    paused = await market.ask("acme", "PUT", path, json={"paused": True})
    assert paused.json()["paused"] is True
    third = await market.sell("CA3")
    assert isinstance(third, AuctionWon)
    assert third.target_name == "bolt"
    shown = await market.stage.owner.get(f"rtb-targets/{market.id_of('acme')}")
    assert shown["document"]["by_bidder"] == {"paused": True, "daily_cap": None}
    await market.ask("acme", "PUT", path, json={})
    assert isinstance(fourth := await market.sell("CA4"), AuctionWon)
    assert fourth.target_name == "acme"

    begun = [asyncio.create_task(market.sell(f"CB{at}")) for at in range(2)]
    await market.ask("acme", "PUT", path, json={"daily_cap": 5})
    later = await asyncio.gather(*(market.sell(f"CC{at}") for at in range(12)))
    won_later = market.won("acme", later)
    won = 2 + market.won("acme", await asyncio.gather(*begun)) + won_later
    shown_now = (await market.get("acme", "targets"))["targets"][0]
    assert (shown_now["won_today"], shown_now["live"]) == (won, won)
    assert won_later <= 5 - 2  # who began when the cap was set holds it, whoever else runs
    assert won <= 5 + len(begun)
    tries = 0
    while won < 5 and tries < 20:  # a busy machine may have made its bids late
        tries += 1
        won += market.won("acme", [await market.sell(f"CD{tries}")])
    assert market.won("acme", [await market.sell("CE")]) == 0


async def test_what_the_operator_does_not_allow_is_refused(market: Market) -> None:
    for name, limits, words in (
        ("acme", {"daily_cap": 6}, "daily_cap: at most 5"),
        ("bolt", {"daily_cap": 1}, "daily_cap: not allowed"),
        ("bolt", {"paused": True}, "paused: the operator does not allow it"),
    ):
        no = await market.ask(name, "PUT", f"targets/{market.id_of(name)}/limits", json=limits)
        assert (no.status_code, no.json()["detail"]) == (403, words)
    foreign = f"targets/{market.id_of('bolt')}/limits"
    assert (await market.ask("acme", "PUT", foreign, json={})).status_code == 404
    own = f"targets/{market.id_of('acme')}/limits"
    assert (await market.ask("acme", "PUT", own, json={"daily_cap": 0})).status_code == 422
    assert (await market.ask("acme", "PUT", own, json={"weekly": 1})).status_code == 422


async def test_a_conversion_counts_once_in_the_spend_and_in_the_books(market: Market) -> None:
    await market.sell()
    await market.route("acme", "12.5")
    (win,) = await market.bids_of("acme", 1)
    said = {"request_id": win["request_id"]}
    (nothing,) = (await market.get("acme", "spend"))["spend"]
    assert (nothing["won"], float(nothing["owed"]["amount"])) == (1, 0.0)
    assert (await market.ask("bolt", "POST", "conversions", json=said)).status_code == 404
    answers = await asyncio.gather(
        *(market.ask("acme", "POST", "conversions", json=said) for _ in range(3))
    )
    told = [answer.json() for answer in answers]
    assert sorted(one["is_new"] for one in told) == [False, False, True]
    assert told[0]["price"]["amount"] == "12.5000"
    (spent,) = (await market.get("acme", "spend"))["spend"]
    assert (spent["won"], spent["converted"], spent["owed"]["amount"]) == (1, 1, "12.5000")
    assert await market.owed_in_the_books("acme") == "12.5000"
    unknown = await market.ask("acme", "POST", "conversions", json={"request_id": "0" * 32})
    assert unknown.status_code == 404


async def test_a_leg_that_lasted_shows_in_the_spend_too(market: Market) -> None:
    await market.sell()
    fact = LegEnded(
        call_id=market.call_id(),
        step=0,
        at=NOON,
        seen_at=NOON,
        status=CallStatus.COMPLETED,
        bridged=True,
        seconds=60,
    )
    await market.tell(fact)

    async def owed() -> bool | None:
        (spent,) = (await market.get("acme", "spend"))["spend"]
        return spent["owed"]["amount"] == "12.5000" or None

    assert await eventually(owed)


async def test_a_key_opens_until_it_is_ended(market: Market) -> None:
    for wrong in ("", "bk_nonsense", "nonsense"):
        assert (await market.ask(wrong, "GET", "targets")).status_code == 401
    owner = market.stage.owner
    keys = (await owner.get("bidder-keys"))["keys"]
    assert {one["company"] for one in keys} == {"Acme", "Bolt"}
    assert market.keys["acme"] not in str(keys)
    key_id = next(one["key_id"] for one in keys if one["company"] == "Acme")
    assert (await owner("DELETE", f"bidder-keys/{key_id}")).status_code == 204
    assert (await owner("DELETE", f"bidder-keys/{key_id}")).status_code == 404
    assert (await market.ask("acme", "GET", "targets")).status_code == 401
    assert (await market.ask("bolt", "GET", "targets")).status_code == 200
    no = await owner("POST", "bidder-keys", json={"company": "Nobody", "name": "x"})
    assert (no.status_code, no.json()["errors"][0]["path"]) == (422, "body.company")


async def test_a_key_is_not_asked_too_often(market: Market) -> None:
    answers = [await market.ask("bolt", "GET", "targets") for _ in range(130)]
    statuses = {answer.status_code for answer in answers}
    assert statuses in ({200, 429}, {200})  # a minute may have begun meanwhile
    refused = [answer for answer in answers if answer.status_code == 429]
    assert all(1 <= int(answer.headers["Retry-After"]) <= 60 for answer in refused)


async def test_the_door_describes_itself(market: Market) -> None:
    paths = (await market.http.get("/openapi.json")).json()["paths"]
    assert {path for path in paths if path.startswith("/bidders/v1/")} == {
        "/bidders/v1/targets",
        "/bidders/v1/targets/{target_id}/limits",
        "/bidders/v1/bids",
        "/bidders/v1/reservations",
        "/bidders/v1/spend",
        "/bidders/v1/conversions",
    }
