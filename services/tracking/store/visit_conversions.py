"""Conversions without a call: kept once, listed and summed, always those of one account."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, cast, func, insert, literal, select, tuple_
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.contracts.ids import AccountId, VisitId
from libs.contracts.money import Money
from libs.contracts.visit_conversions import (
    ConversionDimension,
    ListVisitConversions,
    ReportVisitConversions,
    VisitConversion,
)
from libs.contracts.visits import Visit
from libs.rules.periods import EVER
from libs.runtime.database import Database
from libs.runtime.outbox import Announcement
from services.tracking.domain.cursor import Place
from services.tracking.domain.tally import line_of
from services.tracking.store.visits import SHOWN
from services.tracking.tables.configured import outbox
from services.tracking.tables.filing import filing_period
from services.tracking.tables.tallies import tally, tally_change
from services.tracking.tables.visit_conversions import visit_conversion
from services.tracking.tables.visits import visit

_PLACE = (visit_conversion.c.at, visit_conversion.c.id)
_ROWS_PER_GROUP = 3  # currencies, and those without an amount, before the last rows may be wrong


def _of_origin(name: str) -> ColumnElement[Any]:
    return cast(visit_conversion.c.origin[name].astext, Text)


_DIMENSIONS: Mapping[ConversionDimension, ColumnElement[Any]] = {
    **{one: _of_origin(one.value) for one in ConversionDimension},
    ConversionDimension.KIND: visit_conversion.c.kind,
    ConversionDimension.CAMPAIGN: cast(visit_conversion.c.campaign_id, Text),
    ConversionDimension.PUBLISHER: cast(visit_conversion.c.publisher_id, Text),
    ConversionDimension.TRACKING_TAG: cast(visit_conversion.c.tag_id, Text),
}

Group = tuple[tuple[str, ...], int, Money | None]


class VisitConversions:
    """The conversions of all accounts, one account at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def visit(
        self, account_id: AccountId, visit_id: VisitId | None, visitor: str
    ) -> Visit | None:
        """The visit that is named, else the visitor's latest."""
        statement = select(*SHOWN).where(visit.c.account_id == account_id)
        if visit_id is not None:
            statement = statement.where(visit.c.id == visit_id)
        else:
            statement = statement.where(visit.c.visitor == visitor)
        statement = statement.order_by(visit.c.began_at.desc()).limit(1)
        async with self._database.transaction() as connection:
            row = (await connection.execute(statement)).mappings().one_or_none()
        return None if row is None else Visit.model_validate(dict(row))

    async def keep(
        self, account_id: AccountId, one: VisitConversion, told: Announcement, most: int
    ) -> bool | None:
        """Keep it; False where it had been kept before, None where its visit has too many."""
        statement = (
            upsert(visit_conversion)
            .values(account_id=account_id, **_row(one))
            .on_conflict_do_nothing()
            .returning(visit_conversion.c.id)
        )
        so_far = select(func.count()).where(
            visit_conversion.c.account_id == account_id,
            visit_conversion.c.visit_id == one.visit_id,
        )
        async with self._database.transaction() as connection:
            if (await connection.execute(so_far)).scalar_one() >= most:
                return None
            if (await connection.execute(statement)).scalar() is None:
                return False
            await _count(connection, account_id, one)
            await connection.execute(insert(outbox), [told.row()])
        return True

    async def count_some(self, limit: int) -> int:
        """Let conversions count in reports that do not yet; give how many there were."""
        async with self._database.transaction() as connection:
            rows = (await connection.execute(_uncounted().limit(limit))).mappings().all()
            for row in rows:
                await _count(connection, row["account_id"], _conversion(row))
        return len(rows)

    async def uncounted(self) -> int:
        """How many conversions do not count in reports: always none."""
        missing = select(func.count()).select_from(_uncounted().subquery())
        async with self._database.transaction() as connection:
            return int((await connection.execute(missing)).scalar_one())

    async def page(
        self, question: ListVisitConversions, after: Place | None, limit: int
    ) -> list[VisitConversion]:
        """The account's next conversions, newest first."""
        statement = select(visit_conversion).where(
            visit_conversion.c.account_id == question.account_id, *_filters(question)
        )
        if after is not None:
            values = [literal(value, at.type) for value, at in zip(after, _PLACE, strict=True)]
            statement = statement.where(tuple_(*_PLACE) < tuple_(*values))
        statement = statement.order_by(*(at.desc() for at in _PLACE)).limit(limit)
        async with self._database.transaction() as connection:
            rows = (await connection.execute(statement)).mappings()
            return [_conversion(row) for row in rows]

    async def groups(self, question: ReportVisitConversions, limit: int) -> list[Group]:
        """Each group with a currency, the groups with the most conversions first."""
        keys = [func.coalesce(_DIMENSIONS[one], "") for one in question.group_by]
        names = [key.label(f"key_{at}") for at, key in enumerate(keys)]
        statement = (
            select(
                *names,
                visit_conversion.c.currency,
                func.count().label("conversions"),
                func.sum(visit_conversion.c.amount).label("amount"),
            )
            .where(
                visit_conversion.c.account_id == question.account_id,
                visit_conversion.c.at >= question.since,
                visit_conversion.c.at < question.until,
            )
            .group_by(*names, visit_conversion.c.currency)
            .order_by(func.count().desc(), *names)
            .limit(limit * _ROWS_PER_GROUP)
        )
        async with self._database.transaction() as connection:
            rows = (await connection.execute(statement)).all()
        return [
            (
                tuple(row[: len(keys)]),
                row.conversions,
                Money(amount=row.amount, currency=row.currency) if row.currency else None,
            )
            for row in rows
        ]


