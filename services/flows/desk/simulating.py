"""The simulating desk: played calls, tests of flows, and real calls walked again."""

from dataclasses import replace

import orjson

from libs.contracts.flow_simulation import (
    FlowReplayed,
    FlowScript,
    FlowSimulated,
    FlowTested,
    PortUntested,
    ReplayFlow,
    RunFlowTests,
    SimulatedTurn,
    SimulateFlow,
)
from libs.contracts.ids import AccountId, FlowId
from libs.runtime.sandbox.sandbox import Sandbox
from services.flows.desk.inspecting import InspectingDesk
from services.flows.desk.world import run_code
from services.flows.domain.book import Book
from services.flows.domain.engine import (
    Asking,
    Outcome,
    Turn,
    Walk,
    answered,
    begin,
    go_on,
    numbered,
)
from services.flows.domain.flow import Flow
from services.flows.domain.moves import Answered, Buyer, Code, Judgement
from services.flows.domain.playing import (
    A_MONDAY,
    TURNS_MAX,
    Played,
    answer,
    heard_next,
    session_of,
    simulated,
    told,
)
from services.flows.domain.replaying import Recording, differing, rewalk
from services.flows.domain.unfit import Missing, fit
from services.flows.domain.upgrade import read_flow
from services.flows.store.flows import Flows
from services.flows.store.library import Library
from services.flows.store.looking import Looking

DRAFT = 0  # the version of what is not published


class SimulatingDesk:
    """Changes nothing, and asks nobody but the sandbox."""

    def __init__(
        self,
        flows: Flows,
        library: Library,
        looking: Looking,
        inspecting: InspectingDesk,
        sandbox: Sandbox,
    ) -> None:
        self._flows = flows
        self._library = library
        self._looking = looking
        self._inspecting = inspecting
        self._sandbox = sandbox

    async def simulate(self, question: SimulateFlow) -> FlowSimulated:
        """Play a caller; raise Missing or Unfit."""
        if question.document is not None:
            flow = fit(question.document)
            book = await self._book_of(question.account_id, flow)
            return await self.play(book, flow, DRAFT, question.script, question.account_id)
        assert question.flow_id is not None, "the question names a flow or gives one"
        book, flow, version = await self._book(
            question.account_id, question.flow_id, question.version
        )
        return await self.play(book, flow, version, question.script, question.account_id)

    async def test(self, question: RunFlowTests) -> FlowTested:
        """Run a flow's tests; raise Missing."""
        book, flow, version = await self._book(
            question.account_id, question.flow_id, question.version
        )
        return await self.tested(book, flow, version, question.account_id)

    async def tests_of(self, account_id: AccountId, flow: Flow) -> FlowTested:
        """What comes of the tests of a flow that is not published yet."""
        return await self.tested(await self._book_of(account_id, flow), flow, DRAFT, account_id)

    async def tested(
        self, book: Book, flow: Flow, version: int, account_id: AccountId
    ) -> FlowTested:
        """What comes of a flow's tests, and what they go through."""
        tests = [await self.play(book, flow, version, script, account_id) for script in flow.tests]
        taken = {
            (step.node, step.port)
            for test in tests
            for turn in test.turns
            for step in turn.steps
            if step.flow_id == flow.id
        }
        ports = [(node.id, port) for node in flow.nodes for port in node.ports]
        open_ = [one for one in ports if one not in taken]
        nodes = {node for node, _ in taken}
        return FlowTested(
            tests=tuple(tests),
            nodes_covered=len(nodes),
            nodes=len(flow.nodes),
            ports_covered=len(ports) - len(open_),
            ports=len(ports),
            untested=tuple(PortUntested(node=node, port=port) for node, port in open_),
        )

    async def play(
        self, book: Book, flow: Flow, version: int, script: FlowScript, account_id: AccountId
    ) -> FlowSimulated:
        """Walk a played caller to the end of her call."""
        began = script.at or A_MONDAY
        played = Played(script, began)
        session = session_of(flow, version, script, account_id, began)
        turn = await self._turn(begin(session, book, began), book, played)
        turns: list[SimulatedTurn] = [told(turn, began)]
        while turn.waits and len(turns) < TURNS_MAX:
            heard = heard_next(turn, played)
            if heard is None:
                break
            at = played.now
            outcome = go_on(Walk(turn.session), heard, book, at)
            turn = await self._turn(outcome, book, played)
            turns.append(told(turn, at))
        return simulated(script, turns, turn, began, played.now)

    async def _turn(self, outcome: Outcome, book: Book, played: Played) -> Turn:
        while isinstance(outcome, Asking):
            if isinstance(outcome.wanted, Buyer):
                further = numbered(outcome.walk, outcome.walk.session.step + 1)
                outcome = replace(outcome, walk=further)
            given = answer(outcome.wanted, outcome.walk, played)
            if given is None:
                given = await self._run(outcome, played)
            outcome = go_on(answered(outcome, given), given, book, played.now)
        return outcome

    async def _run(self, asking: Asking, played: Played) -> Answered:
        wanted = asking.wanted
        assert isinstance(wanted, Code | Judgement), "everything else is played"
        return await run_code(self._sandbox, wanted, asking.walk.session, played.now)

    async def replay(self, question: ReplayFlow) -> FlowReplayed:
        """Walk a real call again; raise Missing."""
        session = await self._looking.session(question.account_id, question.call_id)
        if session is None:
            raise Missing
        root = session.frames[0] if session.frames else session
        turns = await self._looking.turns(question.account_id, question.call_id)
        steps = await self._looking.steps(question.account_id, question.call_id, len(turns) * 100)
        version = None if question.draft else (question.version or root.version)
        book, flow, number = await self._book(question.account_id, root.flow_id, version)
        recording = Recording(session, turns, steps)
        came = rewalk(recording, book, flow, number)
        return FlowReplayed(simulated=came, differences=tuple(differing(steps, came)))

    async def _book(
        self, account_id: AccountId, flow_id: FlowId, version: int | None
    ) -> tuple[Book, Flow, int]:
        """A published version, or the draft with what it would be published with."""
        if version is not None:
            if await self._flows.version(account_id, flow_id, version) is None:
                raise Missing
            book = await self._library.book(account_id, flow_id, version)
            return book, book.flow(flow_id, version), version
        kept = await self._flows.one(account_id, flow_id)
        if kept is None:
            raise Missing
        flow = read_flow(orjson.loads(kept.document))
        return await self._book_of(account_id, flow), flow, DRAFT

    async def _book_of(self, account_id: AccountId, flow: Flow) -> Book:
        versions = await self._inspecting.sub_flows(account_id, flow)
        flows: dict[FlowId, tuple[int, Flow]] = {FlowId(flow.id): (DRAFT, flow)}
        for sub_id, version in versions.items():
            book = await self._library.book(account_id, sub_id, version)
            flows[sub_id] = (version, book.flow(sub_id, version))
        return Book(flows)
