"""Counters begin when something is first capped, at what has been counted already.

A cap set at noon holds for the whole day, and for the legs that are under way: what was
dialled before is in the history, and legs in flight get their places in the new counter.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.contracts.caps import Counted
from libs.contracts.configuration import Assignment, Campaign, Group, Limited, Target
from libs.contracts.ids import AccountId
from libs.contracts.message import Document, FieldProblem
from libs.contracts.publishers import Publisher
from libs.rules.caps import below_use
from libs.rules.periods import EVER
from services.router.domain.counters import Counter, CounterKey, Counters, Periods, usage_of
from services.router.domain.plan import entry_id_of
from services.router.tables import counter, hold, leg, member, place

_PERIODS = ("hour", "day", "week", "month")


@dataclass(frozen=True, slots=True)
class Counting:
    """Something to be counted: its id, its caps and zone, and which legs are its own.

    `path` is where its caps stand in the document.
    """

    scope_id: UUID
    limits: Limited
    own_legs: ColumnElement[bool]
    always: frozenset[Counted] = frozenset()
    path: str = "caps"

    def measures(self) -> list[Counted]:
        """What its caps count; concurrency counts attempts."""
        named = {limit.counts for limit in self.limits.caps.limits}
        if self.limits.caps.concurrency is not None:
            named.add(Counted.ATTEMPT)
        return sorted(named | self.always)


def countings_of(document: Document, groups_within: Iterable[UUID]) -> list[Counting]:
    """What a document caps; a target's attempts are counted whether capped or not.

    `groups_within` are a group and those within it, whose members' legs are its own.
    """
    if not isinstance(document, Limited):
        return []
    thing: Any = document
    match document:
        case Target():
            own = leg.c.target_id == document.id
            limits = Limited(zone=document.zone, caps=document.bounds)
            return [Counting(document.id, limits, own, frozenset((Counted.ATTEMPT,)))]
        case Group():
            return [Counting(document.id, document, _of_members(groups_within))]
        case Campaign():
            own = leg.c.campaign_id == document.id
            entries = (_entry(document, entry, at) for at, entry in enumerate(document.assignments))
            return [Counting(document.id, document, own), *entries]
        case _:
            return [Counting(thing.id, document, leg.c.buyer_id == thing.id)]


def counting_of_publisher(publisher: Publisher) -> Counting:
    """What a publisher's caps count: the legs of its calls, whoever took them."""
    return Counting(publisher.id, publisher, leg.c.publisher_id == publisher.id)


def _entry(campaign: Campaign, entry: Assignment, at: int) -> Counting:
    own = and_(leg.c.campaign_id == campaign.id, _of_entry(entry))
    path = f"assignments.{at}.caps"
    return Counting(entry_id_of(campaign.id, entry), entry, own, path=path)


def _of_entry(entry: Assignment) -> ColumnElement[bool]:
    if entry.target_id is not None:
        return leg.c.target_id == entry.target_id
    if entry.rtb_router_id is not None:
        return leg.c.buyer_id == entry.rtb_router_id
    return _of_members([entry.group_id] if entry.group_id else [])


def _of_members(groups: Iterable[UUID]) -> ColumnElement[bool]:
    theirs = select(member.c.target_id).where(
        member.c.account_id == leg.c.account_id, member.c.group_id.in_(list(groups))
    )
    return leg.c.target_id.in_(theirs)


async def begin_counting(
    connection: AsyncConnection, account_id: AccountId, counting: Counting, now: datetime
) -> None:
    """Make the counters that a thing's caps need; those that are there go on."""
    periods = Periods.of(now, counting.limits.zone)
    for measure in counting.measures():
        mine = (
            (counter.c.account_id == account_id)
            & (counter.c.scope_id == counting.scope_id)
            & (counter.c.measure == measure.value)
        )
        if (await connection.execute(select(counter.c.live).where(mine))).first() is None:
            places = _places(account_id, counting, measure, periods)
            await connection.execute(insert(place).from_select(*places).on_conflict_do_nothing())
            row = _row(account_id, counting, measure, periods)
            await connection.execute(insert(counter).from_select(*row).on_conflict_do_nothing())


