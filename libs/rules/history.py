"""What a caller's earlier calls mean for this one: repeat and duplicate are two facts.

A repeat merely called before.  A duplicate was served before: connected, or converted, with
the target or any target of its buyer, within so many times 24 hours.
"""

from datetime import datetime, timedelta

from libs.contracts.ids import BuyerId, CampaignId, TargetId
from libs.contracts.screening import (
    CallerHistory,
    DuplicateAfter,
    DuplicateRule,
    DuplicateScope,
    EarlierCall,
    RepeatLimit,
)
from libs.rules.finding import PASSED, Finding


def is_repeat(history: CallerHistory) -> bool:
    """Whether she called before."""
    return bool(history.calls)


def check_repeats(limit: RepeatLimit, history: CallerHistory, now: datetime) -> Finding:
    """Count this call among those of the last days; a call of several legs is one.

    >>> now = datetime.fromisoformat("2026-11-24T12:00Z")
    >>> before = CallerHistory(calls=(EarlierCall(at=now - timedelta(hours=1)),))
    >>> check_repeats(RepeatLimit(calls_max=1, days=1), before, now)
    Finding(passed=False, seen='1 before this in 1 day', needed='at most 1 in 1 day')
    """
    since = now - timedelta(days=limit.days)
    lately = (call for call in history.calls if since < call.at)
    earlier = len({call.call_id or at for at, call in enumerate(lately)})
    if earlier < limit.calls_max:
        return PASSED
    span = _days(limit.days)
    return Finding(
        False, f"{earlier} before this in {span}", f"at most {limit.calls_max} in {span}"
    )


def served_at_all(rule: DuplicateRule, history: CallerHistory, now: datetime) -> bool:
    """Whether anybody served her within the rule's days: else she is nobody's duplicate."""
    since = _since(rule, now)
    times = (_served_at(rule, call) for call in history.calls)
    return any(at is not None and (since is None or since < at) for at in times)


def _since(rule: DuplicateRule, now: datetime) -> datetime | None:
    return now - timedelta(days=rule.days) if rule.days is not None else None


def check_duplicate(
    rule: DuplicateRule,
    history: CallerHistory,
    *,
    campaign_id: CampaignId,
    target_id: TargetId,
    buyer_id: BuyerId,
    now: datetime,
) -> Finding:
    """Whether this target may have the caller again.

    Served exactly so many days ago, to the microsecond, she is no duplicate any more.
    """
    since = _since(rule, now)
    served = [
        at
        for call in history.calls
        if _concerns(rule, call, campaign_id, target_id, buyer_id)
        and (at := _served_at(rule, call)) is not None
        and (since is None or since < at)
    ]
    if not served:
        return PASSED
    whom = "this target" if rule.scope is DuplicateScope.TARGET else "this buyer"
    verb = "connected" if rule.after is DuplicateAfter.CONNECTION else "converted"
    span = f"within {_days(rule.days)}" if rule.days is not None else "ever"
    seen = f"{verb} with {whom} {_ago(now - max(served))}"
    return Finding(False, seen, f"not {verb} with {whom} {span}")


def _concerns(
    rule: DuplicateRule,
    call: EarlierCall,
    campaign_id: CampaignId,
    target_id: TargetId,
    buyer_id: BuyerId,
) -> bool:
    if rule.within_campaign and call.campaign_id != campaign_id:
        return False
    match rule.scope:
        case DuplicateScope.NONE:
            return False
        case DuplicateScope.TARGET:
            return call.target_id == target_id
        case DuplicateScope.BUYER:
            return call.buyer_id == buyer_id


def _served_at(rule: DuplicateRule, call: EarlierCall) -> datetime | None:
    match rule.after:
        case DuplicateAfter.CONNECTION:
            return call.connected_at
        case DuplicateAfter.CONVERSION:
            return call.converted_at


def connected_targets(history: CallerHistory) -> tuple[TargetId, ...]:
    """The targets that she was connected with, each once, the latest first.

    The first is whom a sticky plan asks again; all of them are whom a plan avoids that
    never gives a caller to the same target twice.
    """
    connected = sorted(
        ((call.connected_at, call.target_id) for call in history.calls if call.connected_at),
        key=lambda entry: entry[0],
        reverse=True,
    )
    return tuple(dict.fromkeys(target for _, target in connected if target is not None))


def _days(days: int) -> str:
    return "1 day" if days == 1 else f"{days} days"


def _ago(since: timedelta) -> str:
    return f"{_days(since.days)} ago" if since.days > 0 else "less than a day ago"
