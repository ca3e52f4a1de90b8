"""What accounts have configured of what tracking keeps."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg.errors import UniqueViolation
from sqlalchemy import Table, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.contracts.ids import AccountId
from libs.contracts.tracking_edits import ListTracking, TrackingNoun
from libs.runtime.database import Database
from libs.runtime.outbox import Announcement
from services.tracking.domain.unfit import Unfit
from services.tracking.tables.configured import EDIT_LOCK, config_version, outbox
from services.tracking.tables.dni import tracking_tag, url_parameter
from services.tracking.tables.pixels import pixel
from services.tracking.tables.postbacks import postback_key
from services.tracking.tables.publishers import publisher
from services.tracking.tables.quality import quality_rule
from services.tracking.tables.recordings import recording_rule
from services.tracking.tables.saved_reports import saved_report

TABLES: Mapping[TrackingNoun, Table] = {
    TrackingNoun.PUBLISHER: publisher,
    TrackingNoun.PIXEL: pixel,
    TrackingNoun.TRACKING_TAG: tracking_tag,
    TrackingNoun.URL_PARAMETER: url_parameter,
    TrackingNoun.RECORDING_RULE: recording_rule,
    TrackingNoun.QUALITY_RULE: quality_rule,
    TrackingNoun.REPORT: saved_report,
    TrackingNoun.POSTBACK_KEY: postback_key,
}

TAKEN: Mapping[str, tuple[str, str]] = {
    "publisher_code": ("code", "another publisher of the account has it"),
    "tracking_tag_code": ("code", "another tag has it"),
    "url_parameter_parameter": ("parameter", "it is registered already"),
    "url_parameter_tag": ("tag", "another parameter becomes this tag"),
}
"""A unique index, and what is said of the field that it is about."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One configured thing as it is kept."""

    noun: TrackingNoun
    key: UUID
    version: int
    retired: bool
    document: dict[str, Any]


class Edit:
    """One edit under way: it holds the lock that makes edits wait for each other."""

    def __init__(self, connection: AsyncConnection, account_id: AccountId) -> None:
        self._connection = connection
        self._account_id = account_id

    async def current(self, noun: TrackingNoun, key: UUID) -> Kept | None:
        """The thing as it is now, retired ones too."""
        table = TABLES[noun]
        statement = select(table.c.version, table.c.retired, table.c.document).where(
            table.c.account_id == self._account_id, table.c.id == key
        )
        row = (await self._connection.execute(statement)).one_or_none()
        return Kept(noun, key, *row) if row else None

    async def keep(
        self, noun: TrackingNoun, key: UUID, document: dict[str, Any], *, retired: bool = False
    ) -> Kept:
        """Write it as a new version of the account."""
        version: int = (
            await self._connection.execute(select(config_version.next_value()))
        ).scalar_one()
        values = {"version": version, "retired": retired, "document": document}
        key_of = {"account_id": self._account_id, "id": key}
        await self._connection.execute(
            upsert(TABLES[noun])
            .values(**key_of, **values)
            .on_conflict_do_update(index_elements=["account_id", "id"], set_=values)
        )
        return Kept(noun, key, version, retired, document)

    async def tags_of(self, publisher_id: UUID) -> int:
        """How many tracking tags a publisher has."""
        mine = select(func.count()).where(
            tracking_tag.c.account_id == self._account_id,
            tracking_tag.c.document["publisher_id"].astext == str(publisher_id),
            ~tracking_tag.c.retired,
        )
        return int((await self._connection.execute(mine)).scalar_one())

    async def announce(self, announcement: Announcement) -> None:
        """Have the change told when it is committed."""
        await self._connection.execute(insert(outbox), [announcement.row()])


class Configuration:
    """The kept configuration of all accounts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def editing(self, account_id: AccountId) -> AsyncIterator[Edit]:
        """The transaction of one edit; the next edit waits until this is committed."""
        async with self._database.transaction() as connection:
            await connection.execute(select(func.pg_advisory_xact_lock(EDIT_LOCK)))
            try:
                yield Edit(connection, account_id)
            except IntegrityError as fault:
                if isinstance(fault.orig, UniqueViolation):
                    name = fault.orig.diag.constraint_name or ""
                    raise Unfit("taken", "it is taken", [TAKEN[name]]) from fault
                raise

    async def get(self, account_id: AccountId, noun: TrackingNoun, key: UUID) -> Kept | None:
        """One thing; None where it is not there."""
        async with self._database.transaction() as connection:
            kept = await Edit(connection, account_id).current(noun, key)
        return None if kept is None or kept.retired else kept

    async def page(self, question: ListTracking, limit: int) -> list[Kept]:
        """Things of one kind in the order of their ids."""
        table = TABLES[question.noun]
        statement = (
            select(table.c.id, table.c.version, table.c.retired, table.c.document)
            .where(table.c.account_id == question.account_id, ~table.c.retired)
            .order_by(table.c.id)
            .limit(limit)
        )
        if question.cursor is not None:
            statement = statement.where(table.c.id > question.cursor)
        if question.contains:
            name = table.c.document["name"].astext
            statement = statement.where(name.icontains(question.contains, autoescape=True))
        if question.status:
            statement = statement.where(table.c.document["status"].astext == question.status)
        async with self._database.transaction() as connection:
            rows = await connection.execute(statement)
            return [Kept(question.noun, *row) for row in rows]

    async def since(
        self, noun: TrackingNoun, version: int, limit: int
    ) -> list[tuple[AccountId, Kept]]:
        """What has changed in any account after a version, retired things too, in order."""
        table = TABLES[noun]
        statement = (
            select(
                table.c.account_id, table.c.id, table.c.version, table.c.retired, table.c.document
            )
            .where(table.c.version > version)
            .order_by(table.c.version)
            .limit(limit)
        )
        async with self._database.transaction() as connection:
            rows = await connection.execute(statement)
            return [(account_id, Kept(noun, *row)) for account_id, *row in rows]
