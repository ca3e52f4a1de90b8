"""The flow engine: a pure walk through a graph, one turn of the call at a time.

A turn ends when the caller or the carrier must speak, or when the call is over.  What a node
wants to know within a turn (a buyer, an answer over HTTP, a count) the engine asks for and goes
on when it is told.  It never waits, reads a clock or opens a socket.

A node that breaks takes its failure port; without one, or where a port leads nowhere, the
call goes back to its campaign's normal routing, so that whoever could take it still does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from libs.contracts.flows import Keyed, LegOver
from libs.contracts.ids import FlowId
from libs.contracts.voice import Hangup, Verb
from libs.rules.macros import BadTemplate
from services.flows.domain.book import Book
from services.flows.domain.effects import Effect
from services.flows.domain.flow import Flow
from services.flows.domain.moves import Answered, Ask, Finish, Go, Heard, Move, Stay, Told, Wanted
from services.flows.domain.nodes import AnyNode
from services.flows.domain.nodes.node import Node, NotWaiting
from services.flows.domain.nodes.splitter import Splitter
from services.flows.domain.nodes.sub_flow import Exit, SubFlow
from services.flows.domain.scene import Scene
from services.flows.domain.secrets import MASK, masked
from services.flows.domain.session import Frame, Session

STEPS_MAX = 100  # nodes of one turn; a flow that walks further is a loop
SAID_MAX = 100  # verbs of one turn before the node that ends it
ASKS_MAX = 30  # questions of one turn; each may cost the caller some of her time
VISITS_MAX = 50  # of one node by one call; a caller who comes oftener is a machine
TURNS_MAX = 300  # of one call
FRAMES_MAX = 8  # flows within flows
LASTS = timedelta(hours=4)  # the carrier ends no call later


class Left(StrEnum):
    """Why the engine itself gave a call back to normal routing."""

    LOOP = "too many nodes in a turn: a circle, or a way too long"
    VISITS = "came to one node too often"
    TURNS = "too many turns"
    LATE = "the call lasts too long"
    UNCONNECTED = "a port leads nowhere"
    BROKEN = "a node broke"


@dataclass(frozen=True, slots=True)
class Stepped:
    """One step of a call through its flow, for the log: by which port it left, and with what."""

    flow_id: FlowId
    version: int
    node: str
    type: str
    port: str
    heard: str
    note: str
    entered_at: datetime
    left_at: datetime
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Walk:
    """A turn on its way: what has been said, logged and left behind so far.

    `told` is what the world has answered; `stuck` are branches that this caller is to take
    again; `spoken` those that have come to a conversation in this turn.
    """

    session: Session
    said: tuple[Verb, ...] = ()
    steps: tuple[Stepped, ...] = ()
    effects: tuple[tuple[str, Effect], ...] = ()
    asked: int = 0
    heard: str = ""
    told: tuple[Told, ...] = ()
    stuck: Mapping[str, str] = field(default_factory=dict)
    spoken: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn's end.  `waits`: the caller comes back; `left`: normal routing takes the call.

    `secrets` are what the session of a call that is over does not know any more.
    """

    walk: Walk
    waits: bool
    left: str = ""
    secrets: tuple[str, ...] = ()

    @property
    def session(self) -> Session:
        """The session to be kept."""
        return self.walk.session

    @property
    def shown(self) -> tuple[Verb, ...]:
        """What the caller hears, as anybody else may see it."""
        return masked(self.walk.said, self.secrets)


@dataclass(frozen=True, slots=True)
class Asking:
    """A turn that cannot go on without an answer."""

    walk: Walk
    wanted: Wanted


Outcome = Turn | Asking


def answered(asking: Asking, answer: Answered) -> Walk:
    """The walk that asked, with the answer noted."""
    node = asking.walk.session.place_of(asking.walk.session.node)
    told = Told(node=node, asked=asking.wanted.kind, answer=answer)
    return replace(asking.walk, told=(*asking.walk.told, told))


def numbered(walk: Walk, step: int) -> Walk:
    """The walk once the call has come to a further numbered step."""
    return replace(walk, session=walk.session.model_copy(update={"step": step}))


def begin(session: Session, library: Book, now: datetime) -> Outcome:
    """The first turn of a call: `session` stands at the flow's start."""
    walk = Walk(session.at(session.node, now))
    return _Walker(library, now).arrive(walk)


