"""Whether caps leave room for a leg: in a candidate's scopes, and in those of the whole call."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from libs.contracts.call_settings import LegSettings
from libs.contracts.caps import Counted
from libs.contracts.explaining import Rule, Verdict
from libs.contracts.routing import RouteReason
from libs.rules.caps import caps_for_quotes, lack_of_room
from services.router.domain.candidate import Scope
from services.router.domain.context import CallContext
from services.router.domain.counters import (
    MEASURES,
    Counter,
    CounterKey,
    Counters,
    Periods,
    usage_of,
)
from services.router.domain.plan import Plan
from services.router.domain.record import Record
from services.router.domain.verdicts import Exclusion

Amounts = Mapping[Counted, Decimal]

ANY_LEG: Amounts = {
    Counted.ATTEMPT: Decimal(1),
    Counted.CONNECTION: Decimal(1),
    Counted.CONVERSION: Decimal(0),
    Counted.REVENUE: Decimal(0),
}
"""What any leg may come to count, whoever takes it."""

REASONS = {
    "publisher": RouteReason.PUBLISHER_CAPPED,
    "campaign": RouteReason.CAMPAIGN_CAPPED,
}
"""Why a call is closed whose publisher, or campaign, has no room for it."""


def beside(context: CallContext) -> tuple[Scope, ...]:
    """Scopes that a call takes a place in, whoever takes the call: its publisher."""
    publisher = context.publisher
    if publisher is None:
        return ()
    return (Scope(id=publisher.id, kind="publisher", name=publisher.name, limits=publisher.limits),)


def scopes_of_leg(record: Record, plan: Plan) -> tuple[Scope, ...]:
    """What the leg of a recorded decision took places in; nothing where nobody was chosen."""
    chosen = (seat.at for seat in record.seats if seat.verdict is Verdict.CHOSEN)
    return tuple(
        scope for at in chosen for scope in (*plan.candidates[at].scopes, *beside(record.context))
    )


def around(plan: Plan, context: CallContext) -> tuple[Scope, ...]:
    """Scopes without whose room nobody can take the call."""
    return tuple(one for one in (*beside(context), plan.scope) if one.limits.limited)


def amounts_of(settings: LegSettings) -> dict[Counted, Decimal]:
    """What a leg may come to count of each measure."""
    converts = settings.conversion
    return {
        Counted.ATTEMPT: Decimal(1),
        Counted.CONNECTION: Decimal(1),
        Counted.CONVERSION: Decimal(1 if converts else 0),
        Counted.REVENUE: converts.least.amount if converts else Decimal(0),
    }


def as_of(scopes: Iterable[Scope], counters: Counters, at: datetime) -> dict[CounterKey, Counter]:
    """The counters that must have room, each in its own zone's periods."""
    found: dict[CounterKey, Counter] = {}
    for scope in scopes:
        periods: Periods | None = None
        for measure in MEASURES:
            counter = counters.get((scope.id, measure))
            if counter is not None:
                periods = periods or Periods.of(at, scope.limits.zone)
                found[scope.id, measure] = counter.on(periods)
    return found


def first_full(
    scopes: Iterable[Scope], counters: Counters, adds: Amounts, share_percent: int | None
) -> tuple[Scope, Exclusion] | None:
    """The first scope without room for so much more, and why; for a quote, within its share."""
    for scope in scopes:
        if not scope.limits.limited:
            continue
        caps = scope.limits.caps
        usage = usage_of(scope.id, caps, counters, adds)
        if share_percent is not None:
            caps = caps_for_quotes(caps, usage, share_percent)
        full = lack_of_room(caps, usage)
        if full is not None:
            at_once = full.seen.endswith(" at once")
            rule = Rule.CONCURRENCY_CAP if at_once else Rule.CAP
            holder = f"{scope.kind} {scope.name}"
            no = Exclusion(rule=rule, seen=full.seen, needed=full.needed, holder=holder)
            return scope, no
    return None
