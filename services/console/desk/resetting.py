"""The desk for people who have lost their password: a link, once, for an hour."""

import logging
from datetime import datetime
from functools import partial

from sqlalchemy.exc import SQLAlchemyError

from libs.contracts.editing import Actor
from libs.runtime.clock import Clock
from services.console.desk.passwords import Passwords
from services.console.desk.proving import Proving, Visitor
from services.console.domain.links import Link, Purpose
from services.console.domain.secrets import digest, draw_token
from services.console.mail import Kind, Letter, Mail
from services.console.store.audit import Told, own_act
from services.console.store.people import People, Person
from services.console.store.resets import LIFE, Resets

ASKED_FOR_NAME_MAX = 5  # in a quarter of an hour: nobody's mailbox is filled
ASKED_FROM_ADDRESS_MAX = 30  # many people may share one
UNKNOWN = Actor(name="somebody not signed in", role="nobody", via="console")

log = logging.getLogger(__name__)


class NoMail(Exception):
    """No mail server is set: links are printed by a command."""


class LinkOver(Exception):
    """The link was used, has expired, or never was one."""


class Resetting:
    """Gives links for new passwords, and takes them."""

    def __init__(  # noqa: PLR0917 - wired once, in app.py
        self,
        people: People,
        resets: Resets,
        proving: Proving,
        passwords: Passwords,
        mail: Mail,
        clock: Clock,
        base_url: str,
    ) -> None:
        self._people = people
        self._resets = resets
        self._proving = proving
        self._passwords = passwords
        self._mail = mail
        self._clock = clock
        self._base_url = base_url

    async def ask(self, email: str, visitor: Visitor) -> None:
        """Send a link to whoever has this address; nobody learns whether there is such a one.

        Raise NoMail or TooOften.
        """
        if not self._mail.there:
            raise NoMail
        await self._proving.count(f"reset/address/{visitor.address}", ASKED_FROM_ADDRESS_MAX)
        await self._proving.count(f"reset/name/{email.lower()}", ASKED_FOR_NAME_MAX)
        self._mail.send_later(Kind.PASSWORD, partial(self._write, email))

    async def use(self, token: str, password: str) -> None:
        """Set a new password by a link; raise LinkOver."""
        token_kept = digest(token)
        email = await self._resets.whose(token_kept, self._clock.now())
        if email is None:
            raise LinkOver
        kept = await self._passwords.hashed(password)
        told = Told(own_act(email), self._clock.now(), None, None, "a new password, by a link")
        if not await self._resets.use(token_kept, kept, told):
            raise LinkOver

    async def _write(self, email: str) -> Letter | None:
        now = self._clock.now()
        try:
            person = await self._people.by_email(email)
            if person is None:
                return None
            link = await give_link(self._resets, person, UNKNOWN, now, self._base_url)
        except (SQLAlchemyError, OSError) as fault:
            log.warning("a link for a new password was not made: %r", fault)
            return None
        return _letter(person, link)


async def give_link(
    resets: Resets, person: Person, actor: Actor, now: datetime, base_url: str
) -> str:
    """Make a link by which somebody sets a new password."""
    token = draw_token()
    told = Told(actor, now, None, None, "a link for a new password was asked for")
    await resets.give(person.person_id, digest(token), told)
    return Link(Purpose.PASSWORD, token).at(base_url)


def _letter(person: Person, link: str) -> Letter:
    minutes = int(LIFE.total_seconds() // 60)
    return Letter(
        to=person.email,
        subject="Set a new password",
        text=(
            f"Somebody, probably you, has asked for a new password for {person.email}.\n\n"
            f"Set it here, within {minutes} minutes:\n{link}\n\n"
            "Was it not you? Then leave this letter alone: nothing changes.\n"
        ),
    )
