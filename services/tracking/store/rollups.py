"""The sums of all tallies: takes changes up, and sums anew from the tallies.

Every line that came or went is in one of two places, the changes or the sums, and moves from
the one to the other in one transaction.  Who reads both in one statement reads the truth.
"""

from datetime import datetime, timedelta
from functools import cache
from typing import Any

from psycopg import AsyncConnection
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    FromClause,
    Select,
    SmallInteger,
    Text,
    cast,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    union_all,
    values,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.sql import bindparam, column

from libs.rules.periods import EVER
from libs.runtime.database import Database, Statement
from services.tracking.domain.dimensions import DIMENSIONS, GROUPINGS, TAG
from services.tracking.domain.spans import DAY_MINUTES, QUARTER_MINUTES
from services.tracking.domain.tally import MEASURES
from services.tracking.tables.filing import filing_period
from services.tracking.tables.tallies import rollup, summed, tally, tally_change

CHANGES_MAX = 20_000  # taken up at once: half a second
_KEY = [each.name for each in rollup.primary_key.columns]
_HORIZON = bindparam("horizon", type_=DateTime(timezone=True))


class Rollups:
    """The sums of all accounts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def sum_anew(self) -> None:
        """Make all sums from the tallies, at one moment; what changes meanwhile is taken up later.

        Sums of times whose calls are gone stay as they are.
        """
        async with self._database.hot() as connection, connection.transaction():
            # The lock comes before the moment that is looked at: nobody sums in between.
            await _at_one_moment(
                connection, f"LOCK TABLE {rollup.fullname} IN SHARE ROW EXCLUSIVE MODE"
            )
            horizon = await _horizon(connection)
            await _FORGET_CHANGES.run(connection, horizon=horizon)
            await _FORGET.run(connection, horizon=horizon)
            for grouping in GROUPINGS:
                await _quarters(grouping).run(connection, horizon=horizon)
                await _days(grouping).run(connection, horizon=horizon)
            await _WHOLE.run(connection, whole=[",".join(grouping) for grouping in GROUPINGS])

    async def differences(self) -> int:
        """How many sums, changes included, are not what the tallies come to: always none."""
        async with self._database.hot() as connection, connection.transaction():
            await _at_one_moment(connection)
            horizon = await _horizon(connection)
            wrong = [
                (await _differing(grouping, minutes).run(connection, horizon=horizon))[0][0]
                for grouping in GROUPINGS
                for minutes in (QUARTER_MINUTES, DAY_MINUTES)
            ]
        return sum(wrong)

    async def take_up(self) -> int:
        """Add the oldest changes to the sums; give how many are left for the next time."""
        async with self._database.hot() as connection, connection.transaction():
            if not (await _ALONE.run(connection))[0][0]:
                return 0  # somebody else is at it
            await _TAKE_UP.run(connection)
            return int((await _LEFT.run(connection))[0][0])


def value_of(rows: FromClause, dimension: str) -> ColumnElement[str]:
    """What a line is grouped by, as a text; an empty one where there is no such thing."""
    if dimension.startswith(TAG):
        return func.coalesce(rows.c.tags[dimension.removeprefix(TAG)].astext, "")
    return func.coalesce(cast(rows.c[dimension], Text), "")


def adding(lines: FromClause) -> Any:
    """The statement that adds lines to the sums of every grouping, by quarter and by day.

    Sums are changed in the order of their keys.
    """
    grouped = (
        values(column("grouping", Text), column("first", Text), column("second", Text), name="by")
        .data([_grouped(lines, grouping) for grouping in GROUPINGS])
        .lateral("by")
    )
    timed = (
        values(column("minutes", SmallInteger), column("at", lines.c.quarter.type), name="timed")
        .data(
            [
                (QUARTER_MINUTES, lines.c.quarter),
                (DAY_MINUTES, func.date_trunc("day", lines.c.quarter, "UTC")),
            ]
        )
        .lateral("timed")
    )
    key = (
        lines.c.account_id,
        grouped.c.grouping,
        cast(timed.c.minutes, SmallInteger),
        timed.c.at,
        grouped.c.first,
        grouped.c.second,
        lines.c.currency,
    )
    sums = [cast(func.sum(lines.c[name]), BigInteger).label(name) for name in MEASURES]
    every = lines.join(grouped, true()).join(timed, true())
    cells = select(*key, *sums).select_from(every).group_by(*key).order_by(*key)
    put = upsert(rollup).from_select([*_KEY, *MEASURES], cells)
    return put.on_conflict_do_update(
        index_elements=_KEY,
        set_={name: rollup.c[name] + put.excluded[name] for name in MEASURES},
    )


async def _at_one_moment(connection: AsyncConnection[Any], *first: str) -> None:
    """Let the transaction, however long, see what is there after these commands, and no more."""
    for command in (
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
        "SET LOCAL statement_timeout = 0",
        *first,
    ):
        await connection.execute(command)


@cache
def _quarters(grouping: tuple[str, ...]) -> Statement:
    """The statement that writes one grouping's sums of quarters from the tallies."""
    cells = _cells(tally, grouping, QUARTER_MINUTES)
    return Statement(insert(rollup).from_select([*_KEY, *MEASURES], cells), "rollup.quarters")


