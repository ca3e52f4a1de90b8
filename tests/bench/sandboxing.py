"""What a user's code costs in a fresh instance, alone and beside endless loops of somebody else.

One call after the other, a breath between two, as calls of callers come; alone and beside loops
in turn, round after round, so that a ratio compares neighbouring seconds; rounds in which a call
alone was far from its median are held again.
Run: python -m tests.bench.sandboxing [--look]: a look writes nothing.
"""

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvloop

from libs.runtime.sandbox.outcome import Failed, Reason, Value
from libs.runtime.sandbox.sandbox import Sandbox
from services.flows.settings import Settings
from tests.bench.goals import Goal
from tests.bench.machine import commit, described, today
from tests.bench.ratios import Spread, percentile, spread, steady
from tests.bench.report import goals_table, keep, rounded
from tests.bench.stage import ROOT

ROUNDS = 7  # undisturbed ones, of
ROUNDS_MAX = 20
CALLS = 80  # of a round
WARM = 20
LOOPS = 2  # of somebody else, each begun as soon as the one before it has ended
BREATH_SECONDS = 0.004
NOW = datetime(2026, 11, 28, tzinfo=UTC)
CODE = """
const score = (tags.source === 'mail' ? 5 : 0) + (caller.state === 'NY' ? 3 : 0) + Math.random();
return {route: score > 7 ? 'vip' : 'other', data: {score: score.toFixed(2)}};
"""
GIVEN: dict[str, Any] = {
    "caller": {"number": "+12125550123", "state": "NY", "zip": "10001"},
    "campaign": {"id": "018f3b1c-0000-7000-8000-000000000001", "name": "Roofing"},
    "tags": {f"tag_{at}": "a value of some length" for at in range(30)} | {"source": "mail"},
    "context": {"node": "js", "visit": 1},
}
EXPRESSION = "tags.source == 'mail' && caller.state in ['NY', 'NJ', 'CT']"
WORKERS = int(Settings.model_fields["sandbox_workers"].default)
PARTS = ("flow.custom_logic", "flow.condition")
CODE_KEY = "flow.custom_logic_ms.p50"
RATIO_KEY = "flow.custom_logic.beside_loops_vs_alone.p50"
CONDITION_KEY = "flow.condition_ms.p50"
GOALS = (
    Goal(CODE_KEY, "at most", 15, "milliseconds of a call of users' code"),
    Goal(
        RATIO_KEY,
        "at most",
        1.25,
        f"time of such a call beside {LOOPS} endless loops of somebody else, alone = 1",
    ),
    Goal(CONDITION_KEY, "at most", 5, "milliseconds of a condition (CEL)"),
)
HEAD = (
    "# What a user's code costs",
    "",
    f"`python -m tests.bench.sandboxing`: {WORKERS} workers (the default), {ROUNDS} rounds of",
    f"{CALLS} calls one after the other, each in a fresh instance of the JavaScript engine, given",
    "1 kB of values; then as many beside endless loops of somebody else, who has at most half of",
    "the workers. Milliseconds depend on the machine and what else it does, the ratio hardly.",
    "",
)

Ordered = Sequence[float]
Call = Callable[[], Awaitable[Value | Failed]]


async def measure() -> dict[str, Spread]:
    """Every key, over the rounds."""
    sandbox = Sandbox(WORKERS)
    await sandbox.start()

    async def code(text: str = CODE, owner: str = "one") -> Value | Failed:
        return await sandbox.run_js(text, GIVEN, now=NOW, seed=1, owner=owner)

    async def expression() -> Value | Failed:
        return await sandbox.evaluate(EXPRESSION, GIVEN, owner="one")

    async def loop() -> Value | Failed:
        return await code("for (;;);", "another")

    rounds: list[dict[str, float]] = []
    kept: list[int] = []
    while len(kept) < ROUNDS and len(rounds) < ROUNDS_MAX:
        alone, beside = await timed(code), await timed(code, loop, LOOPS)
        condition = await timed(expression)
        rounds.append(figures_of(alone, beside, condition))
        kept = steady([one[CODE_KEY] for one in rounds])
    await sandbox.stop()
    return {key: spread([rounds[at][key] for at in kept]) for key in rounds[0]}


def figures_of(alone: Ordered, beside: Ordered, condition: Ordered) -> dict[str, float]:
    """One round in numbers."""
    return {
        CODE_KEY: percentile(alone, 50),
        "flow.custom_logic_ms.p99": percentile(alone, 99),
        "flow.custom_logic.beside_loops_ms.p50": percentile(beside, 50),
        "flow.custom_logic.beside_loops_ms.p99": percentile(beside, 99),
        RATIO_KEY: percentile(beside, 50) / percentile(alone, 50),
        CONDITION_KEY: percentile(condition, 50),
    }


async def timed(call: Call, beside: Call | None = None, times: int = 0) -> list[float]:
    """Milliseconds of calls, sorted, while others call as fast as they can."""
    others = [asyncio.create_task(ever(beside)) for _ in range(times) if beside is not None]
    took = []
    for at in range(WARM + CALLS):
        began = time.perf_counter()
        came = await call()
        if at >= WARM:
            took.append((time.perf_counter() - began) * 1_000)
        assert isinstance(came, Value), came
        await asyncio.sleep(BREATH_SECONDS)
    for other in others:
        other.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    return sorted(took)


async def ever(call: Call) -> None:
    while True:
        came = await call()
        assert isinstance(came, Failed), came
        assert came.reason in {Reason.TIME, Reason.BUSY}, came


def table(reached: Mapping[str, Spread]) -> list[str]:
    """The goals, then what else was seen."""
    goals = {goal.key for goal in GOALS}
    return [
        *goals_table(reached, GOALS),
        "",
        *(f"- `{goal.key}`: {goal.meaning}" for goal in GOALS),
        *(
            f"- `{key}`: {of.median:.2f} ({of.low:.2f} to {of.high:.2f})"
            for key, of in reached.items()
            if key not in goals
        ),
    ]


def write(root: Path, reached: Mapping[str, Spread], load_average: float) -> None:
    """Put the keys beside those of calls, and the table into sandbox.md."""
    folder = root / "docs" / "benchmarks"
    medians = {key: rounded(of.median) for key, of in reached.items()}
    keep(folder, medians, lambda key: key.startswith(PARTS))
    where = f"{today()}, commit {commit(root)}, load average {load_average:.1f}. {described()}."
    (folder / "sandbox.md").write_text("\n".join([*HEAD, where, "", *table(reached), ""]))


def main() -> None:
    reached = uvloop.run(measure())
    load_average = os.getloadavg()[0]
    print(*table(reached), sep="\n")
    if "--look" not in sys.argv:
        write(ROOT, reached, load_average)


if __name__ == "__main__":
    main()
