"""The picture of a run: calls per second, and how much of each goal is reached."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tests.bench.goals import GOALS
from tests.bench.ratios import spread
from tests.bench.report import Reached
from tests.bench.results import Round

OURS, THEIRS, MISSED = "#2f6f4e", "#9aa5ad", "#b4472e"
SHARE_SHOWN = 2.0  # longer bars are cut: twice the goal is far enough
ORDER = ("naive", "product", "lean", "floor")


def draw(path: Path, reached: Reached, rounds: Sequence[Round]) -> None:
    """Write the picture; the same run gives the same bytes."""
    mpl.rcParams["svg.hashsalt"] = "bench"
    figure = Figure(figsize=(10, 4.2), layout="constrained")
    speed, goals = figure.subplots(1, 2, width_ratios=(1, 1.3))
    _draw_speed(speed, rounds)
    _draw_goals(goals, reached)
    figure.savefig(path, metadata={"Date": None})


def _draw_speed(axes: Axes, rounds: Sequence[Round]) -> None:
    names = [name for name in ORDER if all(name in round_.measured for round_ in rounds)]
    spreads = [
        spread([round_.measured[name].figures[32].calls_per_s for round_ in rounds])
        for name in names
    ]
    bars = axes.barh(
        names,
        [of.median for of in spreads],
        xerr=[
            [of.median - of.low for of in spreads],
            [of.high - of.median for of in spreads],
        ],
        color=[OURS if name == "product" else THEIRS for name in names],
    )
    axes.bar_label(bars, labels=[f"{of.median:.0f}" for of in spreads], padding=6)
    axes.set_title("calls per second, 32 callers")
    axes.margins(x=0.2)
    axes.spines[["top", "right"]].set_visible(False)


def _draw_goals(axes: Axes, reached: Reached) -> None:
    shown = [goal for goal in reversed(GOALS) if goal.key in reached and goal.bound]
    shares = [goal.share(reached[goal.key].median) for goal in shown]
    bars = axes.barh(
        [goal.key for goal in shown],
        [min(share, SHARE_SHOWN) for share in shares],
        color=[OURS if share >= 1 else MISSED for share in shares],
    )
    axes.bar_label(bars, labels=[f"{share:.2f}" for share in shares], padding=4)
    axes.axvline(1.0, color="black", linewidth=1)
    axes.set_xlim(0, SHARE_SHOWN * 1.15)
    axes.set_title("share of the goal reached (1 = the goal)")
    axes.spines[["top", "right"]].set_visible(False)
