"""People are invited by their address, and come by a link: once, within a week, and nobody else."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest_asyncio

from services.console.desk import inviting
from services.console.domain.access import Role
from services.console.routes import accounts
from tests.kit.mailbox import Mailbox, running_mailbox
from tests.service.console.stage import PASSWORD, Asker, Stage, joined, lone_console

NEW = "a password that bob chose"


@pytest_asyncio.fixture(loop_scope="module")
async def mailbox() -> AsyncIterator[Mailbox]:
    async with running_mailbox() as mailbox:
        yield mailbox


@pytest_asyncio.fixture(loop_scope="module")
async def alone(nats_url: str, database_url: str, mailbox: Mailbox) -> AsyncIterator[Stage]:
    async with lone_console(nats_url, database_url, smtp_url=mailbox.url) as stage:
        yield stage


def held(link: str) -> str:
    assert "/link#invitation." in link
    return link.rpartition(".")[2]


async def says(answer: Any) -> tuple[int, str | None]:
    return answer.status_code, answer.json().get("code") if answer.content else None


async def test_who_is_invited_comes_once_by_mail(alone: Stage, mailbox: Mailbox) -> None:
    ann, visitor = await alone.browser(Role.ADMIN), alone.client()
    wanted = {"email": "bob@example.com", "role": "analyst", "may_export": True}
    invited = await ann.post("invitations", wanted)
    assert (invited["sent"], invited["link"], invited["state"]) == (True, None, "open")
    path = f"invitations/{invited['invitation_id']}"
    first = held(await mailbox.link_for("bob@example.com"))
    twice = await ann("POST", "invitations", json={**wanted, "email": "BOB@example.com"})
    assert await says(twice) == (409, "taken")
    above = await ann("POST", "invitations", json={**wanted, "role": "owner"})
    assert await says(above) == (403, "forbidden")

    await ann.post(f"{path}/resend", {})
    second = held(await mailbox.link_for("bob@example.com"))
    assert await says(await visitor.post("invitations/look", json={"link": first})) == (
        410,
        "link_over",
    ), "a link that was sent again ends the one before"
    seen = (await visitor.post("invitations/look", json={"link": second})).json()
    assert (seen["account"], seen["email"], seen["role"], seen["known"]) == (
        *("My company", "bob@example.com", "analyst"),
        False,
    )
    body = {"link": second, "name": "Bob", "new_password": NEW}
    raced = await asyncio.gather(
        *(visitor.post("invitations/acceptance", json=body) for _ in range(4))
    )
    codes = sorted(answer.status_code for answer in raced)
    assert codes[0] == 201
    assert set(codes[1:]) <= {409, 410}
    members = [one for one in await ann.get("people") if one["email"] == "bob@example.com"]
    assert [(one["role"], one["may_export"], one["name"]) for one in members] == [
        ("analyst", True, "Bob")
    ]
    assert await says(await visitor.post("invitations/acceptance", json=body)) == (
        410,
        "link_over",
    )
    assert await says(await ann("DELETE", path)) == (409, "not_open")
    assert [one["state"] for one in await ann.get("invitations")] == ["accepted"]
    await is_withdrawn_and_expires(alone, ann, mailbox)


async def is_withdrawn_and_expires(alone: Stage, ann: Asker, mailbox: Mailbox) -> None:
    visitor = alone.client()
    invited = await ann.post("invitations", {"email": "eve@example.com", "role": "agent"})
    link = held(await mailbox.link_for("eve@example.com"))
    with psycopg.connect(alone.database_url) as connection:
        connection.execute("UPDATE console.invitation SET expires_at = now()")
    body = {"link": link, "name": "Eve", "new_password": NEW}
    assert (await visitor.post("invitations/acceptance", json=body)).status_code == 410
    path = f"invitations/{invited['invitation_id']}"
    await ann.post(f"{path}/resend", {})
    body["link"] = held(await mailbox.link_for("eve@example.com"))
    await ann.delete(path)
    assert (await visitor.post("invitations/acceptance", json=body)).status_code == 410
    assert await says(await ann("POST", f"{path}/resend", json={})) == (409, "not_open")
    again = await ann.post("invitations", {"email": "eve@example.com", "role": "agent"})
    assert again["invitation_id"] != invited["invitation_id"]


async def test_who_is_known_joins_by_signing_in(alone: Stage) -> None:
    """Without mail the link is shown to who invites; of another account, and as nobody else."""
    await alone.console(smtp_url="")
    ann = await alone.browser()
    theirs = await alone.another_account()
    email = await alone.person(Role.OWNER, theirs)
    other = await alone.person(Role.OWNER, theirs)
    invited = await ann.post("invitations", {"email": email, "role": "manager"})
    link, visitor = held(invited["link"]), alone.client()
    known = await visitor.post(
        "invitations/acceptance", json={"link": link, "name": "x", "new_password": NEW}
    )
    assert await says(known) == (409, "known"), "nobody sets her password by an invitation"

    async def sign_in(as_whom: str, password: str = PASSWORD) -> Any:
        given = {"email": as_whom, "password": password, "invitation": link}
        return await alone.client().post("session", json=given)

    assert await says(await sign_in(email, "guessed password")) == (401, "wrong_password")
    assert await says(await sign_in(other)) == (403, "another_address")
    raced = await asyncio.gather(*(sign_in(email) for _ in range(3)))
    assert sorted(answer.status_code for answer in raced) == [201, 410, 410]
    (won,) = [answer.json() for answer in raced if answer.status_code == 201]
    assert (won["account_id"], won["role"]) == (str(ann.account_id), "manager")
    assert {one["account_id"] for one in won["accounts"]} == {str(theirs), str(ann.account_id)}
    taken = await ann("POST", "invitations", json={"email": email, "role": "agent"})
    assert await says(taken) == (409, "taken")
    carl = await joined(alone, await ann.post("invitations", {"email": "c@x.com", "role": "agent"}))
    assert (await carl.get("session"))["role"] == "agent"


async def test_letters_and_accounts_are_not_made_without_end(
    alone: Stage, monkeypatch: Any
) -> None:
    """Per account, per address whoever invites it, and of all accounts; accounts per founder."""
    monkeypatch.setattr(inviting, "LETTERS_MAX", 3)
    monkeypatch.setattr(inviting, "LETTERS_TO_ONE_MAX", 2)
    monkeypatch.setattr(accounts, "FOUNDED_MAX", 1)
    await alone.console(smtp_url="", invitations_per_hour=5)
    askers = [await alone.browser() for _ in range(3)]
    for asker in askers[1:]:
        founded = await asker.post("accounts", {"name": "Another"})
        signed_in = await asker.put("session/account", {"account_id": founded["account_id"]})
        asker.http.headers["X-CSRF-Token"] = signed_in["csrf_token"]
    assert await says(await asker("POST", "accounts", json={"name": "x"})) == (
        *(429, "too_many_accounts"),
    )

    async def invite(asker: Asker, name: str) -> int:
        wanted = {"email": f"{name}@example.com", "role": "agent"}
        return (await asker("POST", "invitations", json=wanted)).status_code

    one, two, three = askers
    assert [await invite(one, name) for name in ("a", "b", "c", "d")] == [201, 201, 201, 429]
    assert [await invite(asker, "A") for asker in (two, three)] == [201, 429], "to one address"
    assert [await invite(three, name) for name in ("e", "f")] == [201, 429], "of all accounts"


async def test_all_invitations_can_be_reached_and_none_stands_in_the_way(alone: Stage) -> None:
    await alone.console(smtp_url="")
    ann = await alone.browser()
    wanted = [{"email": f"{name}@example.com", "role": "agent"} for name in "abcde"]
    made = [(await ann.post("invitations", one))["invitation_id"] for one in wanted]
    seen: list[str] = []
    while page := await ann.get(
        "invitations", params={"limit": 2, **({"after": seen[-1]} if seen else {})}
    ):
        seen += [one["invitation_id"] for one in page]
    assert seen == made[::-1]

    with psycopg.connect(alone.database_url) as connection:
        connection.execute("UPDATE console.invitation SET expires_at = now()")
    anew = await ann.post("invitations", wanted[0])
    states = {one["invitation_id"]: one["state"] for one in await ann.get("invitations")}
    assert (states[made[0]], states[anew["invitation_id"]]) == ("withdrawn", "open")
    entries = (await ann.get("audit", params={"key": made[0]}))["items"]
    assert [one["reason"] for one in entries] == ["it had expired", ""]
