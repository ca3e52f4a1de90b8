"""The ingress's desk: tell the fact and ask at the same time; fall back rather than fail."""

import asyncio
import logging
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from opentelemetry import metrics

from libs.contracts.calls import CallArrived, CallFellBack, Fact, LegEnded
from libs.contracts.fallback import FallbackPlan
from libs.contracts.flows import (
    ContinueFlow,
    FlowLeft,
    FlowTurn,
    Keyed,
    LegOver,
    Recorded,
    StartFlow,
)
from libs.contracts.phone import Destination
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
from libs.contracts.voice import Dial, Hangup, Say, Verb
from libs.runtime.ask import Ask, Refused, Unanswered
from libs.runtime.broker import Broker
from libs.runtime.deadline import Deadline
from libs.runtime.publish import MESSAGE_ID, NotPublished, publish
from libs.runtime.telemetry import about, trace_headers
from services.ingress.domain.budget import (
    ACK_WAIT_MS,
    AFTER_FLOW_RESERVE_MS,
    RENDER_RESERVE_MS,
    ack_wait_ms,
)
from services.ingress.domain.callbacks import Leg
from services.ingress.spool import Entry
from services.ingress.twiml import EMPTY, Scene, render, whispered

CLOSING_MESSAGE = "Sorry, we cannot take your call right now. Please call again later. Goodbye."
"""Heard where not even the number's own closing message is known."""

log = logging.getLogger(__name__)
_answered = metrics.get_meter("ingress").create_counter(
    "webhooks.answered", description="Webhooks by what was answered"
)


