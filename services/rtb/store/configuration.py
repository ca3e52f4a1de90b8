"""What accounts have configured: bidders and the routers that ask them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.errors import ForeignKeyViolation, UniqueViolation
from sqlalchemy import Table, delete, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.contracts.bidding import RtbRouter, RtbTarget
from libs.contracts.bidding_edits import RtbNoun, RtbUse
from libs.contracts.ids import AccountId, CampaignId, RtbRouterId, RtbTargetId
from libs.rules.secrets import secrets_in, with_secrets
from libs.runtime.database import Database
from libs.runtime.outbox import Announcement
from libs.runtime.seal import Seal
from services.rtb import tables
from services.rtb.domain.books import Books
from services.rtb.domain.counters import begun_at
from services.rtb.domain.unfit import Unfit

TABLES: dict[RtbNoun, Table] = {
    RtbNoun.TARGET: tables.target,
    RtbNoun.ROUTER: tables.router,
    RtbNoun.PING_RULES: tables.ping_rules,
}
USES_MAX = 200  # routers that are named; more only repeat the point


@dataclass(frozen=True, slots=True)
class Kept:
    """One configured thing as it is kept."""

    noun: RtbNoun
    key: UUID
    version: int
    retired: bool
    document: dict[str, Any]


class Edit:
    """One edit under way: it holds the lock that makes edits wait for each other."""

    def __init__(self, connection: AsyncConnection, account_id: AccountId) -> None:
        self._connection = connection
        self._account_id = account_id

    async def current(self, noun: RtbNoun, key: UUID) -> Kept | None:
        """The thing as it is now, retired ones too."""
        table = TABLES[noun]
        statement = select(table.c.version, table.c.retired, table.c.document).where(
            table.c.account_id == self._account_id, table.c.id == key
        )
        row = (await self._connection.execute(statement)).one_or_none()
        return Kept(noun, key, *row) if row else None

    async def keep(
        self, noun: RtbNoun, key: UUID, document: dict[str, Any], *, retired: bool = False
    ) -> Kept:
        """Write it as a new version of the account."""
        version: int = (
            await self._connection.execute(select(tables.config_version.next_value()))
        ).scalar_one()
        values = {"version": version, "retired": retired, "document": document}
        key_of = {"account_id": self._account_id, "id": key}
        await self._connection.execute(
            upsert(TABLES[noun])
            .values(**key_of, **values)
            .on_conflict_do_update(index_elements=["account_id", "id"], set_=values)
        )
        await self._connection.execute(
            upsert(tables.edition)
            .values(account_id=self._account_id, version=version)
            .on_conflict_do_update(index_elements=["account_id"], set_={"version": version})
        )
        return Kept(noun, key, version, retired, document)

    async def gather(self, router: RtbRouter) -> None:
        """Make these the members of a router; raise Unfit where one is not there."""
        await self.disband(router.id)
        members = [member.target_id for member in router.members]
        there = await self._targets(members)
        problems = [
            (f"members.{at}.target_id", "no such RTB target in this account")
            for at, target_id in enumerate(members)
            if target_id not in there
        ]
        if problems:
            raise Unfit("points_nowhere", "a member is not there", problems)
        rows = [
            {"account_id": self._account_id, "router_id": router.id, "target_id": target_id}
            for target_id in members
        ]
        if rows:
            await self._connection.execute(insert(tables.member), rows)

    async def _targets(self, ids: Sequence[RtbTargetId]) -> set[UUID]:
        statement = select(tables.target.c.id).where(
            tables.target.c.account_id == self._account_id,
            tables.target.c.id.in_(ids),
            ~tables.target.c.retired,
        )
        return set((await self._connection.execute(statement)).scalars())

    async def disband(self, router_id: UUID) -> None:
        """A router asks nobody any more."""
        table = tables.member
        await self._connection.execute(
            delete(table).where(
                table.c.account_id == self._account_id, table.c.router_id == router_id
            )
        )

    async def begin_counting(self, target: RtbTarget, now: datetime) -> None:
        """Have a counter for a bidder."""
        begun = {f"{period}_at": at for period, at in begun_at(now, target.zone).items()}
        await self._connection.execute(
            upsert(tables.counter)
            .values(account_id=self._account_id, target_id=target.id, **begun)
            .on_conflict_do_nothing()
        )

    async def users_of(self, target_id: UUID | None) -> list[RtbUse]:
        """The routers that ask a bidder, or any."""
        table, member = tables.router, tables.member
        statement = (
            select(table.c.id, table.c.document["name"].astext)
            .join(
                member,
                (member.c.account_id == table.c.account_id) & (member.c.router_id == table.c.id),
            )
            .where(table.c.account_id == self._account_id, ~table.c.retired)
            .distinct()
            .order_by(table.c.id)
            .limit(USES_MAX)
        )
        if target_id is not None:
            statement = statement.where(member.c.target_id == target_id)
        rows = await self._connection.execute(statement)
        return [RtbUse(rtb_router_id=RtbRouterId(row[0]), name=row[1]) for row in rows]

    async def pinged_with(self, router_id: UUID) -> list[CampaignId]:
        """The campaigns whose pings are answered with what a router's bidders pay."""
        table = tables.ping_rules
        statement = (
            select(table.c.id)
            .where(
                table.c.account_id == self._account_id,
                ~table.c.retired,
                table.c.document["rtb_router_id"].astext == str(router_id),
            )
            .order_by(table.c.id)
            .limit(USES_MAX)
        )
        return [CampaignId(row) for row in (await self._connection.execute(statement)).scalars()]

    async def targets(self) -> list[UUID]:
        """All bidders that are in use."""
        statement = select(tables.target.c.id).where(
            tables.target.c.account_id == self._account_id, ~tables.target.c.retired
        )
        return list((await self._connection.execute(statement)).scalars())

    async def announce(self, announcement: Announcement) -> None:
        """Have the change told when it is committed."""
        await self._connection.execute(insert(tables.outbox), [announcement.row()])


