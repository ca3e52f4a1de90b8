"""What calls can be grouped and filtered by in reports.

One line here is one dimension: its column in the tallies, its word in a question.  Which of
them are kept summed up beforehand is in `GROUPINGS`; all others are summed when asked.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from libs.contracts.tracking import CallRecord, Leg


class Dimension(NamedTuple):
    """One property of a call; `of_leg` where a leg may differ from its call."""

    is_id: bool
    of_call: Callable[[CallRecord], Any]
    of_leg: Callable[[Leg], Any] | None = None


DIMENSIONS: Mapping[str, Dimension] = {
    "campaign": Dimension(True, lambda call: call.campaign_id),
    "buyer": Dimension(True, lambda call: call.buyer_id, lambda leg: leg.buyer_id),
    "target": Dimension(True, lambda call: call.target_id, lambda leg: leg.target_id),
    "rtb_target": Dimension(True, lambda call: call.rtb_target_id, lambda leg: leg.rtb_target_id),
    "pool": Dimension(True, lambda call: call.pool_id),
    "number": Dimension(False, lambda call: call.dialled),
    "state": Dimension(False, lambda call: call.geography.state),
    "outcome": Dimension(False, lambda call: call.state.value),
    "reason": Dimension(False, lambda call: call.reason),
}

LABELS: Mapping[str, Callable[[CallRecord], tuple[tuple[Any, str], ...]]] = {
    "campaign": lambda call: ((call.campaign_id, call.campaign_name),),
    "buyer": lambda call: tuple((leg.buyer_id, leg.buyer_name) for leg in call.legs),
    "target": lambda call: tuple((leg.target_id, leg.target_name) for leg in call.legs),
    "rtb_target": lambda call: tuple((leg.rtb_target_id, leg.target_name) for leg in call.legs),
}
"""What the things of a dimension are called, as a call's facts said last."""

GROUPINGS: tuple[tuple[str, ...], ...] = (
    (),
    ("campaign",),
    ("buyer",),
    ("target",),
    ("rtb_target",),
    ("pool",),
    ("number",),
    ("state",),
    ("outcome",),
    ("reason",),
    ("campaign", "buyer"),
    ("campaign", "target"),
    ("campaign", "outcome"),
    ("buyer", "target"),
)
"""What is kept summed up: a report by one of these, or by a part of one, costs the same
whatever the number of calls.  The least that will do stands first."""


def grouping_for(wanted: frozenset[str]) -> tuple[str, ...] | None:
    """The kept sums from which these dimensions can be told; None where each call must be read.

    >>> grouping_for(frozenset({"buyer"})), grouping_for(frozenset({"buyer", "reason"}))
    (('buyer',), None)
    """
    return next((each for each in GROUPINGS if wanted <= frozenset(each)), None)
