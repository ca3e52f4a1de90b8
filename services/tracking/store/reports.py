"""Reading sums of calls, always those of one account."""

from collections.abc import Mapping, Sequence
from typing import Any

from psycopg.errors import QueryCanceled
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    FromClause,
    Integer,
    Select,
    SmallInteger,
    Text,
    and_,
    cast,
    func,
    literal,
    or_,
    select,
    text,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import column

from libs.contracts.dni import UrlParameter
from libs.contracts.ids import AccountId
from libs.contracts.reporting import Filter
from libs.contracts.tracking import CallState
from libs.runtime.database import Database
from services.tracking.domain.dimensions import GROUPINGS, grouping_for
from services.tracking.domain.reports import Asked, Group, TooMuch
from services.tracking.domain.spans import Span, segments
from services.tracking.domain.tally import MEASURES, MONEY
from services.tracking.store.rollups import value_of
from services.tracking.tables.calls import call
from services.tracking.tables.dni import tracking_tag, url_parameter
from services.tracking.tables.publishers import publisher
from services.tracking.tables.tallies import label, rollup, summed, tally, tally_change

GROUPS_MAX = 20_000  # of one report: more are read as calls, not as a table
READ_TIMEOUT_MS = 5_000  # for a report that reads calls one by one
PARAMETERS_MAX = 500  # that are offered as dimensions

_CONFIGURED = {"publisher": publisher, "tracking_tag": tracking_tag}
"""What is called today by the account's own configuration."""


class Reports:
    """The sums of every account, one account at a time."""

    def __init__(self, database: Database, groups_max: int = GROUPS_MAX) -> None:
        self._database = database
        self._groups_max = groups_max

    async def groups(self, asked: Asked) -> list[Group]:
        """All groups that have something in them; raises TooMuch."""
        grouping = grouping_for(asked.dimensions, await self.summed())
        lines = _of_tallies(asked) if grouping is None else _of_sums(asked, grouping)
        return await self._read(asked, _summed(asked, lines), MEASURES)

    async def _read(self, asked: Asked, groups: Select[Any], counts: Sequence[str]) -> list[Group]:
        """The rows of a statement: period, keys, counts; raises TooMuch."""
        statement = groups.limit(self._groups_max + 1)
        try:
            async with self._database.transaction() as connection:
                await connection.execute(text(f"SET LOCAL statement_timeout = {READ_TIMEOUT_MS}"))
                rows = (await connection.execute(statement)).all()
        except DBAPIError as fault:
            if isinstance(fault.orig, QueryCanceled):
                raise TooMuch from fault
            raise
        if len(rows) > self._groups_max:
            raise TooMuch
        keys = 1 + len(asked.by)
        return [
            Group(row[0], tuple(row[1:keys]), dict(zip(counts, row[keys:], strict=True)))
            for row in rows
        ]

    async def summed(self) -> tuple[tuple[str, ...], ...]:
        """The groupings whose sums are whole."""
        async with self._database.transaction() as connection:
            whole = set((await connection.execute(select(summed.c.grouping))).scalars())
        return tuple(each for each in GROUPINGS if ",".join(each) in whole)

    async def parameters(self, account_id: AccountId) -> list[UrlParameter]:
        """The URL parameters that become tags of the account's calls."""
        statement = (
            select(url_parameter.c.document)
            .where(url_parameter.c.account_id == account_id, ~url_parameter.c.retired)
            .order_by(url_parameter.c.tag)
            .limit(PARAMETERS_MAX)
        )
        async with self._database.transaction() as connection:
            found = (await connection.execute(statement)).scalars()
            return [UrlParameter.model_validate(document) for document in found]

    async def currencies(self, account_id: AccountId, span: Span) -> list[str]:
        """The currencies in which the account's calls of a time had money."""
        asked = Asked(account_id, span, (), (), "")
        lines = _of_sums(asked, ()).subquery()
        statement = select(lines.c.currency).distinct().where(lines.c.currency != "")
        async with self._database.transaction() as connection:
            return sorted((await connection.execute(statement)).scalars())

    async def names(
        self, account_id: AccountId, dimension: str, values: Sequence[str]
    ) -> Mapping[str, str]:
        """What people call these."""
        wanted = func.any(literal(list(values), ARRAY(Text)))
        statement = select(label.c.value, label.c.name).where(
            label.c.account_id == account_id,
            label.c.dimension == dimension,
            label.c.value == wanted,
        )
        if dimension in _CONFIGURED:
            table = _CONFIGURED[dimension]
            value = cast(table.c.id, Text)
            name = table.c.document["name"].astext.label("name")
            statement = select(value.label("value"), name).where(
                table.c.account_id == account_id, value == wanted
            )
        async with self._database.transaction() as connection:
            return {row.value: row.name for row in await connection.execute(statement)}

    async def now(self, account_id: AccountId) -> list[tuple[str, int, int]]:
        """Calls on the line by campaign: how many ring, how many are connected."""
        campaign = func.coalesce(cast(call.c.campaign_id, Text), "")
        ringing = func.count().filter(call.c.state == CallState.RINGING.value)
        connected = func.count().filter(call.c.state == CallState.CONNECTED.value)
        live = [state.value for state in CallState if state.live]
        statement = (
            select(campaign, ringing, connected)
            .where(call.c.account_id == account_id, call.c.state.in_(live))
            .group_by(campaign)
            .order_by(func.count().desc(), campaign)
        )
        async with self._database.transaction() as connection:
            return [(row[0], row[1], row[2]) for row in await connection.execute(statement)]