@cache
def _days(grouping: tuple[str, ...]) -> Statement:
    """The statement that writes one grouping's sums of days from those of quarters."""
    day = func.date_trunc("day", rollup.c.at, "UTC")
    rest = (rollup.c.first, rollup.c.second, rollup.c.currency)
    key = (rollup.c.account_id, rollup.c.grouping, day, *rest)
    minutes = literal(DAY_MINUTES, SmallInteger)
    sums = [cast(func.sum(rollup.c[name]), BigInteger) for name in MEASURES]
    cells = (
        select(*key[:2], minutes, *key[2:], *sums)
        .where(
            rollup.c.grouping == ",".join(grouping),
            rollup.c.minutes == QUARTER_MINUTES,
            rollup.c.at >= _HORIZON,
        )
        .group_by(*key)
    )
    return Statement(insert(rollup).from_select([*_KEY, *MEASURES], cells), "rollup.days")


def _cells(lines: FromClause, grouping: tuple[str, ...], minutes: int) -> Select[Any]:
    """The sums that lines come to in one grouping; changes have a sign."""
    at: ColumnElement[Any] = lines.c.quarter
    if minutes == DAY_MINUTES:
        at = func.date_trunc("day", at, "UTC")
    nothing = literal("", Text)
    first, second = (*(value_of(lines, each) for each in grouping), nothing, nothing)[:2]
    sign = lines.c.sign if "sign" in lines.c else literal(1)
    key = [lines.c.account_id, at, first, second, lines.c.currency]
    return (
        select(
            lines.c.account_id,
            literal(",".join(grouping), Text).label("grouping"),
            literal(minutes, SmallInteger).label("minutes"),
            at.label("at"),
            first.label("first"),
            second.label("second"),
            lines.c.currency,
            *(
                cast(func.coalesce(func.sum(sign * lines.c[name]), 0), BigInteger).label(name)
                for name in MEASURES
            ),
        )
        .where(lines.c.quarter >= _HORIZON)
        .group_by(*key)
    )


@cache
def _differing(grouping: tuple[str, ...], minutes: int) -> Statement:
    kept = select(*(rollup.c[name] for name in (*_KEY, *MEASURES))).where(
        rollup.c.grouping == ",".join(grouping),
        rollup.c.minutes == minutes,
        rollup.c.at >= _HORIZON,
    )
    counted = _cells(tally, grouping, minutes).subquery()
    less = select(*(counted.c[name] for name in _KEY), *(-counted.c[name] for name in MEASURES))
    all_of_it = union_all(kept, _cells(tally_change, grouping, minutes), less).subquery()
    key = [all_of_it.c[name] for name in _KEY]
    left = [func.sum(all_of_it.c[name]) != 0 for name in MEASURES]
    wrong = select(*key).group_by(*key).having(or_(*left)).subquery()
    return Statement(select(func.count()).select_from(wrong), "rollup.differing")


async def _horizon(connection: AsyncConnection[Any]) -> datetime:
    """From when on all calls are still there: the day after the last of those that are gone."""
    found: datetime | None = (await _GONE_UNTIL.run(connection))[0][0]
    return found or EVER


def _grouped(lines: FromClause, grouping: tuple[str, ...]) -> tuple[Any, Any, Any]:
    nothing = literal("", Text)
    first, second = (*(value_of(lines, each) for each in grouping), nothing, nothing)[:2]
    return literal(",".join(grouping), Text), first, second


def _net(changes: FromClause) -> Select[Any]:
    """What is left of changes where most of them undo each other, as while a call goes on."""
    key = [
        changes.c.account_id,
        changes.c.quarter,
        *(changes.c[name] for name in DIMENSIONS),
        changes.c.currency,
    ]
    sums = [
        func.coalesce(func.sum(changes.c.sign * changes.c[name]), 0).label(name)
        for name in MEASURES
    ]
    return select(*key, *sums).group_by(*key).having(or_(*(each != 0 for each in sums)))


def _take_up() -> Any:
    oldest = select(tally_change.c.id).order_by(tally_change.c.id).limit(CHANGES_MAX)
    taken = delete(tally_change).where(tally_change.c.id.in_(oldest))
    return adding(_net(taken.returning(*tally_change.columns).cte("taken")).cte("net"))


_ALONE = Statement(
    select(func.pg_try_advisory_xact_lock(func.hashtext("tracking.rollup"))), "rollup.alone"
)
_TAKE_UP = Statement(_take_up(), "rollup.take_up")
_LEFT = Statement(select(func.count()).select_from(tally_change), "rollup.left")
_FORGET_CHANGES = Statement(
    delete(tally_change).where(tally_change.c.quarter >= _HORIZON), "rollup.forget_changes"
)
_FORGET = Statement(delete(rollup).where(rollup.c.at >= _HORIZON), "rollup.forget")
_GROUPINGS = func.unnest(bindparam("whole", type_=ARRAY(Text))).table_valued("grouping")
_WHOLE = Statement(
    upsert(summed)
    .from_select(["grouping"], select(_GROUPINGS.render_derived().c.grouping))
    .on_conflict_do_nothing(),
    "rollup.whole",
)
_GONE_UNTIL = Statement(
    select(
        func.date_trunc("day", func.max(filing_period.c.counted_until), "UTC") + timedelta(days=1)
    ),
    "rollup.gone_until",
)
