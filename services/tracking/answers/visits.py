"""Questions about tracking tags, visits, pools' use, and whose a call is."""

from libs.contracts.dni import SaveTrackingTag, SaveUrlParameter
from libs.contracts.editing import Saved
from libs.contracts.known_numbers import AskLease, NumberLease
from libs.contracts.pool_use import AskPoolUse, PoolUse
from libs.contracts.snippets import AskSnippet, Snippet
from libs.contracts.visits import (
    Attribution,
    GetVisit,
    ListVisits,
    VisitDetail,
    VisitOf,
    Visits,
)
from libs.runtime.answers import Answers
from libs.runtime.deadline import Deadline
from services.tracking.answers.refusing import declining
from services.tracking.desk.attributing import AttributingDesk
from services.tracking.desk.looking import LookingDesk
from services.tracking.desk.tagging import TaggingDesk

EDITS_IN_FLIGHT_MAX = 50  # edits are done one at a time anyway
LOOKS_IN_FLIGHT_MAX = 50  # lists never crowd out calls
CALLS_IN_FLIGHT_MAX = 200  # each has 60 ms


def bind_tags(answers: Answers, desk: TaggingDesk) -> None:
    """Bind what is configured."""

    @answers.to(SaveTrackingTag, in_flight_max=EDITS_IN_FLIGHT_MAX)
    async def save_tag(question: SaveTrackingTag, _: Deadline) -> Saved:
        with declining("document."):
            return await desk.save_tag(question)

    @answers.to(SaveUrlParameter, in_flight_max=EDITS_IN_FLIGHT_MAX)
    async def save_parameter(question: SaveUrlParameter, _: Deadline) -> Saved:
        with declining("document."):
            return await desk.save_parameter(question)

    @answers.to(AskSnippet, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def snippet(question: AskSnippet, _: Deadline) -> Snippet:
        with declining():
            return await desk.snippet(question)


def bind_visits(answers: Answers, desk: LookingDesk, attributing: AttributingDesk) -> None:
    """Bind what is asked of visits, by people and by the router."""

    @answers.to(VisitOf, in_flight_max=CALLS_IN_FLIGHT_MAX)
    async def visit_of(question: VisitOf, _: Deadline) -> Attribution:
        return await attributing.visit_of(question)

    @answers.to(AskLease, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def lease_of(question: AskLease, _: Deadline) -> NumberLease:
        return await attributing.lease_of(question)

    @answers.to(ListVisits, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def visits(question: ListVisits, _: Deadline) -> Visits:
        return await desk.page(question)

    @answers.to(AskPoolUse, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def pool_use(question: AskPoolUse, _: Deadline) -> PoolUse:
        with declining():
            return await desk.pool_use(question)

    @answers.to(GetVisit, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def visit(question: GetVisit, _: Deadline) -> VisitDetail:
        with declining():
            return await desk.one(question)
