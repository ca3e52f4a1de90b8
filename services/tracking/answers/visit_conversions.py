"""Questions about conversions without a call."""

from libs.contracts.visit_conversions import (
    ConversionReport,
    ListVisitConversions,
    ReportVisitConversions,
    VisitConversions,
)
from libs.runtime.answers import Answers
from libs.runtime.deadline import Deadline
from services.tracking.answers.keeping import LOOKS_IN_FLIGHT_MAX
from services.tracking.answers.refusing import declining
from services.tracking.desk.converting_visits import ConvertingVisitsDesk

REPORTS_IN_FLIGHT_MAX = 6  # each may read for seconds


def bind(answers: Answers, desk: ConvertingVisitsDesk) -> None:
    """Bind them to one desk."""

    @answers.to(ListVisitConversions, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def page(question: ListVisitConversions, _: Deadline) -> VisitConversions:
        with declining():
            return await desk.page(question)

    @answers.to(ReportVisitConversions, in_flight_max=REPORTS_IN_FLIGHT_MAX)
    async def report(question: ReportVisitConversions, _: Deadline) -> ConversionReport:
        return await desk.report(question)
