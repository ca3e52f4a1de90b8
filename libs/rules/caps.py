"""Whether limits leave room for one more call, from what has been counted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from libs.contracts.caps import Caps, Counted, Limit, Period
from libs.rules.finding import Finding

Amount = int | Decimal

_ONE_CALL: Mapping[Counted, Amount] = dict.fromkeys(Counted, 1)


@dataclass(frozen=True, slots=True)
class Usage:
    """What is used of somebody's caps, in the periods that the instant belongs to.

    `live` are calls there now; `counted` is certain; `possible` is what the calls in flight
    may still come to, at most; `adds` is what one more call may.  `quoted` is what of all that
    is only promised to publishers.
    """

    live: int = 0
    counted: Mapping[tuple[Counted, Period], Amount] = field(default_factory=dict)
    possible: Mapping[Counted, Amount] = field(default_factory=dict)
    adds: Mapping[Counted, Amount] = field(default_factory=lambda: _ONE_CALL)
    quoted: Mapping[Counted, Amount] = field(default_factory=dict)


def lack_of_room(caps: Caps, usage: Usage) -> Finding | None:
    """The first limit that has no room for one more call: concurrency, then as listed.

    >>> lack_of_room(Caps(concurrency=2), Usage(live=2))
    Finding(passed=False, seen='2 at once', needed='fewer than 2')
    >>> lack_of_room(Caps(concurrency=2), Usage(live=1)) is None
    True
    """
    if caps.concurrency is not None and usage.live >= caps.concurrency:
        return Finding(False, f"{usage.live} at once", f"fewer than {caps.concurrency}")
    for limit in caps.limits:
        full = _full(limit, usage, counts_possible=not caps.overshoot)
        if full is not None:
            return full
    return None


def caps_for_quotes(caps: Caps, usage: Usage, share_percent: int) -> Caps:
    """The caps that one more quote must keep: a share of what calls leave free, rounded down.

    >>> caps_for_quotes(Caps(concurrency=10), Usage(live=4), 50).concurrency
    7
    >>> caps_for_quotes(Caps(concurrency=1), Usage(), 50).concurrency
    0
    """

    def shared(most: Amount, used: Amount, measure: Counted) -> Amount:
        by_calls = max(0, used - usage.quoted.get(measure, 0))  # a quote may be of yesterday
        share = max(0, most - by_calls) * share_percent
        whole = measure is not Counted.REVENUE
        return by_calls + (share // 100 if whole else Decimal(share) / 100)

    concurrency = caps.concurrency
    if concurrency is not None:
        concurrency = int(shared(concurrency, usage.live, Counted.ATTEMPT))
    limits = tuple(
        limit.model_copy(update={"most": shared(limit.most, _used(limit, usage), limit.counts)})
        for limit in caps.limits
    )
    return caps.model_copy(update={"concurrency": concurrency, "limits": limits})


def _used(limit: Limit, usage: Usage) -> Amount:
    certain = usage.counted.get((limit.counts, limit.period), 0)
    return certain + usage.possible.get(limit.counts, 0)


def below_use(caps: Caps, usage: Usage) -> list[tuple[str, str]]:
    """Every limit that is passed already, by its path, with what is used of it.

    >>> below_use(Caps(concurrency=2), Usage(live=3))
    [('concurrency', '3 at once are in use now: at least 3')]
    """
    problems = []
    if caps.concurrency is not None and usage.live > caps.concurrency:
        problem = f"{usage.live} at once are in use now: at least {usage.live}"
        problems.append(("concurrency", problem))
    for at, limit in enumerate(caps.limits):
        used = usage.counted.get((limit.counts, limit.period), 0)
        if not caps.overshoot:
            used += usage.possible.get(limit.counts, 0)
        if used > limit.most:
            told = f"{_told(used, limit.counts)} {_when(limit.period)}"
            problems.append((f"limits.{at}.most", f"{told} in use now: at least {used}"))
    return problems


def _full(limit: Limit, usage: Usage, *, counts_possible: bool) -> Finding | None:
    certain = usage.counted.get((limit.counts, limit.period), 0)
    possible = usage.possible.get(limit.counts, 0) if counts_possible else 0
    adds = usage.adds.get(limit.counts, 0) if counts_possible else 0
    used = certain + possible
    if used < limit.most and used + adds <= limit.most:
        return None
    seen = f"{_told(certain, limit.counts)} {_when(limit.period)}"
    if possible:
        seen += f", {possible} more possible by calls in flight"
    return Finding(False, seen, f"at most {_told(limit.most, limit.counts)} with this call")


def _told(amount: Amount, counts: Counted) -> str:
    if counts is Counted.REVENUE:
        return f"{amount} of revenue"
    return f"{amount} {counts}{'' if amount == 1 else 's'}"


def _when(period: Period) -> str:
    match period:
        case Period.DAY:
            return "today"
        case Period.TOTAL:
            return "in all"
        case _:
            return f"this {period}"
