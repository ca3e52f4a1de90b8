"""Two buyers and a publisher in one account: each sees exactly its own, at every route there is."""

import re
from functools import partial
from typing import Any
from uuid import uuid4

from services.console.app import API
from services.console.auth import PUBLIC, RIGHT
from services.console.domain.lookups import BY_NAME, WhichThings
from tests.kit.hosting import eventually
from tests.service.console.house import House, a_house
from tests.service.console.owning import tags_are_made_by_their_publisher
from tests.service.console.portals import SELF, stated
from tests.service.console.stage import Asker, Stage, joined
from tests.service.console.test_isolation import routes

HIDDEN = ("hidden", "+12125550100", "CA0", "+13105550123", '"step"')
"""What no portal is told: names of others, the caller, the carrier's names, places in the order."""


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
    await books_are_its_own(house)
    await reports_are_its_own(house)
    await a_record_shows_more(house)
    await a_record_lets_dispute(house)
    await recordings_are_heard_by_who_may(house)
    await targets_are_set_by_their_buyer(house)
    await tags_are_made_by_their_publisher(house)
    await guesses_are_refused(house)
    await what_is_not_open_is_refused(house)
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


TIME = {"since": "2026-02-01T00:00:00Z", "until": "2027-12-01T00:00:00Z"}


async def books_are_its_own(house: House) -> None:
    """Balances, statements and entries name no party: they are those of the portal's."""
    owed = {"ann": "10.0000", "bob": "20.0000", "pat": "-5.0000"}
    for whose, amount in owed.items():
        asker = house.askers[whose]
        (balance,) = (await asker.get("balances"))["balances"]
        assert (balance["party"], balance["money"]["amount"]) == (str(house.ids[whose]), amount)
        statement = await asker.get("statements", params=TIME)
        assert statement["sums"][0]["closing"] == amount
        entries = (await asker.get("ledger-entries"))["entries"]
        assert sum(float(one["money"]["amount"]) for one in entries) == float(amount)
        assert not entries[0].keys() & {"part", "actor", "posting", "party"}
        file = (await asker("GET", "statements/csv", params=TIME)).text.splitlines()
        assert file[0] == "booked_at,belongs_at,late,kind,call_id,amount,currency,reverses,reason"
        assert [line.split(",")[5] for line in file[1:]] == [
            f"{float(one['money']['amount']):.4f}" for one in entries
        ]
        printed = (await asker("GET", "statements/page", params=TIME)).text
        assert f"{amount}</td>" in printed
        others = [str(id_) for name, id_ in house.ids.items() if name != whose]
        assert not [one for one in others if one in printed]
        theirs = {
            "book": "buyer" if whose != "bob" else "publisher",
            "party": str(house.ids["bob"]),
        }
        for path in ("balances", "ledger-entries", "statements", "statements/csv"):
            for guess in (theirs, {"book": "revenue"} if path[0] != "s" else theirs):
                no = await asker("GET", path, params={**TIME, **guess} if path[0] == "s" else guess)
                assert (no.status_code, no.json()["code"]) == (404, "not_found"), (whose, path)


