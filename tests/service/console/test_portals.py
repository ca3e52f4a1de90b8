"""Two buyers and a publisher in one account: each sees exactly its own, at every route there is."""

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from libs.contracts.calls import CallStatus
from libs.contracts.ids import AccountId, BuyerId, PublisherId, TargetId
from libs.contracts.money import usd
from libs.contracts.payouts import PayoutTerms
from libs.contracts.routing import Terms
from services.console.app import API
from services.console.auth import PUBLIC, RIGHT, X_PORTALS
from services.console.domain.access import Role
from tests.kit.facts import CallStory
from tests.service.console.stage import PASSWORD, Asker, Stage
from tests.service.console.test_isolation import routes

NUMBER = "+18005550100"
HIDDEN = ("hidden", "+12125550100", "CA0", "+13105550123", '"step"')
"""What no portal is told: names of others, the caller, the carrier's names, places in the order."""

BOTH = {"buyer": "always", "publisher": "always"}
SELF = ("session", "sessions")  # of whoever has signed in: opened as a whole
OPEN: dict[tuple[str, str], dict[str, str]] = {
    ("GET", "/calls"): BOTH,
    ("GET", "/calls/{call_id}"): BOTH,
}
"""Everything that is open to portals, but for their own sessions."""

CLOSED = {
    *("account", "accounts", "agents", "auctions", "audit", "balances", "bidder-keys", "books"),
    *("buyers", "call-annotations", "call-blocks", "call-transcriptions", "calls", "campaigns"),
    *("carriers", "configuration", "defaults", "deliveries", "disputes", "export"),
    *("flow-imports", "flow-inspections", "flow-language", "flow-simulations", "flow-templates"),
    *("flows", "groups", "import", "keys", "ledger-entries", "live", "now", "numbers", "people"),
    *("ping-rules", "pings", "pixel-presets", "pixel-tests", "pixels", "pools", "postback-keys"),
    *("postbacks", "publishers", "reconciliations", "recording-rule", "rehearsals"),
    *("report-words", "reports", "resends", "rtb-pings", "rtb-rehearsals", "rtb-report"),
    *("rtb-routers", "rtb-targets", "saved-reports", "statements", "targets", "tracking-tags"),
    *("url-parameters", "visit-conversion-reports", "visit-conversions", "visit-reports"),
    *("visits", "api"),
}
"""The first words of paths of which nothing is open to portals but what stands in `OPEN`."""


@dataclass
class House:
    """Two buyers and a publisher, with a program each, and the calls that they have a part in."""

    stage: Stage
    ids: dict[str, UUID]
    calls: dict[str, UUID]
    askers: dict[str, Asker]

    async def listed(self, whose: str, **chosen: Any) -> list[dict[str, Any]]:
        answer = await self.askers[whose].get("calls", params=chosen)
        calls: list[dict[str, Any]] = answer["calls"]
        return calls


async def a_house(stage: Stage) -> House:
    """First call: the publisher's, not taken by one and bought by the other.  Then one each."""
    owner = stage.owner
    names = {"ann": "buyers", "bob": "buyers", "pat": "publishers"}
    ids = {
        name: UUID((await owner.post(kind, {"name": f"hidden {name}"}))["document"]["id"])
        for name, kind in names.items()
    }
    calls = {
        "both": await a_call(stage, ids["pat"], ids["ann"], ids["bob"]),
        "ann's": await a_call(stage, None, ids["ann"]),
        "bob's": await a_call(stage, uuid4(), ids["bob"]),
    }
    about = {"ann": Role.BUYER, "bob": Role.BUYER, "pat": Role.PUBLISHER}
    askers = {
        name: await stage.program(role, owner.account_id, party_id=ids[name])  # type: ignore[arg-type]
        for name, role in about.items()
    }
    return House(stage, ids, calls, askers)