class Configuration:
    """The kept configuration of all accounts; `seal` keeps bidders' secrets."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database = database
        self.seal = seal

    @asynccontextmanager
    async def editing(self, account_id: AccountId) -> AsyncIterator[Edit]:
        """The transaction of one edit; the next edit waits until this is committed."""
        async with self._database.transaction() as connection:
            await connection.execute(select(func.pg_advisory_xact_lock(tables.EDIT_LOCK)))
            try:
                yield Edit(connection, account_id)
            except IntegrityError as fault:
                if isinstance(fault.orig, ForeignKeyViolation):
                    raise Unfit("points_nowhere", "something it names is not there") from fault
                if isinstance(fault.orig, UniqueViolation):
                    problem = [("rtb_id", "another campaign has it")]
                    raise Unfit("conflict", "the RTB id is taken", problem) from fault
                raise

    async def rules(self, rtb_id: str) -> tuple[AccountId, int, dict[str, Any]] | None:
        """Whose pings an RTB id takes, and by which rules; secrets are sealed."""
        table = tables.ping_rules
        statement = select(table.c.account_id, table.c.version, table.c.document).where(
            table.c.rtb_id == rtb_id, ~table.c.retired
        )
        async with self._database.transaction() as connection:
            row = (await connection.execute(statement)).one_or_none()
        return None if row is None else (AccountId(row[0]), row[1], row[2])

    async def get(self, account_id: AccountId, noun: RtbNoun, key: UUID) -> Kept | None:
        """One thing; None where it is not there."""
        async with self._database.transaction() as connection:
            kept = await Edit(connection, account_id).current(noun, key)
        return None if kept is None or kept.retired else kept

    async def users_of(self, account_id: AccountId, target_id: UUID | None) -> list[RtbUse]:
        """The routers that ask a bidder, or any."""
        async with self._database.transaction() as connection:
            return await Edit(connection, account_id).users_of(target_id)

    async def pinged_with(self, account_id: AccountId, router_id: UUID) -> list[CampaignId]:
        """The campaigns whose pings are answered with what a router's bidders pay."""
        async with self._database.transaction() as connection:
            return await Edit(connection, account_id).pinged_with(router_id)

    async def version(self, account_id: AccountId) -> int:
        """The version that an account's books have now."""
        async with self._database.transaction() as connection:
            return await _version(connection, account_id)

    async def books(self, account_id: AccountId) -> Books:
        """Everything of an account, secrets open."""
        async with self._database.transaction() as connection:
            version = await _version(connection, account_id)
            found: dict[RtbNoun, list[Any]] = {}
            for noun in (RtbNoun.TARGET, RtbNoun.ROUTER):
                table = TABLES[noun]
                statement = select(table.c.document).where(
                    table.c.account_id == account_id, ~table.c.retired
                )
                found[noun] = list((await connection.execute(statement)).scalars())
        routers = [RtbRouter.model_validate(one) for one in found[RtbNoun.ROUTER]]
        opened = [with_secrets(one, self.seal.open) for one in found[RtbNoun.TARGET]]
        targets = [RtbTarget.model_validate(one) for one in opened]
        return Books(
            version=version,
            routers={one.id: one for one in routers},
            targets={one.id: one for one in targets},
            secrets={
                target.id: tuple(secrets_in(one).values())
                for target, one in zip(targets, opened, strict=True)
            },
        )


async def _version(connection: AsyncConnection, account_id: AccountId) -> int:
    statement = select(tables.edition.c.version).where(tables.edition.c.account_id == account_id)
    return await connection.scalar(statement) or 0
