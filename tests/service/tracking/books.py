"""Tracking without its broker, for tests of what calls come to."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from libs.contracts.calls import Fact
from libs.contracts.ids import (
    AccountId,
)
from libs.contracts.reporting import AskReport, Report, Reported
from libs.runtime.clock import SystemClock
from libs.runtime.database import Database
from services.tracking.desk.calls import Desk
from services.tracking.desk.rebuilding import RebuildingDesk
from services.tracking.desk.reporting import ReportingDesk
from services.tracking.domain.call import Heard
from services.tracking.store.archive import Archive
from services.tracking.store.calls import Calls
from services.tracking.store.journal import Journal
from services.tracking.store.reports import Reports
from services.tracking.store.rollups import Rollups
from services.tracking.store.visit_conversions import VisitConversions
from tests.kit.facts import ACCOUNT, NOON

OTHER = AccountId(UUID("00000000-0000-7000-8000-0000000000aa"))
SINCE, UNTIL = NOON - timedelta(days=20, hours=12), NOON + timedelta(days=20)
CURRENCIES = ("USD", "EUR")


def thing(kind: str, number: int) -> UUID:
    return UUID(f"00000000-0000-7000-8000-{ord(kind[0]):02x}{number:010x}")


@dataclass
class Books:
    """Tracking without its broker: who hears, who sums, who reports, who rebuilds."""

    database: Database

    def __post_init__(self) -> None:
        journal = Journal(self.database, SystemClock())
        self.desk = Desk(journal, Calls(self.database))
        self.rollups = Rollups(self.database)
        self.reports = ReportingDesk(Reports(self.database), SystemClock())
        self.rebuilding = RebuildingDesk(
            Archive(self.database), journal, self.rollups, VisitConversions(self.database)
        )

    async def hear(self, facts: list[Fact]) -> None:
        await self.desk.keep([Heard(fact, fact.model_dump_json()) for fact in facts])

    async def report(self, account_id: AccountId = ACCOUNT, **more: Any) -> Reported:
        report = Report(**{"since": SINCE, "until": UNTIL} | more)
        return await self.reports.report(
            AskReport(account_id=account_id, report=report, limit=1_000)
        )
