"""Keeping leases alive by what is heard of their pages: many pages in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Boolean, Column, Integer, case, func, select, update
from sqlalchemy.sql import literal

from libs.contracts.ids import AccountId, VisitId
from libs.runtime.batch import Batch
from libs.runtime.database import Database, Statement
from libs.runtime.inbox import unnested
from services.tracking.domain.pool import Clocks
from services.tracking.tables.numbers import line
from services.tracking.tables.visits import visit

BATCH_MAX = 200
GATHER_SECONDS = 0.02  # no page waits for it


@dataclass(frozen=True, slots=True)
class Beat:
    """A page of a visit is still open, or has just been closed."""

    account_id: AccountId
    visit_id: VisitId
    clocks: Clocks
    closed: bool


_GIVEN = unnested(
    visit.c.account_id,
    visit.c.id,
    Column("lasts", Integer),
    Column("cooldown", Integer),
    Column("sticky", Integer),
    Column("closed", Boolean),
)
_SECOND = literal(timedelta(seconds=1))


def _after(seconds: object) -> object:
    return func.now() + seconds * _SECOND


_HEARD = (
    select(
        visit.c.account_id,
        visit.c.id,
        visit.c.number_id,
        # Closing a page never makes a lease longer: another page of the visit may be open.
        case(
            (_GIVEN.c.closed, func.least(visit.c.until, _after(_GIVEN.c.lasts))),
            else_=_after(_GIVEN.c.lasts),
        ).label("until"),
        _GIVEN.c.cooldown,
        _GIVEN.c.sticky,
    )
    .select_from(visit)
    .join(_GIVEN, (visit.c.account_id == _GIVEN.c.account_id) & (visit.c.id == _GIVEN.c.id))
    .outerjoin(
        line, (line.c.account_id == visit.c.account_id) & (line.c.number_id == visit.c.number_id)
    )
    .where(
        (visit.c.showing != literal("leased"))
        | ((line.c.visit_id == visit.c.id) & (line.c.free_at > func.now()))
    )
    .order_by(visit.c.account_id, visit.c.number_id, visit.c.id)
    .cte("heard")
)
_LOCKED = (
    select(line.c.account_id, line.c.number_id)
    .join(
        _HEARD,
        (line.c.account_id == _HEARD.c.account_id)
        & (line.c.number_id == _HEARD.c.number_id)
        & (line.c.visit_id == _HEARD.c.id),
    )
    .where(line.c.free_at > func.now())
    .order_by(line.c.account_id, line.c.number_id)
    .with_for_update(of=line)
    .cte("locked")
)
_HELD = (
    update(line)
    .where(
        line.c.account_id == _LOCKED.c.account_id,
        line.c.number_id == _LOCKED.c.number_id,
        line.c.visit_id == _HEARD.c.id,
        _HEARD.c.account_id == _LOCKED.c.account_id,
    )
    .values(
        until=_HEARD.c.until,
        free_at=_HEARD.c.until + _HEARD.c.cooldown * _SECOND,
        sticky_until=_HEARD.c.until + _HEARD.c.sticky * _SECOND,
    )
    .returning(line.c.account_id, line.c.visit_id)
    .cte("held")
)
_BEAT = Statement(
    update(visit)
    .where(
        visit.c.account_id == _HEARD.c.account_id,
        visit.c.id == _HEARD.c.id,
        (visit.c.showing != literal("leased"))
        | visit.c.id.in_(select(_HELD.c.visit_id).where(_HELD.c.account_id == visit.c.account_id)),
    )
    .values(seen_at=func.now(), until=_HEARD.c.until)
    .returning(visit.c.account_id, visit.c.id),
    "visit.beat",
)


class Beating:
    """Hears pages; those heard at once are written at once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._batch: Batch[Beat, bool] = Batch(self._hear, BATCH_MAX, gather_seconds=GATHER_SECONDS)

    async def hear(self, beat: Beat) -> bool:
        """Keep a lease; False where it is over, and its number may be somebody else's."""
        return await self._batch.add(beat)

    async def _hear(self, beats: Sequence[Beat]) -> Sequence[bool]:
        latest = {(beat.account_id, beat.visit_id): beat for beat in beats}
        given = list(latest.values())
        async with self._database.hot() as connection:
            rows = await _BEAT.run(
                connection,
                account_id=[beat.account_id for beat in given],
                id=[beat.visit_id for beat in given],
                lasts=[_lasts(beat) for beat in given],
                cooldown=[int(beat.clocks.cooldown.total_seconds()) for beat in given],
                sticky=[int(beat.clocks.sticky.total_seconds()) for beat in given],
                closed=[beat.closed for beat in given],
            )
        alive = {tuple(row) for row in rows}
        return [(beat.account_id, beat.visit_id) in alive for beat in beats]


def _lasts(beat: Beat) -> int:
    lasts = beat.clocks.closed if beat.closed else beat.clocks.idle
    return int(lasts.total_seconds())
