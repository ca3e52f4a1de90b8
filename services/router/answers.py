"""What the router answers on NATS.  Each question: decode, call the desk, reply."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from libs.contracts.editing import (
    Edit,
    GetConfiguration,
    Got,
    ListConfiguration,
    Noun,
    Page,
    Retire,
    SaveBuyer,
    SaveCampaign,
    SaveCarrier,
    Saved,
    SaveDefaults,
    SaveGroup,
    SaveNumber,
    SavePool,
    SaveTarget,
)
from libs.contracts.explaining import ExplainCall, Explanation, ReplayDecision, Replayed
from libs.contracts.fallback import AskFallbackPlans, FallbackPlans
from libs.contracts.routing import (
    AdmitCall,
    AskWhisper,
    Close,
    ContinueCall,
    DialNext,
    Stop,
    Whisper,
)
from libs.runtime.answers import Answers, Declined
from libs.runtime.deadline import Deadline
from services.router.desk.editing import BadRule, EditingDesk
from services.router.desk.explaining import ExplainingDesk
from services.router.desk.fallback import FallbackDesk
from services.router.desk.routing import FellBack, RoutingDesk, UnknownCall
from services.router.domain.plan import GROUP_DEPTH_MAX
from services.router.memory import Memory
from services.router.store.configuration import (
    GroupCycle,
    InUse,
    Missing,
    PointsNowhere,
    Stale,
    Taken,
)

CALLS_IN_FLIGHT_MAX = 2_000  # callers who may wait for one process; the rest fall back at once
EDITS_IN_FLIGHT_MAX = 50  # edits are done one at a time anyway
LOOKS_IN_FLIGHT_MAX = 50  # explanations and lists never crowd out calls

_SAVES: Mapping[type[Edit], Noun] = {
    SaveCampaign: Noun.CAMPAIGN,
    SaveBuyer: Noun.BUYER,
    SaveTarget: Noun.TARGET,
    SaveNumber: Noun.NUMBER,
    SavePool: Noun.POOL,
    SaveCarrier: Noun.CARRIER,
    SaveDefaults: Noun.DEFAULTS,
    SaveGroup: Noun.GROUP,
}

_NOT_FOUND = "no such call in this account"


def bind_calls(answers: Answers, desk: RoutingDesk, memory: Memory) -> None:
    """Bind the questions that a caller waits for."""

    @answers.to(AdmitCall, in_flight_max=CALLS_IN_FLIGHT_MAX)
    async def admit(question: AdmitCall, deadline: Deadline) -> DialNext | Close:
        _require(memory)
        try:
            return await desk.admit(question, deadline)
        except FellBack as no:
            raise Declined("fell_back", "this step was answered without the router") from no

    @answers.to(ContinueCall, in_flight_max=CALLS_IN_FLIGHT_MAX)
    async def leg_ended(question: ContinueCall, deadline: Deadline) -> DialNext | Close | Stop:
        _require(memory)
        try:
            return await desk.go_on(question, deadline)
        except FellBack as no:
            raise Declined("fell_back", "this step was answered without the router") from no
        except UnknownCall as no:
            raise Declined("not_found", _NOT_FOUND) from no


def bind_whisper(answers: Answers, desk: RoutingDesk) -> None:
    """Bind the question that a callee waits for."""

    @answers.to(AskWhisper, in_flight_max=CALLS_IN_FLIGHT_MAX)
    async def whisper(question: AskWhisper, _: Deadline) -> Whisper:
        try:
            return await desk.whisper(question)
        except FellBack as no:
            raise Declined("fell_back", "this step was answered without the router") from no
        except UnknownCall as no:
            raise Declined("not_found", _NOT_FOUND) from no


def bind_fallback(answers: Answers, desk: FallbackDesk, memory: Memory) -> None:
    """Bind what an ingress prepares itself with."""

    @answers.to(AskFallbackPlans, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def plans(question: AskFallbackPlans, _: Deadline) -> FallbackPlans:
        _require(memory)
        return await desk.plans(question)


def bind_explaining(answers: Answers, desk: ExplainingDesk) -> None:
    """Bind the questions about decisions of the past."""

    @answers.to(ExplainCall, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def explain(question: ExplainCall, _: Deadline) -> Explanation:
        try:
            return await desk.explain(question)
        except UnknownCall as no:
            raise Declined("not_found", _NOT_FOUND) from no

    @answers.to(ReplayDecision, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def replay(question: ReplayDecision, _: Deadline) -> Replayed:
        try:
            return await desk.replay(question)
        except UnknownCall as no:
            raise Declined("not_found", _NOT_FOUND) from no


def bind_editing(answers: Answers, desk: EditingDesk) -> None:
    """Bind the questions of operators."""
    for save, noun in _SAVES.items():
        answers.to(save, in_flight_max=EDITS_IN_FLIGHT_MAX)(_saver(desk, noun))


def _saver(desk: EditingDesk, noun: Noun) -> Callable[[Any, Deadline], Awaitable[Saved]]:
    async def save(question: Any, _: Deadline) -> Saved:
        return await _save(desk, question, noun)

    return save


def bind_looking(answers: Answers, desk: EditingDesk) -> None:
    """Bind what operators do beside saving."""

    @answers.to(Retire, in_flight_max=EDITS_IN_FLIGHT_MAX)
    async def retire(question: Retire, _: Deadline) -> Saved:
        try:
            return await desk.retire(question)
        except Missing as no:
            raise Declined("not_found", f"no such {question.noun} in this account") from no
        except Stale as no:
            raise _stale(no, question.expected_version) from no
        except InUse as no:
            raise Declined("in_use", f"still needed by {no}") from no

    @answers.to(GetConfiguration, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def get(question: GetConfiguration, _: Deadline) -> Got:
        try:
            return await desk.get(question)
        except Missing as no:
            raise Declined("not_found", f"no such {question.noun} in this account") from no

    @answers.to(ListConfiguration, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def page(question: ListConfiguration, _: Deadline) -> Page:
        return await desk.page(question)


async def _save(desk: EditingDesk, question: Edit, noun: Noun) -> Saved:
    try:
        return await desk.save(question, noun, question.document)  # type: ignore[attr-defined] # every Save has one
    except Stale as no:
        raise _stale(no, question.expected_version) from no
    except PointsNowhere as no:
        problem = "names something that does not exist in this account"
        raise Declined("points_nowhere", problem, [(f"document.{no.field}", problem)]) from no
    except BadRule as no:
        problems = [(f"document.{one.path}", one.problem) for one in no.problems]
        raise Declined("bad_rule", "a rule cannot be followed", problems) from no
    except GroupCycle as no:
        problem = f"leads back to the group itself, or more than {GROUP_DEPTH_MAX} groups deep"
        raise Declined("group_cycle", problem, [("document.parent_id", problem)]) from no
    except Taken as no:
        problem = "belongs to something else already"
        raise Declined("taken", problem, [(f"document.{no.field}", problem)]) from no


def _stale(no: Stale, expected: int | None) -> Declined:
    if no.current is None:
        problem = "it does not exist: leave expected_version out to create it"
    elif expected is None:
        problem = f"it exists already: the current version is {no.current}"
    else:
        problem = f"it has changed since version {expected}: the current version is {no.current}"
    return Declined("stale", problem, [("expected_version", problem)])


def _require(memory: Memory) -> None:
    if not memory.loaded:
        raise Declined("not_ready", "the configuration has not been read yet")