def go_on(walk: Walk, heard: Heard, library: Book, now: datetime) -> Outcome:
    """What follows from what was heard: a new turn of a waiting session, or an answer."""
    session = walk.session
    if not isinstance(heard, Answered):
        node = library.flow(session.flow_id, session.version).by_id[session.node]
        session = session.model_copy(update={"turns": session.turns + 1})
        session = session.guarding(_hidden_by(node))
        walk = replace(walk, session=session, heard=_told(heard, node))
        if isinstance(heard, LegOver) and heard.ended.connected and not session.spoken:
            session = session.model_copy(update={"spoken": True})
            walk = replace(walk, session=session, spoken=tuple(sorted(session.branches.items())))
    return _Walker(library, now).hear(walk, heard)


@dataclass
class _Walker:
    library: Book
    now: datetime
    _kept: dict[tuple[FlowId, int], Flow] = field(default_factory=dict)

    def arrive(self, walk: Walk) -> Outcome:
        """The session has just come to a node."""
        over = self._over(walk)
        if over is not None:
            return _give_back(walk, over)
        node = self._node(walk.session)
        return self._follow(walk, node, self._moved(node, walk, None))

    def hear(self, walk: Walk, heard: Heard) -> Outcome:
        """The node that waited is told."""
        over = self._over(walk)
        if over is not None and not isinstance(heard, LegOver):
            return _give_back(walk, over)
        node = self._node(walk.session)
        return self._follow(walk, node, self._moved(node, walk, heard))

    def _over(self, walk: Walk) -> Left | None:
        session = walk.session
        if len(walk.steps) >= STEPS_MAX or len(walk.said) >= SAID_MAX:
            return Left.LOOP
        if session.visits.get(session.place_of(session.node), 0) > VISITS_MAX:
            return Left.VISITS
        if session.turns > TURNS_MAX:
            return Left.TURNS
        return Left.LATE if self.now - session.started_at > LASTS else None

    def _node(self, session: Session) -> AnyNode:
        return self._flow(session).by_id[session.node]

    def _flow(self, session: Session) -> Flow:
        return self.library.flow(session.flow_id, session.version)

    def _moved(self, node: Node, walk: Walk, heard: Heard | None) -> Move:
        scene = Scene(walk.session, self.now)
        try:
            return node.enter(scene) if heard is None else node.resume(scene, heard)
        except (NotWaiting, BadTemplate) as no:
            return _broken(node, str(no))

    def _follow(self, walk: Walk, node: Node, move: Move) -> Outcome:
        match move:
            case Go():
                return self._leave(walk, node, move)
            case Stay():
                session = walk.session.model_copy(update={"keep": move.keep})
                return Turn(
                    replace(
                        walk,
                        session=session,
                        said=walk.said + move.verbs,
                        effects=walk.effects + _left_by(node, move.effects),
                    ),
                    waits=True,
                    secrets=session.secrets,
                )
            case Ask():
                if walk.asked >= ASKS_MAX:
                    return self._follow(walk, node, _broken(node, "too many questions in a turn"))
                session = walk.session.model_copy(update={"keep": move.keep})
                return Asking(replace(walk, session=session, asked=walk.asked + 1), move.wanted)
            case Finish():
                return self._finish(walk, node, move)

    def _leave(self, walk: Walk, node: Node, move: Go) -> Outcome:
        walk = self._noted(walk, node, move)
        if isinstance(node, SubFlow) and move.port == SubFlow.INTO:
            return self._descend(walk, node)
        if isinstance(node, Splitter):
            walk = _branched(walk, node, move.port)
        target = self._flow(walk.session).wires.get((node.id, move.port))
        if target is None and move.port in node.ENDS:
            return _ended(walk, move.note or move.port)
        if target is None:
            return _give_back(walk, Left.UNCONNECTED)
        session = walk.session.at(target, self.now)
        return self.arrive(replace(walk, session=session))

    def _noted(self, walk: Walk, node: Node, move: Go) -> Walk:
        session = walk.session.tagged(move.tags, move.sensitive)
        if move.plan is not None:
            session = session.model_copy(update={"plan": move.plan})
        walk = replace(walk, session=session)
        return replace(
            walk,
            said=walk.said + move.say,
            steps=(*walk.steps, self._step(walk, node, move.port, move.note, move.tags)),
            effects=walk.effects + _left_by(node, move.effects),
            heard="",
        )

    def _step(
        self, walk: Walk, node: Node, port: str, note: str, tags: Mapping[str, str]
    ) -> Stepped:
        session = walk.session
        shown = {name: MASK if name in session.sensitive else value for name, value in tags.items()}
        return Stepped(
            flow_id=session.flow_id,
            version=session.version,
            node=node.id,
            type=getattr(node, "type", ""),
            port=port,
            heard=walk.heard,
            note=session.hidden(note).replace("\0", ""),
            entered_at=session.entered_at,
            left_at=self.now,
            tags=shown,
        )

    def _descend(self, walk: Walk, node: SubFlow) -> Outcome:
        """Into a sub-flow; one that is not there is a broken node."""
        session = walk.session
        version = self.library.version_of((session.flow_id, session.version), node.flow_id)
        if version is None or len(session.frames) >= FRAMES_MAX:
            return self._follow(walk, node, _broken(node, "its flow is not there"))
        frame = Frame(flow_id=session.flow_id, version=session.version, node=node.id)
        flow = self.library.flow(node.flow_id, version)
        inside = session.model_copy(
            update={
                "flow_id": node.flow_id,
                "version": version,
                "frames": (*session.frames, frame),
            }
        )
        return self.arrive(replace(walk, session=inside.at(flow.start, self.now)))

    def _finish(self, walk: Walk, node: Node, move: Finish) -> Outcome:
        if isinstance(node, Exit) and walk.session.frames:
            return self._return(walk, node)
        step = self._step(walk, node, "", move.reason, {})
        walk = replace(
            walk,
            said=walk.said + move.say,
            steps=(*walk.steps, step),
            effects=walk.effects + _left_by(node, move.effects),
            heard="",
        )
        if move.normal_routing:
            return _give_back(walk, move.reason)
        return _ended(walk, move.reason)

    def _return(self, walk: Walk, node: Exit) -> Outcome:
        """Out of a sub-flow, by the port of the node that called it."""
        walk = replace(walk, steps=(*walk.steps, self._step(walk, node, "", node.port, {})))
        frame, session = walk.session.frames[-1], walk.session
        outer = session.model_copy(
            update={
                "flow_id": frame.flow_id,
                "version": frame.version,
                "node": frame.node,
                "frames": session.frames[:-1],
            }
        )
        caller = self._node(outer)
        port = node.port if node.port in caller.ports else SubFlow.DONE
        return self._leave(replace(walk, session=outer), caller, Go(port=port))


