"""What reconciliations need of calls, and what became of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Text, cast, delete, func, insert, literal, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert

from libs.contracts.ids import AccountId, CallId
from libs.contracts.reconciling import (
    Difference,
    Gap,
    GetReconciliation,
    Reconciliation,
    ReconciliationState,
)
from libs.contracts.tracking import CallRecord
from libs.runtime.database import Database
from libs.runtime.outbox import Announcement
from services.tracking.domain.cells import Told
from services.tracking.domain.record import record_of
from services.tracking.tables.calls import call
from services.tracking.tables.configured import outbox
from services.tracking.tables.filing import filing
from services.tracking.tables.reconciling import compared, difference, reconciliation

COMPARED_MAX = 50_000  # of our own calls, that the carrier may not list
AT_ONCE_MAX = 500  # calls of one statement
KEPT = timedelta(days=90)


class Reconciling:
    """The reconciliations of all accounts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def records(self, call_ids: Sequence[CallId]) -> dict[CallId, CallRecord]:
        """Those of these calls that we know, whoever's they are."""
        found: dict[CallId, CallRecord] = {}
        for at in range(0, len(call_ids), AT_ONCE_MAX):
            some = call_ids[at : at + AT_ONCE_MAX]
            periods = select(filing.c.filed_on).where(filing.c.call_id.in_(some)).distinct()
            statement = select(call.c.call_id, cast(call.c.told, Text)).where(
                call.c.call_id.in_(some), call.c.filed_on.in_(periods)
            )
            async with self._database.transaction() as connection:
                for call_id, told in await connection.execute(statement):
                    found[call_id] = record_of(call_id, Told(**orjson.loads(told)))
        return found

    async def within(
        self, account_id: AccountId, since: datetime, until: datetime
    ) -> list[CallRecord]:
        """The account's own calls of a time, as far as they can be compared at all."""
        statement = (
            select(call.c.call_id, cast(call.c.told, Text))
            .where(
                call.c.account_id == account_id,
                call.c.listed_at >= since,
                call.c.listed_at < until,
            )
            .order_by(call.c.listed_at)
            .limit(COMPARED_MAX)
        )
        async with self._database.transaction() as connection:
            rows = (await connection.execute(statement)).all()
        return [record_of(call_id, Told(**orjson.loads(told))) for call_id, told in rows]

    async def begin(
        self, account_id: AccountId, one: Reconciliation, announcement: Announcement | None
    ) -> None:
        """Write down that one is under way."""
        async with self._database.transaction() as connection:
            await connection.execute(insert(reconciliation).values(**_row(account_id, one)))
            if announcement is not None:
                await connection.execute(insert(outbox), [announcement.row()])

    async def end(
        self, account_id: AccountId, one: Reconciliation, found: Sequence[Difference]
    ) -> None:
        """Write down what came of it."""
        values = _row(account_id, one)
        rows = [
            {
                **each.model_dump(),
                "gap": each.gap.value,
                "account_id": account_id,
                "reconciliation_id": one.reconciliation_id,
            }
            for each in found
        ]
        async with self._database.transaction() as connection:
            await connection.execute(
                update(reconciliation)
                .values(**values)
                .where(
                    reconciliation.c.account_id == account_id,
                    reconciliation.c.id == one.reconciliation_id,
                )
            )
            if rows:
                await connection.execute(insert(difference), rows)

    async def latest(self, account_id: AccountId, limit: int) -> list[Reconciliation]:
        """An account's reconciliations, the newest first."""
        statement = (
            select(reconciliation)
            .where(reconciliation.c.account_id == account_id)
            .order_by(reconciliation.c.began_at.desc(), reconciliation.c.id)
            .limit(limit)
        )
        async with self._database.transaction() as connection:
            rows = (await connection.execute(statement)).mappings()
            return [_read(row) for row in rows]

    async def one(
        self, question: GetReconciliation, limit: int
    ) -> tuple[Reconciliation, list[Difference]] | None:
        """One with its next gaps."""
        account_id, key = question.account_id, question.reconciliation_id
        statement = select(reconciliation).where(
            reconciliation.c.account_id == account_id, reconciliation.c.id == key
        )
        place = (difference.c.call_id, difference.c.gap)
        gaps = (
            select(difference)
            .where(difference.c.account_id == account_id, difference.c.reconciliation_id == key)
            .order_by(*place)
            .limit(limit)
        )
        if question.cursor is not None:
            call_id, _, gap = question.cursor.partition("/")
            gaps = gaps.where(tuple_(*place) > tuple_(literal(UUID(call_id)), literal(gap)))
        async with self._database.transaction() as connection:
            row = (await connection.execute(statement)).mappings().one_or_none()
            if row is None:
                return None
            found = (await connection.execute(gaps)).mappings()
            return _read(row), [Difference.model_validate(each) for each in found]

    async def compared_until(self, carrier: str) -> datetime | None:
        """Up to when a carrier account's list has been compared; None: never."""
        statement = select(compared.c.until).where(compared.c.carrier == carrier)
        async with self._database.transaction() as connection:
            until: datetime | None = await connection.scalar(statement)
        return until

    async def has_compared(self, carrier: str, until: datetime) -> None:
        """The list has been compared up to then."""
        statement = upsert(compared).values(carrier=carrier, until=until)
        later = {"until": func.greatest(compared.c.until, statement.excluded.until)}
        async with self._database.transaction() as connection:
            await connection.execute(
                statement.on_conflict_do_update(index_elements=["carrier"], set_=later)
            )

    async def sweep(self, now: datetime) -> None:
        """Forget what is long over, and end what nobody works on any more."""
        dead = (
            update(reconciliation)
            .values(
                state=ReconciliationState.FAILED.value,
                ended_at=now,
                failure="the process that did it has ended: ask again",
            )
            .where(
                reconciliation.c.state == ReconciliationState.RUNNING.value,
                reconciliation.c.began_at < now - timedelta(hours=2),
            )
        )
        async with self._database.transaction() as connection:
            await connection.execute(dead)
            await connection.execute(
                delete(reconciliation).where(reconciliation.c.began_at < now - KEPT)
            )


def _row(account_id: AccountId, one: Reconciliation) -> dict[str, Any]:
    return {
        **one.model_dump(exclude={"reconciliation_id"}),
        "account_id": account_id,
        "id": one.reconciliation_id,
        "state": one.state.value,
        "gaps": {gap.value: count for gap, count in one.gaps.items()},
    }


def _read(row: Mapping[Any, Any]) -> Reconciliation:
    gaps = {Gap(gap): count for gap, count in row["gaps"].items()}
    return Reconciliation.model_validate({**row, "reconciliation_id": row["id"], "gaps": gaps})
