"""The demo's account with something of everything, and nine days of calls, for pictures."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from typing import Any

import httpx

from libs.contracts.calls import CallStatus, Fact
from libs.contracts.money import usd
from libs.contracts.payouts import PayoutTerms
from libs.contracts.phone import Caller, CallerKind
from libs.contracts.pricing import On
from libs.contracts.routing import RouteReason, Terms
from libs.runtime.broker import Broker
from libs.runtime.publish import MESSAGE_ID, publish
from services.console.domain.access import Role
from tests.browser.world import World, be_signed_in
from tests.kit.facts import CallStory
from tests.kit.hosting import ACCOUNT_SID, eventually

PAST_CALLS = 240
PAST_DAYS = 9
POOLED = ("+18005550171", "+18005550172", "+18005550173")
VISITOR_FROM = {"utm_source": "google", "utm_campaign": "spring", "gclid": "EAIaIQ"}
READER = "Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0"
AREAS = ("212", "305", "312", "404", "415", "512", "602", "702", "718", "818")
NOBODY: dict[str, Any] = {
    "outcome": "close",
    **dict.fromkeys(("target_id", "buyer_id", "destination", "terms", "payout")),
    **dict.fromkeys(("target_name", "buyer_name"), ""),
}

Ids = dict[str, str]


async def furnish(world: World) -> Ids:
    """Make what the demo has not; give the ids of one thing of each kind by its name."""
    async with world.asker() as http:
        await be_signed_in(http, world.email, world.password, world.account_id)
        ids = await _known(http)
        await _make(http, ids)
        await _visit(world, http, ids)
        await _past(world, http, ids)
        return ids


async def _known(http: httpx.AsyncClient) -> Ids:
    """What the demo and its played calls have left."""

    async def first(path: str, *keys: str, **query: str) -> Any:
        found = (await http.get(path, params=query)).json()
        for key in keys:
            found = found[int(key)] if key.isdigit() else found[key]
        return found

    document = ("items", "0", "document", "id")
    return {
        "campaign": await first("/campaigns", *document, contains="Roofing"),
        "sold_campaign": await first("/campaigns", *document, contains="Solar leads"),
        "buyer": await first("/buyers", *document, contains="Acme"),
        "target": await first("/targets", *document, contains="Acme"),
        "number": await first("/numbers", *document),
        "bidder": await first("/rtb-targets", *document, contains="Slow high"),
        "ring": await first("/rtb-routers", *document),
        "flow": await first("/flows", "rows", "0", "id"),
        "call": await first("/calls", "calls", "0", "call_id", caller="+13055550102"),
        "sold_call": await first("/calls", "calls", "0", "call_id", caller="+13055550104"),
        "auction": await first("/auctions", "auctions", "0", "auction_id"),
    }


async def _make(http: httpx.AsyncClient, ids: Ids) -> None:
    async def made(noun: str, document: Mapping[str, Any]) -> Any:
        answer = await http.post(f"/{noun}", json=document)
        assert answer.is_success, answer.text
        return answer.json()

    async def kept(name: str, noun: str, document: Mapping[str, Any]) -> None:
        ids[name] = (await made(noun, document))["document"]["id"]

    campaign = {"campaign_id": ids["campaign"]}
    portal = {"makes_tags": True, "takes_numbers": True, "campaign_ids": [ids["campaign"]]}
    caps = {"caps": {"concurrency": 4, "limits": [{"period": "day", "most": 100}]}}
    members = [{"target_id": ids["target"]}]
    await kept("group", "groups", {"name": "Florida desks", "members": members, **caps})
    await kept("pool", "pools", {"name": "Website visitors", **campaign})
    for number in POOLED:
        line = {"number": number, "account_sid": ACCOUNT_SID, "pool_id": ids["pool"]}
        await made("numbers", line)
    publisher = {"name": "Clickworks", "company": "Clickworks Media LLC", "portal": portal}
    await kept("publisher", "publishers", publisher)
    tag = {"name": "Roofing landing page", "pool_id": ids["pool"], **campaign}
    ids["tag_code"] = (await made("tracking-tags", tag))["document"]["code"]
    known = {"name": "Promotion", "parameter": "promo", "tag": "promotion"}
    await kept("parameter", "url-parameters", known)
    pixel = {"name": "Ad network", "url": "https://track.example.com/p?id={call_id}"}
    await kept("pixel", "pixels", {**pixel, "fire_on": ["converted"]})
    await made("postback-keys", {"name": "Clickworks"})
    report = {"group_by": ["buyer"], "columns": ["incoming", "connected", "revenue"]}
    await made("saved-reports", {"name": "Buyers of the week", "report": report})
    await made("keys", {"name": "Importer", "role": "manager"})
    invited = await made("invitations", {"email": "ben@example.com", "role": "manager"})
    ids["invitation"] = invited["link"].rpartition("#")[2]
    await made("help/questions", {"question": "How are publishers paid?"})


async def _visit(world: World, http: httpx.AsyncClient, ids: Ids) -> None:
    """Somebody comes to the website and calls the number that she is shown."""
    tracking = httpx.ASGITransport(app=world.tracking)
    said = {"tag": ids["tag_code"], "visitor": "visitor-1", "parameters": VISITOR_FROM}
    page = {"page": "https://www.example.com/roofs"}
    async with httpx.AsyncClient(
        transport=tracking, base_url="http://tracking", headers={"User-Agent": READER}
    ) as website:

        async def shown() -> str | None:
            answer = (await website.post("/dni/v1/visits", json={**said, **page})).json()
            number: str | None = answer.get("number")
            return number

        number = await eventually(shown)
    await world.record(await world.call(number, "", "+17185550106"))
    ids["visit"] = (await http.get("/visits")).json()["visits"][0]["visit_id"]


async def _past(world: World, http: httpx.AsyncClient, ids: Ids) -> None:
    """Calls of the last days, told as facts; the same ones each time."""
    draw = Random(1)
    targets = (await http.get("/targets")).json()["items"]
    buyers = {one["document"]["id"]: one["document"] for one in await _items(http, "/buyers")}
    campaigns = [one["document"] for one in await _items(http, "/campaigns")]
    broker = Broker(world.nats_url, "ingress")
    broker.open()

    async def connected() -> bool | None:
        return broker.connected or None

    await eventually(connected)
    last: Fact | None = None
    for _ in range(PAST_CALLS):
        target = draw.choice(targets)["document"]
        details = _routed(draw.choice(campaigns), target, buyers[target["buyer_id"]], ids)
        for last in _story(draw, world, details):
            body, headers = last.model_dump_json().encode(), {MESSAGE_ID: last.key}
            await publish(broker, last.subject, body, headers, within_seconds=5)
    await broker.close()
    assert last is not None
    await eventually(partial(_is_kept, http, last))


async def _items(http: httpx.AsyncClient, path: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await http.get(path)).json()["items"]
    return items


async def _is_kept(http: httpx.AsyncClient, fact: Fact) -> bool | None:
    """Whether the call of a fact has ended."""
    answer = await http.get(f"/calls/{fact.call_id}")
    return True if answer.is_success and answer.json()["call"]["ended_at"] else None


def _routed(
    campaign: Mapping[str, Any], target: Mapping[str, Any], buyer: Mapping[str, Any], ids: Ids
) -> dict[str, Any]:
    return {
        "campaign_id": campaign["id"],
        "campaign_name": campaign["name"],
        "target_id": target["id"],
        "target_name": target["name"],
        "buyer_id": buyer["id"],
        "buyer_name": buyer["name"],
        "publisher_id": ids["publisher"],
        "publisher_name": "Clickworks",
        "terms": Terms(after_seconds=60, revenue=usd("24.50")),
        "payout": PayoutTerms(on=On.CONVERTED, amount=usd("9")),
    }


def _story(draw: Random, world: World, details: Mapping[str, Any]) -> list[Fact]:
    """One call: most are talked, some are not answered, some reach nobody."""
    ago = timedelta(minutes=draw.randrange(10, PAST_DAYS * 1_440))
    story = CallStory(world.account_id, datetime.now(UTC) - ago)
    text = f"+1{draw.choice(AREAS)}555{draw.randrange(100, 200):04}"
    arrived = story.arrived(caller=Caller(kind=CallerKind.NUMBER, text=text))
    match draw.choices(("talked", "unanswered", "nobody"), (75, 13, 12))[0]:
        case "talked":
            talked = draw.randrange(8, 400)
            over = story.leg_ended(bridged=True, seconds=talked)
            return [
                *(arrived, story.routed(**details), story.ringing(), story.answered(), over),
                story.ended(seconds=talked + 9),
            ]
        case "unanswered":
            status = CallStatus.NO_ANSWER
            over = story.leg_ended(status=status, bridged=False)
            return [arrived, story.routed(**details), story.ringing(), over, story.ended(status)]
        case _:
            closed = {**details, **NOBODY, "reason": RouteReason.NO_TARGET}
            return [arrived, story.routed(**closed), story.ended()]


async def people(world: World, ids: Ids) -> dict[str, str]:
    """Who looks at pages, beside the owner: their addresses."""
    return {
        "agent": await _agent(world, ids),
        "buyer": await world.person(Role.BUYER, party=ids["buyer"]),
        "publisher": await world.person(Role.PUBLISHER, party=ids["publisher"]),
        "newcomer": (await world.new_account()).email,
    }


async def _agent(world: World, ids: Ids) -> str:
    """Somebody who takes calls for a buyer; her address."""
    email = await world.person(Role.AGENT)
    async with world.asker() as http:
        await be_signed_in(http, world.email, world.password, world.account_id)
        people = (await http.get("/colleagues")).json()
        person_id = next(one["person_id"] for one in people if one["email"] == email)
        agent = {"person_id": person_id, "skills": ["roofing", "spanish"]}
        desk = {"kind": "phone", "number": "+15550100077"}
        document = {"name": "Ann", "buyer_id": ids["buyer"], "destination": desk, "agent": agent}
        made = await http.post("/targets", json=document)
        assert made.is_success, made.text
        ids["agent"] = made.json()["document"]["id"]
        change = {"state": "available", "reason": "Early shift"}
        await http.put(f"/agents/{ids['agent']}/state", json=change)
    return email
