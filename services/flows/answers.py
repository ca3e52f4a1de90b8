"""What flows answers on NATS.  Each question: decode, call the desk, reply."""

from collections.abc import Iterator
from contextlib import contextmanager

from libs.contracts.editing import Saved
from libs.contracts.flow_edits import (
    DuplicateFlow,
    FlowPublished,
    FlowRows,
    FlowShown,
    FlowVersions,
    GetFlow,
    ListFlows,
    ListFlowVersions,
    PublishFlow,
    RollBackFlow,
    SaveFlow,
    SetFlowState,
)
from libs.contracts.flow_imports import (
    FlowImported,
    FlowTemplates,
    ImportFlow,
    ListFlowTemplates,
)
from libs.contracts.flow_looks import (
    CompareFlows,
    DescribeFlows,
    FlowInspected,
    FlowLanguage,
    FlowsCompared,
    FlowTraffic,
    FlowWalk,
    GetFlowTraffic,
    GetFlowWalk,
    InspectFlow,
)
from libs.contracts.flow_simulation import (
    FlowReplayed,
    FlowSimulated,
    FlowTested,
    ReplayFlow,
    RunFlowTests,
    SimulateFlow,
)
from libs.contracts.flows import ContinueFlow, FlowLeft, FlowTurn, StartFlow
from libs.contracts.message import Question
from libs.contracts.sweeping import CallerErased, EraseFlowsCaller
from libs.rules.erasing import pattern_of
from libs.runtime.answers import Answers, Declined
from libs.runtime.deadline import Deadline
from libs.runtime.replacing import Replacing
from services.flows.desk.bringing import BringingDesk
from services.flows.desk.keeping import KeepingDesk
from services.flows.desk.looking import LookingDesk
from services.flows.desk.running import RunningDesk, UnknownTurn
from services.flows.desk.simulating import SimulatingDesk
from services.flows.domain.unfit import Missing, Stale, Unavailable, Unfit
from services.flows.store.library import NoFlow

CALLS_IN_FLIGHT_MAX = 2_000  # callers who may wait for one process; the rest are routed plainly
EDITS_IN_FLIGHT_MAX = 20  # people who save; publishing runs tests
SIMULATIONS_IN_FLIGHT_MAX = 5  # a played call may be thousands of steps
LOOKS_IN_FLIGHT_MAX = 50  # lists and inspections never crowd out calls
SWEEPS_IN_FLIGHT_MAX = 2  # each reads tables for a second


def bind_calls(answers: Answers, desk: RunningDesk) -> None:
    """Bind the questions that a caller waits for."""

    @answers.to(StartFlow, in_flight_max=CALLS_IN_FLIGHT_MAX)
    async def start(question: StartFlow, deadline: Deadline) -> FlowTurn | FlowLeft:
        try:
            return await desk.start(question, deadline)
        except NoFlow as no:
            raise Declined("not_found", "no such flow takes calls in this account now") from no

    @answers.to(ContinueFlow, in_flight_max=CALLS_IN_FLIGHT_MAX)
    async def turn(question: ContinueFlow, deadline: Deadline) -> FlowTurn | FlowLeft:
        try:
            return await desk.turn(question, deadline)
        except UnknownTurn as no:
            raise Declined("not_found", "no call of this account waits at that step") from no


def bind_keeping(answers: Answers, desk: KeepingDesk) -> None:
    """Bind the questions with which people write flows."""

    @answers.to(SaveFlow, in_flight_max=EDITS_IN_FLIGHT_MAX)
    async def save(question: SaveFlow, _: Deadline) -> Saved:
        with _refusing(question, "document."):
            return await desk.save(question)

    @answers.to(PublishFlow, in_flight_max=EDITS_IN_FLIGHT_MAX)
    async def publish(question: PublishFlow, _: Deadline) -> FlowPublished:
        with _refusing(question):
            return await desk.publish(question)

    @answers.to(RollBackFlow, in_flight_max=EDITS_IN_FLIGHT_MAX)
    async def roll_back(question: RollBackFlow, _: Deadline) -> FlowPublished:
        with _refusing(question):
            return await desk.roll_back(question)

    @answers.to(SetFlowState, in_flight_max=EDITS_IN_FLIGHT_MAX)
    async def set_state(question: SetFlowState, _: Deadline) -> Saved:
        with _refusing(question):
            return await desk.set_state(question)

    @answers.to(DuplicateFlow, in_flight_max=EDITS_IN_FLIGHT_MAX)
    async def duplicate(question: DuplicateFlow, _: Deadline) -> Saved:
        with _refusing(question):
            return await desk.duplicate(question)


