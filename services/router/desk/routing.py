"""The routing desk: finds the plan, looks up what it asks for, deliberates, claims, answers."""

from collections.abc import Callable
from uuid import UUID

from opentelemetry import metrics

from libs.contracts.calls import LegEnded
from libs.contracts.caps import Counted
from libs.contracts.ids import BuyerId, QuoteId, RtbRouterId, TargetId
from libs.contracts.routing import (
    AdmitCall,
    AskWhisper,
    CallRouted,
    Close,
    ContinueCall,
    DialNext,
    RouteReason,
    RunFlow,
    Stop,
    Whisper,
)
from libs.rules.tags import merged
from libs.runtime.clock import Clock
from libs.runtime.deadline import Deadline
from libs.runtime.outbox import Announcement
from services.router.desk.auctions import AuctionHouse
from services.router.desk.lookups import Lookups
from services.router.desk.meaning import Meaning
from services.router.desk.visits import VisitLookup
from services.router.domain.candidate import Candidate
from services.router.domain.context import (
    CallContext,
    FlowPart,
    Inputs,
    QuoteState,
)
from services.router.domain.counters import Counters, Periods, hold_lasts
from services.router.domain.decision import settle
from services.router.domain.deliberation import deliberate, runs_flow
from services.router.domain.plan import Plan
from services.router.domain.record import Decision, Deliberation
from services.router.domain.room import amounts_of, around, beside
from services.router.domain.sender import tags_of_sender
from services.router.domain.telling import routed
from services.router.memory import Memory
from services.router.publishers import PublisherBook
from services.router.store.claims import (
    Claim,
    Claimed,
    Claims,
    Draft,
    LegDraft,
    PlaceDraft,
    QuoteGone,
)
from services.router.store.decisions import Decided, Decisions
from services.router.store.history import kept_text
from services.router.store.quotes import Quotes

_decided = metrics.get_meter("router").create_counter(
    "steps.decided", description="Steps of calls by what was decided; a close says why"
)
LOOK_FIRST = (
    4  # candidates whose counters are locked first: the first of them nearly always has room
)
LOOK_GROWTH = 8  # each further look takes so many times more, so that a thousand need four
ANSWER_GRACE_SECONDS = 30  # after ringing must be over, the carrier is asked

Routed = DialNext | Close | Stop
Admitted = DialNext | RunFlow | Close


class FellBack(Exception):
    """The ingress has answered this step without us; nobody decides it any more."""


class UnknownCall(Exception):
    """No decision of this account about this call is kept."""


