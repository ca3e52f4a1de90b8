"""Reading sums of visits, always those of one account: visit by visit, within a time limit."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    FromClause,
    Select,
    Text,
    and_,
    cast,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by

from services.tracking.domain.dimensions import TAG
from services.tracking.domain.formulas import OF_VISITS
from services.tracking.domain.reports import Asked, Group
from services.tracking.domain.tally import TEXT_MAX
from services.tracking.store.reports import Reports, keys_of, passes
from services.tracking.tables.tallies import tally
from services.tracking.tables.visit_conversions import visit_conversion
from services.tracking.tables.visits import attribution, visit

UNITS = 10_000  # of an amount, as tallies count it
CHAIN_MAX = 10  # visits of a chain, the latest
ARROW = " > "


class VisitReports(Reports):
    """The visits of every account, one account at a time; the rest is as with calls."""

    async def groups(self, asked: Asked) -> list[Group]:
        """All groups that have a visit in them; raises TooMuch."""
        return await self._read(asked, _summed(asked), OF_VISITS.counts)


def _summed(asked: Asked) -> Select[Any]:
    calls, done = _calls_of_visits(asked), _conversions_of_visits(asked)
    starts = literal(list(asked.span.starts), ARRAY(DateTime(timezone=True)))
    period = (func.width_bucket(visit.c.began_at, starts) - 1).label("period")
    keys = [period, *keys_of([_value_of(each) for each in asked.by])]
    lasted = func.extract("epoch", visit.c.seen_at - visit.c.began_at)
    counts = (
        func.count(),
        func.count().filter(~_was_seen_before()),
        func.sum(visit.c.pages),
        func.sum(cast(lasted, BigInteger)),
        *(func.sum(calls.c[name]) for name in ("calls", "connected", "converted", "revenue")),
        *(func.sum(done.c[name]) for name in ("conversions", "amount")),
    )
    joined = visit.outerjoin(
        calls, and_(calls.c.visit_id == visit.c.id, visit.c.account_id == asked.account_id)
    ).outerjoin(done, done.c.visit_id == visit.c.id)
    return (
        select(*keys, *(cast(func.coalesce(count, 0), BigInteger) for count in counts))
        .select_from(joined)
        .where(
            visit.c.account_id == asked.account_id,
            visit.c.began_at >= asked.span.since,
            visit.c.began_at < asked.span.until,
            *(passes(_value_of(each.dimension), each) for each in asked.filters),
        )
        .group_by(*keys)
        .order_by(*keys)
    )


def _calls_of_visits(asked: Asked) -> FromClause:
    """What the calls of each visit came to; a call comes after its visit has begun."""
    money = func.sum(tally.c.revenue).filter(tally.c.currency == asked.currency)
    return (
        select(
            attribution.c.visit_id,
            func.sum(tally.c.incoming).label("calls"),
            func.sum(tally.c.connected).label("connected"),
            func.sum(tally.c.converted).label("converted"),
            money.label("revenue"),
        )
        .join_from(
            attribution,
            tally,
            and_(
                tally.c.call_id == attribution.c.call_id,
                tally.c.account_id == attribution.c.account_id,
            ),
        )
        .where(
            attribution.c.account_id == asked.account_id,
            attribution.c.visit_id.is_not(None),
            tally.c.quarter >= asked.span.since,
        )
        .group_by(attribution.c.visit_id)
        .subquery("calls_of_visits")
    )


def _conversions_of_visits(asked: Asked) -> FromClause:
    """What each visit's visitor did without a call."""
    table = visit_conversion
    amount = func.sum(table.c.amount).filter(table.c.currency == asked.currency)
    return (
        select(
            table.c.visit_id,
            func.count().label("conversions"),
            cast(amount * UNITS, BigInteger).label("amount"),
        )
        .where(table.c.account_id == asked.account_id, table.c.at >= asked.span.since)
        .group_by(table.c.visit_id)
        .subquery("conversions_of_visits")
    )


def _was_seen_before() -> ColumnElement[bool]:
    earlier = visit.alias("earlier")
    return (
        select(literal(1))
        .where(
            earlier.c.account_id == visit.c.account_id,
            earlier.c.visitor == visit.c.visitor,
            earlier.c.began_at < visit.c.began_at,
        )
        .exists()
    )


def _first_source() -> ColumnElement[Any]:
    first = visit.alias("first")
    return (
        select(first.c.came_from)
        .where(
            first.c.account_id == visit.c.account_id,
            first.c.visitor == visit.c.visitor,
        )
        .order_by(first.c.began_at)
        .limit(1)
        .scalar_subquery()
    )


def _chain() -> ColumnElement[Any]:
    """The sources of the visitor's visits up to this one; the same again is told once."""
    touch = visit.alias("touch")
    latest = (
        select(
            touch.c.came_from,
            touch.c.began_at,
            func.lag(touch.c.came_from).over(order_by=touch.c.began_at).label("before"),
        )
        .where(
            touch.c.account_id == visit.c.account_id,
            touch.c.visitor == visit.c.visitor,
            touch.c.began_at <= visit.c.began_at,
        )
        .order_by(touch.c.began_at.desc())
        .limit(CHAIN_MAX)
        .correlate(visit)
        .lateral("latest")
    )
    links = func.string_agg(
        latest.c.came_from, aggregate_order_by(literal(ARROW), latest.c.began_at)
    )
    return (
        select(links)
        .where(latest.c.before.is_distinct_from(latest.c.came_from))
        .correlate(visit)
        .scalar_subquery()
    )


_VALUES: Mapping[str, Callable[[], ColumnElement[Any]]] = {
    "campaign": lambda: visit.c.campaign_id,
    "tracking_tag": lambda: visit.c.tag_id,
    "publisher": lambda: visit.c.publisher_id,
    "showing": lambda: visit.c.showing,
    "source": lambda: visit.c.came_from,
    "first_source": _first_source,
    "chain": _chain,
    "landing_page": lambda: visit.c.landing,
    "referrer": lambda: visit.c.referrer,
    "utm_source": lambda: visit.c.tags["utm_source"].astext,
    "utm_medium": lambda: visit.c.tags["utm_medium"].astext,
    "utm_campaign": lambda: visit.c.tags["utm_campaign"].astext,
}


def _value_of(dimension: str) -> ColumnElement[str]:
    """What a visit is grouped by, as a text; an empty one where there is no such thing."""
    if dimension.startswith(TAG):
        value: ColumnElement[Any] = visit.c.tags[dimension.removeprefix(TAG)].astext
    else:
        value = _VALUES[dimension]()
    return func.coalesce(func.left(cast(value, Text), TEXT_MAX), "")