@dataclass(frozen=True, slots=True)
class Silence:
    """The router gave no answer that can be used, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Turn:
    """A webhook that a caller waits for: its scene, when it came, until when it may take."""

    scene: Scene
    seen_at: datetime
    deadline: Deadline


class Spool(Protocol):
    """Keeps facts that could not be published."""

    def keep(self, entry: Entry) -> None:
        """Write one down."""


class Plans(Protocol):
    """Knows what to do alone."""

    def of(self, number: str) -> FallbackPlan | None:
        """The plan of a number, where one is known."""


class Desk:
    """One per process; it keeps nothing of a call."""

    def __init__(self, ask: Ask, broker: Broker, spool: Spool, plans: Plans) -> None:
        self._ask = ask
        self._broker = broker
        self._spool = spool
        self._plans = plans

    async def arrived(self, fact: CallArrived, turn: Turn) -> bytes:
        """A caller waits: what does she hear?"""
        question = admission(fact)
        outcome = await self._tell_and_ask(fact, question, turn.deadline)
        if isinstance(outcome, Silence):
            return await self._fall_back(turn, 0, outcome)
        if isinstance(outcome, RunFlow):
            leg = Leg(fact.call_id, outcome.step, outcome.account_id)
            turn = replace(turn, scene=replace(turn.scene, leg=leg))
            return await self._in_flow(_beginning(outcome, fact), question, turn)
        return _rendered(outcome, turn.scene)

    async def came_back(self, heard: Keyed | Recorded, question: AdmitCall, turn: Turn) -> bytes:
        """A caller in a flow has keyed, said or recorded something: what does she hear next?"""
        leg = turn.scene.leg
        if leg.account_id is None:  # no address of a flow's
            return await self._after_flow(question, leg.step, (), turn)
        asked = ContinueFlow(
            account_id=leg.account_id, call_id=leg.call_id, step=leg.step, heard=heard
        )
        return await self._in_flow(asked, question, turn)

    async def leg_of_flow_ended(self, ended: LegEnded, question: AdmitCall, turn: Turn) -> bytes:
        """A leg that a flow had dialled is over: what does the caller hear next?"""
        leg = turn.scene.leg
        assert leg.account_id is not None, "an address that names flows names the account too"
        asked = ContinueFlow(
            account_id=leg.account_id,
            call_id=leg.call_id,
            step=leg.step,
            heard=LegOver(ended=ended),
        )
        telling = asyncio.create_task(self.tell(ended, ack_wait_ms(turn.deadline.remaining_ms)))
        try:
            return await self._in_flow(asked, question, turn, served=ended.connected)
        finally:
            await telling

    async def leg_ended(self, ended: LegEnded, turn: Turn, *, said: bool = True) -> bytes:
        """A leg is over: what does the caller hear next?

        Where the carrier did not say how it ended, `ended` is a guess and told to nobody
        but the router.
        """
        leg = turn.scene.leg
        if ended.caller_gone or (leg.fell_back is not None and ended.connected):
            if said:
                await self.tell(ended)
            _answered.add(1, {"with": "nothing"})
            return EMPTY
        question = ContinueCall.model_construct(ended=ended)
        told = ended if said else None
        outcome = await self._tell_and_ask(told, question, turn.deadline)
        assert not isinstance(outcome, RunFlow), "a flow begins before any leg"
        if not isinstance(outcome, Silence):
            return _rendered(outcome, turn.scene)
        if ended.connected:  # she has been served: nobody else is rung for her
            _answered.add(1, {"with": "nothing"})
            return EMPTY
        scene = replace(turn.scene, leg=Leg(leg.call_id, leg.step + 1, leg.account_id))
        return await self._fall_back(replace(turn, scene=scene), leg.fell_back or 0, outcome)

    async def _in_flow(
        self,
        asked: StartFlow | ContinueFlow,
        question: AdmitCall,
        turn: Turn,
        *,
        served: bool = False,
    ) -> bytes:
        """What the flow says; where it has nothing to say, the campaign's plan takes the call.

        A caller who has been `served` is not dialled on for when the flow is silent.
        """
        step = asked.step if isinstance(asked, ContinueFlow) else 0
        said: tuple[Verb, ...] = ()
        try:
            outcome: FlowTurn | FlowLeft = await self._ask(
                asked, turn.deadline.less(RENDER_RESERVE_MS + AFTER_FLOW_RESERVE_MS)
            )
        except (Unanswered, Refused) as fault:
            log.warning("the flow does not answer: %s", fault)
            if served:
                _answered.add(1, {"with": "nothing"})
                return EMPTY
        else:
            if isinstance(outcome, FlowTurn):
                leg = Leg(asked.call_id, outcome.step, asked.account_id, in_flow=True)
                _answered.add(1, {"with": "flow"})
                return render(outcome.verbs, replace(turn.scene, leg=leg))
            step, said = outcome.step, outcome.verbs
        return await self._after_flow(question, step, said, turn)

    async def _after_flow(
        self, question: AdmitCall, step: int, said: tuple[Verb, ...], turn: Turn
    ) -> bytes:
        account_id = turn.scene.leg.account_id
        again = question.model_copy(
            update={"after_flow": True, "step": step, "account_id": account_id}
        )
        outcome = await self._asked(again, turn.deadline)
        if isinstance(outcome, RunFlow):  # an address that is no flow's, of a call that is in one
            outcome = Silence("the call is in a flow, and its address names none")
        if isinstance(outcome, Silence):
            leg = Leg(question.call_id, step + 1, turn.scene.leg.account_id)
            return await self._fall_back(
                replace(turn, scene=replace(turn.scene, leg=leg)), 0, outcome
            )
        return _rendered(outcome, turn.scene, said)

    async def picked_up(self, turn: Turn) -> bytes:
        """A callee waits: what does she hear?  Nothing, rather than that a caller is lost."""
        leg = turn.scene.leg
        if leg.account_id is None:
            return EMPTY
        question = AskWhisper(account_id=leg.account_id, call_id=leg.call_id, step=leg.step)
        try:
            whisper: Whisper = await self._ask(question, turn.deadline.less(RENDER_RESERVE_MS))
        except (Unanswered, Refused) as fault:
            log.warning("the callee hears nothing: %s", fault)
            return EMPTY
        return whispered(whisper, turn.scene)

    async def tell(self, fact: Fact, within_ms: float = ACK_WAIT_MS) -> None:
        """Publish a fact; one that is not acknowledged in time is kept on disk."""
        payload = fact.model_dump_json()
        headers = trace_headers({})
        try:
            await publish(
                self._broker,
                fact.subject,
                payload.encode(),
                {**headers, MESSAGE_ID: fact.key},
                within_ms / 1_000,
            )
        except NotPublished:
            self._spool.keep(Entry(fact.subject, fact.key, payload, headers))

    async def _tell_and_ask(
        self, fact: Fact | None, question: AdmitCall | ContinueCall, deadline: Deadline
    ) -> DialNext | RunFlow | Close | Stop | Silence:
        """Both at once."""
        if fact is None:
            return await self._asked(question, deadline)
        telling = asyncio.create_task(self.tell(fact, ack_wait_ms(deadline.remaining_ms)))
        try:
            return await self._asked(question, deadline)
        finally:
            await telling

    async def _asked(
        self, question: AdmitCall | ContinueCall, deadline: Deadline
    ) -> DialNext | RunFlow | Close | Stop | Silence:
        try:
            outcome: DialNext | RunFlow | Close | Stop = await self._ask(
                question, deadline.less(RENDER_RESERVE_MS)
            )
        except (Unanswered, Refused) as fault:
            log.warning("the router does not answer: %s", fault)
            return Silence(str(fault))
        return outcome

    async def _fall_back(self, turn: Turn, dialled_before: int, silence: Silence) -> bytes:
        """The number's own plan: the next destination that needs no hold, else a closing."""
        scene = turn.scene
        plan = self._plans.of(scene.dialled)
        destinations = plan.destinations if plan else ()
        account_id = plan.account_id if plan else scene.leg.account_id
        destination: Destination | None = None
        verbs = _closing(plan.closing_message if plan else CLOSING_MESSAGE)
        if dialled_before < len(destinations):
            destination = destinations[dialled_before]
            verbs = (Dial(destination=destination),)
        leg = Leg(scene.leg.call_id, scene.leg.step, account_id, dialled_before + 1)
        fact = CallFellBack(
            call_id=leg.call_id,
            account_id=account_id,
            step=leg.step,
            at=turn.seen_at,
            seen_at=turn.seen_at,
            dialled=destination,
            reason=silence.reason,
        )
        await self.tell(fact, ack_wait_ms(turn.deadline.remaining_ms))
        _answered.add(1, {"with": "fallback"})
        return render(verbs, replace(scene, leg=leg))


