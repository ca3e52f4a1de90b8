"""The simulating desk: played calls, tests of flows, and real calls walked again."""

import asyncio

import orjson

from libs.contracts.flow_simulation import (
    ANSWER_BYTES_MAX,
    FlowReplayed,
    FlowSimulated,
    FlowTested,
    PortUntested,
    ReplayFlow,
    RunFlowTests,
    SimulateFlow,
)
from libs.contracts.ids import AccountId, FlowId
from services.flows.desk.inspecting import InspectingDesk
from services.flows.desk.playing import PlayingDesk
from services.flows.domain.book import DRAFT, Book
from services.flows.domain.flow import Flow
from services.flows.domain.replaying import Recording, differing, rewalk
from services.flows.domain.unfit import Missing, Unfit, fit
from services.flows.domain.upgrade import read_flow
from services.flows.store.flows import Flows
from services.flows.store.library import Library
from services.flows.store.looking import Looking


class SimulatingDesk:
    """Changes nothing, and asks nobody but the sandbox."""

    def __init__(
        self,
        flows: Flows,
        library: Library,
        looking: Looking,
        inspecting: InspectingDesk,
        playing: PlayingDesk,
    ) -> None:
        self._flows = flows
        self._library = library
        self._looking = looking
        self._inspecting = inspecting
        self._playing = playing

    async def simulate(self, question: SimulateFlow) -> FlowSimulated:
        """Play a caller; raise Missing or Unfit."""
        if question.document is not None:
            flow = fit(question.document)
            book = await self._book_of(question.account_id, flow)
            came = await self._playing.play(book, flow, DRAFT, question.script, question.account_id)
            return _told(came)
        assert question.flow_id is not None, "the question names a flow or gives one"
        book, flow, version = await self._book(
            question.account_id, question.flow_id, question.version
        )
        came = await self._playing.play(book, flow, version, question.script, question.account_id)
        return _told(came)

    async def test(self, question: RunFlowTests) -> FlowTested:
        """Run a flow's tests; raise Missing."""
        book, flow, version = await self._book(
            question.account_id, question.flow_id, question.version
        )
        return _bounded(await self.tested(book, flow, version, question.account_id))

    async def tests_of(self, account_id: AccountId, flow: Flow) -> FlowTested:
        """What comes of the tests of a flow that is not published yet."""
        return await self.tested(await self._book_of(account_id, flow), flow, DRAFT, account_id)

    async def tested(
        self, book: Book, flow: Flow, version: int, account_id: AccountId
    ) -> FlowTested:
        """What comes of a flow's tests, and what they go through."""
        tests = [
            await self._playing.play(book, flow, version, script, account_id)
            for script in flow.tests
        ]
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

    async def replay(self, question: ReplayFlow) -> FlowReplayed:
        """Walk a real call again; raise Missing, or Unfit where too little of it is known."""
        session = await self._looking.session(question.account_id, question.call_id)
        if session is None:
            raise Missing
        if session.finished and session.sensitive:
            raise Unfit("forgotten", "what the caller did is forgotten: some of it was sensitive")
        root = session.root
        turns = await self._looking.turns(question.account_id, question.call_id)
        if not turns:
            raise Unfit("forgotten", "what the caller did is forgotten: it was too long ago")
        steps = await self._looking.steps(question.account_id, question.call_id, len(turns) * 100)
        version = None if question.draft else (question.version or root.version)
        book, flow, number = await self._book(question.account_id, root.flow_id, version)
        recording = Recording(session, turns, steps)
        came = _told(await asyncio.to_thread(rewalk, recording, book, flow, number))
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


def _told(came: FlowSimulated) -> FlowSimulated:
    """A played call that can be told; raise Unfit where it is too long for that."""
    if len(came.model_dump_json()) > ANSWER_BYTES_MAX:
        text = f"{len(came.turns)} turns are more than can be told: play a shorter script"
        raise Unfit("too_long", text)
    return came


def _bounded(tested: FlowTested) -> FlowTested:
    """What came of tests, told as far as there is room; what came out otherwise before the rest."""
    if len(tested.model_dump_json()) <= ANSWER_BYTES_MAX:
        return tested
    room, tests = ANSWER_BYTES_MAX, []
    for test in tested.tests:
        size = len(test.model_dump_json())
        fits = bool(test.differences) and size <= room
        room -= size if fits else 0
        tests.append(test if fits else test.model_copy(update={"turns": ()}))
    return tested.model_copy(update={"tests": tuple(tests)})
