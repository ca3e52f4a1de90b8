"""Visits as people read them, always those of one account."""

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlalchemy import ColumnElement, literal, select, tuple_
from sqlalchemy.sql import bindparam

from libs.contracts.ids import AccountId, VisitId
from libs.contracts.visits import HISTORY_MAX, AttributedCall, ListVisits, Touch, Visit
from libs.runtime.database import Database, Statement
from services.tracking.tables.visits import attribution, visit

CALLS_MAX = 200  # of one visit that are shown

SHOWN = (
    visit.c.id.label("visit_id"),
    visit.c.visitor,
    visit.c.tag_id.label("tracking_tag_id"),
    visit.c.campaign_id,
    visit.c.publisher_id,
    visit.c.showing,
    visit.c.number,
    visit.c.began_at,
    visit.c.seen_at,
    visit.c.until.label("held_until"),
    visit.c.pages,
    visit.c.landing,
    visit.c.referrer,
    visit.c.page,
    visit.c.user_agent,
    visit.c.tags,
)
TOUCH = (visit.c.began_at.label("at"), visit.c.landing, visit.c.referrer, visit.c.tags)

_OF_VISITOR = (
    visit.c.account_id == bindparam("account_id", type_=visit.c.account_id.type),
    visit.c.visitor == bindparam("visitor", type_=visit.c.visitor.type),
    visit.c.began_at <= bindparam("at", type_=visit.c.began_at.type),
)
_FIRST = Statement(
    select(*TOUCH).where(*_OF_VISITOR).order_by(visit.c.began_at).limit(1), "visit.first"
)
_LAST = Statement(
    select(*TOUCH)
    .where(*_OF_VISITOR, visit.c.source != "")
    .order_by(visit.c.began_at.desc())
    .limit(1),
    "visit.last",
)


class Visits:
    """The visits of all accounts, one account at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, question: ListVisits, limit: int) -> list[Visit]:
        """The next visits that the question's filters let through, the newest first."""
        statement = (
            select(*SHOWN)
            .where(visit.c.account_id == question.account_id, *_filters(question))
            .order_by(visit.c.began_at.desc(), visit.c.id.desc())
            .limit(limit)
        )
        async with self._database.transaction() as connection:
            rows = (await connection.execute(statement)).mappings()
            return [Visit.model_validate(dict(row)) for row in rows]

    async def one(self, account_id: AccountId, visit_id: VisitId) -> Visit | None:
        """One visit."""
        statement = select(*SHOWN).where(visit.c.account_id == account_id, visit.c.id == visit_id)
        async with self._database.transaction() as connection:
            row = (await connection.execute(statement)).mappings().one_or_none()
        return None if row is None else Visit.model_validate(dict(row))

    async def calls_of(self, account_id: AccountId, visit_id: VisitId) -> list[AttributedCall]:
        """The calls that a visit has brought."""
        statement = (
            select(
                attribution.c.call_id,
                attribution.c.document["ground"].astext.label("ground"),
                attribution.c.document["confidence"].astext.label("confidence"),
            )
            .where(attribution.c.account_id == account_id, attribution.c.visit_id == visit_id)
            .order_by(attribution.c.call_id)
            .limit(CALLS_MAX)
        )
        async with self._database.transaction() as connection:
            rows = (await connection.execute(statement)).mappings()
            return [AttributedCall.model_validate(dict(row)) for row in rows]

    async def history(self, account_id: AccountId, visitor: str) -> list[Touch]:
        """A visitor's visits, the newest first."""
        statement = (
            select(*TOUCH)
            .where(visit.c.account_id == account_id, visit.c.visitor == visitor)
            .order_by(visit.c.began_at.desc())
            .limit(HISTORY_MAX)
        )
        async with self._database.transaction() as connection:
            rows = (await connection.execute(statement)).mappings()
            return [Touch.model_validate(dict(row)) for row in rows]

    async def touches(self, account_id: AccountId, visit_: Visit) -> tuple[Touch, Touch]:
        """The visitor's first touch and her last one, as they were when this visit began."""
        async with self._database.hot() as connection:
            return await touches_of(connection, account_id, visit_)


async def touches_of(
    connection: AsyncConnection[Any], account_id: AccountId, visit_: Visit
) -> tuple[Touch, Touch]:
    """A visitor's first visit, and the one that last had a source, up to a visit of hers."""
    who = {"account_id": account_id, "visitor": visit_.visitor, "at": visit_.began_at}
    first = await _FIRST.run(connection, **who)
    last = await _LAST.run(connection, **who)
    return _touch(first[0]), _touch((last or first)[0])


def _touch(row: Any) -> Touch:
    return Touch.model_validate(dict(zip((column.name for column in TOUCH), row, strict=True)))


def _filters(question: ListVisits) -> list[ColumnElement[bool]]:
    asked: dict[Any, Any] = {
        visit.c.tag_id: question.tracking_tag_id,
        visit.c.campaign_id: question.campaign_id,
        visit.c.visitor: question.visitor,
        visit.c.showing: question.showing,
    }
    filters = [column == value for column, value in asked.items() if value is not None]
    if question.since is not None:
        filters.append(visit.c.began_at >= question.since)
    if question.until is not None:
        filters.append(visit.c.began_at < question.until)
    if question.cursor is not None:
        at, _, id = question.cursor.partition("/")
        place = (
            literal(datetime.fromisoformat(at), visit.c.began_at.type),
            literal(UUID(id), visit.c.id.type),
        )
        filters.append(tuple_(visit.c.began_at, visit.c.id) < tuple_(*place))
    return filters
