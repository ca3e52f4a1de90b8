"""Accounts: what they are called, and what they ask of their people."""

from datetime import datetime

from sqlalchemy import insert, select, update

from libs.contracts.editing import Actor
from libs.contracts.ids import AccountId
from libs.runtime.database import Database
from services.console.domain.access import Role
from services.console.store.audit import Told, note
from services.console.store.members import Standing, join
from services.console.store.people import Person, know
from services.console.tables import account


class Accounts:
    """Every account there is."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def any(self) -> bool:
        """Whether there is an account at all."""
        async with self._database.transaction() as connection:
            return await connection.scalar(select(account.c.account_id).limit(1)) is not None

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
        told = Told(actor, now, before=None, after={"name": name})
        async with self._database.transaction() as connection:
            await connection.execute(
                insert(account).values(account_id=account_id, name=name, created_at=now)
            )
            await note(connection, account_id, "account", str(account_id), told)
            await know(connection, owner, now)
            await join(connection, account_id, owner, Standing(Role.OWNER), actor, now)
