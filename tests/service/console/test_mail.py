"""Letters of one kind hold up no other; who waits for a turn waits so long; a flood ends."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio

from services.console import mail
from services.console.mail import AT_ONCE_MAX, Kind, Letter, Mail
from tests.kit.hosting import eventually
from tests.kit.mailbox import Mailbox, running_mailbox


def letter(to: str) -> Letter:
    return Letter(to=to, subject="A letter", text="Of the tests.")


@pytest_asyncio.fixture(loop_scope="module")
async def mailbox() -> AsyncIterator[Mailbox]:
    async with running_mailbox() as mailbox:
        yield mailbox
        mailbox.open.set()


async def test_kinds_have_turns_of_their_own(mailbox: Mailbox, monkeypatch: Any) -> None:
    monkeypatch.setattr(mail, "TURN_SECONDS", 0.05)
    monkeypatch.setattr(mail, "WAITING_MAX", AT_ONCE_MAX + 1)
    post = Mail(mailbox.url, "callcenter@example.com")
    mailbox.slow = "@slow.example.com"

    async def write(number: int) -> Letter:
        return letter(f"{number}@slow.example.com")

    for number in range(AT_ONCE_MAX + 2):  # the last is one too many
        post.send_later(Kind.SIGN_UP, lambda number=number: write(number))  # type: ignore[misc]
    await eventually(lambda: held(mailbox, AT_ONCE_MAX))

    assert await post.send(Kind.INVITATION, letter("bob@example.com"))
    assert not await post.send(Kind.SIGN_UP, letter("ann@example.com")), "no turn in time"
    mailbox.open.set()
    await post.stop()
    assert sorted(to for [to] in mailbox.recipients) == [
        *(f"{number}@slow.example.com" for number in range(AT_ONCE_MAX + 1)),
        "bob@example.com",
    ]


async def test_waiting_for_a_turn_is_no_part_of_sending(mailbox: Mailbox, monkeypatch: Any) -> None:
    """Who waits longer than a letter may take is sent all the same, once it is her turn."""
    monkeypatch.setattr(mail, "AT_ONCE_MAX", 1)
    post = Mail(mailbox.url, "callcenter@example.com")
    mailbox.slow = "@slow.example.com"
    first = asyncio.create_task(post.send(Kind.INVITATION, letter("1@slow.example.com")))
    await eventually(lambda: held(mailbox, 1))
    with monkeypatch.context() as short:
        short.setattr(mail, "SEND_SECONDS", 0.3)
        second = asyncio.create_task(post.send(Kind.INVITATION, letter("2@example.com")))
        await asyncio.wait((second,), timeout=0.4)
        mailbox.open.set()
        assert [await first, await second] == [True, True]


async def held(mailbox: Mailbox, number: int) -> bool | None:
    return True if mailbox.held == number else None
