"""What the router answers on NATS.  Each question: decode, call the desk, reply."""

from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import BaseModel

from libs.contracts.agent_calls import ListAgentCalls, ReportAgentTimes, WrapUp
from libs.contracts.agent_states import GetAgent, ListAgents, ListAgentStates, SetAgentState
from libs.contracts.bulk import (
    AddNumbers,
    ExportConfiguration,
    Exported,
    ImportConfiguration,
    Imported,
)
from libs.contracts.editing import (
    Edit,
    GetConfiguration,
    ListConfiguration,
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
from libs.contracts.finding import (
    Affected,
    DetachRtb,
    FindAffected,
    FindAuctioned,
    FindCampaign,
    FindFlowed,
    WhoseRtbId,
)
from libs.contracts.flow_routing import FindBuyer
from libs.contracts.known_numbers import AskNumbers, KnownNumbers
from libs.contracts.message import Question
from libs.contracts.numbers import (
    BuyNumbers,
    CheckNumbers,
    GetPurchase,
    ImportNumbers,
    ListOwnedNumbers,
    ListPurchases,
    ReleaseNumber,
    SearchNumbers,
)
from libs.contracts.quoting import NotQuoted, QuoteCall, Quoted
from libs.contracts.rehearsing import Rehearse, Rehearsed
from libs.contracts.routing import (
    AdmitCall,
    AskWhisper,
    Close,
    ContinueCall,
    DialNext,
    RunFlow,
    Stop,
    Whisper,
)
from libs.runtime.answers import Answers, Declined, Handler
from libs.runtime.ask import Refused, Unanswered
from libs.runtime.deadline import Deadline
from services.router.answers.refusing import doing, refusing
from services.router.desk.agents import AgentsDesk
from services.router.desk.bulk import BulkDesk
from services.router.desk.carrier_numbers import CarrierNumbersDesk
from services.router.desk.detaching import DetachingDesk
from services.router.desk.editing import EditingDesk
from services.router.desk.explaining import ExplainingDesk, NoCampaign
from services.router.desk.fallback import FallbackDesk
from services.router.desk.for_flows import FlowsDesk
from services.router.desk.known_numbers import NumbersDesk
from services.router.desk.looking import LookingDesk
from services.router.desk.purchasing import PurchasingDesk
from services.router.desk.quoting import QuotingDesk
from services.router.desk.rehearsing import RehearsingDesk
from services.router.desk.routing import FellBack, RoutingDesk, UnknownCall
from services.router.memory import Memory

CALLS_IN_FLIGHT_MAX = 2_000  # callers who may wait for one process; the rest fall back at once
QUOTES_IN_FLIGHT_MAX = 50  # a flood of pings is refused long before calls would feel it
EDITS_IN_FLIGHT_MAX = 50  # edits are done one at a time anyway
NUMBERS_IN_FLIGHT_MAX = 20  # the carrier is asked for a few at a time
AGENTS_IN_FLIGHT_MAX = 50  # a shift begins for all of them at once, but each waits gladly
LOOKS_IN_FLIGHT_MAX = 50  # explanations and lists never crowd out calls

_SAVES: tuple[type[Edit], ...] = (
    SaveCampaign,
    SaveBuyer,
    SaveTarget,
    SaveNumber,
    SavePool,
    SaveCarrier,
    SaveDefaults,
    SaveGroup,
)

_NOT_FOUND = "no such call in this account"


def bind_calls(answers: Answers, desk: RoutingDesk, flows: FlowsDesk, memory: Memory) -> None:
    """Bind the questions that a caller waits for."""

    @answers.to(AdmitCall, in_flight_max=CALLS_IN_FLIGHT_MAX)
    async def admit(question: AdmitCall, deadline: Deadline) -> DialNext | RunFlow | Close:
        _require(memory)
        try:
            if question.after_flow:
                taken = await flows.after_flow(question, deadline)
                if taken is not None:
                    return taken
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


def bind_flows(answers: Answers, desk: FlowsDesk, memory: Memory) -> None:
    """Bind the question that a flow's caller waits for."""

    @answers.to(FindBuyer, in_flight_max=CALLS_IN_FLIGHT_MAX)
    async def find_buyer(question: FindBuyer, deadline: Deadline) -> DialNext | Close | Stop:
        _require(memory)
        try:
            return await desk.find_buyer(question, deadline)
        except FellBack as no:
            raise Declined("fell_back", "this step was answered without the router") from no
        except UnknownCall as no:
            raise Declined("not_found", _NOT_FOUND) from no

    @answers.to(FindFlowed, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def flowed(question: FindFlowed, _: Deadline) -> Affected:
        _require(memory)
        return desk.flowed(question)


def bind_quotes(answers: Answers, desk: QuotingDesk, memory: Memory) -> None:
    """Bind the question that a publisher waits for."""

    @answers.to(QuoteCall, in_flight_max=QUOTES_IN_FLIGHT_MAX)
    async def quote(question: QuoteCall, deadline: Deadline) -> Quoted | NotQuoted:
        _require(memory)
        return await desk.quote(question, deadline)


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


def bind_copying(
    answers: Answers, desk: FallbackDesk, numbers: NumbersDesk, memory: Memory
) -> None:
    """Bind what those ask who keep a copy: an ingress its plans, tracking the numbers."""

    @answers.to(AskNumbers, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def known_numbers(question: AskNumbers, _: Deadline) -> KnownNumbers:
        _require(memory)
        return await numbers.numbers(question)

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
        except NoCampaign as no:
            raise Declined("not_found", "the call's campaign is not there any more") from no


def bind_rehearsing(answers: Answers, desk: RehearsingDesk, memory: Memory) -> None:
    """Bind the question of where a call would go."""

    @answers.to(Rehearse, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def rehearse(question: Rehearse, _: Deadline) -> Rehearsed:
        _require(memory)
        with refusing(question, ""):
            return await desk.rehearse(question)


def bind_editing(
    answers: Answers, editing: EditingDesk, bulk: BulkDesk, detaching: DetachingDesk
) -> None:
    """Bind the questions with which operators change things."""
    for save in _SAVES:
        answers.to(save, in_flight_max=EDITS_IN_FLIGHT_MAX)(_saver(editing))

    edits: dict[type[Question], Callable[[Any], Awaitable[BaseModel]]] = {
        Retire: editing.retire,
        DetachRtb: detaching.detach,
        FindAuctioned: detaching.affected,
        AddNumbers: bulk.add_numbers,
    }
    for kind, do in edits.items():
        answers.to(kind, in_flight_max=EDITS_IN_FLIGHT_MAX)(doing(do))

    @answers.to(ImportConfiguration, in_flight_max=EDITS_IN_FLIGHT_MAX)
    async def bring_in(question: ImportConfiguration, _: Deadline) -> Imported:
        with refusing(question, "configuration."):
            return await bulk.bring_in(question)


def _saver(desk: EditingDesk) -> Callable[[Any, Deadline], Awaitable[Saved]]:
    async def save(question: Any, _: Deadline) -> Saved:
        with refusing(question, "document."):
            return await desk.save(question, question.document)

    return save


def bind_looking(answers: Answers, desk: LookingDesk) -> None:
    """Bind the questions with which operators look at things."""
    one_thing: dict[type[Question], Callable[[Any], Awaitable[BaseModel]]] = {
        GetConfiguration: desk.get,
        FindCampaign: desk.find_campaign,
        WhoseRtbId: desk.whose_rtb_id,
    }
    for kind, do in one_thing.items():
        answers.to(kind, in_flight_max=LOOKS_IN_FLIGHT_MAX)(doing(do))

    @answers.to(ListConfiguration, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def page(question: ListConfiguration, _: Deadline) -> Page:
        return await desk.page(question)

    answers.to(FindAffected, in_flight_max=EDITS_IN_FLIGHT_MAX)(doing(desk.affected))

    @answers.to(ExportConfiguration, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def export(question: ExportConfiguration, _: Deadline) -> Exported:
        return await desk.export(question)


def bind_numbers(answers: Answers, desk: CarrierNumbersDesk, purchasing: PurchasingDesk) -> None:
    """Bind the questions about numbers at the carrier."""
    asking: dict[type[Question], Callable[[Any, Deadline], Awaitable[BaseModel]]] = {
        SearchNumbers: desk.search,
        ListOwnedNumbers: desk.owned,
        ImportNumbers: desk.bring_in,
    }
    here: dict[type[Question], Callable[[Any], Awaitable[BaseModel]]] = {
        BuyNumbers: purchasing.order,
        GetPurchase: purchasing.find,
        ListPurchases: purchasing.page,
        ReleaseNumber: desk.release,
        CheckNumbers: desk.check,
    }
    for kind, handle in asking.items():
        answers.to(kind, in_flight_max=NUMBERS_IN_FLIGHT_MAX)(_passing_on(handle))
    for kind, do in here.items():
        answers.to(kind, in_flight_max=EDITS_IN_FLIGHT_MAX)(doing(do))


def bind_agents(answers: Answers, desk: AgentsDesk) -> None:
    """Bind the questions about agents at work."""
    kinds: dict[type[Question], Callable[[Any], Awaitable[BaseModel]]] = {
        SetAgentState: desk.put,
        GetAgent: desk.find,
        ListAgents: desk.page,
        ListAgentStates: desk.states,
        ListAgentCalls: desk.calls,
        WrapUp: desk.wrap_up,
        ReportAgentTimes: desk.times,
    }
    for kind, do in kinds.items():
        answers.to(kind, in_flight_max=AGENTS_IN_FLIGHT_MAX)(doing(do))


def _passing_on(handle: Callable[[Any, Deadline], Awaitable[BaseModel]]) -> Handler:
    """What the carrier refuses is refused in its words; where it cannot be asked, likewise."""

    async def answer(question: Any, deadline: Deadline) -> BaseModel:
        try:
            with refusing(question, ""):
                return await handle(question, deadline)
        except Refused as no:
            problems = [(one.path, one.problem) for one in no.refusal.fields]
            raise Declined(no.code, no.refusal.text, problems) from no
        except Unanswered as fault:
            raise Declined("unavailable", "the carrier cannot be asked now") from fault

    return answer


def _require(memory: Memory) -> None:
    if not memory.loaded:
        raise Declined("not_ready", "the configuration has not been read yet")
