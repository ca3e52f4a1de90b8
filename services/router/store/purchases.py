"""Numbers that were ordered: kept before the carrier is asked, until each is bought or failed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.errors import UniqueViolation
from sqlalchemy import func, insert, select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.contracts.configuration import Number
from libs.contracts.ids import AccountId, NumberId
from libs.contracts.numbers import BuyNumbers, LineState, Purchase, PurchaseLine
from libs.runtime.database import Database
from services.router.domain.unfit import Taken
from services.router.store.setups import Setups
from services.router.tables import carrier, purchase

DUE_MAX = 10  # claimed at once; the rest wait for the next round
LEASE = timedelta(minutes=2)  # longer than the carrier is waited for
_KEY = (purchase.c.account_id, purchase.c.id, purchase.c.number)
ORDERED_ELSEWHERE = "is being bought already"


@dataclass(frozen=True, slots=True)
class Due:
    """A number that is bought now."""

    account_id: AccountId
    purchase_id: UUID
    number: str
    order: BuyNumbers
    tries: int
    doubtful: bool


class PurchaseEdits:
    """Purchases within one edit of an account."""

    def __init__(self, connection: AsyncConnection, account_id: AccountId) -> None:
        self._connection = connection
        self._account_id = account_id

    async def order(self, question: BuyNumbers) -> None:
        """Keep an order; raise Taken where a number of it is being bought already."""
        written = question.model_dump(mode="json")
        for position, number in enumerate(question.numbers):
            row = {
                "account_id": self._account_id,
                "id": question.id,
                "number": number,
                "position": position,
                "order": written,
                "state": LineState.ORDERED,
                "due_at": func.now(),
            }
            try:
                async with self._connection.begin_nested():
                    await self._connection.execute(insert(purchase).values(**row))
            except IntegrityError as fault:
                if isinstance(fault.orig, UniqueViolation):
                    raise Taken.at(f"numbers.{position}", ORDERED_ELSEWHERE) from fault
                raise

    async def at_the_platform(self) -> int:
        """How many numbers the account has, or is to have, under the platform's carrier account."""
        asked_for = purchase.c.order["account_sid"].astext
        own = select(carrier.c.id).where(
            carrier.c.account_id == self._account_id, ~carrier.c.retired
        )
        statement = select(func.count()).where(
            purchase.c.account_id == self._account_id,
            (purchase.c.state == LineState.ORDERED) | purchase.c.account_sid.is_not(None),
            func.coalesce(purchase.c.account_sid, asked_for, "").not_in(own),
        )
        return (await self._connection.execute(statement)).scalar_one()

    async def bought(self, due: Due, kept: Number, failure: str) -> None:
        """The number is the account's; `failure`: why it did not get the place it was to have."""
        await self._connection.execute(
            update(purchase)
            .values(
                state=LineState.BOUGHT,
                since=func.now(),
                due_at=None,
                doubtful=False,
                failure=failure,
                number_id=kept.id,
                account_sid=kept.account_sid,
            )
            .where(
                purchase.c.account_id == self._account_id,
                purchase.c.id == due.purchase_id,
                purchase.c.number == due.number,
            )
        )

    async def failed(self, due: Due, failure: str) -> None:
        """The carrier will not sell it."""
        await self._connection.execute(
            update(purchase)
            .values(state=LineState.FAILED, since=func.now(), due_at=None, failure=failure)
            .where(
                purchase.c.account_id == self._account_id,
                purchase.c.id == due.purchase_id,
                purchase.c.number == due.number,
            )
        )

    async def given_back(self, number: str) -> None:
        """The account does not have the number any more, though it once bought it."""
        await self._connection.execute(
            update(purchase)
            .values(account_sid=None)
            .where(purchase.c.account_id == self._account_id, purchase.c.number == number)
        )