async def a_call(stage: Stage, publisher: UUID | None, *buyers: UUID) -> UUID:
    """A call that each buyer's target is dialled for in turn, and the last one takes."""
    story = CallStory(AccountId(stage.owner.account_id))  # type: ignore[arg-type]
    sender = (
        {}
        if publisher is None
        else {
            "publisher_id": PublisherId(publisher),
            "publisher_name": "hidden publisher",
            "payout": PayoutTerms(percent="50"),
        }
    )
    facts: list[Any] = [story.arrived()]
    for step, buyer in enumerate(buyers):
        own = {
            "buyer_id": BuyerId(buyer),
            "buyer_name": f"hidden {buyer}",
            "target_id": TargetId(buyer),
            "target_name": f"desk of {buyer}",
        }
        terms = Terms(after_seconds=30, revenue=usd("10"))
        facts.append(story.routed(step, terms=terms, **own, **sender))
        if step < len(buyers) - 1:
            facts.append(story.leg_ended(step, CallStatus.BUSY))
    last = len(buyers) - 1
    facts += [story.answered(last), story.leg_ended(last, seconds=60, bridged=True)]
    await stage.tell(*facts, story.ended(seconds=70))
    return story.call_id


async def test_each_party_sees_exactly_its_own(stage: Stage) -> None:
    house = await a_house(stage)
    theirs = {"ann": ("ann's", "both"), "bob": ("bob's", "both"), "pat": ("both",)}
    for whose, names in theirs.items():
        listed = await house.listed(whose)
        assert [one["call_id"] for one in listed] == sorted(
            (str(house.calls[name]) for name in names), reverse=True
        )
        for name, call_id in house.calls.items():
            answer = await house.askers[whose]("GET", f"calls/{call_id}")
            assert answer.status_code == (200 if name in names else 404), (whose, name)
    await the_parts_of_one_call(house)
    await pages_are_its_own(house)
    await guesses_are_refused(house)
    await every_route_says_what_portals_may_do(house)
    await people_of_a_party_come_and_go(house)


async def the_parts_of_one_call(house: House) -> None:
    """What each is told of the call in which all have a part."""
    told = {
        whose: (await asker.get(f"calls/{house.calls['both']}"))["call"]
        for whose, asker in house.askers.items()
    }
    for whose, call in told.items():
        for one in HIDDEN:
            assert one not in str(call), (whose, one)
        for other in house.ids.keys() - {whose}:
            assert str(house.ids[other]) not in str(call), (whose, other)
    assert [leg["status"] for leg in told["ann"]["legs"]] == ["busy"]
    assert (told["ann"]["charges"], told["ann"]["converted"]) == ([], False)
    assert [leg["seconds"] for leg in told["bob"]["legs"]] == [60]
    assert [one["amount"] for one in told["bob"]["charges"]] == ["10.0000"]
    assert [one["amount"] for one in told["pat"]["payouts"]] == ["5.0000"]
    assert (told["pat"]["status"], told["pat"]["seconds"]) == ("finished", 70)


async def pages_are_its_own(house: House) -> None:
    """A list goes on by its cursor, and a cursor of somebody else's list opens nothing."""
    first = await house.askers["ann"].get("calls?limit=1")
    more = await house.askers["ann"].get("calls", params={"cursor": first["cursor"], "limit": 1})
    assert more["cursor"] is None
    ours = await house.stage.owner.get("calls?limit=1")
    for asker in house.askers.values():
        page = await asker.get("calls", params={"cursor": ours["cursor"]})
        assert {one["party"] for one in page["calls"]} <= {"buyer", "publisher"}
    assert await house.listed("ann", since="2030-01-01T00:00:00Z") == []
    assert await house.listed("ann", until="2020-01-01T00:00:00Z") == []


async def guesses_are_refused(house: House) -> None:
    """No filter tells what is not shown."""
    guesses = {
        "buyer_id": str(house.ids["bob"]),
        "campaign_id": str(uuid4()),
        "caller": "+12125550100",
        "states": "completed",
        "statuses": "finished",
        "hung_up_by": "callee",
        "duplicate": "true",
        "talk_seconds_least": 1,
        "viewer": "x",
    }
    for name, value in guesses.items():
        answer = await house.askers["ann"]("GET", "calls", params={name: value})
        assert answer.status_code == 422, name
        assert answer.json()["errors"][0]["path"] == f"query.{name}"


