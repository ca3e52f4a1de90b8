"""One edit of an account: what it reads and writes, behind the lock that edits wait for."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from psycopg.errors import ForeignKeyViolation, UniqueViolation
from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.contracts.configuration import Assignment, Group
from libs.contracts.editing import Noun
from libs.contracts.finding import Use
from libs.contracts.ids import AccountId, CampaignId, RtbRouterId
from libs.contracts.message import Document, FieldProblem
from libs.runtime.outbox import Announcement
from services.router import tables
from services.router.domain.nouns import Reference
from services.router.domain.plan import chain_of, entry_id_of, within_itself
from services.router.domain.unfit import GroupCycle, PointsNowhere, Taken
from services.router.store.counting import begin_counting, caps_below_use, countings_of
from services.router.store.kept import Kept
from services.router.store.numbers import Numbers
from services.router.store.party_numbers import count_of
from services.router.store.purchases import PurchaseEdits
from services.router.store.readiness import POINTERS, Readinesses
from services.router.store.setups import SetupEdits
from services.router.store.uses import TABLES, key_of, uses_of

_FIELD_OF = {
    "target_buyer_id": "buyer_id",
    "pool_campaign_id": "campaign_id",
    "number_campaign_id": "campaign_id",
    "number_pool_id": "pool_id",
    "assignment_target_id": "assignments",
    "assignment_group_id": "assignments",
    "target_person_id": "agent.person_id",
    "member_target_id": "members",
    "group_parent_id": "parent_id",
    "pool_name": "name",
    "number_number": "number",
    "carrier_account_sid": "account_sid",
    "campaign_rtb_id": "rtb_id",
}
"""Which field of a document a violated constraint is about."""


class Edit:
    """One edit under way: it holds the lock that makes edits wait for each other."""

    def __init__(self, connection: AsyncConnection, account_id: AccountId) -> None:
        self.numbers = Numbers(connection, account_id)
        self.campaigns = Readinesses(connection, account_id)
        self.setups = SetupEdits(connection, account_id)
        self.purchases = PurchaseEdits(connection, account_id)
        self._connection = connection
        self._account_id = account_id

    async def current(self, noun: Noun, key: str) -> Kept | None:
        """The thing as it is now, retired ones too."""
        table = TABLES[noun]
        statement = select(table.c.version, table.c.retired, table.c.document).where(
            table.c.account_id == self._account_id, table.c.id == key_of(noun, key)
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
                    raise PointsNowhere.field(field)

    async def put(self, kept: Kept, columns: Mapping[str, Any]) -> None:
        """Write it; raise PointsNowhere or Taken where a constraint says no."""
        table = TABLES[kept.noun]
        values = {
            "version": kept.version,
            "retired": kept.retired,
            "document": kept.document,
            **columns,
        }
        key = {"account_id": self._account_id, "id": key_of(kept.noun, kept.key)}
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
        freed = {name: None for name in POINTERS if name in table.columns}
        await self._connection.execute(
            update(table)
            .where(table.c.account_id == self._account_id)
            .where(table.c.id == key_of(kept.noun, kept.key))
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
                "rtb_router_id": entry.rtb_router_id,
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
            raise GroupCycle.found()
        return [one for one in parents if group.id in chain_of(one, parents)]

    async def below_use(
        self, document: Document, before: Document | None, now: datetime
    ) -> list[FieldProblem]:
        """Where caps that an edit sets are less than what is used of them."""
        return await caps_below_use(self._connection, self._account_id, document, before, now)

    async def numbers_of_publisher(self, publisher_id: UUID) -> int:
        """How many numbers a publisher has."""
        return await count_of(self._connection, self._account_id, publisher_id)

    async def uses_of(self, noun: Noun, key: str) -> list[Use]:
        """What still needs the thing."""
        return await uses_of(self._connection, self._account_id, noun, key)

    async def auctioned(self, router_id: RtbRouterId) -> list[Kept]:
        """The campaigns whose plans hold an RTB router's auctions."""
        table, entry = tables.campaign, tables.assignment
        same = (entry.c.account_id == table.c.account_id) & (entry.c.campaign_id == table.c.id)
        statement = (
            select(table.c.id, table.c.version, table.c.document)
            .join_from(entry, table, same)
            .where(entry.c.account_id == self._account_id, entry.c.rtb_router_id == router_id)
            .order_by(table.c.id)
        )
        rows = await self._connection.execute(statement)
        return [
            Kept(Noun.CAMPAIGN, self._account_id, str(row[0]), row[1], False, row[2])
            for row in rows
        ]

    async def announce(self, announcement: Announcement) -> None:
        """Have the change told when it is committed."""
        await self._connection.execute(insert(tables.outbox), [announcement.row()])


def _said(fault: IntegrityError) -> Exception:
    """What a violated constraint means to the editor."""
    original = fault.orig
    name = getattr(getattr(original, "diag", None), "constraint_name", None) or ""
    if isinstance(original, ForeignKeyViolation):
        return PointsNowhere.field(_FIELD_OF[name])
    if isinstance(original, UniqueViolation):
        return Taken.at(_FIELD_OF[name], Taken.text)
    return fault
