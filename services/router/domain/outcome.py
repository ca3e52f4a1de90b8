"""What a decision comes to: who is dialled, what is promised, or what the caller hears."""

from libs.contracts.ids import TargetId
from libs.contracts.routing import Close, DialNext, RouteReason, RunFlow
from services.router.domain.candidate import Candidate
from services.router.domain.context import CallContext, FlowPart
from services.router.domain.dialling import dial_of, dial_to, said_before, worded
from services.router.domain.plan import Plan
from services.router.domain.record import Deliberation, Promised

RING_MIN_SECONDS = 5  # less ringing than this reaches nobody; the budget counts as spent

TO_FALLBACK = frozenset(
    (
        RouteReason.CAMPAIGN_CLOSED,
        RouteReason.CAMPAIGN_CAPPED,
        RouteReason.NO_TARGET,
        RouteReason.NOBODY_ELIGIBLE,
        RouteReason.ALL_CAPPED,
        RouteReason.UNSOLD,
    )
)
"""Why nobody takes a call that the campaign wants: its own place may have it."""

CLOSED_NOW = frozenset((RouteReason.CAMPAIGN_CLOSED, RouteReason.PUBLISHER_CLOSED))
CALLER_REFUSED = frozenset(
    (
        RouteReason.CALLER_BLOCKED,
        RouteReason.CALLER_ANONYMOUS,
        RouteReason.CALLER_ABROAD,
        RouteReason.CALLER_UNATTESTED,
        RouteReason.CALLER_REPEATS,
    )
)

OF_PUBLISHER = frozenset(
    (
        RouteReason.PUBLISHER_PAUSED,
        RouteReason.PUBLISHER_CLOSED,
        RouteReason.PUBLISHER_CAPPED,
        RouteReason.PUBLISHER_PAYOUT_CAPPED,
    )
)
"""Why a publisher's calls are not taken now: it is set for each whether they fall back."""

UNCONFIGURED_MESSAGE = "Sorry, this number is not in service. Goodbye."
"""Heard where no campaign's own message can be."""


def outcome_of(
    deliberation: Deliberation,
    context: CallContext,
    chosen: Candidate | None,
    reason: RouteReason,
) -> tuple[DialNext | RunFlow | Close | Promised, CallContext]:
    """What is answered, and the call as the next step will find it."""
    if chosen is not None and deliberation.inputs.share_percent is not None:
        return _promised(chosen), context.after_tried(TargetId(chosen.id))
    if chosen is not None:
        dialled = DialNext(
            account_id=context.account_id,
            step=deliberation.step,
            dial=dial_of(chosen, context, deliberation.ring_seconds_left),
            say=said_before(worded(chosen.settings, context)),
        )
        taker = chosen.sold.target_id if chosen.sold else None
        return dialled, context.after_tried(TargetId(taker or chosen.id))
    if reason is RouteReason.FLOW:
        return _to_flow(deliberation), context.model_copy(update={"flow": FlowPart.RUNS})
    sent_on = _sent_on(deliberation, context, reason)
    if sent_on is not None:
        return sent_on, context.after_sent_on()
    closed = Close(
        account_id=context.account_id,
        step=deliberation.step,
        say=_said(deliberation.plan, reason),
        reason=reason,
    )
    return closed, context


def _said(plan: Plan | None, reason: RouteReason) -> str:
    """The words that the call ends with."""
    if plan is None:
        return UNCONFIGURED_MESSAGE
    settings, instead = plan.settings, None
    if reason in CLOSED_NOW:
        instead = settings.closed_message
    elif reason in CALLER_REFUSED:
        instead = settings.refused_message
    return instead or settings.closing_message or UNCONFIGURED_MESSAGE


def _to_flow(deliberation: Deliberation) -> RunFlow:
    plan, context = deliberation.plan, deliberation.context
    assert plan is not None, "a flow is a campaign's"
    assert plan.campaign.flow_id is not None, "the reason says so"
    return RunFlow(
        account_id=context.account_id,
        step=deliberation.step,
        flow_id=plan.campaign.flow_id,
        campaign_id=plan.campaign.id,
        campaign_name=plan.campaign.name,
        number_id=context.number_id,
        publisher_id=context.publisher_id,
        tags=context.tags,
    )


def _sent_on(
    deliberation: Deliberation, context: CallContext, reason: RouteReason
) -> DialNext | None:
    """The leg to the campaign's own place, where this reason leads there."""
    plan, left = deliberation.plan, deliberation.ring_seconds_left
    refused = context.publisher if reason in OF_PUBLISHER else None
    leads_there = reason in TO_FALLBACK or (refused is not None and refused.falls_back)
    if plan is None or plan.fallback is None or context.sent_on or not leads_there:
        return None
    if context.flow is FlowPart.RUNS:  # the flow says what follows when there is nobody
        return None
    if left < RING_MIN_SECONDS or deliberation.inputs.share_percent is not None:
        return None
    settings = plan.fallback_settings
    return DialNext(
        account_id=context.account_id,
        step=deliberation.step,
        dial=dial_to(plan.fallback, settings, context, left),
        say=said_before(settings),
    )


def _promised(chosen: Candidate) -> Promised:
    terms = chosen.settings.conversion
    return Promised(
        candidate_id=chosen.id,
        worth=terms.least if terms else None,
        required_seconds=terms.after_seconds if terms else 0,
    )