async def _count(connection: AsyncConnection, account_id: AccountId, one: VisitConversion) -> None:
    """Write its line, as those of calls are written; the sums take the change up."""
    line = line_of(account_id, one)
    place = {"call_id": one.conversion_id, "filed_on": _newest(one), "line": 0}
    await connection.execute(insert(tally).values(**place, **line))
    line.pop("tags", None)
    await connection.execute(insert(tally_change).values(sign=1, **line))


def _newest(one: VisitConversion) -> Any:
    """Calls of now are filed there, too."""
    begun = filing_period.c.begins <= one.at.date()
    return select(func.max(filing_period.c.begins)).where(begun).scalar_subquery()


def _uncounted() -> Select[Any]:
    """Those without a line, but for times of which only sums are left."""
    counted = select(literal(1)).where(tally.c.call_id == visit_conversion.c.id).exists()
    until = select(func.max(filing_period.c.counted_until)).scalar_subquery()
    since = func.coalesce(func.date_trunc("day", until, "UTC") + timedelta(days=1), EVER)
    return select(visit_conversion).where(~counted, visit_conversion.c.at >= since)


def _filters(question: ListVisitConversions) -> list[ColumnElement[bool]]:
    asked: dict[Any, Any] = {
        visit_conversion.c.visit_id: question.visit_id,
        visit_conversion.c.kind: question.kind,
    }
    filters = [column == value for column, value in asked.items() if value is not None]
    if question.since is not None:
        filters.append(visit_conversion.c.at >= question.since)
    if question.until is not None:
        filters.append(visit_conversion.c.at < question.until)
    return filters


def _row(one: VisitConversion) -> dict[str, Any]:
    return {
        "id": one.conversion_id,
        "visit_id": one.visit_id,
        "visitor": one.visitor,
        "kind": one.kind.value,
        "at": one.at,
        "amount": one.amount.amount if one.amount else None,
        "currency": one.amount.currency if one.amount else None,
        "external_id": one.external_id,
        "tag_id": one.tracking_tag_id,
        "campaign_id": one.campaign_id,
        "publisher_id": one.publisher_id,
        "origin": one.origin.model_dump(mode="json", exclude_defaults=True),
        "tags": one.tags,
    }


def _conversion(row: Any) -> VisitConversion:
    names = ("visit_id", "visitor", "kind", "at", "external_id", "campaign_id", "publisher_id")
    amount = (
        Money(amount=row["amount"], currency=row["currency"]) if row["amount"] is not None else None
    )
    return VisitConversion(
        conversion_id=row["id"],
        tracking_tag_id=row["tag_id"],
        amount=amount,
        origin=row["origin"],
        tags=row["tags"],
        **{name: row[name] for name in names},
    )
