"""A decision as the fact that is told of it."""

from typing import Any

from libs.contracts.explaining import Rule
from libs.contracts.phone import Destination
from libs.contracts.routing import CallRouted, Terms
from libs.rules.history import is_repeat
from services.router.domain.candidate import Candidate
from services.router.domain.context import CallContext
from services.router.domain.dialling import destination_of
from services.router.domain.paying import payout_of
from services.router.domain.record import Decision, Promised


def terms_of(chosen: Candidate) -> Terms | None:
    """What a leg to the chosen is worth, where that is known."""
    rule = chosen.settings.conversion
    if rule is None:
        return None
    return Terms.model_construct(**{name: getattr(rule, name) for name in Terms.model_fields})


def routed(decision: Decision) -> CallRouted:
    """The fact of a decision."""
    record, chosen = decision.record, decision.chosen
    target, buyer = (chosen.target, chosen.buyer) if chosen else (None, None)
    sold = chosen.sold if chosen else None
    outcome, context = decision.outcome, record.context
    assert not isinstance(outcome, Promised), "a quote is no call"
    return CallRouted.model_construct(
        call_id=context.call_id,
        account_id=context.account_id,
        step=record.step,
        at=record.at,
        seen_at=record.at,
        outcome=outcome.outcome,
        reason=record.reason,
        campaign_id=context.campaign_id,
        campaign_name=decision.plan.campaign.name if decision.plan else "",
        number_id=context.number_id,
        target_id=target.id if target else None,
        target_name=chosen.name if chosen else "",
        buyer_id=buyer.id if buyer else None,
        buyer_name=buyer.name if buyer else (sold.company if sold else ""),
        destination=_destination(decision),
        config_version=record.config_version,
        terms=terms_of(chosen) if chosen else None,
        auction_id=sold.auction_id if sold else None,
        rtb_router_id=chosen.rtb_router_id if chosen else None,
        rtb_target_id=sold.target_id if sold else None,
        **(_promise(context) if chosen else {}),
        publisher_id=context.publisher_id,
        publisher_name=context.publisher.name if context.publisher else "",
        payout=payout_of(decision) if chosen else None,
        telephony=decision.plan.settings.telephony if decision.plan else None,
        tags=context.tags,
        attribution=context.attribution,
        to_fallback=record.fallback,
        **_earlier(decision),
    )


def _earlier(decision: Decision) -> dict[str, Any]:
    """What the caller's past makes of this call; nothing where the plan did not ask for it."""
    if decision.plan is None or not decision.plan.wants_history:
        return {}
    refused = any(seat.rule is Rule.DUPLICATE for seat in decision.record.seats)
    return {"repeat": is_repeat(decision.record.inputs.history), "duplicate": refused}


def _destination(decision: Decision) -> Destination | None:
    if decision.chosen is not None:
        return destination_of(decision.chosen)
    return decision.plan.fallback if decision.record.fallback and decision.plan else None


def _promise(context: CallContext) -> dict[str, Any]:
    """What a call that fulfils a quote owes its publisher."""
    quote = context.honoured
    if quote is None:
        return {}
    return {"quote_id": quote.id, "seller": quote.publisher, "quoted": quote.price}
