"""Questions about what calls came to."""

from libs.contracts.reporting import (
    AskNow,
    AskReport,
    AskReportWords,
    Now,
    Reported,
    ReportWords,
)
from libs.runtime.answers import Answers, Declined
from libs.runtime.deadline import Deadline
from services.tracking.desk.reporting import ReportingDesk
from services.tracking.domain.reports import TooMuch, unknown_words
from services.tracking.domain.spans import PERIODS_MAX, TooManyPeriods

REPORTS_IN_FLIGHT_MAX = 6  # each may read for seconds; calls are folded beside
COUNTS_IN_FLIGHT_MAX = 32


def bind(answers: Answers, desk: ReportingDesk) -> None:
    """Bind the questions about sums."""

    @answers.to(AskReport, in_flight_max=REPORTS_IN_FLIGHT_MAX)
    async def report(question: AskReport, _: Deadline) -> Reported:
        unknown = [(f"report.{field}", text) for field, text in unknown_words(question.report)]
        if unknown:
            raise Declined("malformed", "the report says what is not known", unknown)
        try:
            return await desk.report(question)
        except TooManyPeriods as fault:
            text = f"has more than {PERIODS_MAX} of them: take longer ones, or less time"
            raise Declined("malformed", text, [("report.group_by", text)]) from fault
        except TooMuch as fault:
            text = "it would take too long: narrow its time or its filters, or group it by less"
            raise Declined("too_much", text) from fault

    @answers.to(AskReportWords, in_flight_max=COUNTS_IN_FLIGHT_MAX)
    async def words(question: AskReportWords, _: Deadline) -> ReportWords:
        return await desk.words(question)

    @answers.to(AskNow, in_flight_max=COUNTS_IN_FLIGHT_MAX)
    async def now(question: AskNow, _: Deadline) -> Now:
        return await desk.now(question)
