"""Whose a call is: who held its number, and what was found, once for each call."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql import bindparam

from libs.contracts.dni import TrackingTag
from libs.contracts.ids import AccountId, CallId
from libs.contracts.visits import Attribution, Visit
from libs.runtime.database import Database, Statement
from libs.runtime.outbox import Announcement
from services.tracking.domain.attribution import Holder
from services.tracking.store.lease_statements import NOW
from services.tracking.store.visits import SHOWN, touches_of
from services.tracking.tables.configured import outbox
from services.tracking.tables.dni import tracking_tag
from services.tracking.tables.numbers import number
from services.tracking.tables.visits import attribution, visit

_TAG = tracking_tag.c.document
_HOLDER = Statement(
    select(*SHOWN, _TAG)
    .select_from(visit)
    .join(
        tracking_tag,
        (tracking_tag.c.account_id == visit.c.account_id) & (tracking_tag.c.id == visit.c.tag_id),
    )
    .where(
        visit.c.account_id == bindparam("account_id", type_=visit.c.account_id.type),
        visit.c.number == bindparam("number", type_=visit.c.number.type),
        visit.c.showing == "leased",
        visit.c.began_at <= func.coalesce(bindparam("at", type_=visit.c.began_at.type), func.now()),
    )
    .order_by(visit.c.began_at.desc())
    .limit(1),
    "visit.holder",
)

_UNTOLD, _FOUND, _TOLD = -1, 0, 1
"""What the column `answered` says."""

_KEY = ["account_id", "call_id"]
_ROW = select(attribution.c.answered, attribution.c.document)


class Attributions:
    """Which visit each call belongs to."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def holder(
        self, account_id: AccountId, dialled: str, at: datetime | None
    ) -> tuple[Holder | None, datetime]:
        """Who last began to hold a number before an instant (None: now), and that instant."""
        async with self._database.hot() as connection:
            rows = await _HOLDER.run(connection, account_id=account_id, number=dialled, at=at)
            if at is None:
                ((at,),) = await NOW.run(connection)
            assert at is not None, "the database knows what time it is"
            if not rows:
                return None, at
            *shown, document = rows[0]
            named = dict(zip((column.name for column in SHOWN), shown, strict=True))
            held = Visit.model_validate(named)
            first, last = await touches_of(connection, account_id, held)
        tag = TrackingTag.model_validate(document)
        return (
            Holder(
                visit=held,
                cooldown=timedelta(seconds=tag.cooldown_seconds),
                remembered=timedelta(seconds=tag.remembered_seconds),
                first=first,
                last=last,
            ),
            at,
        )

    async def tag_of(self, account_id: AccountId, dialled: str) -> tuple[TrackingTag, bool] | None:
        """The tag that shows a number to everybody, and whether as the shared one."""
        number_id = (
            select(number.c.id)
            .where(
                number.c.account_id == account_id, number.c.number == dialled, ~number.c.withdrawn
            )
            .scalar_subquery()
        )
        static = _TAG["number_id"].astext
        shared = _TAG["shared_number_id"].astext
        statement = (
            select(_TAG, static.is_(None).label("shared"))
            .where(
                tracking_tag.c.account_id == account_id,
                ~tracking_tag.c.retired,
                or_(static == number_id.cast(static.type), shared == number_id.cast(static.type)),
            )
            .order_by(static.is_(None), tracking_tag.c.id)
            .limit(1)
        )
        async with self._database.transaction() as connection:
            row = (await connection.execute(statement)).one_or_none()
        return None if row is None else (TrackingTag.model_validate(row[0]), row[1])

    async def keep(self, account_id: AccountId, call_id: CallId, told: Attribution) -> None:
        """Write down whose the router was told that a call is: that outweighs what is found."""
        statement = insert(attribution).values(_row(account_id, call_id, told, _TOLD))
        set_ = {name: statement.excluded[name] for name in ("visit_id", "answered", "document")}
        async with self._database.transaction() as connection:
            await connection.execute(
                statement.on_conflict_do_update(
                    index_elements=_KEY, set_=set_, where=attribution.c.answered < _TOLD
                )
            )

    async def fill_in(
        self, account_id: AccountId, call_id: CallId, found: Attribution, news: Announcement
    ) -> bool:
        """Write down what was found; True where the router is known to have been told nothing.

        Then the news goes out with it.
        """
        row = _row(account_id, call_id, found, _FOUND)
        async with self._database.transaction() as connection:
            before = await _begun(connection, row)
            if before is None or before.answered != _UNTOLD:
                return False
            await connection.execute(update(attribution).where(*_is(row)).values(row))
            await connection.execute(insert(outbox), [news.row()])
        return True

    async def found_for(
        self, account_id: AccountId, call_id: CallId, told: Attribution
    ) -> Attribution | None:
        """What was found of a call of which the router was told nothing; None: nothing yet.

        Then it is written down that it was told nothing: what is found later is news.
        """
        async with self._database.transaction() as connection:
            before = await _begun(connection, _row(account_id, call_id, told, _UNTOLD))
        if before is None or before.answered != _FOUND:
            return None
        return Attribution.model_validate(before.document)

    async def tell(self, news: Announcement) -> None:
        """Have news told."""
        async with self._database.transaction() as connection:
            await connection.execute(insert(outbox), [news.row()])

    async def of_call(self, account_id: AccountId, call_id: CallId) -> Attribution | None:
        """Whose a call is, as far as that is known."""
        statement = select(attribution.c.document).where(
            attribution.c.account_id == account_id,
            attribution.c.call_id == call_id,
            attribution.c.answered > _UNTOLD,
        )
        async with self._database.transaction() as connection:
            document = (await connection.execute(statement)).scalar()
        return None if document is None else Attribution.model_validate(document)


def _row(account_id: AccountId, call_id: CallId, found: Attribution, rank: int) -> dict[str, Any]:
    return {
        "account_id": account_id,
        "call_id": call_id,
        "visit_id": found.visit_id,
        "answered": rank,
        "document": found.model_dump(mode="json"),
    }


def _is(row: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    return [attribution.c[name] == row[name] for name in _KEY]


async def _begun(connection: AsyncConnection, row: dict[str, Any]) -> Any:
    """Write the call's first row, and give None; else the row that is there, locked."""
    made = insert(attribution).values(row).on_conflict_do_nothing()
    if (await connection.execute(made.returning(attribution.c.call_id))).scalar() is not None:
        return None
    locked = _ROW.where(*_is(row)).with_for_update()
    return (await connection.execute(locked)).one_or_none()