async def reports_are_its_own(house: House) -> None:
    """A report counts the party's own calls, by what they tell it; other words are refused."""
    own = {"ann": "10.0000", "bob": "20.0000", "pat": "5.0000"}
    for whose, amount in own.items():
        asker, money = house.askers[whose], "payout" if whose == "pat" else "revenue"
        report = await eventually(partial(summed, asker, money, amount))
        assert report["totals"]["converted"] == {"ann": 1, "bob": 2, "pat": 1}[whose]
        assert report["other_currencies"] == []
        for other in {"revenue", "payout", "cost", "profit", "margin"} - {money}:
            assert other not in report["totals"]
            no = await asker("POST", "reports", json={**TIME, "columns": [money, other]})
            assert no.json()["errors"][0]["path"] == "body.columns.1"
            no = await asker("POST", "reports/csv", json={**TIME, "order_by": other})
            assert no.json()["errors"][0]["path"] == "body.order_by"
        for word in ("buyer", "publisher", "rtb_target", "source", "tag:zip"):
            no = await asker("POST", "reports", json={**TIME, "group_by": [word]})
            assert (no.status_code, no.json()["errors"][0]["path"]) == (422, "body.group_by.0")
            named = [{"dimension": word, "values": [str(house.ids["bob"])]}]
            no = await asker("POST", "reports", json={**TIME, "filters": named})
            assert no.json()["errors"][0]["path"] == "body.filters.0.dimension"
        by = await asker.post("reports", {**TIME, "group_by": ["campaign"]})
        assert [row["measures"][money] for row in by["rows"]] == [amount]
        file = (await asker("POST", "reports/csv", json={**TIME, "columns": [money]})).text
        assert file.splitlines() == [money, amount]


async def summed(asker: Asker, money: str, amount: str) -> Any:
    """The whole report, once all that is owed is in it."""
    report = (await asker("POST", "reports", json=TIME)).json()
    return report if report["totals"].get(money) == amount else None


async def a_record_shows_more(house: House) -> None:
    """Callers and publishers are shown where the record says so, from the next request on."""
    path = f"calls/{house.calls['both']}"
    for whose, name in (("ann", "+12125550100"), ("pat", "+12125550100")):
        assert (await house.askers[whose].get(path))["call"]["caller"] is None
        await house.allow(whose, sees_callers=True)
        assert (await house.askers[whose].get(path))["call"]["caller"]["text"] == name
        await house.allow(whose)
    assert (await house.askers["ann"].get(path))["call"]["publisher_id"] is None
    await house.allow("ann", sees_publishers=True)
    call = (await house.askers["ann"].get(path))["call"]
    assert (call["publisher_id"], call["publisher_name"]) == (str(house.ids["pat"]), "hidden pat")
    await house.allow("ann")
    assert (await house.askers["ann"].get(path))["call"]["publisher_name"] == ""


async def a_record_lets_dispute(house: House) -> None:
    """A buyer disputes what it owes itself, where its record allows it; and sees its own alone."""
    bob, ann = house.askers["bob"], house.askers["ann"]
    path = f"calls/{house.calls['both']}/disputes"
    no = await bob("POST", path, json={"reason": "wrong number"})
    assert (no.status_code, "`disputes`" in no.json()["detail"]) == (403, True)
    for whose in ("ann", "bob"):
        await house.allow(whose, disputes=True)
    owes_nothing = await ann("POST", path, json={"reason": "x"})
    assert (owes_nothing.status_code, owes_nothing.json()["errors"][0]["path"]) == (
        422,
        "body.money",
    )
    theirs = house.calls["bob's"]
    not_hers = await ann("POST", f"calls/{theirs}/disputes", json={"reason": "x"})
    assert not_hers.status_code == 404
    opened = await bob.post(path, {"reason": "wrong number", "money": {"amount": "4"}})
    assert opened["money"]["amount"] == "4.0000"
    assert (await ann.get("disputes"))["disputes"] == []
    decision = {"accept": True, "reason": "so it was"}
    await house.stage.owner.post(f"disputes/{opened['id']}/decision", decision)
    (dispute,) = (await bob.get("disputes"))["disputes"]
    assert (dispute["state"], dispute["answer"]) == ("accepted", "so it was")
    assert not dispute.keys() & {"party", "opened_by", "decided_by"}
    (balance,) = (await bob.get("balances"))["balances"]
    assert balance["money"]["amount"] == "16.0000"
    for whose in ("ann", "bob"):
        await house.allow(whose)


