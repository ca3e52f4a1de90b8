"""Everybody gets her share: by weight from a seed, in rotation, and smoothly."""

from collections import Counter
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.rules.share import by_weight, in_rotation, smooth_turn

WEIGHTS = {"A": 6, "B": 3, "C": 1}
DRAWS = 4_000
SIGMAS = 4.5  # the seeds are fixed, so this holds today and always; it is wide for new ones


def near(times: int, share: float, draws: int) -> bool:
    return abs(times - share * draws) <= SIGMAS * sqrt(draws * share * (1 - share))


def test_the_first_is_drawn_by_weight_and_the_second_among_the_rest() -> None:
    orders = [by_weight("ABC", weight=WEIGHTS.__getitem__, seed=seed) for seed in range(DRAWS)]
    firsts = Counter(order[0] for order in orders)
    assert all(near(firsts[item], WEIGHTS[item] / 10, DRAWS) for item in WEIGHTS)
    after_a = [order[1] for order in orders if order[0] == "A"]
    assert near(after_a.count("B"), 3 / 4, len(after_a))


@given(
    st.dictionaries(
        st.integers(),
        st.tuples(st.integers(-3, 3), st.floats(0.001, 1_000)),
        max_size=20,
    ),
    st.integers(0, 2**63),
)
def test_an_order_has_each_once_tier_by_tier_and_is_the_same_again(
    items: dict[int, tuple[int, float]], seed: int
) -> None:
    def order() -> tuple[int, ...]:
        return by_weight(
            items,
            weight=lambda item: items[item][1],
            priority=lambda item: items[item][0],
            seed=seed,
        )

    assert sorted(order()) == sorted(items)
    tiers = [items[item][0] for item in order()]
    assert tiers == sorted(tiers)
    assert order() == order()


@given(st.sets(st.integers(0, 50), min_size=1), st.integers(-5, 55))
def test_a_rotation_begins_after_the_last_and_comes_round(items: set[int], last: int) -> None:
    order = in_rotation(items, key=lambda item: item, last=last)
    assert sorted(order) == sorted(items)
    later = [item for item in items if item > last]
    assert order[0] == (min(later) if later else min(items))
    assert sorted((*order[1:], order[0])) == sorted(items)


def test_a_rotation_without_a_last_begins_at_the_beginning() -> None:
    assert in_rotation([3, 1, 2], key=lambda item: item, last=None) == (1, 2, 3)


def test_zero_is_a_key_like_others() -> None:
    assert in_rotation([0, 1, 2], key=lambda item: item, last=0) == (1, 2, 0)


def test_turns_taken_by_rotation_are_even() -> None:
    last: str | None = None
    turns: Counter[str] = Counter()
    for _ in range(12):
        last = in_rotation("ABC", key=str, last=last)[0]
        turns[last] += 1
    assert turns == {"A": 4, "B": 4, "C": 4}


@pytest.mark.parametrize("weights", [{"A": 5, "B": 1, "C": 1}, {"A": 1}, {"A": 3, "B": 3}])
def test_smooth_turns_are_spread_out(weights: dict[str, int]) -> None:
    credit: dict[str, int] = {}
    turns = []
    for _ in range(sum(weights.values())):
        line, credit = smooth_turn(weights, credit)
        turns.append(line[0])
    assert Counter(turns) == weights
    if weights == {"A": 5, "B": 1, "C": 1}:
        assert "".join(turns) == "AABACAA"


@given(
    st.dictionaries(st.text(max_size=2), st.integers(1, 9), min_size=1, max_size=6),
    st.integers(0, 30),
)
def test_any_run_of_smooth_turns_is_fair(weights: dict[str, int], offset: int) -> None:
    credit: dict[str, int] = {}
    for _ in range(offset):
        _, credit = smooth_turn(weights, credit)
        assert sum(credit.values()) == 0
    turns: Counter[str] = Counter()
    for _ in range(sum(weights.values())):
        line, credit = smooth_turn(weights, credit)
        assert sorted(line) == sorted(weights)
        turns[line[0]] += 1
    assert turns == weights


def test_nobody_has_no_turn() -> None:
    assert smooth_turn({}, {}) == ([], {})
