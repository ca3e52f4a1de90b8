"""A bidder's patience follows its own answers and what it adds; faults are counted fairly."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.auction import Loss
from services.rtb.domain.pacing import FAILURES_MAX, SEEN_MAX, TIMEOUT_MIN_MS, Pace

NOW = datetime(2026, 11, 28, tzinfo=UTC)
TIMES = st.lists(st.floats(60, 4_000), min_size=40, max_size=SEEN_MAX)


def paced(times: list[float], gain: float = 0.0) -> Pace:
    pace = Pace()
    for time in times:
        pace.heard(None, time, gain, NOW)
    return pace


@given(times=TIMES, gains=st.lists(st.floats(0, 0.1), min_size=2, max_size=5))
def test_who_adds_more_is_waited_for_longer(times: list[float], gains: list[float]) -> None:
    waits = [paced(times, gain).patience(10_000, adaptive=True) for gain in sorted(gains)]
    assert waits == sorted(waits)
    assert waits[-1] <= 1.5 * max(times) + 1


def test_the_patience_is_of_the_answers_and_can_be_switched_off() -> None:
    times = [100.0] * 180 + [400.0] * 20
    assert paced(times).patience(1_500, adaptive=True) == 100
    assert paced(times, gain=0.5).patience(1_500, adaptive=True) == 600
    assert paced(times).patience(1_500, adaptive=False) == 1_500
    assert paced(times, gain=0.5).patience(300, adaptive=True) == 300
    assert paced([3.0] * 40).patience(1_500, adaptive=True) == TIMEOUT_MIN_MS
    assert paced([100.0] * 5).patience(1_500, adaptive=True) == 1_500


def test_failures_in_a_row_open_the_circuit_and_an_answer_closes_it() -> None:
    pace = paced([100.0] * 20)
    for _ in range(FAILURES_MAX):
        assert pace.spared(1_000, NOW) is None
        pace.heard(Loss.HTTP_STATUS, 5, 0, NOW)
    spared = pace.spared(1_000, NOW)
    assert spared is not None
    assert spared[0] is Loss.CIRCUIT_OPEN
    assert pace.spared(1_000, NOW + timedelta(seconds=31)) is None
    pace.came_late(Loss.REFUSED, 1_900)
    assert pace.spared(1_000, NOW) is None


@pytest.mark.parametrize("fault", [Loss.HTTP_STATUS, Loss.UNREADABLE])
def test_a_fault_that_comes_late_closes_no_circuit(fault: Loss) -> None:
    pace = paced([100.0] * 20)
    for _ in range(FAILURES_MAX):
        pace.heard(Loss.LATE, 1_000, 0, NOW)
        pace.came_late(fault, 1_500)
    spared = pace.spared(1_000, NOW)
    assert spared is not None
    assert spared[0] is Loss.CIRCUIT_OPEN
    assert max(pace.milliseconds) == 100, "a fault is no answer to learn a time from"


@pytest.mark.parametrize(("waited", "loss"), [(50.0, None), (500.0, Loss.CIRCUIT_OPEN)])
def test_a_ring_in_a_hurry_opens_nobodys_circuit(waited: float, loss: Loss | None) -> None:
    pace = paced([100.0] * 20)
    for _ in range(FAILURES_MAX):
        pace.heard(Loss.LATE, waited, 0, NOW)
    spared = pace.spared(1_000, NOW)
    assert (spared and spared[0]) is loss


def test_who_never_was_quick_enough_is_not_asked() -> None:
    pace = Pace()
    for _ in range(20):
        pace.heard(Loss.LATE, 100, 0, NOW)
        pace.came_late(None, 700)
    spared = pace.spared(100, NOW)
    assert spared is not None
    assert spared[0] is Loss.TOO_SLOW
    assert pace.spared(1_000, NOW) is None
