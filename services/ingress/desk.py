"""The ingress's desk: tell the fact and ask at the same time; fall back rather than fail."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from opentelemetry import metrics

from libs.contracts.calls import CallArrived, CallFellBack, Fact, LegEnded
from libs.contracts.phone import Caller, Destination
from libs.contracts.routing import (
    AdmitCall,
    Close,
    ContinueCall,
    DialNext,
    FallbackPlan,
    Stop,
)
from libs.contracts.voice import Dial, Hangup, Say, Verb
from libs.runtime.ask import Ask, Refused, Unanswered
from libs.runtime.broker import Broker
from libs.runtime.deadline import Deadline
from libs.runtime.publish import MESSAGE_ID, NotPublished, publish
from libs.runtime.telemetry import about, trace_headers
from services.ingress.domain.budget import ACK_WAIT_MS, ask_budget_ms
from services.ingress.domain.callbacks import Leg
from services.ingress.spool import Entry
from services.ingress.twiml import EMPTY, Scene, render

CLOSING_MESSAGE = "Sorry, we cannot take your call right now. Please call again later. Goodbye."
"""Heard where not even the number's own closing message is known."""

log = logging.getLogger(__name__)
_answered = metrics.get_meter("ingress").create_counter(
    "webhooks.answered", description="Webhooks by what was answered"
)


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

    def __init__(
        self,
        ask: Ask,
        broker: Broker,
        spool: Spool,
        plans: Plans,
        *,
        base_url: str,
        deadline_ms: int,
    ) -> None:
        self._ask = ask
        self._broker = broker
        self._spool = spool
        self._plans = plans
        self._base_url = base_url
        self._budget_ms = ask_budget_ms(deadline_ms)

    async def arrived(self, fact: CallArrived) -> bytes:
        """A caller waits: what does she hear?"""
        about(call_id=str(fact.call_id))
        question = AdmitCall.model_construct(
            call_id=fact.call_id,
            account_sid=fact.account_sid,
            call_sid=fact.call_sid,
            caller=fact.caller,
            dialled=fact.dialled,
            pool_id=fact.pool_id,
            geography=fact.geography,
        )
        leg = Leg(fact.call_id, 0, None)
        scene = Scene(self._base_url, fact.caller, fact.dialled, leg)
        outcome = await self._tell_and_ask(fact, question)
        if outcome is None:
            return await self._fall_back(scene, 0, fact.seen_at)
        return _rendered(outcome, scene)

    async def leg_ended(self, fact: LegEnded, leg: Leg, caller: Caller, dialled: str) -> bytes:
        """A leg is over: what does the caller hear next?"""
        about(call_id=str(leg.call_id), account_id=str(leg.account_id))
        if fact.caller_gone or (leg.fell_back is not None and fact.connected):
            await self.tell(fact)
            _answered.add(1, {"with": "nothing"})
            return EMPTY
        scene = Scene(self._base_url, caller, dialled, leg)
        outcome = await self._tell_and_ask(fact, ContinueCall.model_construct(ended=fact))
        if outcome is None:
            next_leg = Leg(leg.call_id, leg.step + 1, leg.account_id)
            scene = Scene(self._base_url, caller, dialled, next_leg)
            return await self._fall_back(scene, leg.fell_back or 0, fact.seen_at)
        return _rendered(outcome, scene)

    async def tell(self, fact: Fact) -> None:
        """Publish a fact; one that is not acknowledged in time is kept on disk."""
        payload = fact.model_dump_json()
        headers = trace_headers({})
        try:
            await publish(
                self._broker,
                fact.subject,
                payload.encode(),
                {**headers, MESSAGE_ID: fact.key},
                ACK_WAIT_MS / 1_000,
            )
        except NotPublished:
            self._spool.keep(Entry(fact.subject, fact.key, payload, headers))

    async def _tell_and_ask(
        self, fact: Fact, question: AdmitCall | ContinueCall
    ) -> DialNext | Close | Stop | None:
        """Both at once; None where no answer is to be had."""
        deadline = Deadline.within(self._budget_ms)
        telling = asyncio.create_task(self.tell(fact))
        try:
            outcome: DialNext | Close | Stop = await self._ask(question, deadline)
        except (Unanswered, Refused) as fault:
            log.warning("the router does not answer: %s", fault)
            return None
        finally:
            await telling
        return outcome

    async def _fall_back(self, scene: Scene, dialled_before: int, seen_at: datetime) -> bytes:
        """The number's own plan: the next destination that needs no hold, else a closing."""
        plan = self._plans.of(scene.dialled)
        destinations = plan.destinations if plan else ()
        account_id = plan.account_id if plan else scene.leg.account_id
        destination: Destination | None = None
        verbs: Sequence[Verb] = (
            Say(text=plan.closing_message if plan else CLOSING_MESSAGE),
            Hangup(),
        )
        if dialled_before < len(destinations):
            destination = destinations[dialled_before]
            verbs = (Dial(destination=destination),)
        leg = Leg(scene.leg.call_id, scene.leg.step, account_id, dialled_before + 1)
        await self.tell(
            CallFellBack(
                call_id=leg.call_id,
                account_id=account_id,
                step=leg.step,
                at=seen_at,
                seen_at=seen_at,
                dialled=destination,
                reason="the router did not answer",
            )
        )
        _answered.add(1, {"with": "fallback"})
        return render(verbs, Scene(self._base_url, scene.caller, scene.dialled, leg))


def _rendered(outcome: DialNext | Close | Stop, scene: Scene) -> bytes:
    leg = Leg(scene.leg.call_id, outcome.step, outcome.account_id)
    scene = Scene(scene.base_url, scene.caller, scene.dialled, leg)
    _answered.add(1, {"with": outcome.outcome})
    match outcome:
        case DialNext():
            return render((outcome.dial,), scene)
        case Close():
            return render((Say(text=outcome.say), Hangup()), scene)
        case Stop():
            return EMPTY