def _places(
    account_id: AccountId, counting: Counting, measure: Counted, periods: Periods
) -> tuple[list[str], Select[Any]]:
    """Places for the legs in flight; nobody ends one of them meanwhile."""
    amounts = {
        Counted.CONVERSION: case((leg.c.worth.is_not(None), 1), else_=0),
        Counted.REVENUE: func.coalesce(leg.c.worth, 0),
    }
    amount = amounts.get(measure, literal(1))
    row = {
        "call_id": hold.c.call_id,
        "step": hold.c.step,
        **_key(account_id, counting, measure),
        "amount": amount,
        **_moments(periods),
        "expires_at": hold.c.expires_at,
    }
    same = and_(leg.c.call_id == hold.c.call_id, leg.c.step == hold.c.step)
    own = select(*(value.label(name) for name, value in row.items())).join_from(hold, leg, same)
    return list(row), own.where(
        hold.c.account_id == account_id, counting.own_legs, amount > 0
    ).with_for_update(of=hold)


def _row(
    account_id: AccountId, counting: Counting, measure: Counted, periods: Periods
) -> tuple[list[str], Select[Any]]:
    """The counter: its places, and what the legs of each period have come to."""
    reached = _reached(measure)
    placed = (
        select(func.coalesce(func.sum(place.c.amount), 0))
        .where(
            place.c.account_id == account_id,
            place.c.scope_id == counting.scope_id,
            place.c.measure == measure.value,
        )
        .scalar_subquery()
    )
    row = {
        **_key(account_id, counting, measure),
        "live" if measure is Counted.ATTEMPT else "possible": placed,
        **{
            name: case((func.count(leg.c.call_id) == 0, literal(EVER, began.type)), else_=began)
            for name, began in _moments(periods).items()  # periods begin with the first leg
        },
        **{
            f"{period}_count": func.coalesce(
                func.sum(case((leg.c.at >= getattr(periods, f"{period}_at"), reached))), 0
            )
            for period in _PERIODS
        },
        "total_count": func.coalesce(func.sum(reached), 0),
    }
    own = select(*(value.label(name) for name, value in row.items()))
    return list(row), own.where(leg.c.account_id == account_id, counting.own_legs)


def _key(account_id: AccountId, counting: Counting, measure: Counted) -> dict[str, Any]:
    return {
        "account_id": literal(account_id, counter.c.account_id.type),
        "scope_id": literal(counting.scope_id, counter.c.scope_id.type),
        "measure": literal(measure.value, counter.c.measure.type),
    }


def _moments(periods: Periods) -> dict[str, Any]:
    return {
        f"{period}_at": literal(getattr(periods, f"{period}_at"), counter.c.day_at.type)
        for period in _PERIODS
    }


def _reached(measure: Counted) -> Any:
    """What a leg has come to."""
    match measure:
        case Counted.ATTEMPT:
            return literal(1)
        case Counted.CONNECTION:
            return case((leg.c.connected_at.is_not(None), 1), else_=0)
        case Counted.CONVERSION:
            return case((leg.c.converted_at.is_not(None), 1), else_=0)
        case Counted.REVENUE:
            return func.coalesce(leg.c.revenue, 0)


async def caps_below_use(
    connection: AsyncConnection,
    account_id: AccountId,
    document: Document,
    before: Document | None,
    now: datetime,
) -> list[FieldProblem]:
    """Where caps that an edit sets are less than what is used of them; old ones may be."""
    was = {one.scope_id: one.limits for one in (countings_of(before, ()) if before else ())}
    set_now = [one for one in countings_of(document, ()) if was.get(one.scope_id) != one.limits]
    capped = [one for one in set_now if one.limits.limited]
    counters = await counters_of(connection, account_id, [one.scope_id for one in capped])
    return [
        FieldProblem(path=f"{one.path}.{path}", problem=problem)
        for one in capped
        for path, problem in below_use(
            one.limits.caps,
            usage_of(one.scope_id, one.limits.caps, _as_of(counters, one, now), {}),
        )
    ]


def _as_of(counters: Counters, one: Counting, now: datetime) -> Counters:
    periods = Periods.of(now, one.limits.zone)
    return {key: counter.on(periods) for key, counter in counters.items() if key[0] == one.scope_id}


async def counters_of(
    connection: AsyncConnection, account_id: AccountId, scope_ids: Iterable[UUID]
) -> dict[CounterKey, Counter]:
    """What is counted of these things now; nothing is locked."""
    columns = [counter.c[name] for name in Counter.__slots__]
    statement = select(counter.c.scope_id, counter.c.measure, *columns).where(
        counter.c.account_id == account_id, counter.c.scope_id.in_(list(scope_ids))
    )
    rows = await connection.execute(statement)
    return {(row[0], Counted(row[1])): Counter(*row[2:]) for row in rows}
