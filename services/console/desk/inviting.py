"""The desk of invitations: the one way in which somebody comes to belong to an account."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from libs.contracts.ids import AccountId
from libs.runtime.clock import Clock
from services.console.desk.counting import ALL_LETTERS, LETTERS, Counting
from services.console.desk.keeping_people import NotYours
from services.console.desk.passwords import Passwords
from services.console.desk.resetting import LinkOver
from services.console.domain.access import Principal, Role, may_give
from services.console.domain.links import Link, Purpose
from services.console.domain.secrets import digest, draw_token
from services.console.mail import Kind, Letter, Mail
from services.console.store.accounts import Accounts
from services.console.store.invitations import LIFE, Invitation, Invitations, State
from services.console.store.members import Standing
from services.console.store.people import People, Person

LETTERS_MAX = 100  # of an account in a quarter of an hour: it is nobody's way to send mail
LETTERS_TO_ONE_MAX = 10  # and to one address, whoever invites it


class AnotherAddress(Exception):
    """The invitation is for another address than the one she signs in by."""


class KnownAlready(Exception):
    """Somebody signs in by the address: she accepts by signing in."""


class NotOpen(Exception):
    """The invitation was accepted or withdrawn."""


@dataclass(frozen=True, slots=True)
class Made:
    """An invitation, and how its link is on its way; `link` only where there is no mail."""

    invitation: Invitation
    sent: bool
    link: str | None


@dataclass(frozen=True, slots=True)
class Seen:
    """What a link invites to.  `known`: she accepts by signing in."""

    account: str
    email: str
    role: Role
    known: bool
    expires_at: datetime


class Inviting:
    """Invites people, and lets in who was invited."""

    def __init__(  # noqa: PLR0917 - wired once, in app.py
        self,
        invitations: Invitations,
        accounts: Accounts,
        people: People,
        counting: Counting,
        passwords: Passwords,
        mail: Mail,
        clock: Clock,
        base_url: str,
        per_hour: int,
    ) -> None:
        self._invitations = invitations
        self._accounts = accounts
        self._people = people
        self._counting = counting
        self._passwords = passwords
        self._mail = mail
        self._clock = clock
        self._base_url = base_url
        self._per_hour = per_hour

    async def invite(self, principal: Principal, email: str, standing: Standing) -> Made:
        """Invite somebody by her address.

        Raise NotYours, EmailTaken, InvitedAlready or TooOften.
        """
        await self._require(principal, standing.role, email)
        now, token = self._clock.now(), draw_token()
        one = Invitation(
            account_id=principal.account_id,
            invitation_id=uuid4(),
            email=email,
            role=standing.role,
            may_export=standing.may_export,
            party_id=standing.party_id,
            state=State.OPEN,
            invited_by=principal.name,
            made_at=now,
            expires_at=now + LIFE,
        )
        await self._invitations.make(one, digest(token), principal.actor)
        return await self._send(one, token)

    async def send_again(self, principal: Principal, one: Invitation) -> Made:
        """Give an open invitation another link.  Raise NotYours, NotOpen or TooOften."""
        await self._require(principal, one.role, one.email)
        token, now = draw_token(), self._clock.now()
        if not await self._invitations.renew(one, digest(token), principal.actor, now):
            raise NotOpen
        renewed = await self._invitations.one(one.account_id, one.invitation_id)
        assert renewed is not None, "invitations are kept"
        return await self._send(renewed, token)

    async def withdraw(self, principal: Principal, one: Invitation) -> None:
        """Take an open invitation back.  Raise NotYours or NotOpen."""
        if not may_give(principal.role, one.role):
            raise NotYours
        if not await self._invitations.withdraw(one, principal.actor, self._clock.now()):
            raise NotOpen

    async def look(self, token: str) -> Seen:
        """What a link invites to; raise LinkOver."""
        found = await self._invitations.seen(digest(token), self._clock.now())
        if found is None:
            raise LinkOver
        one, account = found
        known = await self._people.by_email(one.email) is not None
        return Seen(account, one.email, one.role, known, one.expires_at)

    async def accept_new(self, token: str, name: str, password: str) -> str:
        """Let in somebody new, by the name and password she chooses; give her address.

        Raise LinkOver, KnownAlready or EmailTaken.
        """
        seen = await self.look(token)
        if seen.known:
            raise KnownAlready
        kept = await self._passwords.hashed(password)
        person = Person(uuid4(), seen.email, name, kept, must_change=False)
        if await self._invitations.accept(digest(token), person, self._clock.now()) is None:
            raise LinkOver
        return seen.email

    async def accept(self, token: str, person: Person) -> AccountId:
        """Let in somebody who has proved who she is; give the account.

        Raise LinkOver, AnotherAddress or EmailTaken.
        """
        seen = await self.look(token)
        if seen.email.lower() != person.email.lower():
            raise AnotherAddress
        account_id = await self._invitations.accept(digest(token), person, self._clock.now())
        if account_id is None:
            raise LinkOver
        return account_id

    async def find(self, account_id: AccountId, invitation_id: UUID) -> Invitation | None:
        """One of an account's invitations."""
        return await self._invitations.one(account_id, invitation_id)

    async def list(self, account_id: AccountId, after: UUID | None, limit: int) -> list[Invitation]:
        """A page of an account's invitations, the newest first; `after` was seen last."""
        return await self._invitations.page(account_id, after, limit)

    async def _require(self, principal: Principal, role: Role, email: str) -> None:
        if not may_give(principal.role, role):
            raise NotYours
        count = self._counting.count
        await count(LETTERS, f"invitations/{principal.account_id}", LETTERS_MAX)
        await count(LETTERS, f"invitations/to/{email.lower()}", LETTERS_TO_ONE_MAX)
        await count(ALL_LETTERS, "invitations", self._per_hour)

    async def _send(self, one: Invitation, token: str) -> Made:
        link = Link(Purpose.INVITATION, token).at(self._base_url)
        if not self._mail.there:
            return Made(one, sent=False, link=link)
        account = await self._accounts.name(one.account_id)
        return Made(
            one, sent=await self._mail.send(Kind.INVITATION, _letter(one, account, link)), link=None
        )


def _letter(one: Invitation, account: str, link: str) -> Letter:
    return Letter(
        to=one.email,
        subject=f"You are invited to {account}",
        text=(
            f"{one.invited_by} invites you to {account} at CallCenter Pro, as {one.role}.\n\n"
            f"Accept within {LIFE.days} days:\n{link}\n\n"
            "Do you not know them? Then leave this letter alone: nothing happens.\n"
        ),
    )
