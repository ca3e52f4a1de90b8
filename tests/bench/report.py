"""What a run leaves: docs/benchmarks/latest.json, .md and .svg."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.goals import GOALS, Goal
from tests.bench.ratios import Figures, Spread, spread
from tests.bench.results import Round, cpu_of

US_PER_MS = 1_000


@dataclass(frozen=True)
class Headline:
    """Where and when, of what, and in how many rounds."""

    machine: str
    date: str
    commit: str
    rounds: int
    load_average: Spread
    steal_percent: Spread


Reached = Mapping[str, Spread]


def exactly(value: float) -> Spread:
    """A value that is no sample of several rounds."""
    return Spread(value, value, value)


def flat(headline: Headline, reached: Reached, rounds: Sequence[Round]) -> dict[str, float | str]:
    """The file: key to number, and where it comes from."""
    about: dict[str, float | str] = {
        "machine": headline.machine,
        "date": headline.date,
        "commit": headline.commit,
        "rounds": headline.rounds,
        "load_average": round(headline.load_average.median, 2),
        "steal_percent": round(headline.steal_percent.median, 2),
    }
    keys = {goal.key: rounded(reached[goal.key].median) for goal in GOALS if goal.key in reached}
    cpu = {
        f"cpu_us.c32.{name}.{group}": rounded(of.median)
        for name, groups in cpu_of(rounds).items()
        for group, of in groups.items()
    }
    return {**about, **keys, **cpu}


def markdown(headline: Headline, reached: Reached, rounds: Sequence[Round]) -> str:
    """The same for people."""
    return "\n".join(
        [
            "# What a call costs",
            "",
            "One *call* is three signed webhooks: the voice webhook, the dial action and the",
            "callback that ends it. Goals are ratios within one run of `make bench`, in which",
            "product and yardsticks (`tests/bench`) take turns; counts must be zero.",
            "",
            *where(headline),
            "",
            *goals_table(reached),
            "",
            *(f"- `{goal.key}`: {goal.meaning}" for goal in GOALS if goal.key in reached),
            "",
            "![Calls per second, and how much of each goal is reached](latest.svg)",
            "",
            "Absolute figures of this machine (medians; they compare with nothing elsewhere):",
            "",
            *figures_table(rounds),
            "",
        ]
    )


def where(headline: Headline) -> list[str]:
    """On what and when it was measured."""
    return [
        f"{headline.date}, commit {headline.commit}, {headline.rounds} rounds.",
        f"{headline.machine}.",
        f"Load average {_shown(headline.load_average.median)}, "
        f"stolen time {_shown(headline.steal_percent.median)} %.",
    ]


def goals_table(reached: Reached, goals: Sequence[Goal] = GOALS) -> list[str]:
    """Each goal and what was reached."""
    return [
        "| key | goal | reached | min to max | |",
        "|---|---|---|---|---|",
        *(_goal_row(goal, reached[goal.key]) for goal in goals if goal.key in reached),
    ]


def figures_table(rounds: Sequence[Round]) -> list[str]:
    """What each program took."""
    cpu = cpu_of(rounds)
    names = sorted({name for round_ in rounds for name in round_.measured})
    return [
        "| | c1 call p50 / p99, ms | c1 voice p50 / p99, ms | c32 calls/s "
        "| c32 call p50 / p99, ms | c32 voice p50 / p99, ms | CPU per call at c32, us |",
        "|---|---|---|---|---|---|---|",
        *(_figures_row(name, rounds, cpu.get(name, {})) for name in names),
    ]


def write(folder: Path, headline: Headline, reached: Reached, rounds: Sequence[Round]) -> None:
    """Write the JSON and the Markdown."""
    keep(folder, flat(headline, reached, rounds), lambda key: not _is_of_another_part(key))
    (folder / "latest.md").write_text(markdown(headline, reached, rounds))


def keep(folder: Path, found: Mapping[str, float | str], is_own: Callable[[str], bool]) -> None:
    """Put one part's keys into the JSON; what other parts have measured there stays."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "latest.json"
    before = json.loads(file.read_text()) if file.exists() else {}
    others = {key: value for key, value in before.items() if not is_own(key)}
    first, second = (others, found) if "machine" in others else (found, others)
    file.write_text(f"{json.dumps({**first, **second}, indent=2)}\n")


def _is_of_another_part(key: str) -> bool:
    return "." in key and not key.startswith(("call.", "cpu_us."))


def _goal_row(goal: Goal, of: Spread) -> str:
    sign = "≥" if goal.sense == "at least" else "≤"
    mark = "reached" if goal.reached_by(of.median) else "**missed**"
    return (
        f"| `{goal.key}` | {sign} {goal.bound:g} | {_shown(of.median)} "
        f"| {_shown(of.low)} to {_shown(of.high)} | {mark} |"
    )


def _figures_row(name: str, rounds: Sequence[Round], cpu: Mapping[str, Spread]) -> str:
    one = [round_.measured[name].figures[1] for round_ in rounds]
    many = [round_.measured[name].figures[32] for round_ in rounds]
    shares = ", ".join(f"{group} {of.median:.0f}" for group, of in cpu.items())
    return (
        f"| {name} | {_pair(one, 'call')} | {_pair(one, 'voice')} "
        f"| {spread([of.calls_per_s for of in many]).median:.0f} "
        f"| {_pair(many, 'call')} | {_pair(many, 'voice')} | {shares} |"
    )


def _pair(figures: Sequence[Figures], kind: str) -> str:
    middles = [
        spread([getattr(of, f"{kind}_{percent}") for of in figures]).median / US_PER_MS
        for percent in ("p50", "p99")
    ]
    return " / ".join(f"{middle:.2f}" for middle in middles)


def _shown(value: float) -> str:
    return f"{value:.3g}" if value < 1_000 else f"{value:.0f}"


def rounded(value: float) -> float:
    return float(f"{value:.4g}")
