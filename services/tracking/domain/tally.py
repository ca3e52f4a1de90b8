"""What a call counts for in reports: a few lines, each with what it is grouped by and its counts.

A call has one line of its own, and one for each leg that went to somebody else than the call
was sold to, so that a rollover away from a bad buyer shows with that buyer.  What is owed stands in
lines of its own, one for each currency: with the leg that it is owed for, else with the call.  The
lines are a function of the record alone: whoever folds the same facts writes the same lines.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from libs.contracts.calls import CallStatus
from libs.contracts.ids import AccountId
from libs.contracts.routing import RouteReason
from libs.contracts.tracking import CallRecord, CallState, Leg
from libs.contracts.visit_conversions import VisitConversion
from libs.contracts.worth import EffectKind
from services.tracking.domain.dimensions import DIMENSIONS

QUARTER = timedelta(minutes=15)
"""The finest time of a report: every zone's hours and days begin on a quarter of an hour."""

_BLOCKED = frozenset(
    (
        RouteReason.CALLER_BLOCKED,
        RouteReason.CALLER_ANONYMOUS,
        RouteReason.CALLER_ABROAD,
        RouteReason.CALLER_UNATTESTED,
        RouteReason.CALLER_REPEATS,
    )
)
_OF_ORIGIN = (
    *("source", "first_source", "landing_page", "first_landing_page", "referrer"),
    *("utm_source", "utm_medium", "utm_campaign"),
)
TEXT_MAX = 200  # of a value that is grouped by: longer ones count together

NO_CURRENCY = ""
"""What is counted where nobody owes anything."""

_CONNECTED = (CallState.CONNECTED, CallState.COMPLETED)

Counts = dict[str, int]

OF_CALL: Mapping[str, Callable[[CallRecord], int | None]] = {
    "incoming": lambda call: 1,
    "live": lambda call: call.state.live,
    "connected": lambda call: call.state in _CONNECTED,
    "blocked": lambda call: call.reason in _BLOCKED,
    "duplicates": lambda call: call.duplicate,
    "repeats": lambda call: call.repeat,
    "no_connection": lambda call: (
        not (call.state.live or call.state in _CONNECTED or call.reason in _BLOCKED)
    ),
    "call_seconds": lambda call: call.seconds,
    "talk_seconds": lambda call: call.talk_seconds,
    "converted": lambda call: call.converted,
    "paid": lambda call: call.paid,
}
"""What a call counts: one line is one measure."""

OF_LEG: Mapping[str, Callable[[Leg], int | None]] = {
    "attempts": lambda leg: 1,
    "answered": lambda leg: leg.answered_at is not None or bool(leg.connected),
    "leg_connected": lambda leg: bool(leg.connected),
    "busy": lambda leg: leg.status == CallStatus.BUSY,
    "no_answer": lambda leg: leg.status == CallStatus.NO_ANSWER,
    "rejected": lambda leg: leg.status == CallStatus.FAILED,
    "ring_seconds": lambda leg: leg.ring_seconds,
    "leg_seconds": lambda leg: leg.seconds if leg.connected else None,
}
"""What a dialled leg counts, for the buyer and the target that it went to."""

VISIT_CONVERSIONS, VISIT_REVENUE = "visit_conversions", "visit_revenue"
"""What a conversion without a call counts, in a line of its own."""

MONEY = (*(kind.value for kind in EffectKind), VISIT_REVENUE)
"""The measures that are amounts, in ten-thousandths: summed for one currency alone."""

MEASURES = (*OF_CALL, *OF_LEG, VISIT_CONVERSIONS, *MONEY)


def quarter_of(instant: datetime) -> datetime:
    """The quarter of an hour, in UTC, in which an instant lies."""
    return instant - timedelta(
        minutes=instant.minute % 15, seconds=instant.second, microseconds=instant.microsecond
    )


def lines_of(call: CallRecord, listed_at: datetime) -> list[dict[str, Any]]:
    """The lines of a call, columns by name; what is nothing is left out.

    Each has the call's tags, which are not summed beforehand, and for each event that its flow has
    named a tag `event:<name>`.
    """
    of_call = {name: _plain(one.of_call(call)) for name, one in DIMENSIONS.items()}
    whole = tuple(of_call.values())
    counts: dict[tuple[Any, ...], Counts] = {(NO_CURRENCY, *whole): _counts(OF_CALL, call)}
    keys: dict[int | None, tuple[Any, ...]] = {}
    for leg in call.legs:
        keys[leg.step] = tuple(
            of_call[name] if one.of_leg is None else _plain(one.of_leg(leg))
            for name, one in DIMENSIONS.items()
        )
        _add(counts, (NO_CURRENCY, *keys[leg.step]), _counts(OF_LEG, leg))
    for effect in call.effects:
        of_leg = effect.kind is EffectKind.REVENUE
        key = keys.get(effect.step, whole) if of_leg else whole
        _add(counts, (effect.money.currency, *key), {effect.kind.value: units(effect.money.amount)})
    placed: dict[str, Any] = {"account_id": call.account_id, "quarter": quarter_of(listed_at)}
    tags = {**call.tags, **{f"event:{name}": "yes" for name in call.events}}
    if tags:
        placed["tags"] = {_cut(name): _cut(text) for name, text in tags.items()}
    return [
        {**placed, "line": line, **dict(zip(("currency", *DIMENSIONS), key, strict=True)), **count}
        for line, (key, count) in enumerate(counts.items())
    ]


def line_of(account_id: AccountId, one: VisitConversion) -> dict[str, Any]:
    """The line of a conversion without a call: what brought the visitor is what brings calls."""
    origin = one.origin
    brought = {name: _plain(getattr(origin, name)) for name in _OF_ORIGIN}
    line: dict[str, Any] = {
        "account_id": account_id,
        "quarter": quarter_of(one.at),
        "campaign": one.campaign_id,
        "publisher": one.publisher_id,
        "tracking_tag": one.tracking_tag_id,
        **brought,
        "currency": one.amount.currency if one.amount else NO_CURRENCY,
        VISIT_CONVERSIONS: 1,
    }
    if one.amount:
        line[VISIT_REVENUE] = units(one.amount.amount)
    if one.tags:
        line["tags"] = {_cut(name): _cut(text) for name, text in one.tags.items()}
    return line


def units(amount: Decimal) -> int:
    """An amount as a whole number of ten-thousandths.

    >>> units(Decimal("12.5"))
    125000
    """
    return int(amount.scaleb(4))


def amount_of(count: int) -> Decimal:
    """Ten-thousandths as an amount.

    >>> amount_of(125000)
    Decimal('12.5000')
    """
    return Decimal(count).scaleb(-4)


def _add(counts: dict[tuple[Any, ...], Counts], key: tuple[Any, ...], more: Counts) -> None:
    line = counts.setdefault(key, {})
    for measure, count in more.items():
        line[measure] = line.get(measure, 0) + count


def _plain(value: Any) -> Any:
    """An empty text says that there is no such thing."""
    return (_cut(value) or None) if isinstance(value, str) else value


def _cut(text: str) -> str:
    """PostgreSQL's texts cannot hold a zero, and what an index may hold has an end."""
    return text.replace("\0", "")[:TEXT_MAX]


def _counts(measures: Mapping[str, Callable[[Any], int | None]], one: Any) -> Counts:
    counted = ((name, int(measure(one) or 0)) for name, measure in measures.items())
    return {name: count for name, count in counted if count}
