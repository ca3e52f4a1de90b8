"""What reports measure: sums as they are kept, and what is read from sums.

One line here is one measure that people can ask for.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import NamedTuple

from libs.contracts.reporting import Measures
from services.tracking.domain.tally import MEASURES, MONEY

PLACES = Decimal("0.0001")  # of ratios, as of money
MONEY_PLACES = 4  # sums of amounts are whole ten-thousandths
Sums = Mapping[str, int]


DERIVED: Mapping[str, Callable[[Sums], int]] = {
    "profit": lambda sums: sums["revenue"] - sums["payout"] - sums["cost"],
}
"""Amounts that follow from others."""


class Ratio(NamedTuple):
    """One sum, or what is derived from sums, by another."""

    part: str
    whole: str


RATIOS: Mapping[str, Ratio] = {
    "asr": Ratio("connected", "incoming"),  # answer-seizure ratio
    "acl": Ratio("call_seconds", "incoming"),  # average call length
    "answer_rate": Ratio("answered", "attempts"),
    "average_ring_seconds": Ratio("ring_seconds", "attempts"),
    "average_talk_seconds": Ratio("leg_seconds", "leg_connected"),
    "conversion_rate": Ratio("converted", "incoming"),
    "rpc": Ratio("revenue", "incoming"),  # revenue per call
    "rpcc": Ratio("revenue", "connected"),  # revenue per connected call
    "margin": Ratio("profit", "revenue"),
}

NAMES = (*MEASURES, *DERIVED, *RATIOS)
"""Every measure of a report; `call_seconds` is the total call length (TCL)."""

NOTHING: Sums = dict.fromkeys(MEASURES, 0)


def measured(sums: Sums, columns: Sequence[str] = ()) -> Measures:
    """What some sums measure, in the order of these columns; without any, all of it."""
    return {name: measure_of(sums, name) for name in columns or NAMES}


def measure_of(sums: Sums, name: str) -> int | Decimal | None:
    """One measure of some sums."""
    if name in RATIOS:
        return _ratio(sums, RATIOS[name])
    if name in DERIVED:
        return _amount(DERIVED[name](sums))
    return _amount(sums[name]) if name in MONEY else sums[name]


def together(many: list[Sums]) -> Sums:
    """The sums of sums."""
    return {name: sum(each[name] for each in many) for name in MEASURES}


def _ratio(sums: Sums, ratio: Ratio) -> Decimal | None:
    part, whole = measure_of(sums, ratio.part), measure_of(sums, ratio.whole)
    if not whole:
        return None
    return (Decimal(part or 0) / Decimal(whole)).quantize(PLACES, ROUND_HALF_EVEN)


def _amount(units: int) -> Decimal:
    return Decimal(units).scaleb(-MONEY_PLACES)
