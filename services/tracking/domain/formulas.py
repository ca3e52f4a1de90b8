"""What reports measure: sums as they are kept, and what is read from sums.

One line here is one measure that people can ask for.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal
from typing import NamedTuple

from libs.contracts.reporting import Measures
from services.tracking.domain.tally import MEASURES, MONEY, VISIT_CONVERSIONS, VISIT_REVENUE

PLACES = Decimal("0.0001")  # of ratios, as of money
MONEY_PLACES = 4  # sums of amounts are whole ten-thousandths
Sums = Mapping[str, int]


class Ratio(NamedTuple):
    """One sum, or what is derived from sums, by another."""

    part: str
    whole: str


@dataclass(frozen=True)
class Formulas:
    """What one kind of report measures.

    `counts` are the sums, those in `money` amounts; `derived` amounts that follow from others.
    """

    counts: tuple[str, ...]
    money: tuple[str, ...] = ()
    derived: Mapping[str, Callable[[Sums], int]] = field(default_factory=dict)
    ratios: Mapping[str, Ratio] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """Every measure."""
        return (*self.counts, *self.derived, *self.ratios)

    @property
    def nothing(self) -> Sums:
        """The sums of no calls."""
        return dict.fromkeys(self.counts, 0)

    def measured(self, sums: Sums, columns: Sequence[str] = ()) -> Measures:
        """What some sums measure, in the order of these columns; without any, all of it."""
        return {name: self.measure_of(sums, name) for name in columns or self.names}

    def measure_of(self, sums: Sums, name: str) -> int | Decimal | None:
        """One measure of some sums."""
        if name in self.ratios:
            return self._ratio(sums, self.ratios[name])
        if name in self.derived:
            return _amount(self.derived[name](sums))
        return _amount(sums[name]) if name in self.money else sums[name]

    def together(self, many: list[Sums]) -> Sums:
        """The sums of sums."""
        return {name: sum(each[name] for each in many) for name in self.counts}

    def _ratio(self, sums: Sums, ratio: Ratio) -> Decimal | None:
        part, whole = self.measure_of(sums, ratio.part), self.measure_of(sums, ratio.whole)
        if not whole:
            return None
        return (Decimal(part or 0) / Decimal(whole)).quantize(PLACES, ROUND_HALF_EVEN)


def _amount(units: int) -> Decimal:
    return Decimal(units).scaleb(-MONEY_PLACES)


OF_CALLS = Formulas(
    counts=MEASURES,
    money=MONEY,
    derived={"profit": lambda sums: sums["revenue"] - sums["payout"] - sums["cost"]},
    ratios={
        "asr": Ratio("connected", "incoming"),  # answer-seizure ratio
        "acl": Ratio("call_seconds", "incoming"),  # average call length
        "answer_rate": Ratio("answered", "attempts"),
        "average_ring_seconds": Ratio("ring_seconds", "attempts"),
        "average_talk_seconds": Ratio("leg_seconds", "leg_connected"),
        "conversion_rate": Ratio("converted", "incoming"),
        "rpc": Ratio("revenue", "incoming"),  # revenue per call
        "rpcc": Ratio("revenue", "connected"),  # revenue per connected call
        "margin": Ratio("profit", "revenue"),
    },
)
"""`call_seconds` is the total call length (TCL)."""

OF_VISITS = Formulas(
    counts=(
        *("visits", "first_visits", "pages", "visit_seconds"),
        *("calls", "connected", "converted", "revenue"),
        *(VISIT_CONVERSIONS, VISIT_REVENUE),
    ),
    money=("revenue", VISIT_REVENUE),
    ratios={
        "pages_per_visit": Ratio("pages", "visits"),
        "average_visit_seconds": Ratio("visit_seconds", "visits"),
        "call_rate": Ratio("calls", "visits"),
        "conversion_rate": Ratio("converted", "visits"),
        "revenue_per_visit": Ratio("revenue", "visits"),
    },
)
"""`first_visits` are those of visitors who had not been seen before."""