class RoutingDesk:
    """One per process; all that it knows of a call is kept in the store."""

    def __init__(  # noqa: PLR0917 - wired once, in app.py
        self,
        memory: Memory,
        publishers: PublisherBook,
        claims: Claims,
        decisions: Decisions,
        lookups: Lookups,
        quotes: Quotes,
        auctions: AuctionHouse,
        visits: VisitLookup,
        clock: Clock,
        draw_seed: Callable[[], int],
    ) -> None:
        self._memory = memory
        self._publishers = publishers
        self._claims = claims
        self._decisions = decisions
        self._lookups = lookups
        self._meaning = Meaning(memory, quotes)
        self._auctions = auctions
        self._visits = visits
        self._clock = clock
        self._draw_seed = draw_seed

    async def admit(self, question: AdmitCall, deadline: Deadline) -> Admitted:
        """Decide the first step of a call; asked again, the answer is the same."""
        found, quote = await self._meaning.of(question)
        pinged = quote if quote and quote.state is not QuoteState.OF_ANOTHER else None
        visit = await self._visits.of(found, question, deadline)
        brought = (visit.tags, visit.publisher_id) if visit else ({}, None)
        told = pinged.told if pinged else {}
        tags = merged(told, found.tags, brought[0], question.tags)
        sender = pinged.publisher_id if pinged else None
        publisher_id = question.publisher_id or brought[1] or sender or found.publisher_id
        campaign_id = found.plan.campaign.id if isinstance(found.plan, Plan) else None
        publisher = self._publishers.seen(found.account_id, publisher_id, tags, campaign_id)
        context = CallContext.model_construct(
            call_id=question.call_id,
            account_id=found.account_id,
            account_sid=question.account_sid,
            call_sid=question.call_sid,
            caller=question.caller,
            dialled=question.dialled,
            number_id=found.number_id,
            campaign_id=campaign_id,
            geography=question.geography,
            stir=question.stir,
            tags=merged(tags, tags_of_sender(publisher, tags)),
            attribution=visit,
            publisher_id=publisher_id,
            publisher=publisher,
            ring_began_at=self._clock.now(),
            quote=quote,
        )
        try:
            return await self.decide(context, 0, found.plan, deadline)
        except QuoteGone:
            context = context.without_quote()
            return await self.decide(context, 0, found.plan, deadline)

    async def go_on(self, question: ContinueCall, deadline: Deadline) -> Routed:
        """A leg is over: stop, dial the next, or close."""
        ended = question.ended
        if ended.account_id is None:
            raise UnknownCall
        if ended.caller_gone:
            return _stopped(ended, RouteReason.CALLER_GONE)
        if ended.connected and not self._memory.may_recover(ended.account_id):
            return _stopped(ended, RouteReason.CONVERSATION_OVER)
        kept = await self._decisions.since(ended.account_id, ended.call_id, ended.step)
        if not kept or kept[0].step != ended.step:
            if ended.connected:
                return _stopped(ended, RouteReason.CONVERSATION_OVER)
            raise UnknownCall
        if len(kept) > 1:
            return _routed(read(Claimed(kept[1].outcome)))
        context = self.as_sent_now(context_after(kept[0], ended))
        plan = (
            self._memory.plan(context.account_id, context.campaign_id)
            if context.campaign_id
            else None
        )
        if ended.connected and not recovers(ended, kept[0], plan):
            return _stopped(ended, RouteReason.CONVERSATION_OVER)
        basis = plan or RouteReason.NUMBER_WITHOUT_CAMPAIGN
        return _routed(await self.decide(context, ended.step + 1, basis, deadline))

    def as_sent_now(self, context: CallContext) -> CallContext:
        """The call with its publisher as that one is now: each step goes by today's rules."""
        publisher = self._publishers.seen(
            context.account_id, context.publisher_id, context.tags, context.campaign_id
        )
        return context.model_copy(update={"publisher": publisher})

    async def whisper(self, question: AskWhisper) -> Whisper:
        """What the callee of a decided leg hears before she is connected."""
        kept = await self._decisions.since(question.account_id, question.call_id, question.step)
        if not kept or kept[0].step != question.step:
            raise UnknownCall
        outcome = read(Claimed(kept[0].outcome))
        if not isinstance(outcome, DialNext):
            raise UnknownCall
        dial = outcome.dial
        return Whisper(say=dial.whisper, press_to_accept=dial.press_to_accept)

    async def decide(
        self, context: CallContext, step: int, plan: Plan | RouteReason, deadline: Deadline
    ) -> Admitted:
        """Decide a step; decided before, the answer is the same.  Raises FellBack, QuoteGone."""
        inputs = await self._inputs(plan, context)
        deliberation = deliberate(
            context, step, plan, inputs, now=self._clock.now(), seed=self._draw_seed()
        )
        if deliberation.plan is not None:
            await self._decisions.keep_plan(deliberation.plan)
        look = LOOK_FIRST
        if _asks_first(deliberation):
            deliberation = await self._with_auction(deliberation, look, deadline)
        while True:
            claimed = await self._claims.claim(_claim(deliberation, look), deadline)
            if claimed is not None:
                return _counted(read(claimed))
            if _next_auction(deliberation, look) is not None:
                deliberation = await self._with_auction(deliberation, look, deadline)
            else:
                look *= LOOK_GROWTH

    async def _inputs(self, plan: Plan | RouteReason, context: CallContext) -> Inputs:
        if not isinstance(plan, Plan):
            return Inputs()
        to_flow = runs_flow(plan, context, Inputs())  # it is no turn of anybody's
        return await self._lookups.inputs(plan, context, take_turn=not to_flow)

    async def _with_auction(
        self, deliberation: Deliberation, look: int, deadline: Deadline
    ) -> Deliberation:
        """The deliberation once the next auction of its order is over."""
        router_id = _next_auction(deliberation, look)
        assert router_id is not None, "asked for only then"
        result = await self._auctions.hold(deliberation, router_id, deadline)
        auctions = {**deliberation.inputs.auctions, router_id: result}
        inputs = deliberation.inputs.model_copy(update={"auctions": auctions})
        return deliberation.model_copy(update={"inputs": inputs})


def _next_auction(deliberation: Deliberation, look: int) -> RtbRouterId | None:
    """The first auction among those looked at whose end is not known.

    Whoever asks for more counters has found everybody before it full.
    """
    if deliberation.closing is not None:
        return None
    known = deliberation.inputs.auctions
    return next(
        (
            candidate.rtb_router_id
            for candidate in deliberation.order[:look]
            if candidate.rtb_router_id is not None and candidate.rtb_router_id not in known
        ),
        None,
    )


def _asks_first(deliberation: Deliberation) -> bool:
    """Whether the order begins with an auction: then a look at counters would only cost time.

    Where a cap of the whole call may be full, it is looked at before anybody is asked.
    """
    first, plan = next(iter(deliberation.order), None), deliberation.plan
    if deliberation.closing is not None or first is None or plan is None:
        return False
    return first.rtb_router_id is not None and not around(plan, deliberation.context)


def _stopped(ended: LegEnded, reason: RouteReason) -> Stop:
    assert ended.account_id is not None, "checked before"
    return Stop(account_id=ended.account_id, step=ended.step, reason=reason)


def recovers(ended: LegEnded, decided: Decided, plan: Plan | None) -> bool:
    """Whether the callee hung up so early that the caller is given to the next."""
    rule = plan.settings.recovery if plan else None
    if rule is None or ended.seconds is None or decided.record.fallback:
        return False
    early = ended.seconds < rule.seconds
    return early and decided.record.context.recoveries < rule.times


