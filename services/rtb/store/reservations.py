"""Ending reservations: by the carrier's facts, its own word, or because time is over.

Every way to end one is safe to take twice.  Counters are locked in the order of their keys.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Integer,
    SmallInteger,
    and_,
    case,
    delete,
    func,
    literal,
    null,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import UUID
from sqlalchemy.sql import ColumnElement

from libs.contracts.ids import AccountId, CallId
from libs.runtime.database import Database, Statement
from libs.runtime.given import given, written
from services.rtb.domain.counters import PERIODS
from services.rtb.tables import counter, reservation, sale

SWEEP_MAX = 200  # reservations looked at in one round
ASK_AGAIN_AFTER = timedelta(seconds=30)  # the carrier's REST API is slow and metered

Leg = tuple[CallId, int]

_UUID = UUID(as_uuid=True)
_CALL, _STEP = Column("call_id", _UUID), Column("step", SmallInteger)
_LEGS = given("legs", _CALL, _STEP)
_CALLS = given("calls", _CALL)
_KNOWN = given(
    "known",
    _CALL,
    _STEP,
    Column("connected", Boolean),
    Column("seconds", Integer),
    Column("at", DateTime(timezone=True)),
)


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A reservation of which no fact has been heard for longer than its ringing could last."""

    call_id: CallId
    step: int
    account_id: AccountId
    account_sid: str
    call_sid: str
    destination: str


@dataclass(frozen=True, slots=True)
class Known:
    """What became of a leg: whether people spoke, and for how long, where that was said."""

    call_id: CallId
    step: int
    connected: bool
    seconds: int | None
    at: datetime


def _these(table: Any, rows: Any) -> ColumnElement[bool]:
    return tuple_(table.c.call_id, table.c.step).in_(select(rows.c.call_id, rows.c.step))


def _free(which: ColumnElement[bool], name: str, *, undo: bool = False) -> Statement:
    """End reservations and give their places back; `undo` takes back what they counted, too."""
    gone = (
        delete(reservation)
        .where(which)
        .returning(reservation.c.account_id, reservation.c.target_id, reservation.c.decided_at)
        .cte("gone")
    )
    keys = (counter.c.account_id, counter.c.target_id)
    locked = (
        select(counter)
        .where(tuple_(*keys).in_(select(gone.c.account_id, gone.c.target_id)))
        .order_by(*keys)
        .with_for_update()
        .cte("locked")
    )
    one = literal(1 if undo else 0)
    sums = [
        func.sum(case((gone.c.decided_at >= locked.c[f"{period}_at"], one), else_=0)).label(period)
        for period in PERIODS
    ]
    changes = (
        select(
            locked.c.account_id,
            locked.c.target_id,
            func.count().label("places"),
            func.sum(one).label("undone"),
            *sums,
        )
        .select_from(
            gone.join(
                locked,
                and_(
                    gone.c.account_id == locked.c.account_id,
                    gone.c.target_id == locked.c.target_id,
                ),
            )
        )
        .group_by(locked.c.account_id, locked.c.target_id)
        .cte("changes")
    )
    counts = {
        f"{period}_count": counter.c[f"{period}_count"] - changes.c[period] for period in PERIODS
    }
    return Statement(
        update(counter)
        .values(
            live=counter.c.live - changes.c.places,
            total_count=counter.c.total_count - changes.c.undone,
            **counts,
        )
        .where(counter.c.account_id == changes.c.account_id)
        .where(counter.c.target_id == changes.c.target_id)
        .returning(changes.c.places),
        name,
    )


def _learn() -> Statement:
    connected_at = func.coalesce(sale.c.connected_at, case((_KNOWN.c.connected, _KNOWN.c.at)))
    long_enough = func.coalesce(_KNOWN.c.seconds, 0) >= sale.c.required_seconds
    converted = case((and_(_KNOWN.c.connected, long_enough), _KNOWN.c.at))
    return Statement(
        update(sale)
        .values(
            connected_at=connected_at, converted_at=func.coalesce(sale.c.converted_at, converted)
        )
        .where(sale.c.call_id == _KNOWN.c.call_id, sale.c.step == _KNOWN.c.step),
        "sale.learn",
    )


