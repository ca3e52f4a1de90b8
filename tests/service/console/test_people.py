"""People sign in, are let in, and are kept out; programs have keys with some of their rights."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg

from services.console.__main__ import run
from services.console.desk.proving import FAILURES_OF_ADDRESS_MAX, FAILURES_OF_NAME_MAX
from services.console.domain.access import Right, Role
from services.console.store.audit import Told
from tests.kit.hosting import SECRET, TESTER, eventually
from tests.service.console.stage import OWNER, PASSWORD, Asker, Stage, joined


async def test_the_first_owner_is_told_once_and_changes_her_password(
    stage: Stage, capfd: Any
) -> None:
    one_time = await a_one_time_password(stage)
    http = stage.client()

    signed_in = await http.post("session", json={"email": OWNER.upper(), "password": one_time})

    assert signed_in.status_code == 201
    assert signed_in.json()["must_change_password"] is True
    cookie = signed_in.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    http.headers["X-CSRF-Token"] = signed_in.json()["csrf_token"]
    early = await http.get("campaigns")
    assert (early.status_code, early.json()["code"]) == (403, "password_must_change")
    change = {"password": one_time, "new_password": PASSWORD}
    changed = await http.put("session/password", json=change)
    assert changed.json()["must_change_password"] is False
    assert (await http.get("campaigns")).status_code == 200
    assert one_time not in capfd.readouterr().out


async def a_one_time_password(stage: Stage) -> str:
    person = await stage.app.state.people.by_email(OWNER)
    kept = await stage.app.state.keeping_people._passwords.hashed("drawn at first")
    assert f"$m={19 * 1024}," in kept  # as the stage's settings say
    told = Told(TESTER, stage.app.state.clock.now(), None, None)
    await stage.app.state.people.set_password(person.person_id, kept, told, must_change=True)
    return "drawn at first"


async def test_the_first_start_prints_the_password(
    stage: Stage, databases: Any, monkeypatch: Any, capfd: Any
) -> None:
    """Also where an operator of the platform was made before."""
    database_url = databases.fresh("console")
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("SESSION_SECRET", SECRET)
    assert await run(["make-operator", "olga@example.com"]) == 0
    await stage.console(database_url=database_url, first_owner="first@example.com")

    async def printed() -> str:
        out: str = capfd.readouterr().out
        return out

    line = await eventually(lambda: _line(printed))
    password = line.split()[-1]
    http = stage.client()
    answer = await http.post("session", json={"email": "first@example.com", "password": password})
    assert answer.status_code == 201


async def _line(printed: Any) -> str | None:
    out: str = await printed()
    return next((one for one in out.splitlines() if one.startswith("First owner")), None)


async def test_a_browser_needs_the_sessions_token_to_change_anything(stage: Stage) -> None:
    ann = await stage.browser()
    assert (await ann("GET", "buyers")).status_code == 200
    assert (await ann("POST", "buyers", json={"name": "Acme"})).status_code == 201

    for headers in ({"X-CSRF-Token": ""}, {"X-CSRF-Token": "0" * 64}):
        no = await ann("POST", "buyers", json={"name": "Acme"}, headers=headers)
        assert (no.status_code, no.json()["code"]) == (403, "csrf")
    evil = {"Origin": "https://evil.example"}
    no = await ann("POST", "buyers", json={"name": "Acme"}, headers=evil)
    assert (no.status_code, no.json()["code"]) == (403, "foreign_origin")


async def test_sessions_are_listed_and_ended(stage: Stage) -> None:
    email = await stage.person()
    browsers = []
    for agent in ("one", "two"):
        http = stage.client({"User-Agent": agent})
        answer = await http.post("session", json={"email": email, "password": PASSWORD})
        http.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
        browsers.append(Asker(http))
    first, second = browsers

    sessions = await first.get("sessions")
    assert {one["agent"] for one in sessions} == {"one", "two"}
    (other,) = [one for one in sessions if not one["current"]]
    assert other["agent"] == "two"
    await first.delete(f"sessions/{other['session_id']}")
    assert (await second("GET", "session")).status_code == 401
    await first.delete("session")
    assert (await first("GET", "session")).status_code == 401


async def test_guessing_passwords_ends_soon(stage: Stage) -> None:
    email = await stage.person()
    http = stage.client()
    wrong = {"email": email, "password": "not the password"}
    for _ in range(FAILURES_OF_NAME_MAX):
        answer = await http.post("session", json=wrong)
        assert (answer.status_code, answer.json()["code"]) == (401, "wrong_password")

    answer = await http.post("session", json={"email": email, "password": PASSWORD})

    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_failures")
    assert int(answer.headers["Retry-After"]) <= 15 * 60 + 1
    nobody = await http.post("session", json={**wrong, "email": "nobody@example.com"})
    assert nobody.json()["detail"] == "no such address and password"

    with psycopg.connect(stage.database_url) as sql:
        here = "key = 'login/address/127.0.0.1'"
        sql.execute(f"UPDATE console.tally SET count = {FAILURES_OF_ADDRESS_MAX} WHERE {here}")
    anybody = await http.post("session", json={**wrong, "email": "else@example.com"})
    assert (anybody.status_code, anybody.json()["code"]) == (429, "too_many_failures")
    with psycopg.connect(stage.database_url) as sql:
        sql.execute(f"DELETE FROM console.tally WHERE {here}")


async def test_guesses_at_the_same_moment_pass_no_limit(stage: Stage) -> None:
    """Thirty at once, the right password last among them: ten are looked at, no more."""
    email = await stage.person()
    http = stage.client()

    async def guess(password: str) -> str:
        answer = await http.post("session", json={"email": email, "password": password})
        return str(answer.json().get("code", "in"))

    for _ in range(FAILURES_OF_NAME_MAX + 1):
        assert await guess(PASSWORD) == "in", "what was right counts for nothing"
    codes = await asyncio.gather(*(guess(f"wrong {at}") for at in range(30)))
    assert codes.count("wrong_password") == FAILURES_OF_NAME_MAX
    assert codes.count("too_many_failures") == 30 - FAILURES_OF_NAME_MAX
    assert await guess(PASSWORD) == "too_many_failures"


async def test_a_person_of_two_accounts_switches(stage: Stage) -> None:
    ann = await stage.browser()
    founded = await ann.post("accounts", {"name": "Second company"})

    switched = await ann.put("session/account", {"account_id": founded["account_id"]})

    assert switched["account_id"] == founded["account_id"]
    ann.http.headers["X-CSRF-Token"] = switched["csrf_token"]
    assert (await ann.get("account"))["name"] == "Second company"
    assert {one["name"] for one in switched["accounts"]} == {"My company", "Second company"}
    no = await ann("PUT", "session/account", json={"account_id": str(uuid4())})
    assert no.status_code == 404


async def test_people_are_let_in_changed_and_taken_out(stage: Stage) -> None:
    ann = await stage.browser(Role.ADMIN)
    wanted = {"email": "bob@example.com", "role": "analyst"}
    bob = await joined(stage, await ann.post("invitations", wanted))
    again = await ann("POST", "invitations", json={**wanted, "email": "BOB@example.com"})
    assert (again.status_code, again.json()["code"]) == (409, "taken")
    path = await place_of(ann, "bob@example.com")
    assert (await ann.put(path, {"role": "manager"}))["role"] == "manager"
    above = await ann("PUT", path, json={"role": "owner"})
    assert above.status_code == 403
    await ann.delete(path)
    assert (await bob("GET", "session")).status_code == 401
    assert (await ann("GET", path)).status_code == 404


async def place_of(ann: Asker, email: str) -> str:
    (found,) = [one for one in await ann.get("people") if one["email"] == email]
    return f"people/{found['person_id']}"


async def test_who_changed_people_keys_and_the_account_is_written_down(stage: Stage) -> None:
    ann = await stage.browser()
    name = (await ann.get("session"))["email"]
    invited = await ann.post("invitations", {"email": "carl@example.com", "role": "agent"})
    await joined(stage, invited)
    path = await place_of(ann, "carl@example.com")
    await ann.put(path, {"role": "analyst", "may_export": True})
    await ann.delete(path)
    key = await ann.post("keys", {"name": "robot", "role": "analyst"})
    await ann.delete(f"keys/{key['key_id']}")
    await ann.put("account", {"name": "Renamed"})
    change = {"password": PASSWORD, "new_password": PASSWORD[::-1]}
    signed_in = await ann.put("session/password", change)

    async def entries(**which: str) -> list[dict[str, Any]]:
        found = await ann.get("audit", params=which)
        return list(reversed(found["items"]))

    asked, accepted = await entries(noun="invitation")
    assert [one["actor"]["name"] for one in (asked, accepted)] == [name, "carl@example.com"]
    came, changed, went = await entries(noun="person", key=path.removeprefix("people/"))
    assert [one["actor"]["role"] for one in (came, changed, went)] == ["agent", "owner", "owner"]
    who = {"email": "carl@example.com", "name": "Bob"}
    assert came["before"] is None
    assert came["after"] == changed["before"] == {**who, "role": "agent", "may_export": False}
    assert changed["after"] == went["before"] == {**who, "role": "analyst", "may_export": True}
    assert went["after"] is None
    made, ended = (await entries(noun="key"))[-2:]
    assert (made["after"]["rights"], ended["before"]) == (["look"], made["after"])
    assert key["key"] not in str([made, ended])
    *_, renamed = await entries(noun="account")
    assert (renamed["before"], renamed["after"]) == ({"name": "My company"}, {"name": "Renamed"})
    *_, mine = await entries(noun="person")
    assert mine["reason"] == "the password was changed"
    assert PASSWORD not in str(signed_in)


async def test_two_owners_who_take_each_other_out_leave_one(stage: Stage) -> None:
    account_id = await stage.another_account()
    owner = await stage.program(Role.OWNER, account_id)
    await stage.person(Role.OWNER, account_id)
    paths = [f"people/{one['person_id']}" for one in await owner.get("people")]

    answers = await asyncio.gather(*(owner("DELETE", path) for path in paths))

    assert sorted(answer.status_code for answer in answers) == [204, 409]
    assert [one["role"] for one in await owner.get("people")] == ["owner"]


async def test_an_account_keeps_an_owner(stage: Stage) -> None:
    people = await stage.owner.get("people")
    (owner,) = [one for one in people if one["role"] == "owner"]
    for no in (
        await stage.owner("DELETE", f"people/{owner['person_id']}"),
        await stage.owner("PUT", f"people/{owner['person_id']}", json={"role": "agent"}),
    ):
        assert (no.status_code, no.json()["code"]) == (409, "in_use")


ROLES = {
    Role.OWNER: {"look", "export", "listen", "edit", "people", "account"},
    Role.ADMIN: {"look", "export", "listen", "edit", "people"},
    Role.MANAGER: {"look", "export", "listen", "edit"},
    Role.ANALYST: {"look"},
    Role.AGENT: set[str](),
}


async def test_a_role_opens_its_doors_and_no_others(stage: Stage) -> None:
    for role, allowed in ROLES.items():
        await tries_every_door(stage, role, allowed)


async def tries_every_door(stage: Stage, role: Role, allowed: set[str]) -> None:
    ann = await stage.browser(role)
    doors = {
        "look": ("GET", "campaigns", None),
        "export": ("GET", "export", None),
        "edit": ("POST", "buyers", {"name": "Acme"}),
        "people": ("GET", "people", None),
        "account": ("PUT", "account", {"name": "Renamed"}),
    }
    for right, (method, path, body) in doors.items():
        more = {} if body is None else {"json": body}
        answer = await ann(method, path, **more)
        assert answer.is_success is (right in allowed), right
        assert answer.is_success or answer.json()["code"] == "forbidden"
    assert (await ann("GET", "session")).status_code == 200


async def test_a_key_has_the_rights_it_was_given_until_it_ends(stage: Stage) -> None:
    ann = await stage.browser()
    made = await ann.post("keys", {"name": "reports", "role": "analyst", "rights": ["look"]})
    program = Asker(stage.client({"Authorization": f"Bearer {made['key']}"}))

    assert made["key"].startswith(made["shown"])
    assert (await program("GET", "campaigns")).status_code == 200
    assert (await program("POST", "buyers", json={"name": "A"})).status_code == 403
    (shown,) = [one for one in await ann.get("keys") if one["name"] == "reports"]
    assert shown["used_at"] is not None
    assert made["key"] not in str(shown)
    await ann.delete(f"keys/{made['key_id']}")
    assert (await program("GET", "campaigns")).status_code == 401
    assert (await ann("DELETE", f"keys/{made['key_id']}")).status_code == 404

    soon = datetime.now(UTC) + timedelta(milliseconds=300)
    short = await stage.program(Role.ANALYST, ann.account_id, expires_at=soon)  # type: ignore[arg-type]

    async def ended() -> bool | None:
        return True if (await short("GET", "campaigns")).status_code == 401 else None

    assert await eventually(ended)


async def test_nobody_gives_more_than_she_has(stage: Stage) -> None:
    manager = await stage.program(
        Role.MANAGER,
        stage.owner.account_id,  # type: ignore[arg-type]
        rights=frozenset((Right.LOOK, Right.PEOPLE)),
    )
    too_much = {"name": "k", "role": "manager", "rights": ["look", "edit"]}
    assert (await manager("POST", "keys", json=too_much)).status_code == 403
    above = {"name": "k", "role": "admin", "rights": ["look"]}
    assert (await manager("POST", "keys", json=above)).status_code == 403
    fine = {"name": "k", "role": "manager", "rights": ["look"]}
    assert (await manager("POST", "keys", json=fine)).status_code == 201


async def test_without_a_key_or_session_there_is_nothing(stage: Stage) -> None:
    http = stage.client()
    for headers in ({}, {"Authorization": "Bearer ccp_guessed"}, {"Authorization": "Basic eA=="}):
        no = await http.get("campaigns", headers=headers)
        assert (no.status_code, no.json()["code"]) == (401, "unauthenticated")