def _left_by(node: Node, effects: tuple[Effect, ...]) -> tuple[tuple[str, Effect], ...]:
    return tuple((node.id, effect) for effect in effects)


def _broken(node: Node, why: str) -> Move:
    if Node.FAILURE in node.ports:
        return Go(port=Node.FAILURE, note=why)
    return Finish(reason=f"{Left.BROKEN}: {why}", normal_routing=True)


def _branched(walk: Walk, node: Splitter, branch: str) -> Walk:
    """The walk once a splitter has sent it by a branch."""
    place = walk.session.place_of(node.id)
    branches = {**walk.session.branches, place: branch}
    session = walk.session.model_copy(update={"branches": branches})
    return replace(
        walk,
        session=session,
        stuck={**walk.stuck, place: branch} if node.sticky else walk.stuck,
    )


def _ended(walk: Walk, why: str) -> Turn:
    session = walk.session.model_copy(update={"finished": why}).scrubbed()
    over = replace(walk, session=session, said=(*walk.said, Hangup()))
    return Turn(over, waits=False, secrets=walk.session.secrets)


def _give_back(walk: Walk, why: str) -> Turn:
    session = walk.session.model_copy(update={"finished": str(why)}).scrubbed()
    over = replace(walk, session=session)
    return Turn(over, waits=False, left=session.finished, secrets=walk.session.secrets)


def _hidden_by(node: Node) -> tuple[str, ...]:
    """The tags that a node gathers in secret."""
    return node.sets_tags if getattr(node, "sensitive", False) else ()


def _told(heard: Heard, node: Node) -> str:
    """What the log says was heard."""
    match heard:
        case Answered():
            return ""
        case Keyed():
            said = heard.digits or heard.speech or "silence"
            return MASK if _hidden_by(node) else said
        case LegOver():
            return f"leg {heard.ended.status.value}"
        case _:
            return f"{heard.seconds} s recorded"