def context_after(decided: Decided, ended: LegEnded) -> CallContext:
    """The call as the next step finds it; a leg that was never dialled was not tried."""
    context = decided.record.context
    if decided.outcome is None and decided.record.fallback:
        return context.model_copy(update={"sent_on": False})
    if decided.outcome is None and decided.record.reason is RouteReason.CHOSEN:
        return context.model_copy(update={"tried": context.tried[:-1]})
    if not ended.connected:
        return context
    return context.model_copy(
        update={
            "connections": context.connections + 1,
            "recoveries": context.recoveries + 1,
            "talked_seconds": context.talked_seconds + (ended.seconds or 0),
        }
    )


def _counted(outcome: Admitted) -> Admitted:
    reason = outcome.reason if isinstance(outcome, Close) else ""
    _decided.add(1, {"with": outcome.outcome, "reason": reason})
    return outcome


def _routed(outcome: Admitted) -> Routed:
    assert not isinstance(outcome, RunFlow), "a flow is begun at the first step alone"
    return outcome


def read(claimed: Claimed) -> Admitted:
    """An outcome as it was kept; raises FellBack."""
    if claimed.outcome is None:
        raise FellBack
    outcome = AdmitCall.answers.validate_json(claimed.outcome)
    assert isinstance(outcome, DialNext | RunFlow | Close), "only these are kept"
    return outcome


def _claim(deliberation: Deliberation, look: int) -> Claim:
    """Ask for the counters of the first `look` candidates of the order."""

    def settle_and_draft(counters: Counters) -> Draft | None:
        decision = settle(deliberation, counters, looked=look)
        return _draft(decision, counters) if isinstance(decision, Decision) else None

    context = deliberation.context
    return Claim(
        call_id=context.call_id,
        step=deliberation.step,
        account_id=context.account_id,
        at=deliberation.at,
        scope_ids=scopes_of(deliberation, look),
        settle=settle_and_draft,
        quote_id=_fulfilled(deliberation),
    )


def _fulfilled(deliberation: Deliberation) -> QuoteId | None:
    """The quote whose places are the call's: at its first search for somebody to dial."""
    context = deliberation.context
    first = deliberation.step == 0 or (context.flow is not FlowPart.NONE and not context.tried)
    searches = deliberation.closing is not RouteReason.FLOW
    return context.honoured.id if context.honoured and first and searches else None


def scopes_of(deliberation: Deliberation, look: int) -> frozenset[UUID]:
    """Whose counters the first `look` candidates of an order are tested by."""
    order = deliberation.order if deliberation.closing is None else ()
    scopes = {scope.id for candidate in order[:look] for scope in candidate.scopes}
    if order:
        scopes |= {scope.id for scope in beside(deliberation.context)}
    return frozenset(scopes)


def _draft(decision: Decision, counters: Counters) -> Draft:
    return Draft(
        outcome=decision.outcome.model_dump_json(),
        record=decision.record.model_dump_json(),
        snapshot=decision.record.snapshot,
        leg=_leg(decision, counters),
        announcement=Announcement(CallRouted.subject, routed(decision).model_dump_json()),
    )


def _leg(decision: Decision, counters: Counters) -> LegDraft | None:
    chosen, outcome = decision.chosen, decision.outcome
    if chosen is None or not isinstance(outcome, DialNext):
        return None
    dial, context = outcome.dial, decision.record.context
    assert context.campaign_id is not None, "a chosen target without a campaign"
    rule = chosen.settings.conversion
    return LegDraft(
        campaign_id=context.campaign_id,
        target_id=TargetId(_taker(chosen)),
        buyer_id=BuyerId(chosen.buyer.id if chosen.buyer else chosen.id),
        publisher_id=context.publisher_id,
        caller=kept_text(context.caller.text),
        account_sid=context.account_sid,
        call_sid=context.call_sid,
        destination=str(dial.destination),
        converts_after=rule.counted_after if rule else None,
        worth=rule.least.amount if rule else None,
        ask_after=dial.ring_seconds + ANSWER_GRACE_SECONDS,
        lasts=int(hold_lasts(dial.ring_seconds, dial.limit_seconds).total_seconds()),
        places=places_of(chosen, decision, counters),
    )


def _taker(chosen: Candidate) -> UUID:
    """Who takes the call: the target, or the bidder (else the router) that it was sold to."""
    return (chosen.sold.target_id if chosen.sold else None) or chosen.id


def places_of(chosen: Candidate, decision: Decision, counters: Counters) -> tuple[PlaceDraft, ...]:
    """A place in every counter that is kept of the chosen's scopes, and the whole call's."""
    adds = amounts_of(chosen.settings)
    return tuple(
        PlaceDraft(scope.id, measure, amount, Periods.of(decision.record.at, scope.limits.zone))
        for scope in (*chosen.scopes, *beside(decision.record.context))
        for measure, amount in adds.items()
        if (scope.id, measure) in counters and (amount or measure is Counted.ATTEMPT)
    )
