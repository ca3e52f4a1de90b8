"""What auctions are to reach, and what a run of theirs leaves in docs/benchmarks."""

from collections.abc import Mapping
from pathlib import Path

from tests.bench.goals import Goal
from tests.bench.machine import commit, described, today
from tests.bench.ratios import Spread
from tests.bench.report import goals_table, keep, rounded

PART = "auction."
OVER_MS = {10: 5.0, 50: 10.0, 200: 30.0}
"""Milliseconds over the slowest awaited bidder that an auction of so many may take."""

GOALS = (
    *(
        Goal(
            f"auction.over_slowest_ms.n{size}.p50",
            "at most",
            bound,
            f"milliseconds over the slowest of {size} bidders, who answer in 20 ms",
        )
        for size, bound in OVER_MS.items()
    ),
    Goal(
        "auction.deadline_overshoot_ms.n50.p99",
        "at most",
        15,
        "milliseconds after the deadline with every tenth of 50 bidders silent",
    ),
    Goal("auction.on_time_bids_used", "at least", 1, "share of the bids in time that counted"),
    Goal("auction.open_circuit_ms", "at most", 0.1, "milliseconds that a spared bidder costs"),
)
LOOKS = {
    f"auction.vs_bare.n{size}.p50": (
        f"time over the slowest of {size} bidders, that of a bare fan-out by the same client = 1"
    )
    for size in OVER_MS
} | {
    f"auction.cpu_vs_bare.n{size}": (
        f"processor time of rtb for an auction of {size}, bids and bodies written behind "
        "included, that of a bare fan-out = 1"
    )
    for size in OVER_MS
}


def write(root: Path, reached: Mapping[str, Spread], load_average: float) -> None:
    """Put the keys beside those of calls, and the table into auction.md."""
    folder = root / "docs" / "benchmarks"
    about = {"auction.date": today(), "auction.commit": commit(root)}
    medians = {key: rounded(of.median) for key, of in reached.items()}
    found: dict[str, float | str] = {
        **about,
        "auction.load_average": rounded(load_average),
        **medians,
    }
    keep(folder, found, lambda key: key.startswith(PART))
    where = f"{today()}, commit {commit(root)}, load average {load_average:.1f}. {described()}."
    (folder / "auction.md").write_text("\n".join([*HEAD, where, "", *table(reached), ""]))


HEAD = (
    "# What an auction costs",
    "",
    "`python -m tests.bench.auctioning`: rtb, the bidders and the asker are a process each;",
    "bidders answer in 20 ms; auctions take turns with bare fan-outs of as many requests by the",
    "same HTTP client. Medians of rounds; a round in which the bare fan-out was far from its",
    "median is left out and held again. Milliseconds depend on the machine and on what else it",
    "does, ratios less; processor time does not know who else waited for the processor.",
    "",
)


def table(reached: Mapping[str, Spread]) -> list[str]:
    """Goals, then the ratios to the bare fan-out."""
    meanings = {goal.key: goal.meaning for goal in GOALS} | LOOKS
    return [
        *goals_table(reached, GOALS),
        "",
        "| beside a bare fan-out | ratio | min to max |",
        "|---|---|---|",
        *(
            f"| `{key}` | {reached[key].median:.2f} "
            f"| {reached[key].low:.2f} to {reached[key].high:.2f} |"
            for key in LOOKS
            if key in reached
        ),
        "",
        *(f"- `{key}`: {meaning}" for key, meaning in meanings.items() if key in reached),
    ]
