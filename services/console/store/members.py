"""Who belongs to an account, and as what.

Changes of an account's members wait for each other, at the account's row: it keeps an owner.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.contracts.editing import Actor
from libs.contracts.ids import AccountId
from libs.runtime.database import Database
from services.console.domain.access import Role
from services.console.store.audit import Told, note
from services.console.store.people import Person
from services.console.tables import account, membership, person


class EmailTaken(Exception):
    """Somebody belongs to the account by this address already."""


class LastOwner(Exception):
    """An account keeps at least one owner."""


class OtherStanding(Exception):
    """She was given another role, or taken out, since she was looked at."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody is to an account; `party_id` is for roles of portals, and for these alone."""

    role: Role
    may_export: bool = False
    party_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody as an account knows her."""

    person_id: UUID
    email: str
    name: str
    role: Role
    may_export: bool
    since: datetime
    party_id: UUID | None = None

    @property
    def standing(self) -> Standing:
        """What she is to the account."""
        return Standing(self.role, self.may_export, self.party_id)


class Members:
    """The people of accounts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, account_id: AccountId, after: str, limit: int) -> list[Member]:
        """An account's people in the order of their addresses."""
        statement = _members(account_id).where(person.c.email > after)
        async with self._database.transaction() as connection:
            rows = await connection.execute(statement.order_by(person.c.email).limit(limit))
        return [_member(row) for row in rows]

    async def one(self, account_id: AccountId, person_id: UUID) -> Member | None:
        """One of an account's people."""
        statement = _members(account_id).where(person.c.person_id == person_id)
        async with self._database.transaction() as connection:
            row = (await connection.execute(statement)).one_or_none()
        return _member(row) if row else None

    async def by_email(self, account_id: AccountId, email: str) -> Member | None:
        """One of an account's people by her address."""
        statement = _members(account_id).where(func.lower(person.c.email) == email.lower())
        async with self._database.transaction() as connection:
            row = (await connection.execute(statement)).one_or_none()
        return _member(row) if row else None

    async def change(
        self, account_id: AccountId, seen: Member, standing: Standing, actor: Actor, now: datetime
    ) -> None:
        """Make somebody something else; raise LastOwner or OtherStanding."""
        statement = (
            update(membership)
            .where(membership.c.account_id == account_id, _as_seen(seen))
            .values(**_columns(standing))
        )
        told = Told(actor, now, before=_told(seen, seen.standing), after=_told(seen, standing))
        async with self._database.transaction() as connection:
            await _lock(connection, account_id)
            if not (await connection.execute(statement)).rowcount:
                raise OtherStanding
            await _require_owner(connection, account_id, seen)
            await note(connection, account_id, "person", str(seen.person_id), told)

    async def remove(
        self, account_id: AccountId, seen: Member, actor: Actor, now: datetime
    ) -> None:
        """Take somebody out of an account; her sessions there end with it.

        Raise LastOwner or OtherStanding.
        """
        statement = delete(membership).where(membership.c.account_id == account_id, _as_seen(seen))
        told = Told(actor, now, before=_told(seen, seen.standing), after=None)
        async with self._database.transaction() as connection:
            await _lock(connection, account_id)
            if not (await connection.execute(statement)).rowcount:
                raise OtherStanding
            await _require_owner(connection, account_id, seen)
            await note(connection, account_id, "person", str(seen.person_id), told)


async def join(  # noqa: PLR0917 - a row, column by column
    connection: AsyncConnection,
    account_id: AccountId,
    one: Person,
    standing: Standing,
    actor: Actor,
    now: datetime,
) -> None:
    """Let somebody whom we know into an account."""
    await connection.execute(
        insert(membership).values(
            account_id=account_id, person_id=one.person_id, since=now, **_columns(standing)
        )
    )
    told = Told(actor, now, before=None, after=_told(one, standing))
    await note(connection, account_id, "person", str(one.person_id), told)


def _members(account_id: AccountId) -> Select[Any]:
    return (
        select(
            person.c.person_id,
            person.c.email,
            person.c.name,
            membership.c.role,
            membership.c.may_export,
            membership.c.since,
            membership.c.party_id,
        )
        .join_from(membership, person, membership.c.person_id == person.c.person_id)
        .where(membership.c.account_id == account_id)
    )


def _member(row: Any) -> Member:
    person_id, email, name, role, *about = row
    return Member(person_id, email, name, Role(role), *about)


def _as_seen(seen: Member) -> Any:
    return (
        (membership.c.person_id == seen.person_id)
        & (membership.c.role == seen.role.value)
        & membership.c.party_id.is_not_distinct_from(seen.party_id)
    )


def _columns(standing: Standing) -> dict[str, Any]:
    return {**asdict(standing), "role": standing.role.value}


def _told(one: Person | Member, standing: Standing) -> dict[str, Any]:
    """What the audit log says of somebody's place in an account."""
    told = {"email": one.email, "name": one.name, **_columns(standing)}
    party_id = told.pop("party_id")
    return {**told, "party_id": str(party_id)} if party_id else told


async def _lock(connection: AsyncConnection, account_id: AccountId) -> None:
    statement = select(account.c.account_id).where(account.c.account_id == account_id)
    await connection.execute(statement.with_for_update())


async def _require_owner(
    connection: AsyncConnection, account_id: AccountId, changed: Member
) -> None:
    if changed.role is not Role.OWNER:
        return
    owners = select(func.count()).where(
        membership.c.account_id == account_id, membership.c.role == Role.OWNER.value
    )
    if not await connection.scalar(owners):
        raise LastOwner