async def recordings_are_heard_by_who_may(house: House) -> None:
    """A buyer hears its own legs, a publisher all, where the record says so; files say no more."""
    call_id = house.calls["both"]
    heard = {"ann": ["RE0"], "bob": ["RE1"], "pat": ["RE0", "RE1"]}
    for whose, sids in heard.items():
        asker = house.askers[whose]
        path = f"calls/{call_id}"
        assert (await asker.get(path))["call"]["recordings"] == []
        assert (await asker("GET", f"{path}/recordings/RE0")).status_code == 403
        await house.allow(whose, hears_recordings=True)
        told = (await asker.get(path))["call"]["recordings"]
        assert [one["recording_sid"] for one in told] == sids
        for sid in ("RE0", "RE1", "RE2"):
            answer = await asker("GET", f"{path}/recordings/{sid}")
            # nothing is at the carrier here: who may hear it is told so
            assert answer.status_code == (409 if sid in sids else 404), (whose, sid)
        await house.allow(whose)
        rows = (await asker("GET", "calls/csv")).text.splitlines()
        assert len(rows) == 1 + len(await house.listed(whose))
        assert not any(one in rows[0] for one in ("revenue", "buyer", "cost", "profit"))
        for one in HIDDEN:
            assert one not in "".join(rows), (whose, one)
    no = await house.askers["ann"]("GET", "calls/csv", params={"caller": "+12125550100"})
    assert no.status_code == 422


async def targets_are_set_by_their_buyer(house: House) -> None:
    """A buyer pauses and caps its own targets where its record says so, and no others ever."""
    owner, ann, pat = house.stage.owner, house.askers["ann"], house.askers["pat"]
    caps = {"concurrency": 3, "limits": [{"period": "day", "most": 20}]}
    made = {
        name: await owner.post(
            "targets",
            {
                "name": f"{name}'s desk",
                "buyer_id": str(house.ids[name]),
                "destination": {"kind": "phone", "number": "+13105550199"},
                "caps": caps,
            },
        )
        for name in ("ann", "bob")
    }
    hers, his = (f"targets/{made[name]['document']['id']}" for name in ("ann", "bob"))
    assert [one["name"] for one in (await ann.get("targets?limit=1"))["targets"]] == ["ann's desk"]
    assert (await ann.get(hers))["used"][0]["used"] == "0"
    looked = BY_NAME["list_things"].asks(WhichThings(kind="targets"))
    found = await ann.get(looked.path.removeprefix("/"), params=looked.query)
    assert [one["name"] for one in found["targets"]] == ["ann's desk"], "as her assistant asks"
    for name, value in (("contains", "b"), ("status", "active"), ("fields", "name")):
        assert (await ann("GET", "targets", params={name: value})).status_code == 422
    assert (await pat("GET", "targets")).status_code == 403
    assert (await ann("GET", his)).status_code == 404
    less = {"concurrency": 1, "limits": [{"period": "day", "most": 2}]}
    wishes = (("pause", {"paused": True}, "pauses_targets"), ("caps", less, "sets_caps"))
    for path, body, word in wishes:
        version = (await ann.get(hers))["version"]
        no = await ann("PUT", f"{hers}/{path}", json=body, headers={"If-Match": f'"{version}"'})
        assert (no.status_code, word in no.json()["detail"]) == (403, True)
        await house.allow("ann", **{word: True})
        old = await ann("PUT", f"{hers}/{path}", json=body, headers={"If-Match": '"1"'})
        assert old.json()["code"] == "stale"
        others = await ann("PUT", f"{his}/{path}", json=body, headers={"If-Match": '"1"'})
        assert (others.status_code, others.json()["code"]) == (404, "not_found")
        await ann.put(f"{hers}/{path}", body, version)
    seen = await ann.get(hers)
    assert (seen["paused"], seen["status"], seen["caps"]["concurrency"]) == (True, "active", 3)
    assert (seen["own"]["concurrency"], seen["used"][0]["most"]) == (1, 2)
    more = {"concurrency": 4, "limits": [{"period": "day", "most": 21}]}
    no = await ann("PUT", f"{hers}/caps", json=more, headers={"If-Match": f'"{seen["version"]}"'})
    assert [one["path"] for one in no.json()["errors"]] == [
        "body.concurrency",
        "body.limits.0.most",
    ]
    await what_a_buyer_sets_is_kept_to(house, seen)


