"""Ratios are taken within a round, and a disturbed round is left out."""

import pytest

from tests.bench.gates import Evidence
from tests.bench.machine import Strain
from tests.bench.ratios import Figures, Spread, figures, percentile, spread, steady
from tests.bench.results import Measured, Round, cpu_of, ratios_of, undisturbed


def a_program(calls_per_s: float = 100.0, call_p50: float = 1_000.0) -> Measured:
    """One program's round; details that do not matter are defaulted."""
    one = Figures(1.0, 1.0, 1.0, call_p50, 1.0)
    many = Figures(calls_per_s, 1.0, 1.0, 1.0, 1.0)
    return Measured({1: one, 32: many}, {"web": calls_per_s}, Evidence("", ()))


def a_round(**programs: Measured) -> Round:
    return Round(programs, Strain(load_average=0.5, steal_percent=0.0))


def test_figures_count_whole_calls_and_tell_microseconds() -> None:
    found = figures([0.001, 0.003], [0.010, 0.030, 0.020], seconds=2.0)

    assert found.calls_per_s == 1.5
    assert found.voice_p50 == pytest.approx(2_000)
    assert found.call_p50 == pytest.approx(20_000)
    assert found.call_p99 == pytest.approx(29_800)


def test_no_call_is_no_percentile() -> None:
    with pytest.raises(ValueError, match="no call ended"):
        percentile([], 50)


def test_the_middle_of_the_rounds_is_reported_with_its_limits() -> None:
    assert spread([4.0, 1.0, 3.0, 2.0]) == Spread(median=2.5, low=1.0, high=4.0)


@pytest.mark.parametrize(
    ("floor", "kept"),
    [
        ([100.0, 100.0, 131.0], [0, 1]),
        ([100.0, 100.0, 69.0], [0, 1]),
        ([100.0, 100.0, 130.0], [0, 1, 2]),
        ([100.0, 10.0], [0, 1]),
        ([100.0], [0]),
    ],
)
def test_a_floor_more_than_thirty_percent_off_disturbs_a_round(
    floor: list[float], kept: list[int]
) -> None:
    assert steady(floor) == kept


def test_rounds_with_a_disturbed_floor_are_left_out() -> None:
    calm = [a_round(floor=a_program()) for _ in range(3)]
    slow = a_round(floor=a_program(calls_per_s=50.0))
    late = a_round(floor=a_program(call_p50=2_000.0))

    assert undisturbed([calm[0], slow, calm[1], late, calm[2]]) == calm


def test_without_a_floor_every_round_counts() -> None:
    rounds = [a_round(lean=a_program(calls_per_s=value)) for value in (1.0, 100.0, 100.0)]

    assert undisturbed(rounds) == rounds


def test_ratios_compare_neighbours_not_medians() -> None:
    """The machine slowed to half in the second round: the ratio does not move."""
    rounds = [
        a_round(product=a_program(40.0 / slow, 3_000.0 * slow), floor=a_program(100.0 / slow, 1e3))
        for slow in (1.0, 2.0, 1.0)
    ]

    found = ratios_of(rounds)

    assert found["call.vs_floor.c32.calls_per_s"] == spread([0.4, 0.4, 0.4])
    assert found["call.vs_floor.c1.p50"] == Spread(median=3.0, low=3.0, high=6.0)


def test_keys_of_absent_programs_are_absent() -> None:
    without_naive = a_round(product=a_program(), floor=a_program(), lean=a_program())

    assert not ratios_of([a_round(floor=a_program(), naive=a_program(), lean=a_program())])
    assert ratios_of([without_naive]).keys() == {
        "call.vs_floor.c32.calls_per_s",
        "call.vs_floor.c1.p50",
        "call.vs_lean.c32.calls_per_s",
    }


def test_cpu_is_summed_up_by_program_and_group() -> None:
    rounds = [a_round(lean=a_program(calls_per_s=value)) for value in (1.0, 2.0, 9.0)]

    assert cpu_of(rounds) == {"lean": {"web": Spread(median=2.0, low=1.0, high=9.0)}}
