"""What the publisher of a call is paid for it, agreed when the call is routed."""

from datetime import datetime

from libs.contracts.payout_caps import WhenCapped, in_force
from libs.contracts.payouts import Payout, PayoutTerms, Withheld
from libs.contracts.screening import CallerHistory, DuplicateRule, DuplicateScope
from libs.rules.history import served_at_all
from libs.rules.hours import opening
from services.router.domain.context import CallContext
from services.router.domain.plan import Plan
from services.router.domain.record import Decision


def payout_of(decision: Decision) -> PayoutTerms | None:
    """The terms of the first rule that fits; None where nobody sent the call, or none fits."""
    record, plan = decision.record, decision.plan
    rule = _rule_of(plan, record.context, record.at) if plan is not None else None
    if rule is None:
        return None
    agreed = {name: getattr(rule, name) for name in PayoutTerms.model_fields if name != "withheld"}
    withheld = _withheld(rule, record.context, record.inputs.history, record.at)
    return PayoutTerms.model_construct(**agreed, withheld=withheld)


def pays_by_history(plan: Plan, context: CallContext) -> bool:
    """Whether a payout may depend on the caller's earlier calls."""
    if context.publisher is None:
        return False
    rules = (*context.publisher.payouts, plan.settings.payout)
    return any(rule is not None and rule.duplicates is not None for rule in rules)


def _rule_of(plan: Plan, context: CallContext, at: datetime) -> Payout | None:
    if context.publisher is None:
        return None
    for rule in context.publisher.payouts:
        if rule.schedule is None or opening(rule.schedule, at).is_open:
            return rule
    return plan.settings.payout


def _withheld(rule: Payout, context: CallContext, history: CallerHistory, at: datetime) -> Withheld:
    if _is_duplicate(rule, context, history, at):
        return Withheld.DUPLICATE
    capped = context.publisher.payout_capped if context.publisher else ()
    return Withheld.CAPPED if in_force(capped, WhenCapped.UNPAID, at) else Withheld.NOTHING


def _is_duplicate(rule: Payout, context: CallContext, history: CallerHistory, at: datetime) -> bool:
    unpaid = rule.duplicates
    if unpaid is None:
        return False
    if unpaid.within_campaign:
        calls = tuple(one for one in history.calls if one.campaign_id == context.campaign_id)
        history = CallerHistory.model_construct(calls=calls)
    served = DuplicateRule(scope=DuplicateScope.BUYER, after=unpaid.after, days=unpaid.days)
    return served_at_all(served, history, at)
