"""An operator of the platform sees which accounts there are, what is well, whose an RTB id is."""

import re
from typing import Any
from uuid import uuid4

import nats
import psycopg
import pytest

from libs.runtime.seal import Seal
from services.console.__main__ import run
from services.console.auth import PUBLIC, RIGHT
from services.console.desk.dead_letters import DeadLettersDesk, NoLogin
from services.console.domain.access import PLATFORM, Principal, Right, Role
from tests.kit.hosting import SECRET, eventually
from tests.service.console.stage import Asker, Stage, a_routed_campaign, joined
from tests.service.console.test_isolation import routes

TESTS = Principal(account_id=PLATFORM, name="tests", role=Role.OPERATOR, rights=frozenset())
OWN = {(str(Right.SELF)), PUBLIC, str(Right.PLATFORM)}


async def test_an_operator_is_made_by_command_and_sees_no_more(
    own_stage: Stage, monkeypatch: Any, capsys: Any
) -> None:
    stage = own_stage
    monkeypatch.setenv("DATABASE_URL", stage.database_url)
    monkeypatch.setenv("SESSION_SECRET", SECRET)
    assert await run(["make-operator", "olga@example.com"]) == 0
    olga = await joined(stage, {"link": capsys.readouterr().out.split()[-1]}, "Olga")

    session = await olga.get("session")
    assert (session["role"], session["rights"]) == ("operator", ["platform", "self"])
    await is_refused_everywhere_else(stage, olga)
    await sees_accounts_and_health(stage, olga)
    await looks_up_an_rtb_id(stage, olga)
    await looks_at_dead_letters_and_replays(stage, olga)
    await seals_anew(stage, olga)
    await nobody_else_is_one(stage)
    assert await run(["remove-operator", "nobody@example.com"]) == 1
    assert await run(["remove-operator", "olga@example.com"]) == 0
    assert (await olga("GET", "platform/accounts")).status_code == 401


async def is_refused_everywhere_else(stage: Stage, olga: Asker) -> None:
    """Every route there is, but what is her own and what is open to everybody."""
    refused = 0
    for method, path, route in routes(stage.app):
        if (route.openapi_extra or {})[RIGHT] in OWN:
            continue
        address = re.sub(r"{\w+}", str(uuid4()), path)
        url = f"{stage.url}{address}" if path.startswith("/api/") else address[1:]
        more: dict[str, Any] = {"json": {}} if method in ("POST", "PUT") else {}
        answer = await olga(method, url, **more)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), f"{method} {path}"
        refused += 1
    assert refused > 150


async def seals_anew(stage: Stage, olga: Asker) -> None:
    """Carriers' tokens and what else is sealed, each by its owner; what is done is found again."""
    body = {"account_sid": "AC" + "7" * 32, "token": "a token to be sealed anew"}
    await stage.owner.post("carriers", body)
    older = Seal("a secret of before", "carrier tokens").close("a lost token")
    with psycopg.connect(stage.database_url) as connection:
        connection.execute(
            "INSERT INTO router.outbox (id, subject, payload, headers, created_at) VALUES"
            " (gen_random_uuid(), 'event.test.said.v1', %s, '{}', now() + interval '1 hour')",
            [older],
        )
    begun = await olga.post("platform/resealings", {})

    async def over() -> dict[str, Any] | None:
        one: dict[str, Any] = await olga.get(f"platform/resealings/{begun['resealing_id']}")
        assert one["note"] == "", one
        return one if one["state"] == "done" else None

    done = await eventually(over)
    assert (done["anew"], done["lost"]) == (0, 1), "all is sealed with the one secret, but one"
    assert await olga.get("platform/resealings") == [done]
    assert (await stage.owner("POST", "platform/resealings")).status_code == 403


