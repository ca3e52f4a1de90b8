"""The desk for people who found accounts of their own, where a setting allows it."""

import logging
from functools import partial
from uuid import uuid4

from sqlalchemy.exc import SQLAlchemyError

from libs.runtime.clock import Clock
from services.console.desk.counting import ALL_LETTERS, TRIALS, Counting
from services.console.desk.inviting import KnownAlready
from services.console.desk.passwords import Passwords
from services.console.desk.proving import Visitor
from services.console.desk.resetting import LinkOver, NoMail
from services.console.domain.links import Link, Purpose
from services.console.domain.secrets import digest, draw_token
from services.console.mail import Kind, Letter, Mail
from services.console.store.members import EmailTaken
from services.console.store.people import People, Person
from services.console.store.sign_ups import LIFE, SignUps

ASKED_FOR_NAME_MAX = 3  # in a quarter of an hour: nobody's mailbox is filled
ASKED_FROM_ADDRESS_MAX = 10  # accounts are founded rarely

log = logging.getLogger(__name__)


class NotAllowed(Exception):
    """People found no accounts here: they are invited."""


class SigningUp:
    """Sends links to who wants an account, and founds it for who has one."""

    def __init__(  # noqa: PLR0917 - wired once, in app.py
        self,
        sign_ups: SignUps,
        people: People,
        counting: Counting,
        passwords: Passwords,
        mail: Mail,
        clock: Clock,
        base_url: str,
        allowed: bool,
        per_hour: int,
    ) -> None:
        self._sign_ups = sign_ups
        self._people = people
        self._counting = counting
        self._passwords = passwords
        self._mail = mail
        self._clock = clock
        self._base_url = base_url
        self._allowed = allowed
        self._per_hour = per_hour

    async def ask(self, email: str, visitor: Visitor) -> None:
        """Send a link; nobody learns whether the address is known.

        Raise NotAllowed, NoMail or TooOften.
        """
        if not self._allowed:
            raise NotAllowed
        if not self._mail.there:
            raise NoMail
        count = self._counting.count
        await count(TRIALS, f"sign-up/address/{visitor.address}", ASKED_FROM_ADDRESS_MAX)
        await count(TRIALS, f"sign-up/name/{email.lower()}", ASKED_FOR_NAME_MAX)
        await count(ALL_LETTERS, "sign-ups", self._per_hour)
        self._mail.send_later(Kind.SIGN_UP, partial(self._write, email))

    async def confirm(self, token: str, account: str, name: str, password: str) -> str:
        """Found the account, owned by whoever has the link; give her address.

        Raise NotAllowed, LinkOver or KnownAlready.
        """
        if not self._allowed:
            raise NotAllowed
        email = await self._sign_ups.whose(digest(token), self._clock.now())
        if email is None:
            raise LinkOver
        if await self._people.by_email(email) is not None:
            raise KnownAlready
        kept = await self._passwords.hashed(password)
        owner = Person(uuid4(), email, name, kept, must_change=False)
        try:
            if not await self._sign_ups.use(digest(token), account, owner, self._clock.now()):
                raise LinkOver
        except EmailTaken as taken:
            raise KnownAlready from taken
        return email

    async def _write(self, email: str) -> Letter | None:
        token = draw_token()
        try:
            if await self._people.by_email(email) is not None:
                return _known(email)
            await self._sign_ups.give(email, digest(token), self._clock.now())
        except (SQLAlchemyError, OSError) as fault:
            log.warning("a link to found an account was not made: %r", fault)
            return None
        return _letter(email, Link(Purpose.SIGN_UP, token).at(self._base_url))


def _letter(email: str, link: str) -> Letter:
    hours = int(LIFE.total_seconds() // 3_600)
    text = (
        f"Somebody, probably you, wants an account at CallCenter Pro for {email}.\n\n"
        f"Go on here, within {hours} hours:\n{link}\n\n"
        "Was it not you? Then leave this letter alone: nothing happens.\n"
    )
    return Letter(to=email, subject="Your account at CallCenter Pro", text=text)


def _known(email: str) -> Letter:
    text = (
        f"Somebody, probably you, wants an account at CallCenter Pro for {email}, which signs in "
        "there already.\n\nSign in, and found another account there. Was it not you? Then leave "
        "this letter alone.\n"
    )
    return Letter(to=email, subject="Your account at CallCenter Pro", text=text)
