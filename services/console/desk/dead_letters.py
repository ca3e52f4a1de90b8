"""The desk of dead letters, for the platform's operators: listed, looked at, tried again.

No service may read what others gave up on, or publish what others say: so the desk goes to NATS
with the operator's own login, for each request anew, and only where a setting has it.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from nats.errors import Error as NatsError
from nats.js import JetStreamContext

from libs.contracts.ids import AccountId
from libs.runtime.clock import Clock
from libs.runtime.dead_letters import DeadLetter, dead_letter, dead_letters, opened, replay
from services.console.domain.access import PLATFORM, Principal
from services.console.store.accounts import Accounts
from services.console.store.audit import Told

USER = "operator"


class NoLogin(Exception):
    """The console has not been given the operator's login at NATS."""


class NotThere(Exception):
    """NATS does not answer."""


class DeadLettersDesk:
    """Looks for operators.  `password` None: NATS asks nobody for one."""

    def __init__(self, accounts: Accounts, clock: Clock, url: str, password: str | None) -> None:
        self._accounts = accounts
        self._clock = clock
        self._url = url
        self._password = password

    async def page(
        self, principal: Principal, durable: str | None, after: int, limit: int
    ) -> list[DeadLetter]:
        """Some of them, the oldest first; raise NoLogin or NotThere."""
        await self._note(principal, PLATFORM, "dead-letters", "dead letters were listed")
        async with self._jetstream() as jetstream:
            return [one async for one in dead_letters(jetstream, durable, limit, after)]

    async def look(self, principal: Principal, number: int) -> DeadLetter | None:
        """One of them with what is in it; whose it is sees that it was looked at."""
        async with self._jetstream() as jetstream:
            letter = await dead_letter(jetstream, number)
        if letter is not None:
            await self._note_of(principal, letter, "a dead letter was looked at")
        return letter

    async def replay(self, principal: Principal, number: int) -> DeadLetter | None:
        """Publish one again and take it off; done twice, it is read once."""
        async with self._jetstream() as jetstream:
            letter = await dead_letter(jetstream, number)
            if letter is not None:
                await self._note_of(principal, letter, "a dead letter was replayed")
                await replay(jetstream, letter)
        return letter

    @asynccontextmanager
    async def _jetstream(self) -> AsyncIterator[JetStreamContext]:
        if self._password == "":
            raise NoLogin
        user = None if self._password is None else USER
        try:
            async with opened(self._url, user, self._password) as jetstream:
                yield jetstream
        except (NatsError, OSError) as fault:
            raise NotThere from fault

    async def _note_of(self, principal: Principal, letter: DeadLetter, what: str) -> None:
        """In the operators' log, and in that of whose fact it is."""
        key = f"dead-letter-{letter.sequence}"
        for account_id in {PLATFORM, account_of(letter) or PLATFORM}:
            await self._note(principal, account_id, key, what)

    async def _note(self, principal: Principal, whose: AccountId, key: str, what: str) -> None:
        told = Told(principal.actor, self._clock.now(), None, None, what)
        await self._accounts.note_look(whose, key, told)


def account_of(letter: DeadLetter) -> AccountId | None:
    """Whose fact it is; None where it cannot be read.

    >>> account_of(DeadLetter(1, "tracking-calls", "event.call.ended.v1", "no JSON", b"{"))
    """
    try:
        return AccountId(UUID(json.loads(letter.payload)["account_id"]))
    except (ValueError, LookupError, TypeError, AttributeError):
        return None
