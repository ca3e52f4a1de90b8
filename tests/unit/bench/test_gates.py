"""A run with any wrong answer or missing row is worth nothing."""

from dataclasses import replace

import pytest

from tests.bench.extras import rush_faults
from tests.bench.gates import Evidence, Void, faults_of, must_hold
from tests.bench.load import Tally
from tests.bench.program import Counts
from tests.bench.scene import CONTESTED_CAP

TWIML = b"<Response><Dial><Number>+13122000000</Number></Dial></Response>"


def a_tally(**different: object) -> Tally:
    fine = Tally(placed=10, routed=10, ended=10, twiml=[TWIML, b"<Response/>"])
    return replace(fine, **different)  # type: ignore[arg-type] # a test names fields


FINE = Evidence(
    name="lean",
    tallies=(a_tally(), a_tally()),
    on_the_line=5,
    during=Counts(live=5, rows=15, ended=15, over_cap=0),
    after=Counts(live=0, rows=20, ended=20, over_cap=0),
)


def test_a_run_without_fault_is_valid() -> None:
    assert faults_of(FINE) == []
    assert FINE.lost == 0


def test_a_program_that_keeps_nothing_is_judged_by_its_answers() -> None:
    floor = Evidence(name="floor", tallies=(a_tally(),))

    assert faults_of(floor) == []
    assert faults_of(replace(floor, tallies=(a_tally(broken=1),)))


@pytest.mark.parametrize(
    ("tally", "fault"),
    [
        (a_tally(non_2xx=1), "lean: 1 answers were not 2xx"),
        (a_tally(broken=2), "lean: 2 requests broke off without an answer"),
        (a_tally(twiml=[TWIML, b"<Response>"]), "lean: 1 answers are no TwiML"),
        (a_tally(twiml=[b"<html/>"]), "lean: 1 answers are no TwiML"),
        (a_tally(routed=7), "lean: 3 of 10 calls were told not to dial"),
    ],
)
def test_one_wrong_answer_makes_the_run_void(tally: Tally, fault: str) -> None:
    assert faults_of(replace(FINE, tallies=(a_tally(), tally))) == [fault]


@pytest.mark.parametrize(
    ("evidence", "fault"),
    [
        (
            replace(FINE, during=Counts(live=4, rows=15, ended=15, over_cap=0)),
            "lean: 4 places are taken by 5 calls on the line",
        ),
        (
            replace(FINE, during=Counts(live=5, rows=15, ended=15, over_cap=1)),
            "lean: 1 targets are over their cap",
        ),
        (
            replace(FINE, after=Counts(live=1, rows=20, ended=20, over_cap=0)),
            "lean: 1 places are still taken after every call has ended",
        ),
        (
            replace(FINE, after=Counts(live=0, rows=19, ended=20, over_cap=0)),
            "lean: 19 rows for 20 calls",
        ),
        (
            replace(FINE, after=Counts(live=0, rows=20, ended=18, over_cap=0)),
            "lean: 18 of 20 calls are stored as ended",
        ),
        (
            replace(FINE, after=Counts(live=0, rows=20, ended=20, over_cap=2)),
            "lean: 2 targets were over their cap",
        ),
    ],
)
def test_one_wrong_row_makes_the_run_void(evidence: Evidence, fault: str) -> None:
    assert faults_of(evidence) == [fault]


def test_a_void_run_says_all_its_faults() -> None:
    with pytest.raises(Void) as void:
        must_hold(replace(FINE, tallies=(a_tally(non_2xx=1, broken=1),), after=None))

    assert len(void.value.faults) == 2


def test_lost_calls_are_those_without_a_row() -> None:
    assert replace(FINE, after=Counts(live=0, rows=17, ended=17, over_cap=0)).lost == 3


@pytest.mark.parametrize("dialled", [CONTESTED_CAP - 1, CONTESTED_CAP + 1])
def test_a_rush_fills_a_cap_exactly(dialled: int) -> None:
    assert rush_faults(a_tally(routed=CONTESTED_CAP), live=CONTESTED_CAP) == []
    assert rush_faults(a_tally(routed=dialled), live=dialled)
    assert rush_faults(a_tally(routed=CONTESTED_CAP), live=CONTESTED_CAP + 1)
