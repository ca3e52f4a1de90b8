"""The report is flat JSON and a table with the goals beside it."""

import json
from pathlib import Path

from tests.bench.gates import Evidence
from tests.bench.goals import GOALS
from tests.bench.machine import Strain
from tests.bench.ratios import Figures, Spread
from tests.bench.report import Headline, exactly, keep, write
from tests.bench.results import Measured, Round

HEADLINE = Headline("a machine", "2026-11-24", "abc123", 1, exactly(0.5), exactly(0.0))
FIGURES = Figures(
    calls_per_s=2_000.0, voice_p50=400.0, voice_p99=900.0, call_p50=1_200.0, call_p99=2_500.0
)
ROUND = Round(
    {"product": Measured({1: FIGURES, 32: FIGURES}, {"router": 87.654}, Evidence("product", ()))},
    Strain(load_average=0.5, steal_percent=0.0),
)
REACHED = {
    "call.vs_floor.c32.calls_per_s": Spread(0.43211, 0.41, 0.45),
    "call.vs_floor.c1.p50": Spread(3.9, 3.6, 4.1),
    "call.lost": exactly(0),
}


def test_the_json_is_flat_and_names_machine_date_commit_and_rounds(tmp_path: Path) -> None:
    write(tmp_path, HEADLINE, REACHED, [ROUND])

    assert json.loads((tmp_path / "latest.json").read_text()) == {
        "machine": "a machine",
        "date": "2026-11-24",
        "commit": "abc123",
        "rounds": 1,
        "load_average": 0.5,
        "steal_percent": 0.0,
        "call.vs_floor.c32.calls_per_s": 0.4321,
        "call.vs_floor.c1.p50": 3.9,
        "call.lost": 0.0,
        "cpu_us.c32.product.router": 87.65,
    }


def test_the_table_says_goal_reached_and_limits(tmp_path: Path) -> None:
    write(tmp_path, HEADLINE, REACHED, [ROUND])
    rows = (tmp_path / "latest.md").read_text().splitlines()

    assert "| `call.vs_floor.c32.calls_per_s` | ≥ 0.4 | 0.432 | 0.41 to 0.45 | reached |" in rows
    assert "| `call.vs_floor.c1.p50` | ≤ 3.5 | 3.9 | 3.6 to 4.1 | **missed** |" in rows
    assert "| `call.lost` | ≤ 0 | 0 | 0 to 0 | reached |" in rows
    assert not any("call.history" in row for row in rows)


def test_a_bound_itself_is_reached() -> None:
    for goal in GOALS:
        assert goal.reached_by(goal.bound)
        assert goal.share(goal.bound) == 1.0
        worse = goal.bound - 0.01 if goal.sense == "at least" else goal.bound + 0.01
        assert not goal.reached_by(worse)
        assert goal.share(worse) < 1.0


def test_keys_are_named_once() -> None:
    keys = [goal.key for goal in GOALS]

    assert len(set(keys)) == len(keys)


def test_each_part_keeps_what_the_others_have_measured(tmp_path: Path) -> None:
    write(tmp_path, HEADLINE, REACHED, [ROUND])
    before = json.loads((tmp_path / "latest.json").read_text())
    for value in (5.0, 4.0):
        keep(tmp_path, {"auction.a": value}, lambda key: key.startswith("auction."))
        assert json.loads((tmp_path / "latest.json").read_text()) == {**before, "auction.a": value}
    fewer = {"call.lost": exactly(0)}

    write(tmp_path, HEADLINE, fewer, [ROUND])

    after = json.loads((tmp_path / "latest.json").read_text())
    assert after["auction.a"] == 4.0
    assert "call.vs_floor.c1.p50" not in after