async def what_a_buyer_sets_is_kept_to(house: House, target: dict[str, Any]) -> None:
    """No call goes to a target that its buyer has paused, nor more than it wants."""
    owner, ann = house.stage.owner, house.askers["ann"]
    plan = {"name": "x", "status": "active", "assignments": [{"target_id": target["id"]}]}
    what_if = {"campaign": {"id": str(uuid4()), **plan}}
    assert "target_paused" in str(await owner.post("rehearsals", what_if))
    await house.allow("ann", pauses_targets=True)
    path = f"targets/{target['id']}/pause"
    version = (await ann.put(path, {"paused": False}, target["version"]))["version"]
    assert "'outcome': 'dial'" in str(await owner.post("rehearsals", what_if))
    for busy in ({"live": 1}, {"day": 2}):
        full = {**what_if, "counters": [{"scope_id": target["id"], **busy}]}
        assert "all_capped" in str(await owner.post("rehearsals", full))
    row = await owner.get(f"targets/{target['id']}")
    assert (row["version"], row["document"]["own"]["caps"]["concurrency"]) == (version, 1)
    await house.allow("ann")


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


async def what_is_not_open_is_refused(house: House) -> None:
    """Every route there is, whatever is named in it; what is closed to both is tried by one."""
    for at, (method, path, route) in enumerate(routes(house.stage.app)):
        said = route.openapi_extra or {}
        if said[RIGHT] == PUBLIC or path.split("/")[1] in SELF:
            continue
        out = {"buyer": "ann", "publisher": "pat"}.items()
        refused = [whose for role, whose in out if role not in stated(method, path)]
        for whose in refused if len(refused) == 1 else refused[at % 2 :][:1]:
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
    wanted = {"email": "cleo@example.com", "role": "buyer"}
    ann, pat = str(house.ids["ann"]), str(house.ids["pat"])
    wrong = [
        {},
        {"party_id": pat},
        {"party_id": str(uuid4())},
        {"role": "analyst", "party_id": ann},
    ]
    for more in wrong:
        for path, body in (("invitations", wanted), ("keys", {"name": "k", "role": "buyer"})):
            no = await owner("POST", path, json={**body, **more})
            assert (no.status_code, no.json()["errors"][0]["path"]) == (422, "body.party_id"), more
    made = await owner.post("keys", {"name": "k", "role": "buyer", "party_id": ann})
    assert made["party_id"] == ann
    cleo = await joined(
        house.stage, await owner.post("invitations", {**wanted, "party_id": ann}), "Cleo"
    )
    signed_in = await cleo.get("session")
    assert (signed_in["role"], signed_in["party_id"]) == ("buyer", ann)
    assert signed_in["rights"] == ["edit", "export", "listen", "look", "self"]
    assert await cleo.get("calls") == await house.askers["ann"].get("calls")
    (found,) = [one for one in await owner.get("people") if one["email"] == wanted["email"]]
    person = f"people/{found['person_id']}"
    await owner.put(person, {"role": "publisher", "party_id": pat})
    assert await cleo.get("calls") == await house.askers["pat"].get("calls")
    assert (await owner.get(person))["party_id"] == pat
    await owner.delete(person)
    assert (await cleo("GET", "calls")).status_code == 401
    for one in (await house.askers["ann"].get("targets"))["targets"]:
        await owner.delete(f"targets/{one['id']}", one["version"])
    row = await owner.get(f"buyers/{ann}")
    await owner.delete(f"buyers/{ann}", row["version"])
    assert (await house.askers["ann"]("GET", "calls")).status_code == 403
