"""Ending holds: by the carrier's facts, by its own word, or because their time is over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlalchemy import SmallInteger, delete, func, null, select, tuple_, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as UUID_TYPE
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.sql import ColumnElement, bindparam, column
from sqlalchemy.types import TypeEngine

from libs.contracts.ids import NOBODY, AccountId, CallId
from libs.runtime.database import Database, Statement
from services.router.tables import counter, decision, hold

SWEEP_MAX = 200  # holds looked at in one round
ASK_AGAIN_AFTER = timedelta(seconds=30)  # the carrier's REST API is slow and metered

Leg = tuple[CallId, int]
_UUID: TypeEngine[UUID] = UUID_TYPE(as_uuid=True)


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A hold of which no fact has been heard for longer than its ringing could last."""

    call_id: CallId
    step: int
    account_id: AccountId
    account_sid: str
    call_sid: str
    destination: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A counter that does not agree with the holds it counts."""

    account_id: AccountId
    target_id: UUID
    counted: int
    held: int


def _legs() -> Any:
    calls, steps = (
        bindparam("calls", type_=ARRAY(_UUID)),
        bindparam("steps", type_=ARRAY(SmallInteger())),
    )
    table = func.unnest(calls, steps).table_valued(column("call_id", _UUID), column("step"))
    rows = table.render_derived()
    return select(rows.c.call_id, rows.c.step)


def _release(which: ColumnElement[bool], name: str, *, uncount: bool = False) -> Statement:
    """End holds and give their places back, counters locked in the order of their keys.

    `uncount` also takes back the day's count: the leg was never dialled.
    """
    gone = (
        delete(hold).where(which).returning(hold.c.account_id, hold.c.target_id, hold.c.day_at)
    ).cte("gone")
    freed = (
        select(
            gone.c.account_id,
            gone.c.target_id,
            func.count().label("places"),
            func.array_agg(gone.c.day_at).label("days"),
        )
        .group_by(gone.c.account_id, gone.c.target_id)
        .cte("freed")
    )
    locked = (
        select(counter.c.account_id, counter.c.target_id)
        .where(
            tuple_(counter.c.account_id, counter.c.target_id).in_(
                select(freed.c.account_id, freed.c.target_id)
            )
        )
        .order_by(counter.c.account_id, counter.c.target_id)
        .with_for_update()
        .cte("locked")
    )
    values: dict[str, Any] = {"live": counter.c.live - freed.c.places}
    if uncount:
        of_this_day = func.array_positions(freed.c.days, counter.c.day_at)
        values["day_count"] = counter.c.day_count - func.cardinality(of_this_day)
    return Statement(
        update(counter)
        .values(**values)
        .where(counter.c.account_id == freed.c.account_id)
        .where(counter.c.target_id == freed.c.target_id)
        .where(counter.c.account_id == locked.c.account_id)
        .where(counter.c.target_id == locked.c.target_id)
        .returning(counter.c.account_id, counter.c.target_id, freed.c.places),
        name,
    )


_OF_LEGS = tuple_(hold.c.call_id, hold.c.step).in_(_legs())
_OF_CALLS = hold.c.call_id == func.any(bindparam("calls", type_=ARRAY(_UUID)))

_RELEASE_LEGS = _release(_OF_LEGS, "hold.release_legs")
_RELEASE_CALLS = _release(_OF_CALLS, "hold.release_calls")
_CANCEL = _release(_OF_LEGS, "hold.cancel", uncount=True)
_EXPIRE = _release(hold.c.expires_at < func.now(), "hold.expire")
_ANSWERED = Statement(update(hold).values(ask_at=None).where(_OF_LEGS), "hold.answered")
_FORBID = Statement(
    upsert(decision)
    .from_select(
        ["call_id", "step", "account_id", "at"],
        select(
            (legs := _legs().subquery()).c.call_id,
            legs.c.step,
            bindparam("nobody", type_=_UUID),
            func.now(),
        ),
    )
    .on_conflict_do_update(index_elements=["call_id", "step"], set_={"outcome": null()}),
    "decision.forbid",
)


class Holds:
    """The places kept with targets; none outlives its leg by more than the sweep."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def answered(self, legs: Sequence[Leg]) -> None:
        """Somebody picked up: the hold now waits for the leg's end, or its expiry."""
        await self._run(_ANSWERED, legs)

    async def release_legs(self, legs: Sequence[Leg]) -> None:
        """The legs are over."""
        await self._run(_RELEASE_LEGS, legs)

    async def release_calls(self, calls: Sequence[CallId]) -> None:
        """The callers are gone, and all their legs with them."""
        if calls:
            async with self._database.hot() as connection:
                await _RELEASE_CALLS.run(connection, calls=list(calls))

    async def cancel(self, legs: Sequence[Leg]) -> None:
        """The ingress answered without us: give the places back, and decide nothing late."""
        if not legs:
            return
        async with self._database.hot() as connection, connection.transaction():
            await self._run_on(connection, _FORBID, legs, nobody=NOBODY)
            await self._run_on(connection, _CANCEL, legs)

    async def expire(self) -> int:
        """End holds whose time is over; give how many places that freed."""
        async with self._database.hot() as connection:
            return sum(row[2] for row in await _EXPIRE.run(connection))

    async def doubtful(self) -> list[Doubtful]:
        """Holds to ask the carrier about; each replica gets others, none twice too soon."""
        due = (
            select(hold.c.call_id, hold.c.step)
            .where(hold.c.ask_at < func.now())
            .limit(SWEEP_MAX)
            .with_for_update(skip_locked=True)
        )
        statement = (
            update(hold)
            .values(ask_at=func.now() + ASK_AGAIN_AFTER)
            .where(tuple_(hold.c.call_id, hold.c.step).in_(due))
            .returning(
                hold.c.call_id,
                hold.c.step,
                hold.c.account_id,
                hold.c.account_sid,
                hold.c.call_sid,
                hold.c.destination,
            )
        )
        async with self._database.transaction() as connection:
            return [Doubtful(*row) for row in await connection.execute(statement)]

    async def differences(self) -> list[Difference]:
        """Counters that disagree with their holds; in one statement, so that none is in motion."""
        held = (
            select(hold.c.account_id, hold.c.target_id, func.count().label("held"))
            .group_by(hold.c.account_id, hold.c.target_id)
            .subquery()
        )
        count = func.coalesce(held.c.held, 0)
        same = (counter.c.account_id == held.c.account_id) & (
            counter.c.target_id == held.c.target_id
        )
        statement = (
            select(counter.c.account_id, counter.c.target_id, counter.c.live, count)
            .select_from(counter.outerjoin(held, same))
            .where(counter.c.live != count)
        )
        async with self._database.transaction() as connection:
            return [Difference(*row) for row in await connection.execute(statement)]

    async def _run(self, statement: Statement, legs: Sequence[Leg]) -> None:
        if legs:
            async with self._database.hot() as connection:
                await self._run_on(connection, statement, legs)

    async def _run_on(
        self,
        connection: AsyncConnection[Any],
        statement: Statement,
        legs: Sequence[Leg],
        **more: Any,
    ) -> None:
        await statement.run(
            connection, calls=[call for call, _ in legs], steps=[step for _, step in legs], **more
        )
