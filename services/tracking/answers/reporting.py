"""Questions about what calls came to."""

from collections.abc import Iterator
from contextlib import contextmanager

from libs.contracts.editing import Saved
from libs.contracts.reporting import (
    AskNow,
    AskReport,
    AskReportWords,
    AskVisitReport,
    Now,
    Reported,
    ReportWords,
)
from libs.contracts.saved_reports import (
    AskSavedReport,
    ReportSent,
    SaveReport,
    SendReport,
)
from libs.runtime.answers import Answers, Declined
from libs.runtime.deadline import Deadline
from services.tracking.answers.keeping import EDITS_IN_FLIGHT_MAX
from services.tracking.answers.refusing import declining
from services.tracking.desk.reporting import ReportingDesk
from services.tracking.desk.saved_reports import SavedReportsDesk
from services.tracking.domain.reports import CALLS, VISITS, TooMuch, Topic, unknown_words
from services.tracking.domain.spans import PERIODS_MAX, TooManyPeriods

REPORTS_IN_FLIGHT_MAX = 6  # each may read for seconds; calls are folded beside
COUNTS_IN_FLIGHT_MAX = 32


def _check(question: AskReport, topic: Topic) -> None:
    unknown = [(f"report.{field}", text) for field, text in unknown_words(question.report, topic)]
    if unknown:
        raise Declined("malformed", "the report says what is not known", unknown)


@contextmanager
def within_bounds() -> Iterator[None]:
    """Say that a report is too large."""
    try:
        yield
    except TooManyPeriods as fault:
        text = f"has more than {PERIODS_MAX} of them: take longer ones, or less time"
        raise Declined("malformed", text, [("report.group_by", text)]) from fault
    except TooMuch as fault:
        text = "it would take too long: narrow its time or its filters, or group it by less"
        raise Declined("too_much", text) from fault


def bind_saved(answers: Answers, desk: SavedReportsDesk) -> None:
    """Bind the questions about saved reports."""

    @answers.to(SaveReport, in_flight_max=EDITS_IN_FLIGHT_MAX)
    async def save(question: SaveReport, _: Deadline) -> Saved:
        with declining("document."):
            return await desk.save(question)

    @answers.to(AskSavedReport, in_flight_max=REPORTS_IN_FLIGHT_MAX)
    async def saved_report(question: AskSavedReport, _: Deadline) -> Reported:
        with declining(), within_bounds():
            return await desk.report(question)

    @answers.to(SendReport, in_flight_max=REPORTS_IN_FLIGHT_MAX)
    async def send(question: SendReport, _: Deadline) -> ReportSent:
        with declining():
            return await desk.send(question)


def bind(answers: Answers, desk: ReportingDesk, visits: ReportingDesk) -> None:
    """Bind the questions about sums."""

    @answers.to(AskReport, in_flight_max=REPORTS_IN_FLIGHT_MAX)
    async def report(question: AskReport, _: Deadline) -> Reported:
        _check(question, CALLS)
        with within_bounds():
            return await desk.report(question)

    @answers.to(AskVisitReport, in_flight_max=REPORTS_IN_FLIGHT_MAX)
    async def visit_report(question: AskVisitReport, _: Deadline) -> Reported:
        _check(question, VISITS)
        with within_bounds():
            return await visits.report(question)

    @answers.to(AskReportWords, in_flight_max=COUNTS_IN_FLIGHT_MAX)
    async def words(question: AskReportWords, _: Deadline) -> ReportWords:
        return await desk.words(question)

    @answers.to(AskNow, in_flight_max=COUNTS_IN_FLIGHT_MAX)
    async def now(question: AskNow, _: Deadline) -> Now:
        return await desk.now(question)
