"""Reading calls, always those of one account."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import orjson
from psycopg.errors import QueryCanceled
from sqlalchemy import (
    ColumnElement,
    FromClause,
    ScalarSelect,
    Select,
    Text,
    UnaryExpression,
    cast,
    select,
    text,
    tuple_,
    union_all,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import literal

from libs.contracts.ids import AccountId, CallId
from libs.contracts.reporting import Filter
from libs.contracts.tracking import ListCalls, TimelineEntry
from libs.runtime.database import Database
from services.tracking.domain.cells import Told
from services.tracking.domain.cursor import Place
from services.tracking.domain.reports import TooMuch
from services.tracking.store.journal import searchable
from services.tracking.store.reports import passes
from services.tracking.store.rollups import value_of
from services.tracking.tables.calls import call, fact
from services.tracking.tables.filing import filing
from services.tracking.tables.tallies import tally

READ_TIMEOUT_MS = 900  # who looks at a list waits no longer
_AMONG = {
    "statuses": call.c.status,
    "sub_statuses": call.c.sub_status,
    "hung_up_by": call.c.hung_up_by,
}
_BETWEEN = {"ring_seconds": call.c.ring_seconds, "talk_seconds": call.c.talk_seconds}
_PLACE = (call.c.listed_at, call.c.call_id)


class Listed(NamedTuple):
    """A call at its place in a list."""

    place: Place
    told: Told


class Calls:
    """The calls of every account, one account at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, question: ListCalls, after: Place | None, limit: int) -> list[Listed]:
        """The account's next calls that the filters let through, newest first; raise TooMuch."""
        try:
            async with self._database.transaction() as connection:
                await connection.execute(text(f"SET LOCAL statement_timeout = {READ_TIMEOUT_MS}"))
                rows = (await connection.execute(_page(question, after, limit))).all()
        except DBAPIError as fault:
            if isinstance(fault.orig, QueryCanceled):
                raise TooMuch from fault
            raise
        return [
            Listed(Place(listed_at, call_id), Told(**orjson.loads(told)))
            for listed_at, call_id, told in rows
        ]

    async def one(
        self, account_id: AccountId, call_id: CallId, facts_max: int
    ) -> tuple[Told, list[TimelineEntry]] | None:
        """What was told of a call, and its first facts in the order of their time."""
        async with self._database.transaction() as connection:
            told = (await connection.execute(_told(account_id, call_id))).scalar()
            if told is None:
                return None
            facts = (await connection.execute(_facts(account_id, call_id, facts_max))).mappings()
            timeline = [
                TimelineEntry(**{**row, "fact": orjson.loads(row["fact"])}) for row in facts
            ]
        return Told(**orjson.loads(told)), timeline


def _told(account_id: AccountId, call_id: CallId) -> Select[str]:
    return select(cast(call.c.told, Text)).where(
        call.c.account_id == account_id,
        call.c.call_id == call_id,
        call.c.filed_on == _filed_on(call_id),
    )


def _filed_on(call_id: CallId) -> ScalarSelect[date]:
    """The partition that all rows of a call are in: no other is looked into."""
    return select(filing.c.filed_on).where(filing.c.call_id == call_id).scalar_subquery()


def _facts(account_id: AccountId, call_id: CallId, limit: int) -> Select[Any]:
    return (
        select(
            fact.c.at,
            fact.c.seen_at,
            fact.c.subject,
            fact.c.step,
            fact.c.sequence,
            cast(fact.c.payload, Text).label("fact"),
        )
        .join(call, (call.c.call_id == fact.c.call_id) & (call.c.filed_on == fact.c.filed_on))
        .where(
            call.c.account_id == account_id,
            fact.c.call_id == call_id,
            fact.c.filed_on == _filed_on(call_id),
        )
        .order_by(fact.c.at, fact.c.seen_at, fact.c.subject, fact.c.step, fact.c.sequence)
        .limit(limit)
    )


def _page(question: ListCalls, after: Place | None, limit: int) -> Select[datetime, CallId, str]:
    """One range of one index; where states or statuses are asked for, one range for each."""
    matching = select(*_PLACE, cast(call.c.told, Text).label("told")).where(*_filters(question))
    if after is not None:
        values = [literal(value, at.type) for value, at in zip(after, _PLACE, strict=True)]
        matching = matching.where(tuple_(*_PLACE) < tuple_(*values))
    column, words = _ranges(question)
    if not words:
        return matching.order_by(*_newest_first(call)).limit(limit)
    of_each_word = (
        matching.where(column == word).order_by(*_newest_first(call)).limit(limit)
        for word in sorted(words)
    )
    together = union_all(*of_each_word).subquery()
    return select(*together.c).order_by(*_newest_first(together)).limit(limit)


def _ranges(question: ListCalls) -> tuple[ColumnElement[Any], set[str]]:
    """The words of which each has a range in an index of its own."""
    if question.states:
        return call.c.state, {state.value for state in question.states}
    return call.c.status, {status.value for status in question.statuses}


def _newest_first(calls: FromClause) -> tuple[UnaryExpression[Any], ...]:
    return calls.c.listed_at.desc(), calls.c.call_id.desc()


def _filters(question: ListCalls) -> list[ColumnElement[bool]]:
    filters = [call.c.account_id == question.account_id]
    if question.since is not None:
        filters.append(call.c.listed_at >= question.since)
    if question.until is not None:
        filters.append(call.c.listed_at < question.until)
    if question.campaign_id is not None:
        filters.append(call.c.campaign_id == question.campaign_id)
    if question.buyer_id is not None:
        filters.append(call.c.buyer_id == question.buyer_id)
    if question.caller is not None:
        filters.append(call.c.caller == searchable(question.caller))
    if question.duplicate is not None:
        filters.append(call.c.duplicate.is_(question.duplicate))
    if question.where:
        filters.append(_counted(question.account_id, question.where))
    return filters + _came_out(question)


def _counted(account_id: AccountId, where: Sequence[Filter]) -> ColumnElement[bool]:
    """Whether a line of a call is let through by all of a report's filters."""
    line = select(tally.c.line).where(
        tally.c.account_id == account_id,
        tally.c.call_id == call.c.call_id,
        tally.c.filed_on == call.c.filed_on,
        *(passes(value_of(tally, each.dimension), each) for each in where),
    )
    return line.exists()


def _came_out(question: ListCalls) -> list[ColumnElement[bool]]:
    """Filters by how calls came out; but for statuses, no index has these."""
    filters: list[ColumnElement[bool]] = [
        column.in_([word.value for word in words])
        for name, column in _AMONG.items()
        if (words := getattr(question, name))
    ]
    for name, column in _BETWEEN.items():
        least, most = getattr(question, f"{name}_least"), getattr(question, f"{name}_most")
        if least is not None:
            filters.append(column >= least)
        if most is not None:
            filters.append(column <= most)
    return filters
