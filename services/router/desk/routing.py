"""The routing desk: finds the plan, deliberates, claims, and answers."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from libs.contracts.calls import LegEnded
from libs.contracts.ids import TargetId
from libs.contracts.routing import (
    AdmitCall,
    CallRouted,
    Close,
    ContinueCall,
    DialNext,
    RouteReason,
    Stop,
)
from libs.runtime.clock import Clock
from libs.runtime.deadline import Deadline
from libs.runtime.outbox import Announcement
from services.router.domain.decision import (
    CallContext,
    Decision,
    Deliberation,
    deliberate,
    settle,
)
from services.router.domain.holds import Counter, day_began, hold_lasts
from services.router.domain.plan import Plan
from services.router.memory import Memory
from services.router.store.claims import Claim, Claimed, Claims, Draft, HoldDraft
from services.router.store.decisions import Decided, Decisions

LOOK_FIRST = (
    4  # candidates whose counters are locked first: the first of them nearly always has room
)
LOOK_GROWTH = 8  # each further look takes so many times more, so that a thousand need four
ANSWER_GRACE = timedelta(seconds=30)  # after ringing must be over, the carrier is asked

Routed = DialNext | Close | Stop


class FellBack(Exception):
    """The ingress has answered this step without us; nobody decides it any more."""


class UnknownCall(Exception):
    """No decision of this account about this call is kept."""


class RoutingDesk:
    """One per process; all that it knows of a call is kept in the store."""

    def __init__(
        self,
        memory: Memory,
        claims: Claims,
        decisions: Decisions,
        clock: Clock,
        draw_seed: Callable[[], int],
    ) -> None:
        self._memory = memory
        self._claims = claims
        self._decisions = decisions
        self._clock = clock
        self._draw_seed = draw_seed

    async def admit(self, question: AdmitCall, deadline: Deadline) -> DialNext | Close:
        """Decide the first step of a call; asked again, the answer is the same."""
        found = self._memory.find(question.dialled, question.pool_id, question.account_sid)
        context = CallContext.model_construct(
            call_id=question.call_id,
            account_id=found.account_id,
            account_sid=question.account_sid,
            call_sid=question.call_sid,
            caller=question.caller,
            dialled=question.dialled,
            number_id=found.number_id,
            campaign_id=found.plan.campaign.id if isinstance(found.plan, Plan) else None,
            ring_began_at=self._clock.now(),
        )
        return await self._decide(context, 0, found.plan, deadline)

    async def go_on(self, question: ContinueCall, deadline: Deadline) -> Routed:
        """A leg is over: stop, dial the next, or close."""
        ended = question.ended
        if ended.account_id is None:
            raise UnknownCall
        if (stop := _stop(ended)) is not None:
            return Stop(account_id=ended.account_id, step=ended.step, reason=stop)
        kept = await self._decisions.since(ended.account_id, ended.call_id, ended.step)
        if not kept or kept[0].step != ended.step:
            raise UnknownCall
        if len(kept) > 1:
            return _read(Claimed(kept[1].outcome))
        context = _context_after(kept[0])
        plan = (
            self._memory.plan(context.account_id, context.campaign_id)
            if context.campaign_id
            else None
        )
        basis = plan or RouteReason.NUMBER_WITHOUT_CAMPAIGN
        return await self._decide(context, ended.step + 1, basis, deadline)

    async def _decide(
        self, context: CallContext, step: int, plan: Plan | RouteReason, deadline: Deadline
    ) -> DialNext | Close:
        deliberation = deliberate(
            context, step, plan, now=self._clock.now(), seed=self._draw_seed()
        )
        if deliberation.plan is not None:
            await self._decisions.keep_plan(deliberation.plan)
        look = LOOK_FIRST
        while True:
            claimed = await self._claims.claim(_claim(deliberation, look), deadline)
            if claimed is not None:
                return _read(claimed)
            look *= LOOK_GROWTH


def _stop(ended: LegEnded) -> RouteReason | None:
    if ended.caller_gone:
        return RouteReason.CALLER_GONE
    return RouteReason.CONVERSATION_OVER if ended.connected else None


def _context_after(decided: Decided) -> CallContext:
    """The call as the next step finds it; a leg that was never dialled was not tried."""
    context = decided.record.context
    if decided.outcome is None and decided.record.reason is RouteReason.CHOSEN:
        return context.model_copy(update={"tried": context.tried[:-1]})
    return context


def _read(claimed: Claimed) -> DialNext | Close:
    if claimed.outcome is None:
        raise FellBack
    outcome = AdmitCall.answers.validate_json(claimed.outcome)
    assert isinstance(outcome, DialNext | Close), "only these are kept"
    return outcome


def _claim(deliberation: Deliberation, look: int) -> Claim:
    """Ask for the counters of the first `look` candidates of the order."""
    order = deliberation.order if deliberation.closing is None else ()
    final = look >= len(order)

    def settle_and_draft(counters: Mapping[TargetId, Counter]) -> Draft | None:
        decision = settle(deliberation, counters, final=final)
        return None if decision is None else _draft(decision)

    context = deliberation.context
    return Claim(
        call_id=context.call_id,
        step=deliberation.step,
        account_id=context.account_id,
        at=deliberation.at,
        target_ids=tuple(candidate.target.id for candidate in order[:look]),
        settle=settle_and_draft,
    )


def _draft(decision: Decision) -> Draft:
    return Draft(
        outcome=decision.outcome.model_dump_json(),
        record=decision.record.model_dump_json(),
        snapshot=decision.record.snapshot,
        hold=_hold(decision),
        announcement=Announcement(CallRouted.subject, _fact(decision).model_dump_json()),
    )


def _hold(decision: Decision) -> HoldDraft | None:
    if decision.chosen is None or not isinstance(decision.outcome, DialNext):
        return None
    dial, record = decision.outcome.dial, decision.record
    ringing = timedelta(seconds=dial.ring_seconds)
    return HoldDraft(
        target_id=decision.chosen.target.id,
        account_sid=record.context.account_sid,
        call_sid=record.context.call_sid,
        destination=str(dial.destination),
        day_at=day_began(record.at, decision.chosen.target.zone),
        ask_after=ringing + ANSWER_GRACE,
        lasts=hold_lasts(dial.ring_seconds, dial.limit_seconds),
    )


def _fact(decision: Decision) -> CallRouted:
    record, chosen = decision.record, decision.chosen
    target, buyer = (chosen.target, chosen.buyer) if chosen else (None, None)
    return CallRouted.model_construct(
        call_id=record.context.call_id,
        account_id=record.context.account_id,
        step=record.step,
        at=record.at,
        seen_at=record.at,
        outcome=decision.outcome.outcome,
        reason=record.reason,
        campaign_id=record.context.campaign_id,
        campaign_name=decision.plan.campaign.name if decision.plan else "",
        number_id=record.context.number_id,
        target_id=target.id if target else None,
        target_name=target.name if target else "",
        buyer_id=buyer.id if buyer else None,
        buyer_name=buyer.name if buyer else "",
        destination=target.destination if target else None,
        config_version=record.config_version,
    )
