"""No limit is passed, whatever the calls in flight may become."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from libs.contracts.caps import Caps, Counted, Limit, Period
from libs.rules.caps import Usage, lack_of_room


def capped(most: int, counts: Counted = Counted.ATTEMPT, period: Period = Period.DAY) -> Caps:
    return Caps(limits=(Limit(period=period, counts=counts, most=most),))


def usage(counted: int | Decimal, counts: Counted, period: Period = Period.DAY) -> Usage:
    return Usage(counted={(counts, period): counted})


@pytest.mark.parametrize("counts", [count for count in Counted if count is not Counted.REVENUE])
@pytest.mark.parametrize("period", Period)
def test_a_limit_counts_what_it_says_in_the_period_it_says(counts: Counted, period: Period) -> None:
    caps = capped(10, counts, period)
    assert lack_of_room(caps, usage(9, counts, period)) is None
    assert lack_of_room(caps, usage(10, counts, period)) is not None
    others = {(c, p): 99 for c in Counted for p in Period if (c, p) != (counts, period)}
    assert lack_of_room(caps, Usage(counted=others)) is None


def test_concurrency_is_told_before_other_limits() -> None:
    caps = capped(1).model_copy(update={"concurrency": 1})
    found = lack_of_room(caps, Usage(live=1, counted={(Counted.ATTEMPT, Period.DAY): 1}))
    assert found is not None
    assert found.seen == "1 at once"


@given(
    most=st.integers(1, 100),
    adds=st.decimals(0, 30, places=2),
    others=st.lists(st.decimals(0, 30, places=2), max_size=30),
)
def test_revenue_never_passes_its_cap_even_if_every_call_pays(
    most: int, adds: Decimal, others: list[Decimal]
) -> None:
    caps = capped(most, Counted.REVENUE)
    certain, possible = Decimal(0), Decimal(0)
    for at, value in enumerate([*others, adds]):
        seen = Usage(
            counted={(Counted.REVENUE, Period.DAY): certain},
            possible={Counted.REVENUE: possible},
            adds={Counted.REVENUE: value},
        )
        if lack_of_room(caps, seen) is None:
            possible += value
            if at % 2:
                certain, possible = certain + value, possible - value
    assert certain + possible <= most


def test_calls_in_flight_count_unless_overshoot_is_allowed() -> None:
    caps = capped(10, Counted.CONVERSION)
    seen = Usage(
        counted={(Counted.CONVERSION, Period.DAY): 8},
        possible={Counted.CONVERSION: 2},
        adds={Counted.CONVERSION: 1},
    )
    found = lack_of_room(caps, seen)
    assert found is not None
    assert found.seen == "8 conversions today, 2 more possible by calls in flight"
    assert found.needed == "at most 10 conversions with this call"
    assert lack_of_room(caps.model_copy(update={"overshoot": True}), seen) is None


def test_a_cap_that_is_reached_takes_not_even_a_call_worth_nothing() -> None:
    seen = Usage(counted={(Counted.REVENUE, Period.TOTAL): Decimal(10)}, adds={})
    assert lack_of_room(capped(10, Counted.REVENUE, Period.TOTAL), seen) is not None


def test_the_same_limit_twice_is_refused_at_its_field() -> None:
    limit = {"period": "day", "counts": "attempt", "most": 5}
    with pytest.raises(ValidationError) as refused:
        Caps.model_validate({"limits": [limit, limit | {"most": 6}]})
    assert refused.value.errors()[0]["loc"] == ("limits", 1)
