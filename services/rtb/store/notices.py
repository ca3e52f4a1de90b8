"""Notices that are due: claimed by one process each, tried again, and given up after a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, tuple_, update

from libs.contracts.ids import AccountId, CallId
from libs.runtime.database import Database, Statement
from services.rtb.tables import notice, sale

DUE_MAX = 50  # claimed in one round
OF_ONE_BIDDER_MAX = 5  # of those: one that is away must not keep the others waiting
LEASE = timedelta(seconds=60)  # whoever has claimed a row and died leaves it to the next
KEPT = timedelta(days=7)
SWEEP_MAX = 10_000

_KEY = (notice.c.account_id, notice.c.auction_id, notice.c.target_id, notice.c.kind)
Key = tuple[AccountId, UUID, UUID, str]


def _due() -> Statement:
    """Looked for twice a second while calls are sold: it must not be compiled each time."""
    ranked = (
        select(
            *_KEY,
            notice.c.due_at,
            func.row_number()
            .over(partition_by=notice.c.target_id, order_by=notice.c.due_at)
            .label("rank"),
        )
        .where(notice.c.due_at <= func.now())
        .subquery()
    )
    wanted = (
        select(*(ranked.c[each.name] for each in _KEY))
        .where(ranked.c.rank <= OF_ONE_BIDDER_MAX)
        .order_by(ranked.c.due_at)
        .limit(DUE_MAX)
    )
    mine = select(*_KEY).where(tuple_(*_KEY).in_(wanted)).with_for_update(skip_locked=True)
    return Statement(
        update(notice)
        .values(due_at=func.now() + LEASE, tries=notice.c.tries + 1)
        .where(tuple_(*_KEY).in_(mine), notice.c.due_at <= func.now())
        .returning(*_KEY, notice.c.url, notice.c.tries),
        "notice.due",
    )


_DUE = _due()


@dataclass(frozen=True, slots=True)
class Due:
    """One address that is to be fetched now, for the `tries`th time (from 1)."""

    key: Key
    url: str
    tries: int


class Notices:
    """The notices of all accounts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def due(self) -> list[Due]:
        """Claim what is due, a few of each bidder."""
        async with self._database.hot() as connection:
            rows = await _DUE.run(connection)
        return [Due((row[0], row[1], row[2], row[3]), row[4], row[5]) for row in rows]

    async def told(self, key: Key) -> None:
        """It has arrived."""
        await self._end(key, {"told_at": func.now(), "due_at": None, "failure": ""})

    async def failed(self, key: Key, failure: str, again: timedelta | None) -> None:
        """It has not; try again after a while, or (None) give up."""
        due_at = None if again is None else func.now() + again
        await self._end(key, {"due_at": due_at, "failure": failure})

    async def _end(self, key: Key, values: dict[str, object]) -> None:
        account_id, auction_id, target_id, kind = key
        statement = (
            update(notice)
            .values(**values)
            .where(
                notice.c.account_id == account_id,
                notice.c.auction_id == auction_id,
                notice.c.target_id == target_id,
                notice.c.kind == kind,
            )
        )
        async with self._database.transaction() as connection:
            await connection.execute(statement)

    async def bill(self, legs: Sequence[tuple[CallId, int]]) -> None:
        """Have bidders told what they owe, for those of the legs that have converted."""
        if not legs:
            return
        owed = select(sale.c.call_id, sale.c.step).where(
            tuple_(sale.c.call_id, sale.c.step).in_(legs), sale.c.converted_at.is_not(None)
        )
        statement = (
            update(notice)
            .values(due_at=func.now())
            .where(
                tuple_(notice.c.call_id, notice.c.step).in_(owed),
                notice.c.kind == "billing",
                notice.c.due_at.is_(None),
                notice.c.tries == 0,
            )
        )
        async with self._database.transaction() as connection:
            await connection.execute(statement)

    async def sweep(self) -> None:
        """Forget what is long over."""
        old = (
            select(*_KEY).where(notice.c.at < func.now() - KEPT, notice.c.due_at.is_(None))
        ).limit(SWEEP_MAX)
        async with self._database.transaction() as connection:
            await connection.execute(delete(notice).where(tuple_(*_KEY).in_(old)))