class Purchases:
    """The purchases of all accounts."""

    def __init__(self, database: Database, setups: Setups) -> None:
        self._database = database
        self._setups = setups

    async def due(self) -> list[Due]:
        """Claim what is due; each replica gets others."""
        mine = (
            select(*_KEY)
            .where(purchase.c.due_at <= func.now())
            .order_by(purchase.c.due_at)
            .limit(DUE_MAX)
            .with_for_update(skip_locked=True)
        )
        statement = (
            update(purchase)
            .values(due_at=func.now() + LEASE, tries=purchase.c.tries + 1)
            .where(tuple_(*_KEY).in_(mine))
            .returning(*_KEY, purchase.c.order, purchase.c.tries, purchase.c.doubtful)
        )
        async with self._database.transaction() as connection:
            rows = (await connection.execute(statement)).all()
        return [
            Due(
                row.account_id,
                row.id,
                row.number,
                BuyNumbers.model_validate(row.order),
                row.tries,
                row.doubtful,
            )
            for row in rows
        ]

    async def later(self, due: Due, failure: str, again: timedelta, *, doubtful: bool) -> None:
        """It is not certain yet; `doubtful`: it may have been bought."""
        statement = (
            update(purchase)
            .values(
                due_at=func.now() + again,
                failure=failure,
                doubtful=purchase.c.doubtful | doubtful,
            )
            .where(
                purchase.c.account_id == due.account_id,
                purchase.c.id == due.purchase_id,
                purchase.c.number == due.number,
            )
        )
        async with self._database.transaction() as connection:
            await connection.execute(statement)

    async def find(self, account_id: AccountId, id: UUID) -> tuple[BuyNumbers, Purchase] | None:
        """A purchase and its order."""
        found = await self._read(account_id, [id])
        return found[0] if found else None

    async def page(
        self, account_id: AccountId, after: tuple[datetime, UUID] | None, limit: int
    ) -> list[Purchase]:
        """Purchases, the latest first."""
        first = purchase.c.position == 0
        statement = (
            select(purchase.c.id)
            .where(purchase.c.account_id == account_id, first)
            .order_by(purchase.c.at.desc(), purchase.c.id.desc())
            .limit(limit)
        )
        if after is not None:
            statement = statement.where(tuple_(purchase.c.at, purchase.c.id) < tuple_(*after))
        async with self._database.transaction() as connection:
            ids = list((await connection.execute(statement)).scalars())
        return [one for _, one in await self._read(account_id, ids)]

    async def _read(
        self, account_id: AccountId, ids: Sequence[UUID]
    ) -> list[tuple[BuyNumbers, Purchase]]:
        statement = (
            select(
                purchase.c.id,
                purchase.c.at,
                purchase.c.order,
                purchase.c.number,
                purchase.c.state,
                purchase.c.since,
                purchase.c.tries,
                purchase.c.failure,
                purchase.c.number_id,
            )
            .where(purchase.c.account_id == account_id, purchase.c.id.in_(ids))
            .order_by(purchase.c.at.desc(), purchase.c.id.desc(), purchase.c.position)
        )
        async with self._database.transaction() as connection:
            rows = (await connection.execute(statement)).all()
        numbers = [row.number_id for row in rows if row.number_id]
        setups = await self._setups.of(account_id, numbers)
        found: dict[UUID, list[Any]] = {}
        for row in rows:
            found.setdefault(row.id, []).append(row)
        return [_told(lines, setups) for lines in found.values()]


def _told(rows: Sequence[Any], setups: dict[UUID, Any]) -> tuple[BuyNumbers, Purchase]:
    order = BuyNumbers.model_validate(rows[0].order)
    lines = tuple(
        PurchaseLine(
            number=row.number,
            state=row.state,
            since=row.since,
            tries=row.tries,
            failure=row.failure,
            number_id=NumberId(row.number_id) if row.number_id else None,
            setup=setups.get(row.number_id),
        )
        for row in rows
    )
    purchase_told = Purchase(
        id=order.id,
        at=rows[0].at,
        actor=order.actor,
        account_sid=order.account_sid,
        campaign_id=order.campaign_id,
        pool_id=order.pool_id,
        lines=lines,
    )
    return order, purchase_told
