"""Who was invited to an account, as what, and what became of it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, insert, select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.contracts.editing import Actor
from libs.contracts.ids import AccountId
from libs.runtime.database import Database
from services.console.domain.access import Role
from services.console.store.audit import Told, note
from services.console.store.members import EmailTaken, Standing, join
from services.console.store.people import Person, know
from services.console.tables import account, invitation, membership, person

LIFE = timedelta(days=7)  # of a link


class State(StrEnum):
    """What became of an invitation; an open one may have expired."""

    OPEN = "open"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


class InvitedAlready(Exception):
    """The address has an open invitation to the account."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """Somebody who may come to belong to an account, as it was agreed."""

    account_id: AccountId
    invitation_id: UUID
    email: str
    role: Role
    may_export: bool
    party_id: UUID | None
    state: State
    invited_by: str
    made_at: datetime
    expires_at: datetime

    @property
    def standing(self) -> Standing:
        """What she is to be."""
        return Standing(self.role, self.may_export, self.party_id)

    def told(self) -> dict[str, Any]:
        """What the audit log says of it."""
        told = {"email": self.email, "role": self.role.value, "may_export": self.may_export}
        return {**told, "party_id": str(self.party_id)} if self.party_id else told


_ORDER = (invitation.c.made_at, invitation.c.invitation_id)
_COLUMNS = tuple(invitation.c[name] for name in Invitation.__slots__)


class Invitations:
    """Invitations to accounts; a link is kept as its hash, and ends with the invitation."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def make(self, one: Invitation, token: bytes, actor: Actor) -> None:
        """Keep an invitation; raise EmailTaken or InvitedAlready."""
        row = {**asdict(one), "role": one.role.value, "state": one.state.value, "token": token}
        belongs = (
            select(person.c.person_id)
            .join_from(membership, person, membership.c.person_id == person.c.person_id)
            .where(
                membership.c.account_id == one.account_id,
                func.lower(person.c.email) == one.email.lower(),
            )
        )
        told = Told(actor, one.made_at, before=None, after=one.told())
        try:
            async with self._database.transaction() as connection:
                if await connection.scalar(belongs) is not None:
                    raise EmailTaken
                await _end_expired(connection, one, actor)
                await connection.execute(insert(invitation).values(row))
                await note(connection, one.account_id, "invitation", str(one.invitation_id), told)
        except IntegrityError as fault:
            raise InvitedAlready from fault

    async def page(self, account_id: AccountId, after: UUID | None, limit: int) -> list[Invitation]:
        """A page of an account's invitations, the newest first; `after` was seen last."""
        seen = (
            select(*_ORDER)
            .where(invitation.c.account_id == account_id, invitation.c.invitation_id == after)
            .scalar_subquery()
        )
        older = [tuple_(*_ORDER) < seen] if after is not None else []
        statement = (
            select(*_COLUMNS)
            .where(invitation.c.account_id == account_id, *older)
            .order_by(*(column.desc() for column in _ORDER))
            .limit(limit)
        )
        async with self._database.transaction() as connection:
            return [_invitation(row) for row in await connection.execute(statement)]

    async def one(self, account_id: AccountId, invitation_id: UUID) -> Invitation | None:
        """One of an account's invitations."""
        statement = select(*_COLUMNS).where(
            invitation.c.account_id == account_id, invitation.c.invitation_id == invitation_id
        )
        async with self._database.transaction() as connection:
            row = (await connection.execute(statement)).one_or_none()
        return _invitation(row) if row else None

    async def renew(self, one: Invitation, token: bytes, actor: Actor, now: datetime) -> bool:
        """Give an open invitation another link, which ends the last; False: it is not open."""
        told = Told(actor, now, one.told(), one.told(), "sent again")
        return await self._set(one, {"token": token, "expires_at": now + LIFE}, told)

    async def withdraw(self, one: Invitation, actor: Actor, now: datetime) -> bool:
        """Take an open invitation back; False: it is not open."""
        told = Told(actor, now, one.told(), None, "withdrawn")
        return await self._set(one, {"token": None, "state": State.WITHDRAWN.value}, told)

    async def seen(self, token: bytes, now: datetime) -> tuple[Invitation, str] | None:
        """What a link invites to, and the account's name; None: it is over."""
        statement = (
            select(*_COLUMNS, account.c.name)
            .join_from(invitation, account, account.c.account_id == invitation.c.account_id)
            .where(_by_link(token, now))
        )
        async with self._database.transaction() as connection:
            row = (await connection.execute(statement)).one_or_none()
        return (_invitation(row[:-1]), row[-1]) if row else None

    async def accept(self, token: bytes, one: Person, now: datetime) -> AccountId | None:
        """Let in who was invited, known or new; None where the link is over.

        That holds also for all but one of those who use it at once.  Raise EmailTaken where she
        belongs to the account already, or somebody new has her address meanwhile.
        """
        statement = (
            update(invitation)
            .where(_by_link(token, now), func.lower(invitation.c.email) == one.email.lower())
            .values(token=None, state=State.ACCEPTED.value)
            .returning(*_COLUMNS)
        )
        try:
            async with self._database.transaction() as connection:
                row = (await connection.execute(statement)).one_or_none()
                if row is None:
                    return None
                found = _invitation(row)
                actor = Actor(name=one.email, role=found.role.value, via="console")
                told = Told(actor, now, found.told(), None, "accepted")
                key = str(found.invitation_id)
                await note(connection, found.account_id, "invitation", key, told)
                await know(connection, one, now)
                await join(connection, found.account_id, one, found.standing, actor, now)
        except IntegrityError as fault:
            raise EmailTaken from fault
        return found.account_id

    async def _set(self, one: Invitation, values: dict[str, Any], told: Told) -> bool:
        statement = (
            update(invitation)
            .where(
                invitation.c.account_id == one.account_id,
                invitation.c.invitation_id == one.invitation_id,
                invitation.c.state == State.OPEN.value,
            )
            .values(**values)
        )
        async with self._database.transaction() as connection:
            if not (await connection.execute(statement)).rowcount:
                return False
            await note(connection, one.account_id, "invitation", str(one.invitation_id), told)
        return True


async def _end_expired(connection: AsyncConnection, later: Invitation, actor: Actor) -> None:
    """Take back what has expired of the same address: it is invited anew."""
    statement = (
        update(invitation)
        .where(
            invitation.c.account_id == later.account_id,
            func.lower(invitation.c.email) == later.email.lower(),
            invitation.c.state == State.OPEN.value,
            invitation.c.expires_at <= later.made_at,
        )
        .values(token=None, state=State.WITHDRAWN.value)
        .returning(*_COLUMNS)
    )
    for row in await connection.execute(statement):
        over = _invitation(row)
        told = Told(actor, later.made_at, over.told(), None, "it had expired")
        await note(connection, over.account_id, "invitation", str(over.invitation_id), told)


def _by_link(token: bytes, now: datetime) -> ColumnElement[bool]:
    return (
        (invitation.c.token == token)
        & (invitation.c.state == State.OPEN.value)
        & (invitation.c.expires_at > now)
    )


def _invitation(row: Sequence[Any]) -> Invitation:
    found = dict(zip(Invitation.__slots__, row, strict=True))
    return Invitation(**{**found, "role": Role(found["role"]), "state": State(found["state"])})
