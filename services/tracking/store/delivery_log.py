"""Looking deliveries up, having them sent again, and forgetting those that are long over."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    delete,
    func,
    insert,
    literal,
    select,
    tuple_,
    update,
)

from libs.contracts.deliveries import (
    Delivery,
    DeliveryChanged,
    DeliveryState,
    ListDeliveries,
    ResendDeliveries,
    Try,
)
from libs.contracts.ids import AccountId, PixelId
from libs.runtime.database import Database
from libs.runtime.outbox import Announcement
from services.tracking.domain.cursor import Place
from services.tracking.tables.configured import outbox
from services.tracking.tables.pixels import attempt, delivery, partner, pixel
from services.tracking.tables.saved_reports import saved_report

TRIES_SHOWN_MAX = 50
SWEEP_MAX = 5_000  # rows of a kind in one round, so that no round holds others up
RESENT_MAX = 10_000  # at once; who has more dead ones asks again

_PLACE = (delivery.c.made_at, delivery.c.id)


class DeliveryLog:
    """The deliveries of every account, one account at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, question: ListDeliveries, after: Place | None, limit: int
    ) -> list[Delivery]:
        """The account's next deliveries that the filters let through, newest first."""
        statement = _listed(question.account_id).where(*_filters(question))
        if after is not None:
            values = [literal(value, at.type) for value, at in zip(after, _PLACE, strict=True)]
            statement = statement.where(tuple_(*_PLACE) < tuple_(*values))
        statement = statement.order_by(*(at.desc() for at in _PLACE)).limit(limit)
        async with self._database.transaction() as connection:
            rows = (await connection.execute(statement)).mappings()
            return [Delivery.model_validate(row) for row in rows]

    async def one(
        self, account_id: AccountId, delivery_id: UUID
    ) -> tuple[Delivery, tuple[Try, ...], datetime | None] | None:
        """A delivery, its tries, and until when its host is spared."""
        mine = _listed(account_id).where(delivery.c.id == delivery_id)
        tries = (
            select(attempt.c.number, attempt.c.at, attempt.c.request, attempt.c.answer)
            .where(attempt.c.account_id == account_id, attempt.c.delivery_id == delivery_id)
            .order_by(attempt.c.number.desc())
            .limit(TRIES_SHOWN_MAX)
        )
        async with self._database.transaction() as connection:
            row = (await connection.execute(mine)).mappings().one_or_none()
            if row is None:
                return None
            found = (await connection.execute(tries)).mappings().all()
            spared = select(partner.c.spared_until).where(
                partner.c.account_id == account_id, partner.c.host == row["host"]
            )
            spared_until = await connection.scalar(spared)
        log = tuple(Try.model_validate(one) for one in reversed(found))
        return Delivery.model_validate(row), log, spared_until

    async def resend(self, question: ResendDeliveries, now: datetime) -> tuple[int, Announcement]:
        """Make deliveries due again, and give how many; the change is told with it."""
        mine = select(delivery.c.id).where(delivery.c.account_id == question.account_id)
        if question.delivery_id is not None:
            mine = mine.where(delivery.c.id == question.delivery_id)
        else:
            mine = mine.where(
                delivery.c.pixel_id == question.pixel_id,
                delivery.c.state == DeliveryState.DEAD.value,
            )
        statement = (
            update(delivery)
            .values(
                state=DeliveryState.WAITING.value,
                due_at=now,
                ended_at=None,
                tries_before=delivery.c.tries,
            )
            .where(
                delivery.c.account_id == question.account_id,
                delivery.c.id.in_(mine.limit(RESENT_MAX)),
            )
        )
        async with self._database.transaction() as connection:
            count = (await connection.execute(statement)).rowcount
            change = _change(question, now, count)
            announcement = Announcement(change.subject, change.model_dump_json())
            if count:
                await connection.execute(insert(outbox), [announcement.row()])
        return count, announcement

    async def sweep(self, before: datetime) -> int:
        """Forget some of what has been over since before then; give how many rows."""
        key = (delivery.c.account_id, delivery.c.id)
        over = select(*key).where(delivery.c.ended_at < before).limit(SWEEP_MAX)
        tried = (attempt.c.account_id, attempt.c.delivery_id, attempt.c.number)
        old = select(*tried).where(attempt.c.at < before).limit(SWEEP_MAX)
        async with self._database.transaction() as connection:
            gone = [
                await connection.execute(delete(delivery).where(tuple_(*key).in_(over))),
                await connection.execute(delete(attempt).where(tuple_(*tried).in_(old))),
            ]
        return sum(result.rowcount for result in gone)


def _listed(account_id: AccountId) -> Select[Any]:
    return (
        select(
            delivery.c.id.label("delivery_id"),
            delivery.c.pixel_id,
            func.coalesce(pixel.c.document["name"].astext, "").label("pixel_name"),
            delivery.c.report_id,
            func.coalesce(saved_report.c.document["name"].astext, "").label("report_name"),
            delivery.c.call_id,
            delivery.c.point,
            delivery.c.part,
            delivery.c.host,
            delivery.c.state,
            delivery.c.tries,
            delivery.c.made_at,
            delivery.c.due_at,
            delivery.c.ended_at,
            delivery.c.said,
        )
        .outerjoin(
            pixel,
            and_(pixel.c.account_id == delivery.c.account_id, pixel.c.id == delivery.c.pixel_id),
        )
        .outerjoin(
            saved_report,
            and_(
                saved_report.c.account_id == delivery.c.account_id,
                saved_report.c.id == delivery.c.report_id,
            ),
        )
        .where(delivery.c.account_id == account_id)
    )


def _filters(question: ListDeliveries) -> list[ColumnElement[bool]]:
    filters: list[ColumnElement[bool]] = []
    if question.pixel_id is not None:
        filters.append(delivery.c.pixel_id == question.pixel_id)
    if question.report_id is not None:
        filters.append(delivery.c.report_id == question.report_id)
    if question.call_id is not None:
        filters.append(delivery.c.call_id == question.call_id)
    if question.state is not None:
        filters.append(delivery.c.state == question.state.value)
    if question.since is not None:
        filters.append(delivery.c.made_at >= question.since)
    if question.until is not None:
        filters.append(delivery.c.made_at < question.until)
    return filters


def _change(question: ResendDeliveries, now: datetime, count: int) -> DeliveryChanged:
    one = question.delivery_id or PixelId(question.pixel_id or UUID(int=0))
    return DeliveryChanged(
        account_id=question.account_id,
        key=str(one),
        version=0,
        at=now,
        actor=question.actor,
        before=None,
        after={"count": count, "state": DeliveryState.WAITING.value},
        reason="sent again",
    )
