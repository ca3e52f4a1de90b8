"""The desk that callers in flows wait for: load the session, walk, keep the turn, answer."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from libs.contracts.calls import Fact
from libs.contracts.flows import (
    ContinueFlow,
    FlowConverted,
    FlowFinished,
    FlowLeft,
    FlowMarked,
    FlowTurn,
    Keyed,
    LegOver,
    PixelAsked,
    Recorded,
    StartFlow,
)
from libs.contracts.voice import Hangup, Say, Verb
from libs.runtime.clock import Clock
from libs.runtime.deadline import Deadline
from libs.runtime.outbox import Announcement
from services.flows.desk.world import World
from services.flows.domain.book import Book
from services.flows.domain.effects import Converted, Effect, Fired, Marked
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
from services.flows.domain.moves import TOLD, Buyer
from services.flows.domain.session import Session
from services.flows.store.library import Library, NoFlow
from services.flows.store.running import BEGINNING, Kept, Running

SAVE_RESERVE_MS = 150  # for keeping the turn and the way back

log = logging.getLogger(__name__)

Answer = FlowTurn | FlowLeft


class UnknownTurn(Exception):
    """No call of this account has come back from that step."""


class RunningDesk:
    """One per process; all that it knows of a call is kept in the store."""

    def __init__(
        self,
        running: Running,
        library: Library,
        world: World,
        clock: Clock,
        draw_seed: Callable[[], int],
    ) -> None:
        self._running = running
        self._library = library
        self._world = world
        self._clock = clock
        self._draw_seed = draw_seed

    async def start(self, question: StartFlow, deadline: Deadline) -> Answer:
        """The first turn of a call; raise NoFlow where its flow takes no calls now."""
        about = (question.account_id, question.call_id, question.flow_id)
        before, version = await self._running.begin(*about)
        if before is not None:
            return _read(before)
        if version is None:
            raise NoFlow
        book = await self._library.book(question.account_id, question.flow_id, version)
        now = self._clock.now()
        flow = book.flow(question.flow_id, version)
        session = Session(
            call_id=question.call_id,
            account_id=question.account_id,
            flow_id=question.flow_id,
            version=version,
            flow_name=flow.name,
            campaign_id=question.campaign_id,
            campaign_name=question.campaign_name,
            caller=question.caller,
            dialled=question.dialled,
            geography=question.geography,
            seed=self._draw_seed(),
            started_at=now,
            node=flow.start,
            entered_at=now,
            tags=question.tags,
            given=question.tags,
        )
        outcome = await self._walked(begin(session, book, now), book, deadline)
        return await self._kept(outcome, BEGINNING, None)

    async def turn(self, question: ContinueFlow, deadline: Deadline) -> Answer:
        """What follows from what was heard; asked again for a step, the answer is the same."""
        account_id, call_id, step = question.account_id, question.call_id, question.step
        found = await self._running.find(account_id, call_id, step)
        if found.answered is not None:
            return _read(found.answered)
        session = found.session
        if session is None or session.step != step:
            raise UnknownTurn
        if session.finished:
            return FlowTurn(account_id=account_id, step=step, verbs=(Hangup(),))
        root = session.root
        book = await self._library.book(account_id, root.flow_id, root.version)
        now = self._clock.now()
        flow = book.flow(root.flow_id, root.version)
        assert found.changed_at is not None, "a session was changed at some time"
        waited = now - found.changed_at
        talked = isinstance(question.heard, LegOver)  # and was not away, however long it was
        if waited > timedelta(minutes=flow.idle_minutes) and not talked:
            return await self._expired(session, book, step, deadline)
        outcome = go_on(Walk(session), question.heard, book, now)
        turn = await self._walked(outcome, book, deadline)
        return await self._kept(turn, step, question.heard)

    async def _expired(self, session: Session, book: Book, step: int, deadline: Deadline) -> Answer:
        """A caller who was away too long: her flow begins again, or says goodbye."""
        root = session.root
        flow, now = book.flow(root.flow_id, root.version), self._clock.now()
        if flow.restart_expired:
            anew = session.model_copy(
                update={
                    "flow_id": root.flow_id,
                    "version": root.version,
                    "frames": (),
                    "node": flow.start,
                    "visits": {},
                    "plan": None,
                    "started_at": now,
                }
            )
            outcome = await self._walked(begin(anew, book, now), book, deadline)
            return await self._kept(outcome, step, None)
        over = session.model_copy(update={"finished": "expired", "step": step + 1}).scrubbed()
        said = (Say(text=flow.closing_message), Hangup()) if flow.closing_message else (Hangup(),)
        return await self._kept(Turn(Walk(over, said=said), waits=False), step, None)

    async def _walked(self, outcome: Outcome, book: Book, deadline: Deadline) -> Turn:
        """The turn's end, once the world has answered everything that was asked."""
        left = deadline.less(SAVE_RESERVE_MS)
        while isinstance(outcome, Asking):
            if isinstance(outcome.wanted, Buyer):
                further = numbered(outcome.walk, outcome.walk.session.step + 1)
                outcome = replace(outcome, walk=further)
            answer = await self._world.answer(outcome.wanted, outcome.walk, left)
            outcome = go_on(answered(outcome, answer), answer, book, self._clock.now())
        return outcome

    async def _kept(
        self, turn: Turn, after: int, heard: Keyed | Recorded | LegOver | None
    ) -> Answer:
        """The answer, once it is written; another's, who was faster, counts instead."""
        if turn.session.step <= after:
            turn = replace(turn, walk=numbered(turn.walk, after + 1))
        session, now = turn.session, self._clock.now()
        answer = _answer(turn, turn.walk.said)
        lasting = _answer(turn, turn.shown) if session.finished else answer
        kept = Kept(
            session=session,
            after=after,
            outcome=lasting.model_dump_json(),
            heard=heard.model_dump_json() if heard else None,
            answers=TOLD.dump_json(turn.walk.told).decode(),
            at=now,
            steps=turn.walk.steps,
            facts=[_announced(fact) for fact in _facts(turn, now)],
            branches=turn.walk.stuck if session.caller.text else {},
            spoken=turn.walk.spoken,
        )
        theirs = await self._running.keep(kept)
        return answer if theirs is None else _read(theirs)


