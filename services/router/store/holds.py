"""Ending holds and places: by the carrier's facts, its own word, or because time is over.

A hold ends when its leg does, and with it the places in counters of attempts.  Places in the
other counters end when it is known what became of the leg: then they count, or they do not.
Every way to end something is safe to take twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, tuple_, update

from libs.contracts.ids import NOBODY, AccountId, CallId
from libs.runtime.database import Database
from libs.runtime.given import written
from services.router.store.hold_statements import (
    ANSWERED,
    CANCEL,
    EXPIRE_HOLDS,
    EXPIRE_PLACES,
    EXPIRE_QUOTES,
    FORBID,
    FREE_CALLS,
    FREE_LEGS,
    LEARN,
    RESOLVE,
)
from services.router.tables import counter, hold, place

OVER_CAPS = """
SELECT count(*) FROM (
    SELECT held.account_id, held.target_id FROM router.hold held
    GROUP BY held.account_id, held.target_id
    HAVING count(*) > (
        SELECT (target.document->'caps'->>'concurrency')::int FROM router.target
        WHERE target.account_id = held.account_id AND target.id = held.target_id
    )
) AS over
"""
SWEEP_MAX = 200  # holds looked at in one round
ASK_AGAIN_AFTER = timedelta(seconds=30)  # the carrier's REST API is slow and metered

Leg = tuple[CallId, int]


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
class Known:
    """What became of a leg: whether people spoke, and for how long, where that was said."""

    call_id: CallId
    step: int
    connected: bool
    seconds: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Difference:
    """A counter that does not agree with the places that it counts."""

    account_id: AccountId
    scope_id: UUID
    measure: str
    counted: str
    kept: str


class Holds:
    """The places kept with targets; none outlives its leg by more than the sweep."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def answered(self, legs: Sequence[Leg]) -> None:
        """Somebody picked up: the hold now waits for the leg's end, or its expiry."""
        if legs:
            async with self._database.hot() as connection:
                await ANSWERED.run(connection, legs=_written(legs))

    async def free_legs(self, legs: Sequence[Leg]) -> None:
        """The legs are over."""
        if legs:
            async with self._database.hot() as connection:
                await FREE_LEGS.run(connection, legs=_written(legs))

    async def free_calls(self, calls: Sequence[CallId]) -> None:
        """The callers are gone, and all their legs with them."""
        if calls:
            async with self._database.hot() as connection:
                rows = written({"call_id": call_id} for call_id in calls)
                await FREE_CALLS.run(connection, calls=rows)

    async def resolve(self, known: Sequence[Known]) -> None:
        """It is known what became of legs: it counts now, and the caller's history has it."""
        if not known:
            return
        rows = written_known(known)
        async with self._database.hot() as connection, connection.transaction():
            await LEARN.run(connection, known=rows)
            await RESOLVE.run(connection, known=rows)

    async def cancel(self, legs: Sequence[Leg]) -> None:
        """The ingress answered without us: give the places back, and decide nothing late."""
        if not legs:
            return
        rows = _written(legs)
        async with self._database.hot() as connection, connection.transaction():
            await FORBID.run(connection, legs=rows, nobody=NOBODY)
            await CANCEL.run(connection, legs=rows)

    async def expire(self) -> int:
        """End holds and places whose time is over; give how many holds that were."""
        async with self._database.hot() as connection:
            freed = await EXPIRE_HOLDS.run(connection)
            await EXPIRE_PLACES.run(connection)
            await EXPIRE_QUOTES.run(connection)
        return freed[0][0] if freed else 0

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

    async def over_caps(self) -> int:
        """Targets with more calls at once than they take, counted from the holds themselves."""
        async with self._database.hot() as connection:
            cursor = await connection.execute(OVER_CAPS)
            row = await cursor.fetchone()
        return row[0] if row else 0

    async def differences(self) -> list[Difference]:
        """Counters that disagree with their places; one statement, so that none is in motion."""
        in_flight = (
            select(
                place.c.account_id,
                place.c.scope_id,
                place.c.measure,
                func.sum(place.c.amount).label("kept"),
            )
            .group_by(place.c.account_id, place.c.scope_id, place.c.measure)
            .subquery()
        )
        same = (
            (counter.c.account_id == in_flight.c.account_id)
            & (counter.c.scope_id == in_flight.c.scope_id)
            & (counter.c.measure == in_flight.c.measure)
        )
        kept = func.coalesce(in_flight.c.kept, 0)
        counted = counter.c.live + counter.c.possible  # each row has only one of them
        statement = (
            select(
                counter.c.account_id,
                counter.c.scope_id,
                counter.c.measure,
                counted,
                kept,
            )
            .select_from(counter.outerjoin(in_flight, same))
            .where(counted != kept)
        )
        async with self._database.transaction() as connection:
            rows = await connection.execute(statement)
            return [Difference(*row[:3], str(row[3]), str(row[4])) for row in rows]


def written_known(known: Sequence[Known]) -> str:
    """The parameter `known` of statements."""
    return written(
        {
            "call_id": one.call_id,
            "step": one.step,
            "connected": one.connected,
            "seconds": one.seconds,
            "at": one.at,
        }
        for one in known
    )


def _written(legs: Sequence[Leg]) -> str:
    return written({"call_id": call_id, "step": step} for call_id, step in legs)