def bind_looking(answers: Answers, desk: LookingDesk) -> None:
    """Bind the questions with which people look at flows."""

    @answers.to(ListFlows, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def page(question: ListFlows, _: Deadline) -> FlowRows:
        return await desk.page(question)

    @answers.to(GetFlow, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def get(question: GetFlow, _: Deadline) -> FlowShown:
        with _refusing(question):
            return await desk.get(question)

    @answers.to(ListFlowVersions, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def versions(question: ListFlowVersions, _: Deadline) -> FlowVersions:
        with _refusing(question):
            return await desk.versions(question)

    @answers.to(CompareFlows, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def compare(question: CompareFlows, _: Deadline) -> FlowsCompared:
        with _refusing(question):
            return await desk.compare(question)

    @answers.to(InspectFlow, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def inspect(question: InspectFlow, _: Deadline) -> FlowInspected:
        with _refusing(question, "document."):
            return await desk.inspect(question)

    @answers.to(DescribeFlows, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def describe(_: DescribeFlows, __: Deadline) -> FlowLanguage:
        return desk.describe()


def bind_bringing(answers: Answers, desk: BringingDesk) -> None:
    """Bind the questions that bring flows in."""

    @answers.to(ImportFlow, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def bring(question: ImportFlow, _: Deadline) -> FlowImported:
        with _refusing(question, "document."):
            return await desk.bring(question)

    @answers.to(ListFlowTemplates, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def templates(_: ListFlowTemplates, __: Deadline) -> FlowTemplates:
        return desk.templates()


def bind_history(answers: Answers, desk: LookingDesk) -> None:
    """Bind the questions about what happened in flows."""

    @answers.to(GetFlowWalk, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def walk(question: GetFlowWalk, _: Deadline) -> FlowWalk:
        with _refusing(question):
            return await desk.walk(question)

    @answers.to(GetFlowTraffic, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def traffic(question: GetFlowTraffic, _: Deadline) -> FlowTraffic:
        with _refusing(question):
            return await desk.traffic(question)


def bind_simulating(answers: Answers, desk: SimulatingDesk) -> None:
    """Bind the questions that play callers."""

    @answers.to(SimulateFlow, in_flight_max=SIMULATIONS_IN_FLIGHT_MAX)
    async def simulate(question: SimulateFlow, _: Deadline) -> FlowSimulated:
        with _refusing(question, "document."):
            return await desk.simulate(question)

    @answers.to(RunFlowTests, in_flight_max=SIMULATIONS_IN_FLIGHT_MAX)
    async def test(question: RunFlowTests, _: Deadline) -> FlowTested:
        with _refusing(question):
            return await desk.test(question)

    @answers.to(ReplayFlow, in_flight_max=SIMULATIONS_IN_FLIGHT_MAX)
    async def replay(question: ReplayFlow, _: Deadline) -> FlowReplayed:
        with _refusing(question):
            return await desk.replay(question)


@contextmanager
def _refusing(question: Question, path: str = "") -> Iterator[None]:
    """Say no as the desks mean it; `path` is where documents stand in the question."""
    try:
        yield
    except Missing as no:
        raise Declined("not_found", "no such flow, version or call in this account") from no
    except Stale as no:
        raise _stale(no, getattr(question, "expected_version", None)) from no
    except Unavailable as no:
        raise Declined("unavailable", str(no)) from no
    except Unfit as no:
        problems = [(f"{path}{where}", problem) for where, problem in no.problems]
        raise Declined(no.code, str(no), problems) from no


def _stale(no: Stale, expected: int | None) -> Declined:
    if no.current is None:
        problem = "it does not exist: leave expected_version out to create it"
    elif expected is None:
        problem = f"it exists already: the current version is {no.current}"
    else:
        problem = f"it has changed since version {expected}: the current version is {no.current}"
    return Declined("stale", problem, [("expected_version", problem)])


def bind_sweeping(answers: Answers, texts: Replacing) -> None:
    """Take a caller out of all texts."""

    @answers.to(EraseFlowsCaller, in_flight_max=SWEEPS_IN_FLIGHT_MAX)
    async def erase(question: EraseFlowsCaller, _: Deadline) -> CallerErased:
        pattern, instead = pattern_of(question.number), question.instead.removeprefix("+")
        swept = await texts.step(question.account_id, pattern, instead, question.at)
        return CallerErased(rows=swept.found, at=swept.at)