def _closing(text: str) -> tuple[Verb, ...]:
    return (Say(text=text), Hangup())


def admission(fact: CallArrived) -> AdmitCall:
    """The question that an arrival asks."""
    return AdmitCall.model_construct(
        call_id=fact.call_id,
        account_sid=fact.account_sid,
        call_sid=fact.call_sid,
        caller=fact.caller,
        dialled=fact.dialled,
        pool_id=fact.pool_id,
        geography=fact.geography,
        stir=fact.stir,
        tags={},
    )


def _beginning(run: RunFlow, fact: CallArrived) -> StartFlow:
    return StartFlow(
        account_id=run.account_id,
        call_id=fact.call_id,
        flow_id=run.flow_id,
        campaign_id=run.campaign_id,
        campaign_name=run.campaign_name,
        publisher_id=run.publisher_id,
        caller=fact.caller,
        dialled=fact.dialled,
        geography=fact.geography,
        tags=run.tags,
    )


def _rendered(outcome: DialNext | Close | Stop, scene: Scene, said: tuple[Verb, ...] = ()) -> bytes:
    about(account_id=str(outcome.account_id))
    leg = Leg(scene.leg.call_id, outcome.step, outcome.account_id)
    scene = replace(scene, leg=leg)
    _answered.add(1, {"with": outcome.outcome})
    match outcome:
        case DialNext():
            words = (Say(text=text) for text in outcome.say)
            return render((*said, *words, outcome.dial), scene)
        case Close():
            return render((*said, *_closing(outcome.say)), scene)
        case Stop():
            return EMPTY
