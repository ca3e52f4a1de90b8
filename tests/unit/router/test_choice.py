"""The order of the eligible: by priority, then by a fair draw that its seed repeats."""

from collections import Counter
from itertools import permutations
from math import prod, sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.router.domain import choice
from services.router.domain.candidate import Candidate
from services.router.domain.context import Inputs
from services.router.domain.plan import Plan
from tests.unit.router.plans import NOW, plan_at

SEEDS = range(3_000)  # always the same, as the examples are: chance has no part in these tests
DEVIATIONS_MAX = 5.0  # standard deviations of the binomial law

places = st.tuples(st.integers(-3, 3), st.integers(1, 1_000))
seeds = st.integers(0, 2**53 - 1)


def arrange(plan: Plan, seed: int) -> tuple[Candidate, ...]:
    return choice.arrange(plan, plan.candidates, Inputs(), now=NOW, seed=seed)


def numbers(order: tuple[Candidate, ...]) -> tuple[int, ...]:
    return tuple(candidate.id.int - 100 for candidate in order)


def assert_as_likely(seen: int, probability: float) -> None:
    expected = len(SEEDS) * probability
    deviation = sqrt(expected * (1 - probability))
    assert abs(seen - expected) <= DEVIATIONS_MAX * deviation + 1


@given(st.lists(places, max_size=30), seeds)
def test_everybody_has_one_place_behind_nobody_of_lower_rank(
    given_places: list[tuple[int, int]], seed: int
) -> None:
    order = arrange(plan_at(*given_places), seed)

    assert sorted(numbers(order)) == list(range(len(given_places)))
    priorities = [candidate.priority for candidate in order]
    assert priorities == sorted(priorities)


@given(st.lists(places, min_size=1, max_size=10), seeds)
def test_a_seed_repeats_its_order(given_places: list[tuple[int, int]], seed: int) -> None:
    eligible = plan_at(*given_places)
    assert arrange(eligible, seed) == arrange(eligible, seed)


@settings(max_examples=12, derandomize=True)
@given(st.lists(st.integers(1, 1_000), min_size=2, max_size=5))
def test_the_first_is_each_with_the_probability_of_its_weight(weights: list[int]) -> None:
    eligible = plan_at(*((1, weight) for weight in weights))

    first = Counter(numbers(arrange(eligible, seed))[0] for seed in SEEDS)

    for n, weight in enumerate(weights):
        assert_as_likely(first[n], weight / sum(weights))


@settings(max_examples=12, derandomize=True)
@given(st.data())
def test_whoever_is_full_leaves_the_others_as_they_were(data: st.DataObject) -> None:
    """The first with room is drawn by weight among those with room, whoever they are."""
    weights = data.draw(st.lists(st.integers(1, 100), min_size=3, max_size=5))
    full = data.draw(st.sets(st.integers(0, len(weights) - 1), max_size=len(weights) - 2))
    eligible = plan_at(*((1, weight) for weight in weights))

    taken = Counter(
        next(n for n in numbers(arrange(eligible, seed)) if n not in full) for seed in SEEDS
    )

    room = {n: weight for n, weight in enumerate(weights) if n not in full}
    for n, weight in room.items():
        assert_as_likely(taken[n], weight / sum(room.values()))


@pytest.mark.parametrize("weights", [(1, 2, 3), (10, 1, 1), (5, 5, 5)])
def test_the_whole_order_has_the_law_of_drawing_without_putting_back(
    weights: tuple[int, ...],
) -> None:
    eligible = plan_at(*((1, weight) for weight in weights))

    orders = Counter(numbers(arrange(eligible, seed)) for seed in SEEDS)

    for order in permutations(range(len(weights))):
        left = [sum(weights[n] for n in order[at:]) for at in range(len(order))]
        law = prod(weights[n] / rest for n, rest in zip(order, left, strict=True))
        assert_as_likely(orders[order], law)


def test_a_tier_is_not_drawn_from_another() -> None:
    eligible = plan_at((2, 1_000), (1, 1), (1, 1))

    thirds = {numbers(arrange(eligible, seed))[2] for seed in range(50)}

    assert thirds == {0}
