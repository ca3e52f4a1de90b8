"""Accounts, people, and who belongs to which."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.contracts.editing import Actor
from libs.contracts.ids import AccountId
from libs.runtime.database import Database
from services.console.domain.access import Role
from services.console.store.audit import Told, note
from services.console.tables import account, membership, person, session


class EmailTaken(Exception):
    """Somebody belongs to the account by this address already."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may sign in."""

    person_id: UUID
    email: str
    name: str
    password: str
    must_change: bool


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody as an account knows her."""

    person_id: UUID
    email: str
    name: str
    role: Role
    may_export: bool
    since: datetime


class People:
    """Those who may sign in, and where they belong."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def any_account(self) -> bool:
        """Whether there is an account at all."""
        async with self._database.transaction() as connection:
            return await connection.scalar(select(account.c.account_id).limit(1)) is not None

    async def by_email(self, email: str) -> Person | None:
        """Whoever signs in by this address; capitals make no difference."""
        statement = select(person).where(func.lower(person.c.email) == email.lower())
        async with self._database.transaction() as connection:
            row = (await connection.execute(statement)).one_or_none()
        return _person(row) if row else None

    async def by_id(self, person_id: UUID) -> Person | None:
        """Whoever has this id."""
        statement = select(person).where(person.c.person_id == person_id)
        async with self._database.transaction() as connection:
            row = (await connection.execute(statement)).one_or_none()
        return _person(row) if row else None

    async def accounts_of(self, person_id: UUID) -> list[tuple[AccountId, str, Role]]:
        """The accounts that somebody belongs to, by name."""
        statement = (
            select(account.c.account_id, account.c.name, membership.c.role)
            .join_from(membership, account, membership.c.account_id == account.c.account_id)
            .where(membership.c.person_id == person_id)
            .order_by(account.c.name, account.c.account_id)
        )
        async with self._database.transaction() as connection:
            rows = await connection.execute(statement)
        return [(AccountId(row[0]), row[1], Role(row[2])) for row in rows]

    async def account_name(self, account_id: AccountId) -> str:
        """What an account is called."""
        statement = select(account.c.name).where(account.c.account_id == account_id)
        async with self._database.transaction() as connection:
            name: str | None = await connection.scalar(statement)
        return name or ""

    async def rename_account(self, account_id: AccountId, name: str) -> None:
        """Call an account otherwise."""
        async with self._database.transaction() as connection:
            await connection.execute(
                update(account).where(account.c.account_id == account_id).values(name=name)
            )

    async def requires_second_factor(self, account_id: AccountId) -> bool:
        """Whether people of the account must have a second factor."""
        statement = select(account.c.requires_second_factor).where(
            account.c.account_id == account_id
        )
        async with self._database.transaction() as connection:
            return bool(await connection.scalar(statement))

    async def require_second_factor(
        self, account_id: AccountId, required: bool, actor: Actor, now: datetime
    ) -> None:
        """Ask people of the account for a second factor, or not any more."""
        statement = (
            update(account)
            .where(account.c.account_id == account_id, account.c.requires_second_factor != required)
            .values(requires_second_factor=required)
        )
        name = "second_factor_required"
        told = Told(actor, now, before={name: not required}, after={name: required})
        async with self._database.transaction() as connection:
            if (await connection.execute(statement)).rowcount:
                await note(connection, account_id, "account", str(account_id), told)

    async def found(self, account_id: AccountId, name: str, owner: Person, now: datetime) -> None:
        """Make an account with its first owner, who may be known already."""
        async with self._database.transaction() as connection:
            await connection.execute(
                insert(account).values(account_id=account_id, name=name, created_at=now)
            )
            await _know(connection, owner, now)
            await _join(connection, account_id, owner.person_id, Role.OWNER, False, now)

    async def add(
        self, account_id: AccountId, member: Person, role: Role, *, may_export: bool, now: datetime
    ) -> None:
        """Let somebody into an account; raise EmailTaken where she is in it already."""
        try:
            async with self._database.transaction() as connection:
                await _know(connection, member, now)
                await _join(connection, account_id, member.person_id, role, may_export, now)
        except IntegrityError as fault:
            raise EmailTaken from fault

    async def members(self, account_id: AccountId, after: str, limit: int) -> list[Member]:
        """An account's people in the order of their addresses."""
        statement = (
            select(
                person.c.person_id,
                person.c.email,
                person.c.name,
                membership.c.role,
                membership.c.may_export,
                membership.c.since,
            )
            .join_from(membership, person, membership.c.person_id == person.c.person_id)
            .where(membership.c.account_id == account_id, person.c.email > after)
            .order_by(person.c.email)
            .limit(limit)
        )
        async with self._database.transaction() as connection:
            rows = await connection.execute(statement)
        return [Member(*row[:3], Role(row[3]), *row[4:]) for row in rows]

    async def member(self, account_id: AccountId, person_id: UUID) -> Member | None:
        """One of an account's people."""
        statement = (
            select(
                person.c.person_id,
                person.c.email,
                person.c.name,
                membership.c.role,
                membership.c.may_export,
                membership.c.since,
            )
            .join_from(membership, person, membership.c.person_id == person.c.person_id)
            .where(membership.c.account_id == account_id, person.c.person_id == person_id)
        )
        async with self._database.transaction() as connection:
            row = (await connection.execute(statement)).one_or_none()
        return Member(*row[:3], Role(row[3]), *row[4:]) if row else None

    async def owners(self, account_id: AccountId) -> int:
        """How many owners an account has."""
        statement = select(func.count()).where(
            membership.c.account_id == account_id, membership.c.role == Role.OWNER.value
        )
        async with self._database.transaction() as connection:
            return int(await connection.scalar(statement) or 0)

    async def change(
        self, account_id: AccountId, person_id: UUID, role: Role, *, may_export: bool
    ) -> None:
        """Give somebody another role."""
        these = (membership.c.account_id == account_id) & (membership.c.person_id == person_id)
        async with self._database.transaction() as connection:
            await connection.execute(
                update(membership).where(these).values(role=role.value, may_export=may_export)
            )

    async def remove(self, account_id: AccountId, person_id: UUID) -> None:
        """Take somebody out of an account; her sessions there end with it."""
        these = (membership.c.account_id == account_id) & (membership.c.person_id == person_id)
        async with self._database.transaction() as connection:
            await connection.execute(delete(membership).where(these))

    async def set_password(self, person_id: UUID, password: str, *, must_change: bool) -> None:
        """Keep another password hash; every session by the old one ends."""
        async with self._database.transaction() as connection:
            await connection.execute(
                update(person)
                .where(person.c.person_id == person_id)
                .values(password=password, must_change=must_change)
            )
            await connection.execute(delete(session).where(session.c.person_id == person_id))


async def _know(connection: AsyncConnection, one: Person, now: datetime) -> None:
    known = select(person.c.person_id).where(person.c.person_id == one.person_id)
    if await connection.scalar(known) is None:
        await connection.execute(
            insert(person).values(
                person_id=one.person_id,
                email=one.email,
                name=one.name,
                password=one.password,
                must_change=one.must_change,
                created_at=now,
            )
        )


async def _join(  # noqa: PLR0917 - a row, column by column
    connection: AsyncConnection,
    account_id: AccountId,
    person_id: UUID,
    role: Role,
    may_export: bool,
    now: datetime,
) -> None:
    await connection.execute(
        insert(membership).values(
            account_id=account_id,
            person_id=person_id,
            role=role.value,
            may_export=may_export,
            since=now,
        )
    )


def _person(row: Any) -> Person:
    return Person(row.person_id, row.email, row.name, row.password, row.must_change)
