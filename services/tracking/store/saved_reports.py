"""Saved reports that are due: claimed by one process each, told, and due again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert

from libs.contracts.deliveries import DeliveryState
from libs.contracts.ids import AccountId, ReportId
from libs.contracts.saved_reports import SavedReport
from libs.rules.secrets import with_secrets
from libs.runtime.database import Database
from libs.runtime.outbox import Announcement
from libs.runtime.seal import Seal
from services.tracking.domain.told_reports import REPORT, Telling
from services.tracking.tables.configured import outbox
from services.tracking.tables.pixels import delivery, partner
from services.tracking.tables.saved_reports import saved_report

LEASE = timedelta(minutes=2)  # whoever makes a report and died leaves it to the next

_KEY = (saved_report.c.account_id, saved_report.c.id)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A report that is due, or (`due_at` None) whose next time is to be reckoned."""

    account_id: AccountId
    report_id: ReportId
    version: int
    due_at: datetime | None
    saved: SavedReport


class SavedReports:
    """The saved reports of all accounts; `seal` keeps their webhooks' secrets."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database = database
        self._seal = seal

    async def claim(self, now: datetime) -> Claimed | None:
        """The report that has been due longest, or was changed; None where there is none."""
        changed = saved_report.c.due_for.is_distinct_from(saved_report.c.version)
        taken = saved_report.c.taken_until
        next_one = (
            select(*_KEY)
            .where(
                ~saved_report.c.retired,
                saved_report.c.document["status"].astext == "active",
                saved_report.c.document["delivery"]["url"].astext.is_not(None),
                or_(changed, saved_report.c.due_at <= now),
                or_(taken.is_(None), taken <= now),
            )
            .order_by(saved_report.c.due_at.nulls_first())
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        statement = (
            update(saved_report)
            .values(taken_until=now + LEASE)
            .where(tuple_(*_KEY).in_(next_one))
            .returning(
                *_KEY,
                saved_report.c.version,
                saved_report.c.due_for,
                saved_report.c.due_at,
                saved_report.c.document,
            )
        )
        async with self._database.transaction() as connection:
            row = (await connection.execute(statement)).one_or_none()
        if row is None:
            return None
        due_at = row.due_at if row.due_for == row.version else None
        saved = self._opened(row.document)
        return Claimed(row.account_id, row.id, row.version, due_at, saved)

    async def done(
        self, claimed: Claimed, due_at: datetime | None, telling: Telling | None
    ) -> None:
        """Have it told, once whoever asks, and due again; an edit meanwhile reckons anew."""
        statement = (
            update(saved_report)
            .values(due_at=due_at, due_for=claimed.version, taken_until=None)
            .where(
                saved_report.c.account_id == claimed.account_id,
                saved_report.c.id == claimed.report_id,
            )
        )
        async with self._database.transaction() as connection:
            await connection.execute(statement)
            if telling is not None:
                await _tell(connection, telling)

    async def tell(self, telling: Telling, announcement: Announcement) -> None:
        """Have a report told now; that somebody wanted it is told with it."""
        async with self._database.transaction() as connection:
            await _tell(connection, telling)
            await connection.execute(insert(outbox), [announcement.row()])

    async def one(self, account_id: AccountId, report_id: ReportId) -> SavedReport | None:
        """A report that is in use, secrets open."""
        statement = select(saved_report.c.document).where(
            saved_report.c.account_id == account_id,
            saved_report.c.id == report_id,
            ~saved_report.c.retired,
        )
        async with self._database.transaction() as connection:
            document = await connection.scalar(statement)
        return None if document is None else self._opened(document)

    def _opened(self, document: dict[str, Any]) -> SavedReport:
        return SavedReport.model_validate(with_secrets(document, self._seal.open))


async def _tell(connection: Any, one: Telling) -> None:
    """A delivery among those of pixels: tried, spared, logged and sent again as they are."""
    host = {"account_id": one.account_id, "host": one.host}
    await connection.execute(upsert(partner).values(host).on_conflict_do_nothing())
    over = one.problem != ""
    row = {
        **host,
        "id": one.id,
        "report_id": one.report_id,
        "point": REPORT,
        "part": one.at.isoformat(),
        "made_at": one.now,
        "due_at": None if over else one.now,
        "ended_at": one.now if over else None,
        "state": (DeliveryState.DEAD if over else DeliveryState.WAITING).value,
        "said": one.problem,
        "told": {"body": one.body},
    }
    await connection.execute(upsert(delivery).values(row).on_conflict_do_nothing())
