"""Which adjustments apply to a call, whether bids are ranked by them or made."""

from libs.contracts.bidding import Adjustment
from libs.rules import filters
from libs.rules.sightings import Described, tags_of


def applies(adjustment: Adjustment, call: Described) -> bool:
    """Whether a call is from one of the states, as it was told, and has the tags."""
    if adjustment.states and call.geography.state.upper() not in adjustment.states:
        return False
    return adjustment.filter is None or filters.passes(adjustment.filter, tags_of(call), {})