async def sees_accounts_and_health(stage: Stage, olga: Asker) -> None:
    await stage.person()
    theirs = await stage.another_account()
    with psycopg.connect(stage.database_url) as connection:
        connection.execute(
            "UPDATE console.person SET must_change = true FROM console.membership AS at"
            " WHERE at.person_id = person.person_id AND at.account_id = %s",
            (theirs,),
        )
    listed = {one["account_id"]: one for one in await olga.get("platform/accounts")}
    assert listed.keys() == {str(stage.owner.account_id), str(theirs)}
    assert listed[str(theirs)]["name"] == "Another company"
    states = [listed[str(one)]["state"] for one in (stage.owner.account_id, theirs)]
    assert states == ["active", "waiting"]
    assert set(listed[str(theirs)]) == {"account_id", "name", "made_at", "state"}
    first, *_ = sorted(listed)
    later = await olga.get("platform/accounts", params={"after": first, "limit": 1})
    assert [one["account_id"] for one in later] == sorted(listed)[1:]
    health = await olga.get("platform/health")
    away = {name for name, answers in health["answering"].items() if not answers}
    assert (away, health["answering"].keys()) == (
        {"flows"},
        {"router", "rtb", "flows", "tracking"},
    ), "this stage has no flows"
    assert {one["name"] for one in health["checks"] if one["well"]} >= {"nats", "postgresql"}


async def looks_up_an_rtb_id(stage: Stage, olga: Asker) -> None:
    campaign = (await a_routed_campaign(stage.owner, "+18005550100"))["campaigns"]["document"]
    found = await olga.get(f"platform/rtb-ids/{campaign['rtb_id']}")
    assert (found["account_id"], found["campaign_id"]) == (
        str(stage.owner.account_id),
        campaign["id"],
    )
    assert (found["account"], found["campaign"]) == ("My company", "ours campaign")
    (entry,) = (await stage.owner.get("audit", params={"noun": "platform"}))["items"]
    assert (entry["actor"]["name"], entry["reason"]) == (
        "olga@example.com",
        "an RTB id was looked up",
    )
    assert (await olga("GET", f"platform/rtb-ids/{'0' * 32}")).status_code == 404


async def looks_at_dead_letters_and_replays(stage: Stage, olga: Asker) -> None:
    account_id = str(stage.owner.account_id)
    fact, torn = b'{"account_id": "%s"}' % account_id.encode(), b"\xff{"
    client = await nats.connect(stage.nats_url)
    for reader, payload in (("router-holds", fact), ("tracking-calls", torn)):
        subject = f"dead.{reader}.event.agent.untold.v1"
        await client.jetstream().publish(subject, payload, headers={"Reason": "no such thing"})
    first = await olga.get("platform/dead-letters", params={"limit": 1})
    (ours,) = first["items"]
    assert (ours["reader"], ours["account_id"], ours["reason"]) == (
        *("router-holds", account_id, "no such thing"),
    )
    (other,) = (await olga.get("platform/dead-letters", params={"after": first["after"]}))["items"]
    assert (other["reader"], other["account_id"]) == ("tracking-calls", None)
    which = {"reader": "tracking-calls"}
    assert (await olga.get("platform/dead-letters", params=which))["items"] == [other]
    path = f"platform/dead-letters/{ours['number']}"
    assert (await olga.get(path))["payload"] == fact.decode()
    assert (await olga.get(f"platform/dead-letters/{other['number']}"))["payload"] == "\\xff{"

    assert (await olga.post(f"{path}/replay", None)) == ours
    assert (await olga("POST", f"{path}/replay")).status_code == 404
    assert (await olga("GET", path)).status_code == 404
    told = await client.jetstream().get_last_msg("EVENTS", ours["subject"])
    assert told.data == fact
    await client.close()
    log = (await stage.owner.get("audit", params={"noun": "platform", "limit": 2}))["items"]
    assert [one["reason"] for one in log] == [
        *("a dead letter was replayed", "a dead letter was looked at"),
    ]
    app = await stage.console(nats_user="console")
    desk: DeadLettersDesk = app.state.dead_letters
    with pytest.raises(NoLogin):
        await desk.look(TESTS, 1)


async def nobody_else_is_one(stage: Stage) -> None:
    for path in ("accounts", "health", f"rtb-ids/{'0' * 32}", "dead-letters", "dead-letters/1"):
        no = await stage.owner("GET", f"platform/{path}")
        assert (no.status_code, no.json()["code"]) == (403, "forbidden")
    ann = await stage.browser(Role.OWNER)
    wanted = {"email": "eve@example.com", "role": "operator"}
    assert (await ann("POST", "invitations", json=wanted)).status_code == 403
    for key in ({"role": "operator"}, {"rights": ["platform"]}):
        assert (await ann("POST", "keys", json={"name": "k", **key})).status_code == 403
    assert (await ann("PUT", "session/account", json={"account_id": str(PLATFORM)})).is_error
