"""A second factor is asked for at sign-in, each code once; an account may ask for one."""

import asyncio
from typing import Any

from pyotp import TOTP

from services.console.__main__ import run
from services.console.desk.proving import CODES_MAX
from services.console.domain.access import Role
from tests.kit.hosting import SECRET
from tests.service.console.stage import PASSWORD, Asker, Stage

MINE = "session/second-factor"


async def set_up(stage: Stage, ann: Asker) -> tuple[TOTP, list[str]]:
    """Give her a second factor; the code that is now is taken by it."""
    app = TOTP((await ann.post(MINE, {"password": PASSWORD}))["secret"])
    confirmed = await ann.put(MINE, {"code": app.at(stage.app.state.clock.now())})
    return app, confirmed["recovery_codes"]


async def sign_in(stage: Stage, ann: Asker, code: str | None = None) -> tuple[int, Any]:
    email = (await ann.get("session"))["email"]
    credentials = {"email": email, "password": PASSWORD, **({"code": code} if code else {})}
    async with stage.client() as http:
        answer = await http.post("session", json=credentials)
    return answer.status_code, answer.json().get("code")


async def test_a_code_is_asked_for_and_taken_once(stage: Stage) -> None:
    ann = await stage.browser()
    app, codes = await set_up(stage, ann)
    now = stage.app.state.clock.now()

    assert await sign_in(stage, ann) == (401, "code_missing")
    assert await sign_in(stage, ann, app.at(now)) == (401, "wrong_code"), "it confirmed the factor"
    at_once = await asyncio.gather(
        *(sign_in(stage, ann, app.at(now, counter_offset=1)) for _ in range(3))
    )
    assert sorted(at_once, key=str) == [(201, None), (401, "wrong_code"), (401, "wrong_code")]
    assert await sign_in(stage, ann, app.at(now, counter_offset=20)) == (401, "wrong_code")

    typed = codes[0].upper().replace("-", " ")
    at_once = await asyncio.gather(*(sign_in(stage, ann, typed) for _ in range(3)))
    assert sorted(at_once, key=str) == [(201, None), (401, "wrong_code"), (401, "wrong_code")]
    assert await ann.get(MINE) == {"in_use": True, "recovery_codes_left": len(codes) - 1}


async def test_it_is_set_up_and_removed_with_the_password(stage: Stage) -> None:
    ann = await stage.browser()
    for method, path in (("POST", MINE), ("POST", f"{MINE}/removal")):
        no = await ann(method, path, json={"password": "not the password"})
        assert (no.status_code, no.json()["code"]) == (422, "wrong_password")
    assert (await ann("PUT", MINE, json={"code": "123456"})).status_code == 404
    proposed = await ann.post(MINE, {"password": PASSWORD})
    assert proposed["qr_code"].startswith("data:image/svg+xml")
    first = TOTP(proposed["secret"])
    assert await sign_in(stage, ann) == (201, None), "it is not confirmed"
    _, codes = await set_up(stage, ann)
    assert (await ann("PUT", MINE, json={"code": first.now()})).status_code == 404
    assert (await ann("POST", MINE, json={"password": PASSWORD})).status_code == 409

    later = (await ann.put(f"{MINE}/recovery-codes", {"password": PASSWORD}))["recovery_codes"]
    assert await sign_in(stage, ann, codes[0]) == (401, "wrong_code")
    assert await sign_in(stage, ann, later[0]) == (201, None)
    await ann.post(f"{MINE}/removal", {"password": PASSWORD})
    assert await sign_in(stage, ann) == (201, None)

    entries = (await ann.get("audit", params={"noun": "person"}))["items"]
    entries = [one for one in entries if "second_factor" in one["after"]]
    assert [(one["reason"], one["after"]["second_factor"]) for one in entries] == [
        ("", False),
        ("a recovery code was used", True),
        ("new recovery codes", True),
        ("", True),
    ]
    assert {one["actor"]["role"] for one in entries} == {"owner"}


async def test_guessing_codes_ends_soon(stage: Stage) -> None:
    ann = await stage.browser()
    _, codes = await set_up(stage, ann)
    email = (await ann.get("session"))["email"]
    person = await stage.app.state.people.by_email(email)
    assert await sign_in(stage, ann, "wrong-code") == (401, "wrong_code")
    proving = stage.app.state.setting_factors._proving
    for _ in range(CODES_MAX - 2):
        await proving.count(f"code/{person.person_id}", CODES_MAX)
    assert await sign_in(stage, ann, codes[0]) == (429, "too_many_failures")


async def test_an_account_asks_everybody_for_one(stage: Stage, monkeypatch: Any) -> None:
    monkeypatch.setenv("DATABASE_URL", stage.database_url)
    monkeypatch.setenv("SESSION_SECRET", SECRET)
    ann, bob = await stage.browser(), await stage.browser(Role.ANALYST)
    asked = {"second_factor_required": True}
    no = await ann("PUT", "account/sign-in", json=asked)
    assert (no.status_code, no.json()["code"]) == (409, "second_factor_missing")
    assert (await bob("PUT", "account/sign-in", json=asked)).status_code == 403
    await set_up(stage, ann)
    await ann.put("account/sign-in", asked)

    no = await bob("GET", "campaigns")
    assert (no.status_code, no.json()["code"]) == (403, "second_factor_missing")
    assert (await bob.get("session"))["must_set_up_second_factor"] is True
    assert (await ann("GET", "campaigns")).status_code == 200
    assert (await stage.owner("GET", "campaigns")).status_code == 200, "programs have keys"
    await set_up(stage, bob)
    assert (await bob("GET", "campaigns")).status_code == 200

    email = (await bob.get("session"))["email"]
    assert await run(["remove-second-factor", email]) == 0
    assert await run(["remove-second-factor", email]) == 1
    assert (await bob("GET", "campaigns")).status_code == 403
    await ann.put("account/sign-in", {"second_factor_required": False})
    assert (await bob("GET", "campaigns")).status_code == 200
    last, first, _ = (await ann.get("audit", params={"noun": "account"}))["items"]
    assert (first["after"], last["after"]) == (asked, {"second_factor_required": False})
