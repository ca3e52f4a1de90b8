"""Which of a publisher's caps on payouts are reached, and until when."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from libs.contracts.money import Money
from libs.contracts.payout_caps import PayoutCap, PayoutCapped, PayoutCapUsed
from libs.contracts.publishers import Publisher
from libs.rules.periods import began, ends
from services.tracking.domain.spans import Span

_AHEAD = timedelta(days=2)  # of a total, which has no end: calls whose clock is ahead count too


def span_of_cap(cap: PayoutCap, zone: str, now: datetime) -> Span:
    """The time of which payouts count for a cap now."""
    since = began(cap.period, now, zone)
    until = ends(cap.period, now, zone) or now.replace(minute=0, second=0, microsecond=0) + _AHEAD
    return Span(since, until, (since,))


def use_of(cap: PayoutCap, zone: str, now: datetime, owed: Decimal) -> PayoutCapUsed:
    """What of a cap is used, where so much is owed for the calls of its time."""
    return PayoutCapUsed(
        cap=cap,
        since=began(cap.period, now, zone),
        until=ends(cap.period, now, zone),
        owed=Money(amount=owed, currency=cap.most.currency),
        reached=owed >= cap.most.amount,
    )


def reached_of(used: Iterable[PayoutCapUsed]) -> tuple[PayoutCapped, ...]:
    """Those that calls are after now."""
    return tuple(
        PayoutCapped(cap=one.cap, owed=one.owed, until=one.until) for one in used if one.reached
    )


def says_the_same(one: Sequence[PayoutCapped], other: Sequence[PayoutCapped]) -> bool:
    """Whether the same caps are reached until the same time, by however much."""
    return [(each.cap, each.until) for each in one] == [(each.cap, each.until) for each in other]


def still_meant(
    capped: Sequence[PayoutCapped], publisher: Publisher | None
) -> tuple[PayoutCapped, ...]:
    """Those that the publisher still has: a cap that was changed is looked at anew."""
    caps = publisher.payout_caps if publisher else ()
    return tuple(one for one in capped if one.cap in caps)
