"""Whether a campaign takes a call at all: rules that hold whoever might take it.

They are tested in this order: the caller (withheld, blocked, from abroad, not attested,
calling too often), its publisher's status, hours and caps on payouts, its quote, then the
campaign's hours, tag filter and area.
"""

from collections.abc import Iterator
from datetime import datetime

from libs.contracts.caps import Period
from libs.contracts.money import Money
from libs.contracts.payout_caps import PayoutCapped, WhenCapped, in_force
from libs.contracts.phone import CallerKind
from libs.contracts.publishers import PublisherStatus
from libs.contracts.quoting import LateCalls, Quotes
from libs.contracts.routing import RouteReason
from libs.contracts.screening import Attestation
from libs.rules import areas, filters, hours
from libs.rules.finding import Finding
from libs.rules.history import check_repeats
from libs.rules.places import country_of_number
from libs.rules.screening import check_attestation, check_blocklist, check_domestic
from libs.rules.sightings import sightings_of, tags_of
from services.router.domain.context import CallContext, Inputs, QuoteState
from services.router.domain.plan import Plan
from services.router.domain.verdicts import TurnedAway

_ATTESTATIONS = {
    "TN-Validation-Passed-A": Attestation.A,
    "TN-Validation-Passed-B": Attestation.B,
    "TN-Validation-Passed-C": Attestation.C,
}
"""Twilio's `StirVerstat`; what goes on after these names a call that was diverted or passed on."""

_PERIODS = {
    Period.HOUR: "this hour",
    Period.DAY: "today",
    Period.WEEK: "this week",
    Period.MONTH: "this month",
    Period.TOTAL: "in all",
}

KNOWS_DIVERTED = 3  # the edition of the rules since which such calls are told apart


def turned_away(
    plan: Plan, context: CallContext, inputs: Inputs, now: datetime, edition: int
) -> TurnedAway | None:
    """The first rule that turns the call away; None: the campaign takes it."""
    for reason, finding in _findings(plan, context, inputs, now, edition):
        if not finding.passed:
            return TurnedAway(reason=reason, seen=finding.seen, needed=finding.needed)
    return None


def _findings(
    plan: Plan, context: CallContext, inputs: Inputs, now: datetime, edition: int
) -> Iterator[tuple[RouteReason, Finding]]:
    yield from _of_caller(plan, context, inputs, now, edition)
    yield from _of_publisher(context, now)
    campaign = plan.campaign
    if campaign.quotes is not None and inputs.share_percent is None:
        yield RouteReason.NOT_QUOTED, check_quoted(campaign.quotes, context, now)
    if campaign.schedule is not None:
        yield RouteReason.CAMPAIGN_CLOSED, hours.check(campaign.schedule, now)
    if campaign.filter is not None:
        yield RouteReason.CAMPAIGN_FILTERED, filters.evaluate(campaign.filter, tags_of(context))
    if campaign.area is not None:
        yield RouteReason.CAMPAIGN_OUT_OF_AREA, areas.check(campaign.area, sightings_of(context))


def _of_caller(
    plan: Plan, context: CallContext, inputs: Inputs, now: datetime, edition: int
) -> Iterator[tuple[RouteReason, Finding]]:
    settings, caller = plan.settings, context.caller
    if settings.block_anonymous and caller.kind is CallerKind.WITHHELD:
        yield (
            RouteReason.CALLER_ANONYMOUS,
            Finding(False, "number withheld", "a caller who shows her number"),
        )
    country = country_of_number(caller.number) if caller.number is not None else None
    for blocklist in (plan.defaults.blocklist, plan.campaign.blocklist):
        yield RouteReason.CALLER_BLOCKED, check_blocklist(blocklist, caller, country)
    if settings.countries is not None and caller.number is not None:
        yield RouteReason.CALLER_ABROAD, check_domestic(settings.countries, country)
    if settings.attestation_min is not None and context.stir:
        attestation = attestation_of(context.stir, diverted=edition >= KNOWS_DIVERTED)
        yield (
            RouteReason.CALLER_UNATTESTED,
            check_attestation(settings.attestation_min, attestation),
        )
    if settings.repeat_limit is not None:
        yield (
            RouteReason.CALLER_REPEATS,
            check_repeats(settings.repeat_limit, inputs.history, now),
        )


def _of_publisher(context: CallContext, now: datetime) -> Iterator[tuple[RouteReason, Finding]]:
    publisher = context.publisher
    if publisher is None:
        return
    active = publisher.status is PublisherStatus.ACTIVE and not publisher.blocked_sub_id
    who, status = f"the publisher {publisher.name}", str(publisher.status)
    if publisher.blocked_sub_id:
        who, status = f"the source {publisher.blocked_sub_id} of {who}", PublisherStatus.BLOCKED
    yield (
        RouteReason.PUBLISHER_PAUSED,
        Finding(active, f"{who} is {status}", "an active publisher"),
    )
    if publisher.schedule is not None:
        yield RouteReason.PUBLISHER_CLOSED, hours.check(publisher.schedule, now)
    reached = in_force(publisher.payout_capped, WhenCapped.BLOCK, now)
    if reached is not None:
        yield RouteReason.PUBLISHER_PAYOUT_CAPPED, _paid_out(reached)


def _paid_out(reached: PayoutCapped) -> Finding:
    """A cap on payouts in words."""
    period, most = _PERIODS[reached.cap.period], reached.cap.most
    until = f", until {reached.until:%Y-%m-%d %H:%M} UTC" if reached.until else ""
    return Finding(
        False,
        f"{_money(reached.owed)} were owed {period}",
        f"less than {_money(most)} {period}{until}",
    )


def _money(money: Money) -> str:
    return f"{money.amount.normalize():f} {money.currency}"


def check_quoted(quotes: Quotes, context: CallContext, now: datetime) -> Finding:
    """Whether a call comes with a quote that holds, where the campaign takes no others."""
    if quotes.late_calls is LateCalls.ROUTE or context.honoured is not None:
        return Finding(True, quote_told(context, now), "")
    return Finding(False, quote_told(context, now), "a quote for this caller that holds")


def quote_told(context: CallContext, now: datetime) -> str:
    """What is known of a call's quote, in words."""
    quote = context.quote
    if quote is None:
        return "no quote"
    match quote.state:
        case QuoteState.LIVE:
            return f"a quote of {quote.price} for {quote.publisher or 'a publisher'}"
        case QuoteState.EXPIRED:
            late = int((now - quote.expires_at).total_seconds())
            return f"a quote that ended {late} s before the call"
        case QuoteState.USED:
            return "a quote that another call has used"
        case QuoteState.OF_ANOTHER:
            return "a quote for another caller"


def attestation_of(stir: str, *, diverted: bool = True) -> Attestation:
    """Read what the carrier says of the caller's number (Twilio's `StirVerstat`).

    Of a call that was `diverted`, or passed on by somebody, it is only known where it came in.

    >>> [attestation_of(t).value for t in ("TN-Validation-Passed-A", "TN-Validation-Failed-B", "")]
    ['A', 'failed', 'missing']
    >>> attestation_of("TN-Validation-Passed-A-Diverted").value
    'C'
    """
    for words, attestation in _ATTESTATIONS.items():
        if stir == words:
            return attestation
        if stir.startswith(f"{words}-"):
            return Attestation.C if diverted else attestation
    return Attestation.FAILED if "Failed" in stir else Attestation.MISSING
