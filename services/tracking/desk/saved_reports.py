"""The desk of saved reports: kept, made for who asks, and told to webhooks when they are due."""

import logging
from datetime import datetime
from uuid import UUID, uuid4

from libs.contracts.deliveries import DeliveryChanged, DeliveryState
from libs.contracts.editing import Saved
from libs.contracts.ids import AccountId
from libs.contracts.reporting import ROWS_MAX, AskReport, Reported
from libs.contracts.saved_reports import (
    AskSavedReport,
    ReportSent,
    SavedReport,
    SaveReport,
    SendReport,
    ToldReport,
)
from libs.contracts.tracking_edits import TrackingNoun
from libs.runtime.clock import Clock
from libs.runtime.outbox import Announcement, Outbox
from libs.runtime.rounds import Rounds
from services.tracking.desk.keeping import KeepingDesk
from services.tracking.desk.reporting import ReportingDesk
from services.tracking.domain.recurring import due_after, report_at
from services.tracking.domain.reports import TooMuch, unknown_words
from services.tracking.domain.spans import TooManyPeriods
from services.tracking.domain.told_reports import Telling, host_of, telling_id
from services.tracking.domain.unfit import Missing, Unfit
from services.tracking.store.saved_reports import Claimed, SavedReports

EVERY_SECONDS = 10.0
MADE_MAX = 500  # of one round, one after the other: calls are folded beside

log = logging.getLogger(__name__)


class SavedReportsDesk:
    """One per process; each telling is made by one of them."""

    def __init__(
        self,
        keeping: KeepingDesk,
        reports: SavedReports,
        reporting: ReportingDesk,
        outbox: Outbox,
        clock: Clock,
    ) -> None:
        self._keeping = keeping
        self._reports = reports
        self._reporting = reporting
        self._outbox = outbox
        self._clock = clock
        self._rounds = Rounds("tracking-saved-reports", EVERY_SECONDS, self.round)

    def start(self) -> None:
        """Begin to tell what is due."""
        self._rounds.start()

    async def stop(self) -> None:
        """End; what is under way is made by the next process."""
        await self._rounds.stop()

    async def save(self, question: SaveReport) -> Saved:
        """Keep a report; raise Stale, or Unfit where it says what reports do not know."""
        saved = question.document
        unknown = [(f"report.{field}", text) for field, text in unknown_words(saved.report)]
        if unknown:
            raise Unfit("malformed", "the report says what is not known", unknown)
        document = saved.model_dump(mode="json")
        return await self._keeping.save(TrackingNoun.REPORT, saved.id, document, question)

    async def report(self, question: AskSavedReport) -> Reported:
        """A saved report; raise Missing, TooMuch, TooManyPeriods."""
        saved = await self._reports.one(question.account_id, question.report_id)
        if saved is None:
            raise Missing
        return await self._reporting.report(
            AskReport(
                account_id=question.account_id,
                report=report_at(saved, question.at or self._clock.now()),
                offset=question.offset,
                limit=question.limit,
            )
        )

    async def send(self, question: SendReport) -> ReportSent:
        """Have a report told now; raise Missing, or Unfit where it has no webhook."""
        saved = await self._reports.one(question.account_id, question.report_id)
        if saved is None:
            raise Missing
        if saved.delivery is None:
            problems = [("report_id", "the report has no delivery")]
            raise Unfit("malformed", "there is nobody to be told", problems)
        at = self._clock.now()
        mark = str(uuid4())
        id = telling_id(saved.id, at, mark)
        change = DeliveryChanged(
            account_id=question.account_id,
            key=str(id),
            version=0,
            at=at,
            actor=question.actor,
            before=None,
            after={"report_id": str(saved.id), "state": DeliveryState.WAITING.value},
            reason="report sent",
        )
        announcement = Announcement(change.subject, change.model_dump_json())
        await self._reports.tell(
            await self._telling(question.account_id, saved, at, id), announcement
        )
        self._outbox.announce([announcement])
        return ReportSent(delivery_id=id)

    async def round(self) -> None:
        """Tell what is due, and reckon when what was changed will be."""
        for _ in range(MADE_MAX):
            claimed = await self._reports.claim(self._clock.now())
            if claimed is None:
                return
            await self._tell(claimed)

    async def _tell(self, claimed: Claimed) -> None:
        telling, at = None, claimed.due_at
        if at is not None:
            id = telling_id(claimed.report_id, at)
            telling = await self._telling(claimed.account_id, claimed.saved, at, id)
        due_at = due_after(claimed.saved, self._clock.now())
        await self._reports.done(claimed, due_at, telling)

    async def _telling(
        self, account_id: AccountId, saved: SavedReport, at: datetime, id: UUID
    ) -> Telling:
        assert saved.delivery is not None, "it was claimed for it"
        body, problem = "", ""
        try:
            question = AskReport(account_id=account_id, report=report_at(saved, at), limit=ROWS_MAX)
            report = await self._reporting.report(question)
            told = ToldReport(report_id=saved.id, name=saved.name, at=at, report=report)
            body = told.model_dump_json()
        except (TooMuch, TooManyPeriods):
            problem = "it would take too long: narrow its time or its filters"
            log.warning("a saved report is too large to be told")
        return Telling(
            account_id=account_id,
            report_id=saved.id,
            id=id,
            host=host_of(saved.delivery),
            at=at,
            now=self._clock.now(),
            body=body,
            problem=problem,
        )
