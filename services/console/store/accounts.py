"""Accounts: what they are called, and what they ask of their people."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import exists, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.contracts.editing import Actor
from libs.contracts.ids import AccountId
from libs.runtime.database import Database
from services.console.domain.access import PLATFORM, Role
from services.console.store.audit import Told, note
from services.console.store.members import Standing, join
from services.console.store.people import Person, know
from services.console.tables import account, membership, person


class State(StrEnum):
    """Whether an account is in use: `waiting` until an owner has chosen her password."""

    ACTIVE = "active"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Listed:
    """An account as the platform's operators see it."""

    account_id: AccountId
    name: str
    made_at: datetime
    state: State


class Accounts:
    """Every account there is."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def any(self) -> bool:
        """Whether anybody has an account; that of the platform's operators is nobody's."""
        statement = select(account.c.account_id).where(account.c.account_id != PLATFORM).limit(1)
        async with self._database.transaction() as connection:
            return await connection.scalar(statement) is not None

    async def begin_platform(self, now: datetime) -> None:
        """Make the account of the platform's operators, if it is not there."""
        row = {"account_id": PLATFORM, "name": "The platform", "created_at": now}
        async with self._database.transaction() as connection:
            await connection.execute(upsert(account).values(row).on_conflict_do_nothing())

    async def page(self, after: UUID, limit: int) -> list[Listed]:
        """Accounts by their ids; for the platform's operators, whose own is left out."""
        came = exists().where(
            membership.c.account_id == account.c.account_id,
            membership.c.person_id == person.c.person_id,
            membership.c.role == Role.OWNER.value,
            ~person.c.must_change,
        )
        statement = (
            select(account.c.account_id, account.c.name, account.c.created_at, came)
            .where(account.c.account_id > after, account.c.account_id != PLATFORM)
            .order_by(account.c.account_id)
            .limit(limit)
        )
        async with self._database.transaction() as connection:
            rows = await connection.execute(statement)
        return [
            Listed(AccountId(id_), name, made_at, State.ACTIVE if active else State.WAITING)
            for id_, name, made_at, active in rows
        ]

    async def note_look(self, account_id: AccountId, key: str, told: Told) -> None:
        """Write down what an operator looked at: in her own log, or that of the account."""
        async with self._database.transaction() as connection:
            await note(connection, account_id, "platform", key, told)

    async def name(self, account_id: AccountId) -> str:
        """What an account is called."""
        statement = select(account.c.name).where(account.c.account_id == account_id)
        async with self._database.transaction() as connection:
            name: str | None = await connection.scalar(statement)
        return name or ""

    async def rename(self, account_id: AccountId, name: str, actor: Actor, now: datetime) -> None:
        """Call an account otherwise."""
        these = account.c.account_id == account_id
        async with self._database.transaction() as connection:
            before = await connection.scalar(select(account.c.name).where(these).with_for_update())
            if before == name:
                return
            await connection.execute(update(account).where(these).values(name=name))
            told = Told(actor, now, before={"name": before}, after={"name": name})
            await note(connection, account_id, "account", str(account_id), told)

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

    async def found(
        self, account_id: AccountId, name: str, owner: Person, actor: Actor, now: datetime
    ) -> None:
        """Make an account with its first owner, who may be known already."""
        async with self._database.transaction() as connection:
            await found_account(connection, account_id, name, owner, actor, now)


async def found_account(  # noqa: PLR0917 - a row, column by column
    connection: AsyncConnection,
    account_id: AccountId,
    name: str,
    owner: Person,
    actor: Actor,
    now: datetime,
) -> None:
    """Make an account with its first owner."""
    told = Told(actor, now, before=None, after={"name": name})
    await connection.execute(
        insert(account).values(account_id=account_id, name=name, created_at=now)
    )
    await note(connection, account_id, "account", str(account_id), told)
    await know(connection, owner, now)
    await join(connection, account_id, owner, Standing(Role.OWNER), actor, now)
