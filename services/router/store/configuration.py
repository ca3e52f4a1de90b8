"""What accounts have configured: saving with a version check, listing, catching up."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from psycopg.errors import ForeignKeyViolation, UniqueViolation
from sqlalchemy import (
    ColumnElement,
    Table,
    Text,
    cast,
    delete,
    func,
    insert,
    literal,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.contracts.configuration import Assignment, Group
from libs.contracts.editing import Noun
from libs.contracts.ids import AccountId, CampaignId
from libs.contracts.message import Document
from libs.runtime.database import Database
from libs.runtime.outbox import Announcement
from services.router import tables
from services.router.domain.nouns import Reference
from services.router.domain.plan import chain_of, entry_id_of, within_itself
from services.router.store.counting import begin_counting, countings_of

POINTERS = ("campaign_id", "pool_id", "parent_id")  # what a retired thing lets go of
USERS_MAX = 10  # of one kind; enough to say why something cannot be retired
CATCH_UP_MAX = 5_000  # rows read at once; a router that starts reads several times

TABLES: Mapping[Noun, Table] = {
    Noun.CAMPAIGN: tables.campaign,
    Noun.BUYER: tables.buyer,
    Noun.TARGET: tables.target,
    Noun.NUMBER: tables.number,
    Noun.POOL: tables.pool,
    Noun.CARRIER: tables.carrier,
    Noun.DEFAULTS: tables.defaults,
    Noun.GROUP: tables.group,
}


class Missing(Exception):
    """There is no such thing in this account."""


class Stale(Exception):
    """The thing has changed since the editor looked; `current` is its version now."""

    def __init__(self, current: int | None) -> None:
        super().__init__(f"the current version is {current}")
        self.current = current


class PointsNowhere(Exception):
    """A field names something that does not exist in this account."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class Taken(Exception):
    """A field's value belongs to something else already."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class GroupCycle(Exception):
    """A group would be within itself, or too deep."""


class InUse(Exception):
    """Something else still needs it; `users` says what."""

    def __init__(self, users: Sequence[str]) -> None:
        super().__init__(", ".join(users))
        self.users = users


@dataclass(frozen=True, slots=True)
class Kept:
    """One configured thing as it is kept."""

    noun: Noun
    account_id: AccountId
    key: str
    version: int
    retired: bool
    document: dict[str, Any]


_FIELD_OF = {
    "target_buyer_id": "buyer_id",
    "pool_campaign_id": "campaign_id",
    "number_campaign_id": "campaign_id",
    "number_pool_id": "pool_id",
    "assignment_target_id": "assignments",
    "assignment_group_id": "assignments",
    "member_target_id": "members",
    "group_parent_id": "parent_id",
    "pool_name": "name",
    "number_number": "number",
    "carrier_account_sid": "account_sid",
}
"""Which field of a document a violated constraint is about."""

_USERS = (
    (Noun.BUYER, tables.target, tables.target.c.buyer_id, "target"),
    (Noun.CAMPAIGN, tables.number, tables.number.c.campaign_id, "number"),
    (Noun.CAMPAIGN, tables.pool, tables.pool.c.campaign_id, "pool"),
    (Noun.POOL, tables.number, tables.number.c.pool_id, "number"),
    (Noun.GROUP, tables.group, tables.group.c.parent_id, "group"),
    (Noun.CARRIER, tables.number, tables.number.c.document["account_sid"].astext, "number"),
)
"""What may point to what, beside assignments."""


class Edit:
    """One edit under way: it holds the lock that makes edits wait for each other."""

    def __init__(self, connection: AsyncConnection, account_id: AccountId) -> None:
        self._connection = connection
        self._account_id = account_id

    async def current(self, noun: Noun, key: str) -> Kept | None:
        """The thing as it is now, retired ones too."""
        table = TABLES[noun]
        statement = select(table.c.version, table.c.retired, table.c.document).where(
            table.c.account_id == self._account_id, table.c.id == _key_of(noun, key)
        )
        row = (await self._connection.execute(statement)).one_or_none()
        return Kept(noun, self._account_id, key, *row) if row else None

    async def next_version(self) -> int:
        """The version that this edit will have."""
        version: int = (
            await self._connection.execute(select(tables.config_version.next_value()))
        ).scalar_one()
        return version

    async def check(self, references: Iterable[Reference]) -> None:
        """Raise PointsNowhere for the first that names nothing, or something retired."""
        for noun, named in groupby(references, key=lambda reference: reference.noun):
            wanted = {reference.id: reference.field for reference in named}
            table = TABLES[noun]
            statement = select(table.c.id).where(
                table.c.account_id == self._account_id, table.c.id.in_(wanted), ~table.c.retired
            )
            found = set((await self._connection.execute(statement)).scalars())
            for id, field in wanted.items():
                if id not in found:
                    raise PointsNowhere(field)

    async def put(self, kept: Kept, columns: Mapping[str, Any]) -> None:
        """Write it; raise PointsNowhere or Taken where a constraint says no."""
        table = TABLES[kept.noun]
        values = {
            "version": kept.version,
            "retired": kept.retired,
            "document": kept.document,
            **columns,
        }
        key = {"account_id": self._account_id, "id": _key_of(kept.noun, kept.key)}
        statement = upsert(table).values(**key, **values)
        try:
            await self._connection.execute(
                statement.on_conflict_do_update(index_elements=["account_id", "id"], set_=values)
            )
        except IntegrityError as fault:
            raise _said(fault) from fault

    async def retire(self, kept: Kept) -> None:
        """Take it out of use; it points to nothing any more."""
        table = TABLES[kept.noun]
        freed = {
            name: None for name in ("campaign_id", "pool_id", "parent_id") if name in table.columns
        }
        await self._connection.execute(
            update(table)
            .where(table.c.account_id == self._account_id)
            .where(table.c.id == _key_of(kept.noun, kept.key))
            .values(version=kept.version, retired=True, **freed)
        )
        if kept.noun is Noun.GROUP:
            await self._disband(UUID(kept.key))
        if kept.noun is Noun.CAMPAIGN:
            await self.assign(CampaignId(UUID(kept.key)), [])

    async def _disband(self, group_id: UUID) -> None:
        table = tables.member
        await self._connection.execute(
            delete(table).where(
                table.c.account_id == self._account_id, table.c.group_id == group_id
            )
        )

    async def assign(self, campaign_id: CampaignId, entries: Sequence[Assignment]) -> None:
        """Make these the entries of a campaign's plan."""
        table = tables.assignment
        of_campaign = (table.c.account_id == self._account_id) & (
            table.c.campaign_id == campaign_id
        )
        await self._connection.execute(delete(table).where(of_campaign))
        rows = [
            {
                "account_id": self._account_id,
                "campaign_id": campaign_id,
                "entry_id": entry_id_of(campaign_id, entry),
                "target_id": entry.target_id,
                "group_id": entry.group_id,
            }
            for entry in entries
        ]
        await self._insert(table, rows)

    async def gather(self, group: Group) -> None:
        """Make these the members of a group."""
        table = tables.member
        of_group = (table.c.account_id == self._account_id) & (table.c.group_id == group.id)
        await self._connection.execute(delete(table).where(of_group))
        rows = [
            {
                "account_id": self._account_id,
                "group_id": group.id,
                "target_id": member.target_id,
            }
            for member in group.members
        ]
        await self._insert(table, rows)

    async def _insert(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        if not rows:
            return
        try:
            await self._connection.execute(insert(table), rows)
        except IntegrityError as fault:
            raise _said(fault) from fault

    async def count(self, document: Document, now: datetime) -> None:
        """Begin to count what a document caps, if that is new."""
        within = await self._groups_within(document) if isinstance(document, Group) else []
        for counting in countings_of(document, within):
            await begin_counting(self._connection, self._account_id, counting, now)

    async def _groups_within(self, group: Group) -> list[UUID]:
        """A group and all within it; raise GroupCycle where it would be within itself."""
        table = tables.group
        rows = await self._connection.execute(
            select(table.c.id, table.c.parent_id).where(
                table.c.account_id == self._account_id, ~table.c.retired
            )
        )
        parents = {row.id: row.parent_id for row in rows} | {group.id: group.parent_id}
        if within_itself(group.id, parents):
            raise GroupCycle
        return [one for one in parents if group.id in chain_of(one, parents)]

    async def users_of(self, noun: Noun, key: str) -> list[str]:
        """What still needs the thing, by kind and name."""
        users: list[str] = []
        for used, table, points, name in _USERS:
            if used is noun:
                statement = (
                    select(table.c.document)
                    .where(table.c.account_id == self._account_id, ~table.c.retired)
                    .where(points == _key_of(noun, key))
                    .order_by(table.c.id)
                    .limit(USERS_MAX)
                )
                users += [
                    f"{name} {row.document.get('name') or row.document['number']}"
                    for row in await self._connection.execute(statement)
                ]
        if noun is Noun.TARGET:
            users += await self._campaigns_of(tables.assignment.c.target_id == UUID(key))
            users += await self._groups_of(UUID(key))
        if noun is Noun.GROUP:
            users += await self._campaigns_of(tables.assignment.c.group_id == UUID(key))
        return users

    async def _groups_of(self, target_id: UUID) -> list[str]:
        group, member = tables.group, tables.member
        same = (group.c.account_id == member.c.account_id) & (group.c.id == member.c.group_id)
        statement = (
            select(group.c.document)
            .join_from(member, group, same)
            .where(
                member.c.account_id == self._account_id,
                member.c.target_id == target_id,
                ~group.c.retired,
            )
            .order_by(group.c.id)
            .limit(USERS_MAX)
        )
        rows = await self._connection.execute(statement)
        return [f"group {row.document['name']}" for row in rows]

    async def _campaigns_of(self, which: ColumnElement[bool]) -> list[str]:
        campaign, assignment = tables.campaign, tables.assignment
        same = (campaign.c.account_id == assignment.c.account_id) & (
            campaign.c.id == assignment.c.campaign_id
        )
        statement = (
            select(campaign.c.document)
            .join_from(assignment, campaign, same)
            .where(
                assignment.c.account_id == self._account_id,
                which,
                ~campaign.c.retired,
            )
            .order_by(campaign.c.id)
            .limit(USERS_MAX)
        )
        rows = await self._connection.execute(statement)
        return [f"campaign {row.document['name']}" for row in rows]

    async def announce(self, announcement: Announcement) -> None:
        """Have the change told when it is committed."""
        await self._connection.execute(insert(tables.outbox), [announcement.row()])


class Configuration:
    """The kept configuration of all accounts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def editing(self, account_id: AccountId) -> AsyncIterator[Edit]:
        """The transaction of one edit; the next edit waits until this is committed."""
        async with self._database.transaction() as connection:
            await connection.execute(select(func.pg_advisory_xact_lock(tables.EDIT_LOCK)))
            yield Edit(connection, account_id)

    async def page(
        self, account_id: AccountId, noun: Noun, after: str | None, limit: int
    ) -> list[Kept]:
        """Things of one kind in the order of their ids."""
        table = TABLES[noun]
        statement = (
            select(cast(table.c.id, Text), table.c.version, table.c.retired, table.c.document)
            .where(table.c.account_id == account_id, ~table.c.retired)
            .order_by(table.c.id)
            .limit(limit)
        )
        if after is not None:
            statement = statement.where(table.c.id > _key_of(noun, after))
        async with self._database.transaction() as connection:
            rows = await connection.execute(statement)
            return [Kept(noun, account_id, *row) for row in rows]

    async def changes_since(self, version: int) -> list[Kept]:
        """What changed after a version, of all accounts, in order; retired things too."""
        parts = [
            select(
                literal(noun.value).label("noun"),
                table.c.account_id,
                cast(table.c.id, Text).label("key"),
                table.c.version,
                table.c.retired,
                table.c.document,
            ).where(table.c.version > version)
            for noun, table in TABLES.items()
        ]
        every = union_all(*parts).subquery()
        statement = select(every).order_by(every.c.version).limit(CATCH_UP_MAX)
        async with self._database.transaction() as connection:
            rows = (await connection.execute(statement)).all()
        return [Kept(Noun(row[0]), *row[1:]) for row in rows]


def _key_of(noun: Noun, key: str) -> UUID | str:
    return key if noun is Noun.CARRIER else UUID(key)


def _said(fault: IntegrityError) -> Exception:
    """What a violated constraint means to the editor."""
    original = fault.orig
    name = getattr(getattr(original, "diag", None), "constraint_name", None) or ""
    if isinstance(original, ForeignKeyViolation):
        return PointsNowhere(_FIELD_OF[name])
    if isinstance(original, UniqueViolation):
        return Taken(_FIELD_OF[name])
    return fault
