"""Whether a leg has earned what was agreed for it, why not, and how much it is."""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from libs.contracts.money import Money
from libs.contracts.payouts import PayoutTerms
from libs.contracts.pricing import CountedFrom, On, Per, times
from libs.contracts.routing import Terms
from libs.contracts.tracking import Leg
from libs.contracts.worth import Unearned


@dataclass(frozen=True, slots=True)
class Standing:
    """A leg as money sees it: the seconds of its whole call, what was posted, what it earned.

    `confirmed`: the bidder that bought it has said that it converted, whatever it lasted.
    """

    leg: Leg
    call_seconds: int | None
    posted: bool
    converted: bool = False
    confirmed: bool = False


def unearned(rule: Terms | PayoutTerms, standing: Standing) -> Unearned:
    """What is missing; `NOTHING` once it is earned."""
    missing = _not_happened(rule.on, standing)
    if missing or rule.after_seconds == 0:
        return missing
    seconds = lasted(rule.counted_from, standing)
    long_enough = seconds is not None and seconds >= rule.after_seconds
    return Unearned.NOTHING if long_enough else Unearned.TOO_SHORT


def grown(amount: Money, rule: Terms | PayoutTerms, standing: Standing) -> Money | None:
    """The amount for as long as the leg has lasted; None while that is not known.

    >>> terms = Terms(after_seconds=0, revenue=Money(amount=2), per="minute")
    >>> leg = Leg(step=0, seconds=61)
    >>> grown(terms.revenue, terms, Standing(leg, call_seconds=70, posted=False)).amount
    Decimal('4')
    """
    if not rule.tiers and rule.per is Per.CALL:
        return amount
    seconds = lasted(rule.counted_from, standing)
    if seconds is None:
        return None
    reached = [tier.amount for tier in rule.tiers if seconds >= tier.from_seconds]
    if reached:
        amount = amount.model_copy(update={"amount": reached[-1]})
    return amount if rule.per is Per.CALL else times(amount, seconds)


def lasted(start: CountedFrom, standing: Standing) -> int | None:
    """How long the leg has lasted from a start on: the carrier's seconds, corrected by its clock.

    From the caller's arrival it is the whole call.
    """
    leg = standing.leg
    if start is CountedFrom.INCOMING or leg.seconds is None:
        return standing.call_seconds if start is CountedFrom.INCOMING else None
    match start:
        case CountedFrom.ANSWER:
            return leg.seconds
        case CountedFrom.DIAL:
            return leg.seconds + _between(leg.ringing_at or leg.dialled_at, leg.answered_at)
        case CountedFrom.ACCEPT:
            if leg.accepted_at is None:
                return None
            return max(leg.seconds - _between(leg.answered_at, leg.accepted_at), 0)
        case _:
            assert_never(start)


def _between(since: datetime | None, until: datetime | None) -> int:
    """Whole seconds; none where the carrier did not tell both."""
    if since is None or until is None:
        return 0
    return max(int((until - since).total_seconds()), 0)


def _not_happened(on: On, standing: Standing) -> Unearned:
    leg = standing.leg
    match on:
        case On.DIALLED:
            heard_of = leg.ringing_at or leg.answered_at or leg.ended_at or leg.status
            return Unearned.NOTHING if heard_of else Unearned.NOT_DIALLED
        case On.CONNECTED:
            return Unearned.NOTHING if leg.connected else Unearned.NOT_CONNECTED
        case On.ACCEPTED:
            return Unearned.NOTHING if leg.accepted_at else Unearned.NOT_ACCEPTED
        case On.POSTED:
            return Unearned.NOTHING if standing.posted else Unearned.NOT_POSTED
        case On.CONVERTED:
            return Unearned.NOTHING if standing.converted else Unearned.NOT_CONVERTED
        case _:
            assert_never(on)