_FREE_LEGS = _free(_these(reservation, _LEGS), "reservation.free_legs")
_CANCEL = _free(_these(reservation, _LEGS), "reservation.cancel", undo=True)
_UNSELL = Statement(delete(sale).where(_these(sale, _LEGS)), "sale.undo")
_FREE_CALLS = _free(reservation.c.call_id.in_(select(_CALLS.c.call_id)), "reservation.free_calls")
_EXPIRE = _free(reservation.c.expires_at < func.now(), "reservation.expire")
_ANSWERED = Statement(
    update(reservation).values(ask_at=null()).where(_these(reservation, _LEGS)),
    "reservation.answered",
)
_LEARN = _learn()


class Reservations:
    """The places kept with bidders; none outlives its leg by more than the sweep."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def answered(self, legs: Sequence[Leg]) -> None:
        """Somebody picked up: the reservation waits for the leg's end, or its expiry."""
        await self._run(_ANSWERED, legs=_written(legs))

    async def free_legs(self, legs: Sequence[Leg]) -> None:
        """The legs are over."""
        await self._run(_FREE_LEGS, legs=_written(legs))

    async def free_calls(self, calls: Sequence[CallId]) -> None:
        """The callers are gone, and all their legs with them."""
        await self._run(_FREE_CALLS, calls=written({"call_id": one} for one in calls))

    async def cancel(self, legs: Sequence[Leg]) -> None:
        """The legs were never dialled: nothing has been bought."""
        if not legs:
            return
        async with self._database.hot() as connection, connection.transaction():
            await _CANCEL.run(connection, legs=_written(legs))
            await _UNSELL.run(connection, legs=_written(legs))

    async def learn(self, known: Sequence[Known]) -> None:
        """Write down what became of legs."""
        rows = written(
            {
                "call_id": one.call_id,
                "step": one.step,
                "connected": one.connected,
                "seconds": one.seconds,
                "at": one.at,
            }
            for one in known
        )
        await self._run(_LEARN, known=rows)

    async def expire(self) -> int:
        """End reservations whose time is over; give how many."""
        async with self._database.hot() as connection:
            rows = await _EXPIRE.run(connection)
        return sum(row[0] for row in rows)

    async def doubtful(self) -> list[Doubtful]:
        """Reservations to ask the carrier about; each replica gets others, none twice too soon."""
        due = (
            select(reservation.c.call_id, reservation.c.step)
            .where(reservation.c.ask_at < func.now())
            .limit(SWEEP_MAX)
            .with_for_update(skip_locked=True)
        )
        statement = (
            update(reservation)
            .values(ask_at=func.now() + ASK_AGAIN_AFTER)
            .where(tuple_(reservation.c.call_id, reservation.c.step).in_(due))
            .returning(
                reservation.c.call_id,
                reservation.c.step,
                reservation.c.account_id,
                reservation.c.account_sid,
                reservation.c.call_sid,
                reservation.c.destination,
            )
        )
        async with self._database.transaction() as connection:
            return [Doubtful(*row) for row in await connection.execute(statement)]

    async def differences(self) -> int:
        """How many counters disagree with the reservations that they count; must be 0."""
        kept = (
            select(
                reservation.c.account_id,
                reservation.c.target_id,
                func.count().label("live"),
            )
            .group_by(reservation.c.account_id, reservation.c.target_id)
            .subquery()
        )
        same = (counter.c.account_id == kept.c.account_id) & (
            counter.c.target_id == kept.c.target_id
        )
        statement = (
            select(func.count())
            .select_from(counter.outerjoin(kept, same))
            .where(counter.c.live != func.coalesce(kept.c.live, 0))
        )
        async with self._database.transaction() as connection:
            return int((await connection.execute(statement)).scalar_one())

    async def _run(self, statement: Statement, **rows: str) -> None:
        if any(given_rows == "[]" for given_rows in rows.values()):
            return
        async with self._database.hot() as connection:
            await statement.run(connection, **rows)


def _written(legs: Sequence[Leg]) -> str:
    return written({"call_id": call_id, "step": step} for call_id, step in legs)
