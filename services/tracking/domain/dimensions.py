"""What calls can be grouped and filtered by in reports.

One line here is one dimension: its column in the tallies, its word in a question.  Which of
them are kept summed up beforehand is in `GROUPINGS`; all others, tags among them, are summed when
asked.
"""

from collections.abc import Callable, Mapping, Sequence
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
    "publisher": Dimension(True, lambda call: call.publisher_id),
    "pool": Dimension(True, lambda call: call.pool_id),
    "number": Dimension(False, lambda call: call.dialled),
    "state": Dimension(False, lambda call: call.geography.state),
    "outcome": Dimension(False, lambda call: call.state.value),
    "reason": Dimension(False, lambda call: call.reason),
    "duplicate": Dimension(False, lambda call: _yes_or_no(call.duplicate)),
    "repeat": Dimension(False, lambda call: _yes_or_no(call.repeat)),
    "tracking_tag": Dimension(True, lambda call: call.origin.tracking_tag_id),
    "source": Dimension(False, lambda call: call.origin.source),
    "first_source": Dimension(False, lambda call: call.origin.first_source),
    "landing_page": Dimension(False, lambda call: call.origin.landing_page),
    "first_landing_page": Dimension(False, lambda call: call.origin.first_landing_page),
    "referrer": Dimension(False, lambda call: call.origin.referrer),
    "utm_source": Dimension(False, lambda call: call.origin.utm_source),
    "utm_medium": Dimension(False, lambda call: call.origin.utm_medium),
    "utm_campaign": Dimension(False, lambda call: call.origin.utm_campaign),
}
TAG = "tag:"
"""What a word begins with that stands for a tag of any name: `tag:gclid`, `tag:visit:zip`."""

LABELS: Mapping[str, Callable[[CallRecord], tuple[tuple[Any, str], ...]]] = {
    "campaign": lambda call: ((call.campaign_id, call.campaign_name),),
    "buyer": lambda call: tuple((leg.buyer_id, leg.buyer_name) for leg in call.legs),
    "target": lambda call: tuple((leg.target_id, leg.target_name) for leg in call.legs),
    "rtb_target": lambda call: tuple((leg.rtb_target_id, leg.target_name) for leg in call.legs),
}
"""What the things of a dimension are called, as a call's facts said last."""

NAMED = (*LABELS, "publisher", "tracking_tag")
"""The dimensions whose things have names; of the last two, those of today."""

GROUPINGS: tuple[tuple[str, ...], ...] = (
    (),
    ("campaign",),
    ("buyer",),
    ("target",),
    ("rtb_target",),
    ("publisher",),
    ("pool",),
    ("number",),
    ("state",),
    ("outcome",),
    ("reason",),
    ("duplicate",),
    ("source",),
    ("first_source",),
    ("landing_page",),
    ("utm_source",),
    ("utm_medium",),
    ("utm_campaign",),
    ("campaign", "buyer"),
    ("campaign", "target"),
    ("campaign", "outcome"),
    ("campaign", "publisher"),
    ("campaign", "source"),
    ("buyer", "target"),
)
"""What is kept summed up: a report by one of these, or by a part of one, costs the same
whatever the number of calls.  The least that will do stands first."""


def grouping_for(wanted: frozenset[str], kept: Sequence[tuple[str, ...]]) -> tuple[str, ...] | None:
    """The kept sums from which these dimensions can be told; None where each call must be read.

    >>> grouping_for(frozenset({"buyer"}), GROUPINGS)
    ('buyer',)
    >>> grouping_for(frozenset({"buyer", "reason"}), GROUPINGS)
    """
    return next((each for each in kept if wanted <= frozenset(each)), None)


def is_tag(word: str) -> bool:
    """Whether it stands for a tag."""
    return word.startswith(TAG) and len(word) > len(TAG)


def _yes_or_no(known: bool | None) -> str | None:
    return None if known is None else ("yes" if known else "no")