def _summed(asked: Asked, lines: Select[Any]) -> Select[Any]:
    """The groups of lines, but for those in which nothing is left."""
    rows = lines.subquery()
    keys = [rows.c.period, *(rows.c[f"key_{at}"] for at in range(len(asked.by)))]
    sums = [_sum(rows, name, asked.currency) for name in MEASURES]
    return (
        select(*keys, *sums)
        .group_by(*keys)
        .having(or_(*(each != 0 for each in sums)))
        .order_by(*keys)
    )


def _sum(rows: FromClause, name: str, currency: str) -> ColumnElement[int]:
    summed: Any = func.sum(rows.c[name])
    if name in MONEY:
        summed = summed.filter(rows.c.currency == currency)
    return cast(func.coalesce(summed, 0), BigInteger)


def _of_sums(asked: Asked, grouping: tuple[str, ...]) -> Select[Any]:
    """The kept sums, and the changes that are not in them yet."""
    cuts = segments(asked.span)
    cells = (
        func.unnest(
            literal([each.period for each in cuts], ARRAY(Integer)),
            literal([each.minutes for each in cuts], ARRAY(SmallInteger)),
            literal([each.begins for each in cuts], ARRAY(DateTime(timezone=True))),
            literal([each.ends for each in cuts], ARRAY(DateTime(timezone=True))),
        )
        .table_valued(
            column("period", Integer),
            column("minutes", SmallInteger),
            column("begins", DateTime(timezone=True)),
            column("ends", DateTime(timezone=True)),
            name="cells",
        )
        .render_derived()
    )
    places = dict(zip(grouping, (rollup.c.first, rollup.c.second), strict=False))
    kept = (
        select(
            cells.c.period,
            *keys_of([places[each] for each in asked.by]),
            rollup.c.currency,
            *(rollup.c[name] for name in MEASURES),
        )
        .select_from(cells)
        .join(
            rollup,
            and_(
                rollup.c.account_id == asked.account_id,
                rollup.c.grouping == ",".join(grouping),
                rollup.c.minutes == cells.c.minutes,
                rollup.c.at >= cells.c.begins,
                rollup.c.at < cells.c.ends,
            ),
        )
        .where(*(passes(places[each.dimension], each) for each in asked.filters))
    )
    changed = _lines(
        asked, tally_change, [tally_change.c.sign * tally_change.c[m] for m in MEASURES]
    )
    both = union_all(kept, changed).subquery()
    return select(*both.c)


def _of_tallies(asked: Asked) -> Select[Any]:
    """The lines of every call."""
    return _lines(asked, tally, [tally.c[name] for name in MEASURES])


def _lines(asked: Asked, rows: FromClause, counts: Sequence[ColumnElement[Any]]) -> Select[Any]:
    starts = literal(list(asked.span.starts), ARRAY(DateTime(timezone=True)))
    return select(
        (func.width_bucket(rows.c.quarter, starts) - 1).label("period"),
        *keys_of([value_of(rows, each) for each in asked.by]),
        rows.c.currency,
        *(count.label(name) for name, count in zip(MEASURES, counts, strict=True)),
    ).where(
        rows.c.account_id == asked.account_id,
        rows.c.quarter >= asked.span.since,
        rows.c.quarter < asked.span.until,
        *(passes(value_of(rows, each.dimension), each) for each in asked.filters),
    )


def keys_of(values: Sequence[ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    """What is grouped by, by name."""
    return [each.label(f"key_{at}") for at, each in enumerate(values)]


def passes(value: ColumnElement[Any], one: Filter) -> ColumnElement[bool]:
    """Whether a filter lets a value through."""
    return value.not_in(one.values) if one.exclude else value.in_(one.values)
