"""The statements that end holds and places; counters are locked in the order of their keys."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    FromClause,
    Integer,
    Numeric,
    SmallInteger,
    and_,
    case,
    cast,
    delete,
    func,
    literal,
    null,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import UUID
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.sql import ColumnElement, bindparam

from libs.contracts.caps import Counted
from libs.runtime.database import Statement
from libs.runtime.given import given
from services.router.tables import agent_call, counter, decision, hold, leg, place, target

_UUID = UUID(as_uuid=True)
_CALL, _STEP = Column("call_id", _UUID), Column("step", SmallInteger)
_LEGS = given("legs", _CALL, _STEP)
_CALLS = given("calls", _CALL)
KNOWN = given(
    "known",
    _CALL,
    _STEP,
    Column("connected", Boolean),
    Column("seconds", Integer),
    Column("at", DateTime(timezone=True)),
)

_ATTEMPTS = place.c.measure == Counted.ATTEMPT.value
_NOTHING = literal(0, Numeric(14, 4))
_PERIODS = ("hour", "day", "week", "month")


def _these(table: Any, rows: FromClause) -> ColumnElement[bool]:
    keys = select(rows.c.call_id, rows.c.step)
    return tuple_(table.c.call_id, table.c.step).in_(keys)


def _end(
    ended: Any,
    name: str,
    got: ColumnElement[Any] | None = None,
    *,
    undo: bool = False,
    along: Sequence[Any] = (),
    told: Any = None,
) -> Statement:
    """Give ended places back to their counters, locked in the order of their keys.

    `ended` is a CTE of deleted places.  `got` is what each of them came to count; `undo` also
    takes back what an attempt has counted: the leg was never dialled.
    """
    locked = _locked(ended)
    attempt = ended.c.measure == Counted.ATTEMPT.value
    counts = _NOTHING if got is None else got
    change = case((attempt, -ended.c.amount if undo else _NOTHING), else_=counts)
    changes = _changes(ended, locked, change)
    values = {
        f"{period}_count": counter.c[f"{period}_count"] + changes.c[f"{period}_change"]
        for period in (*_PERIODS, "total")
    }
    return Statement(
        update(counter)
        .values(
            live=counter.c.live - changes.c.places,
            possible=counter.c.possible - changes.c.amount,
            quoted=counter.c.quoted - changes.c.quoted,
            **values,
        )
        .where(counter.c.account_id == changes.c.account_id)
        .where(counter.c.scope_id == changes.c.scope_id)
        .where(counter.c.measure == changes.c.measure)
        .returning(changes.c.places if told is None else told)
        .add_cte(*along),
        name,
    )


def _locked(ended: Any) -> Any:
    keys = (counter.c.account_id, counter.c.scope_id, counter.c.measure)
    theirs = select(ended.c.account_id, ended.c.scope_id, ended.c.measure)
    return (
        select(counter)
        .where(tuple_(*keys).in_(theirs))
        .order_by(*keys)
        .with_for_update()
        .cte("locked")
    )


def _changes(ended: Any, locked: Any, change: ColumnElement[Any]) -> Any:
    """What each counter loses and gains; a period that is over gains nothing."""
    keys = ("account_id", "scope_id", "measure")
    attempt = ended.c.measure == Counted.ATTEMPT.value
    sums = [
        func.sum(
            case((locked.c[f"{period}_at"] == ended.c[f"{period}_at"], change), else_=_NOTHING)
        ).label(f"{period}_change")
        for period in _PERIODS
    ]
    return (
        select(
            *(ended.c[key] for key in keys),
            func.count().filter(attempt).label("places"),
            func.coalesce(func.sum(ended.c.amount).filter(~attempt), 0).label("amount"),
            func.coalesce(func.sum(ended.c.amount).filter(ended.c.quoted), 0).label("quoted"),
            func.sum(change).label("total_change"),
            *sums,
        )
        .select_from(ended.join(locked, and_(*(locked.c[key] == ended.c[key] for key in keys))))
        .group_by(*(ended.c[key] for key in keys))
        .cte("changes")
    )


def _places(which: ColumnElement[bool]) -> Any:
    return delete(place).where(which).returning(*place.c).cte("ended")


def _free(which: ColumnElement[bool], name: str) -> Statement:
    """End holds, and with them their places in counters of attempts; rows tell how many."""
    gone = delete(hold).where(which).returning(*hold.c).cte("gone")
    holds = select(func.count()).select_from(gone).scalar_subquery()
    places = _places(_these(place, gone) & _ATTEMPTS)
    return _end(places, name, told=holds, along=(_calls_of_agents(gone),))


def wrap_up_time() -> Any:
    """How long an agent wraps up after a call; null: not at all."""
    seconds = target.c.document["agent"]["wrap_up_seconds"].astext
    whole = func.nullif(cast(seconds, Integer), 0)
    return func.make_interval(0, 0, 0, 0, 0, 0, whole)


def _calls_of_agents(gone: Any) -> Any:
    """Keep that these were agents' calls, in the statement that makes room for the next.

    Whose leg was answered begins to wrap up with it: nobody can be sent to her in between.
    """
    answered = case((gone.c.ask_at.is_(None), func.now() + wrap_up_time()))
    ended = (
        select(
            gone.c.account_id,
            gone.c.call_id,
            gone.c.step,
            gone.c.target_id,
            leg.c.campaign_id,
            gone.c.decided_at,
            func.now(),
            answered,
        )
        .join(
            target, and_(target.c.account_id == gone.c.account_id, target.c.id == gone.c.target_id)
        )
        .join(leg, and_(leg.c.call_id == gone.c.call_id, leg.c.step == gone.c.step))
        .where(target.c.document.has_key("agent"))
    )
    names = ["account_id", "call_id", "step", "agent_id", "campaign_id", "offered_at"]
    rows = upsert(agent_call).from_select([*names, "ended_at", "wrap_up_until"], ended)
    told = rows.excluded
    return rows.on_conflict_do_update(
        index_elements=["call_id", "step"],
        set_={"ended_at": told.ended_at, "wrap_up_until": told.wrap_up_until},
        where=agent_call.c.ended_at.is_(None),
    ).cte("of_agents")


def _resolve() -> Statement:
    """Let places count that waited for what became of their legs."""
    ended = (
        delete(place)
        .where(~_ATTEMPTS, place.c.call_id == leg.c.call_id, place.c.step == leg.c.step)
        .where(_these(place, KNOWN))
        .returning(*place.c, leg.c.connected_at, leg.c.converted_at)
        .cte("ended")
    )
    reached = case(
        (ended.c.measure == Counted.CONNECTION.value, ended.c.connected_at.is_not(None)),
        else_=ended.c.converted_at.is_not(None),
    )
    return _end(ended, "place.resolve", case((reached, ended.c.amount), else_=_NOTHING))


def _learn() -> Statement:
    """Write down what became of legs; one that connected or converted stays so."""
    connected_at = func.coalesce(leg.c.connected_at, case((KNOWN.c.connected, KNOWN.c.at)))
    long_enough = func.coalesce(KNOWN.c.seconds, 0) >= leg.c.converts_after
    converted_at = func.coalesce(
        leg.c.converted_at, case((and_(KNOWN.c.connected, long_enough), KNOWN.c.at))
    )
    return Statement(
        update(leg)
        .values(
            connected_at=connected_at,
            converted_at=converted_at,
            revenue=case(
                (leg.c.posted_at.is_not(None), leg.c.revenue),
                (converted_at.is_not(None), leg.c.worth),
                else_=_NOTHING,
            ),
        )
        .where(leg.c.call_id == KNOWN.c.call_id, leg.c.step == KNOWN.c.step),
        "leg.learn",
    )


def _cancel() -> Statement:
    """Take back legs that were never dialled, with all their places and what they counted."""
    ended = _places(_these(place, _LEGS))
    gone = delete(hold).where(_these(hold, _LEGS)).cte("gone")
    undone = delete(leg).where(_these(leg, _LEGS)).cte("undone")
    return _end(ended, "hold.cancel", undo=True, along=(gone, undone))


FREE_LEGS = _free(_these(hold, _LEGS), "hold.free_legs")
FREE_CALLS = _free(hold.c.call_id.in_(select(_CALLS.c.call_id)), "hold.free_calls")
EXPIRE_HOLDS = _free(hold.c.expires_at < func.now(), "hold.expire")
EXPIRE_PLACES = _end(_places((place.c.expires_at < func.now()) & ~place.c.quoted), "place.expire")
EXPIRE_QUOTES = _end(
    _places((place.c.expires_at < func.now()) & place.c.quoted), "quote.expire", undo=True
)
FREE_QUOTES = _end(
    _places(place.c.call_id.in_(select(_CALLS.c.call_id)) & place.c.quoted),
    "quote.free",
    undo=True,
)
RESOLVE = _resolve()
LEARN = _learn()
ANSWERED = Statement(update(hold).values(ask_at=null()).where(_these(hold, _LEGS)), "hold.answered")
FORBID = Statement(
    upsert(decision)
    .from_select(
        ["call_id", "step", "account_id", "at"],
        select(_LEGS.c.call_id, _LEGS.c.step, bindparam("nobody", type_=_UUID), func.now()),
    )
    .on_conflict_do_update(index_elements=["call_id", "step"], set_={"outcome": null()}),
    "decision.forbid",
)

CANCEL = _cancel()