def _answer(turn: Turn, verbs: tuple[Verb, ...]) -> Answer:
    about = {"account_id": turn.session.account_id, "step": turn.session.step}
    if turn.left:
        return FlowLeft(**about, reason=turn.left, verbs=verbs)
    return FlowTurn(**about, verbs=verbs)


def _read(text: str) -> Answer:
    answer: Answer = ContinueFlow.answers.validate_json(text)
    return answer


def _announced(fact: Fact) -> Announcement:
    return Announcement(fact.subject, fact.model_dump_json())


def _facts(turn: Turn, now: datetime) -> list[Fact]:
    """What is told of a turn, in its order."""
    session = turn.session
    facts = [_fact(effect, place, turn, now) for place, effect in enumerate(turn.walk.effects)]
    if session.finished:
        facts.append(
            FlowFinished(
                **_about(turn, now, 0),
                flow_id=session.root.flow_id,
                version=session.root.version,
                reason=session.finished,
                left=bool(turn.left),
                nodes=tuple(node for node in session.visits),
                tags=session.shown_tags,
            )
        )
    return facts


def _fact(effect: tuple[str, Effect], place: int, turn: Turn, now: datetime) -> Fact:
    node, what = effect
    about = {**_about(turn, now, place), "flow_id": turn.session.flow_id, "node": node}
    match what:
        case Fired():
            return PixelAsked(**about, **what.model_dump(exclude={"kind"}))
        case Marked():
            return FlowMarked(**about, event=what.event)
        case Converted():
            return FlowConverted(**about, value=what.value)


def _about(turn: Turn, now: datetime, sequence: int) -> dict[str, object]:
    session = turn.session
    return {
        "call_id": session.call_id,
        "account_id": session.account_id,
        "step": session.step,
        "sequence": sequence,
        "at": now,
        "seen_at": now,
    }
