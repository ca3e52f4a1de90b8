"""People who may sign in, whatever accounts they belong to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.contracts.ids import AccountId
from libs.runtime.database import Database
from services.console.domain.access import Role
from services.console.store.audit import Told, note_of_person
from services.console.tables import account, membership, password_reset, person, session


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may sign in."""

    person_id: UUID
    email: str
    name: str
    password: str
    must_change: bool


class People:
    """Those who may sign in."""

    def __init__(self, database: Database) -> None:
        self._database = database

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

    async def set_password(
        self, person_id: UUID, password: str, told: Told, *, must_change: bool
    ) -> None:
        """Keep another password hash; sessions by the old one and links for a new one end."""
        async with self._database.transaction() as connection:
            await renew_password(connection, person_id, password, told, must_change=must_change)


async def renew_password(
    connection: AsyncConnection, person_id: UUID, password: str, told: Told, *, must_change: bool
) -> None:
    """Keep another password hash; sessions by the old one and links for a new one end."""
    await connection.execute(
        update(person)
        .where(person.c.person_id == person_id)
        .values(password=password, must_change=must_change)
    )
    for table in (session, password_reset):
        await connection.execute(delete(table).where(table.c.person_id == person_id))
    await note_of_person(connection, person_id, told)


async def know(connection: AsyncConnection, one: Person, now: datetime) -> None:
    """Keep somebody, if she is new to us."""
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


def _person(row: Any) -> Person:
    return Person(row.person_id, row.email, row.name, row.password, row.must_change)
