"""What accounts have written: drafts and published versions, one edit of a flow at a time."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Text, cast, func, insert, literal, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.contracts.flow_edits import FlowRow, FlowState, FlowVersionRow, ListFlows
from libs.contracts.ids import AccountId, FlowId
from libs.runtime.database import Database
from libs.runtime.outbox import Announcement
from services.flows.tables import edit_version, flow, flow_version, outbox


@dataclass(frozen=True, slots=True)
class KeptFlow:
    """A flow as it is kept, its draft as text."""

    id: FlowId
    name: str
    state: FlowState
    version: int
    published: int | None
    newest: int
    changed_at: datetime
    document: str

    @property
    def row(self) -> FlowRow:
        """The flow as lists show it."""
        return FlowRow(
            id=self.id,
            name=self.name,
            state=self.state,
            version=self.version,
            published=self.published,
            newest=self.newest,
            changed_at=self.changed_at,
        )


_KEPT = (
    flow.c.id,
    flow.c.name,
    flow.c.state,
    flow.c.version,
    flow.c.published,
    flow.c.newest,
    flow.c.changed_at,
    cast(flow.c.document, Text),
)


def _kept(row: Sequence[Any]) -> KeptFlow:
    id_, name, state, *rest = row
    return KeptFlow(id_, name, FlowState(state), *rest)


class Edit:
    """One edit of one flow under way; its row is locked."""

    def __init__(self, connection: AsyncConnection, account_id: AccountId) -> None:
        self._connection = connection
        self._account_id = account_id

    async def current(self, flow_id: FlowId) -> KeptFlow | None:
        """The flow as it is now; nobody else edits it until this is over."""
        statement = (
            select(*_KEPT)
            .where(flow.c.account_id == self._account_id, flow.c.id == flow_id, ~flow.c.retired)
            .with_for_update()
        )
        row = (await self._connection.execute(statement)).one_or_none()
        return _kept(row) if row else None

    async def keep(self, kept: KeptFlow, now: datetime) -> KeptFlow:
        """Write a flow as a new version of its draft and state."""
        version: int = (
            await self._connection.execute(select(edit_version.next_value()))
        ).scalar_one()
        values = {
            "version": version,
            "name": kept.name,
            "state": kept.state.value,
            "published": kept.published,
            "newest": kept.newest,
            "document": orjson.loads(kept.document),
            "changed_at": now,
        }
        key = {"account_id": self._account_id, "id": kept.id}
        given = upsert(flow).values(**key, **values)
        await self._connection.execute(
            given.on_conflict_do_update(index_elements=["account_id", "id"], set_=values)
        )
        return KeptFlow(
            kept.id,
            kept.name,
            kept.state,
            version,
            kept.published,
            kept.newest,
            now,
            kept.document,
        )

    async def publish(
        self,
        kept: KeptFlow,
        sub_flows: dict[FlowId, int],
        note: str,
        actor: str,
        now: datetime,
    ) -> None:
        """Write the draft as the version `kept.newest`, for good."""
        await self._connection.execute(
            insert(flow_version).values(
                account_id=self._account_id,
                flow_id=kept.id,
                version=kept.newest,
                document=orjson.loads(kept.document),
                sub_flows={str(key): version for key, version in sub_flows.items()},
                note=note,
                published_by=actor,
                published_at=now,
            )
        )

    async def has_version(self, flow_id: FlowId, version: int) -> bool:
        """Whether a flow has been published as this version."""
        statement = select(flow_version.c.version).where(
            flow_version.c.account_id == self._account_id,
            flow_version.c.flow_id == flow_id,
            flow_version.c.version == version,
        )
        return (await self._connection.execute(statement)).one_or_none() is not None

    async def announce(self, fact: Announcement) -> None:
        """Tell of it, if the edit is committed."""
        await self._connection.execute(insert(outbox).values(fact.row()))


class Flows:
    """The flows of every account, one account at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def editing(self, account_id: AccountId, flow_id: FlowId) -> AsyncIterator[Edit]:
        """All or nothing; edits of one flow wait for each other, new ones too."""
        async with self._database.transaction() as connection:
            lock = func.pg_advisory_xact_lock(func.hashtextextended(f"{account_id}/{flow_id}", 0))
            await connection.execute(select(lock))
            yield Edit(connection, account_id)

    async def one(self, account_id: AccountId, flow_id: FlowId) -> KeptFlow | None:
        """A flow with its draft."""
        statement = select(*_KEPT).where(
            flow.c.account_id == account_id, flow.c.id == flow_id, ~flow.c.retired
        )
        async with self._database.transaction() as connection:
            row = (await connection.execute(statement)).one_or_none()
        return _kept(row) if row else None

    async def version(self, account_id: AccountId, flow_id: FlowId, version: int) -> str | None:
        """The document of a published version, as text."""
        statement = select(cast(flow_version.c.document, Text)).where(
            flow_version.c.account_id == account_id,
            flow_version.c.flow_id == flow_id,
            flow_version.c.version == version,
        )
        async with self._database.transaction() as connection:
            return (await connection.execute(statement)).scalar_one_or_none()

    async def versions(
        self, account_id: AccountId, flow_id: FlowId, limit: int
    ) -> list[FlowVersionRow]:
        """A flow's published versions, the newest first."""
        table = flow_version
        statement = (
            select(table.c.version, table.c.note, table.c.published_by, table.c.published_at)
            .where(table.c.account_id == account_id, table.c.flow_id == flow_id)
            .order_by(table.c.version.desc())
            .limit(limit)
        )
        async with self._database.transaction() as connection:
            rows = await connection.execute(statement)
            return [FlowVersionRow(**row) for row in rows.mappings()]

    async def page(self, question: ListFlows, limit: int) -> list[KeptFlow]:
        """The account's next flows, without their documents."""
        columns = (*_KEPT[:-1], literal("{}"))
        statement = (
            select(*columns)
            .where(flow.c.account_id == question.account_id, *_wanted(question))
            .order_by(flow.c.id)
            .limit(limit)
        )
        async with self._database.transaction() as connection:
            return [_kept(row) for row in await connection.execute(statement)]

    async def published(
        self, account_id: AccountId, ids: Collection[FlowId]
    ) -> dict[FlowId, tuple[int, str]]:
        """Those of these flows that have been published, with their version and document."""
        same = (
            (flow_version.c.account_id == flow.c.account_id)
            & (flow_version.c.flow_id == flow.c.id)
            & (flow_version.c.version == flow.c.published)
        )
        statement = (
            select(flow.c.id, flow.c.published, cast(flow_version.c.document, Text))
            .join(flow_version, same)
            .where(flow.c.account_id == account_id, flow.c.id.in_(ids), ~flow.c.retired)
        )
        async with self._database.transaction() as connection:
            rows = await connection.execute(statement)
            return {id_: (version, document) for id_, version, document in rows}


def _wanted(question: ListFlows) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [~flow.c.retired]
    if question.state is None:
        wanted.append(flow.c.state != FlowState.ARCHIVED.value)
    else:
        wanted.append(flow.c.state == question.state.value)
    if question.contains:
        wanted.append(flow.c.name.icontains(question.contains, autoescape=True))
    if question.cursor is not None:
        wanted.append(flow.c.id > question.cursor)
    return wanted
