"""Who has lost her password sets a new one by a link: by mail, once, within the hour."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest_asyncio

from services.console import mail
from services.console.desk.resetting import ASKED_FOR_NAME_MAX
from tests.kit.hosting import eventually
from tests.kit.mailbox import Mailbox, running_mailbox
from tests.service.console.stage import PASSWORD, Stage, lone_console

NEW = "a new password of the tests"


@pytest_asyncio.fixture(loop_scope="module")
async def mailbox() -> AsyncIterator[Mailbox]:
    async with running_mailbox() as mailbox:
        yield mailbox


@pytest_asyncio.fixture(loop_scope="module")
async def alone(nats_url: str, database_url: str, mailbox: Mailbox) -> AsyncIterator[Stage]:
    more = {"smtp_url": mailbox.url, "public_base_url": "https://calls.example.com"}
    async with lone_console(nats_url, database_url, **more) as stage:
        yield stage


async def ask(stage: Stage, email: str) -> tuple[int, Any]:
    answer = await stage.client().post("password-resets", json={"email": email})
    return answer.status_code, answer.content


async def use(stage: Stage, link: str, password: str = NEW) -> tuple[int, str | None]:
    body = {"link": link.rpartition(".")[2], "new_password": password}
    answer = await stage.client().put("password-resets", json=body)
    return answer.status_code, answer.json()["code"] if answer.content else None


async def sign_in(stage: Stage, email: str, password: str) -> int:
    given = {"email": email, "password": password}
    return (await stage.client().post("session", json=given)).status_code


async def test_a_link_sets_a_password_once(alone: Stage, mailbox: Mailbox) -> None:
    ann = await alone.browser()
    email = (await ann.get("session"))["email"]

    assert await ask(alone, "nobody@example.com") == await ask(alone, email.upper()) == (202, b"")
    link = await mailbox.link_for(email)
    assert link.startswith("https://calls.example.com/link#password.")
    await ask(alone, email)
    another = await mailbox.link_for(email)
    assert await use(alone, link, "too short") == (422, "malformed")
    at_once = await asyncio.gather(*(use(alone, link, f"{NEW} {at}") for at in range(4)))

    assert sorted(status for status, _ in at_once) == [204, 410, 410, 410]
    assert await use(alone, link) == await use(alone, another) == (410, "link_over")
    assert (await ann("GET", "session")).status_code == 401, "other sessions ended"
    assert await sign_in(alone, email, PASSWORD) == 401
    won = next(at for at, (status, _) in enumerate(at_once) if status == 204)
    assert await sign_in(alone, email, f"{NEW} {won}") == 201
    assert not mailbox.letters, "nobody@example.com was written to"

    entries = (await alone.owner.get("audit", params={"noun": "person", "limit": 3}))["items"]
    assert [(one["actor"]["name"], one["reason"]) for one in entries] == [
        (email, "a new password, by a link"),
        *[("somebody not signed in", "a link for a new password was asked for")] * 2,
    ]
    await ends_with_the_password(alone, mailbox)
    await expires(alone, mailbox)
    await is_not_asked_for_without_end(alone)


async def ends_with_the_password(alone: Stage, mailbox: Mailbox) -> None:
    """Who changes her password has no link lying about by which somebody changes it again."""
    ann = await alone.browser()
    email = (await ann.get("session"))["email"]
    await ask(alone, email)
    link = await mailbox.link_for(email)
    await ann.put("session/password", {"password": PASSWORD, "new_password": NEW})
    assert await use(alone, link) == (410, "link_over")


async def expires(alone: Stage, mailbox: Mailbox) -> None:
    email = await alone.person()
    await ask(alone, email)
    link = await mailbox.link_for(email)
    with psycopg.connect(alone.database_url) as connection:
        connection.execute("UPDATE console.password_reset SET expires_at = now()")
    assert await use(alone, link) == (410, "link_over")
    assert await use(alone, "x" * 43) == (410, "link_over")
    assert await sign_in(alone, email, PASSWORD) == 201


async def is_not_asked_for_without_end(alone: Stage) -> None:
    for name in ("one@example.com", "two@example.com"):
        statuses = [(await ask(alone, name))[0] for _ in range(ASKED_FOR_NAME_MAX + 1)]
        assert statuses == [202] * ASKED_FOR_NAME_MAX + [429]


async def test_a_mail_server_that_hangs_or_has_no_tls_holds_nobody_up(
    alone: Stage, mailbox: Mailbox, monkeypatch: Any, capfd: Any
) -> None:
    monkeypatch.setattr(mail, "SEND_SECONDS", 0.2)
    monkeypatch.setattr(mail, "TRIALS", 1)
    email, heard = await alone.person(), []

    async def hang(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        heard.append(await reader.read())

    silent = await asyncio.start_server(hang, "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    open_to_all = mailbox.url.replace("//", "//user:secret@")
    for url in (f"smtp://127.0.0.1:{port}", open_to_all):
        capfd.readouterr()
        await alone.console(smtp_url=url)
        began_at = time.monotonic()
        assert await ask(alone, email) == (202, b"")
        assert time.monotonic() - began_at < 5

        async def given_up() -> bool | None:
            return True if "a letter was not sent" in capfd.readouterr().err else None

        await eventually(given_up)
    silent.close()
    assert heard == [b""]
    assert not mailbox.letters, "a password would have gone over an open line"

    await alone.console(smtp_url="")
    http = alone.client()
    no = await http.post("password-resets", json={"email": email})
    assert (no.status_code, no.json()["code"]) == (409, "no_mail")
    page = await http.get(f"{alone.url}/link")
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert (await http.get(f"{alone.url}/link.js")).is_success