async def every_route_says_what_portals_may_do(house: House) -> None:
    """What is open stands here; all else is refused, whatever is named in it."""
    document = (await house.stage.client().get("openapi.json")).json()
    known = {(method, path) for method, path, _ in routes(house.stage.app)}
    assert {path for path in document["paths"] if path.startswith(API)} <= {
        f"{API}{path}" for _, path in known
    } | {path for _, path in known}
    for method, path in sorted(known):
        full = path if path.startswith("/api/") else f"{API}{path}"
        said = document["paths"][full][method.lower()]
        noun = path.split("/")[1]
        if said[RIGHT] == PUBLIC or noun in SELF:
            assert said[X_PORTALS] in ({}, BOTH), path
            continue
        allowed = OPEN.get((method, path), {} if noun in CLOSED else None)
        assert allowed is not None, f"say in OPEN or CLOSED what portals may do at {method} {path}"
        assert said[X_PORTALS] == allowed, f"{method} {path}"
        for whose, role in (("ann", "buyer"), ("pat", "publisher")):
            if role not in allowed:
                await is_closed(house, whose, method, path)


async def is_closed(house: House, whose: str, method: str, path: str) -> None:
    """Refused before anything is looked at: also what exists, also what is malformed."""
    ids = {"call_id": house.calls["both"], "id": house.ids[whose], "step": 0, "version": 1}
    address = re.sub(r"{(\w+)}", lambda found: str(ids.get(found[1], uuid4())), path)
    base = str(house.askers[whose].http.base_url)
    url = base.removesuffix(f"{API}/") + address if path.startswith("/api/") else address[1:]
    more: dict[str, Any] = {"json": {}} if method in ("POST", "PUT") else {}
    answer = await house.askers[whose](method, url, headers={"If-Match": '"1"'}, **more)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), f"{method} {path}"


async def people_of_a_party_come_and_go(house: House) -> None:
    """Who is let in for a buyer signs in to its portal; a party must be one of the account."""
    owner = await house.stage.browser()
    wanted = {"email": "cleo@example.com", "name": "Cleo", "role": "buyer"}
    ann, pat = str(house.ids["ann"]), str(house.ids["pat"])
    wrong = [
        {},
        {"party_id": pat},
        {"party_id": str(uuid4())},
        {"role": "analyst", "party_id": ann},
    ]
    for more in wrong:
        for path, body in (("people", wanted), ("keys", {"name": "k", "role": "buyer"})):
            no = await owner("POST", path, json={**body, **more})
            assert (no.status_code, no.json()["errors"][0]["path"]) == (422, "body.party_id"), more
    made = await owner.post("keys", {"name": "k", "role": "buyer", "party_id": ann})
    assert made["party_id"] == ann
    invited = await owner.post("people", {**wanted, "party_id": ann})
    http = house.stage.client()
    credentials = {"email": "cleo@example.com", "password": invited["one_time_password"]}
    signed_in = (await http.post("session", json=credentials)).json()
    assert (signed_in["role"], signed_in["party_id"]) == ("buyer", ann)
    http.headers["X-CSRF-Token"] = signed_in["csrf_token"]
    change = {"password": invited["one_time_password"], "new_password": PASSWORD}
    http.headers["X-CSRF-Token"] = (await http.put("session/password", json=change)).json()[
        "csrf_token"
    ]
    cleo = Asker(http)
    assert await cleo.get("calls") == await house.askers["ann"].get("calls")
    person = f"people/{invited['person_id']}"
    await owner.put(person, {"role": "publisher", "party_id": pat})
    assert await cleo.get("calls") == await house.askers["pat"].get("calls")
    assert (await owner.get(person))["party_id"] == pat
    await owner.delete(person)
    assert (await cleo("GET", "calls")).status_code == 401
