"""The product measured against itself: with history, with many campaigns, watched, abandoned.

Two variants of the product run side by side and are measured in turn, so that a ratio
compares neighbouring seconds.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from typing import Protocol

from tests.bench.forms import Book
from tests.bench.gates import Evidence, Void, must_hold
from tests.bench.load import Load, Tally, hang_up, place, ring, rush
from tests.bench.program import Running
from tests.bench.ratios import Figures, Spread, figures, percentile, spread
from tests.bench.rounds import Plan, Say, book_for, drained, examine
from tests.bench.scene import CONTESTED_CAP, Scene
from tests.bench.stage import Stage

HISTORY = 1_000_000
MANY_CAMPAIGNS = 500
RUSHING = 50  # callers at the contested number: ten times its cap
SILENT_CALLERS = 8  # who call while the router says nothing
GONE_SECONDS = 3.0  # a router that is gone is known at once: a short look is enough


@dataclass(frozen=True)
class Variant:
    """How the product is set up: what is configured, what it remembers, who watches.

    `history` calls are stored before the first one comes; `telemetry` exports traces and
    metrics to a collector that swallows them.
    """

    scene: Scene = field(default_factory=Scene)
    history: int = 0
    telemetry: bool = False


class Product(Running, Protocol):
    """The running product, and what can be done to its router."""

    def freeze_router(self) -> None:
        """Keep the router from answering while its connections stay open."""

    def kill_router(self) -> None:
        """End the router at once."""


StartProduct = Callable[[Stage, Variant, str], AbstractContextManager[Product]]
"""Starts a variant under a name of its own, and stops it when the block ends."""


@dataclass(frozen=True)
class Comparison:
    """A ratio over two variants: the second in terms of the first, at so many callers."""

    key: str
    first: Variant
    second: Variant
    callers: int
    value: Callable[[Figures], float]


COMPARISONS = (
    Comparison(
        "call.history.1m_vs_0.p50",
        first=Variant(),
        second=Variant(history=HISTORY),
        callers=1,
        value=lambda of: of.call_p50,
    ),
    Comparison(
        "call.config.500_campaigns_vs_1.p50",
        first=Variant(scene=Scene(campaigns=1)),
        second=Variant(scene=Scene(campaigns=MANY_CAMPAIGNS)),
        callers=1,
        value=lambda of: of.call_p50,
    ),
    Comparison(
        "call.telemetry_on_vs_off.calls_per_s",
        first=Variant(),
        second=Variant(telemetry=True),
        callers=32,
        value=lambda of: of.calls_per_s,
    ),
)


def compare(
    stage: Stage, start: StartProduct, comparison: Comparison, plan: Plan, say: Say
) -> Spread:
    """Measure two variants in turn, as many times as the plan has rounds.  Raises Void."""
    with (
        Watched.over(stage, start, comparison.first, "first") as first,
        Watched.over(stage, start, comparison.second, "second") as second,
    ):
        ratios = []
        for number in range(plan.rounds):
            order = (first, second) if number % 2 == 0 else (second, first)
            for watched in order:
                watched.load(Load(comparison.callers, plan.warm_seconds, plan.seconds))
            pair = comparison.value(second.latest), comparison.value(first.latest)
            ratios.append(pair[0] / pair[1])
            say(f"{comparison.key}  {pair[0]:.0f} : {pair[1]:.0f} = {ratios[-1]:.3f}")
    return spread(ratios)


class Watched:
    """A running variant, all its loads, and at its end the gates over all of them."""

    def __init__(self, running: Product, variant: Variant) -> None:
        self._running = running
        self._scene = variant.scene
        self._chance = random.Random(0)
        self._before = running.counts()
        self._tallies: list[Tally] = []
        self._latest: Figures | None = None

    @classmethod
    @contextmanager
    def over(
        cls, stage: Stage, start: StartProduct, variant: Variant, name: str
    ) -> "Iterator[Watched]":
        """Start a variant; when the block ends well, check all that was measured of it."""
        with start(stage, variant, name) as running:
            watched = cls(running, variant)
            yield watched
            watched.conclude()

    @property
    def latest(self) -> Figures:
        """The latest load in numbers."""
        assert self._latest is not None
        return self._latest

    def load(self, load: Load) -> None:
        """Place calls."""
        book = book_for(self._running, self._scene, load, self._chance)
        tally = place(self._running.doors, book, load)
        must_hold(Evidence(self._running.name, (tally,)))
        self._tallies.append(tally)
        self._latest = figures(tally.voice_seconds, tally.call_seconds, load.seconds)

    def conclude(self) -> None:
        """Check answers and rows.  Raises Void."""
        must_hold(examine(self._running, self._scene, self._chance, self._tallies, self._before))


def overrun(stage: Stage, start: StartProduct, say: Say) -> tuple[int, int]:
    """Let everybody call the contested number at once; count calls above its cap, and lost ones."""
    variant = Variant(scene=Scene(campaigns=1))
    with start(stage, variant, "contested") as running:
        before = running.counts()
        assert before is not None
        book = Book(running.doors, (variant.scene.contested,), RUSHING, random.Random(0))
        rushed, on_the_line = rush(running.doors, [book.take() for _ in range(RUSHING)])
        during = running.counts()
        hang_up(running.doors, on_the_line, rushed)
        after = drained(running, (rushed,), before)
    faults = rush_faults(rushed, during.live if during is not None else 0)
    if faults:
        raise Void(faults)
    say(f"{RUSHING} callers rushed for {CONTESTED_CAP} places: {rushed.routed} were dialled")
    return rushed.routed - CONTESTED_CAP, RUSHING - after.rows


def rush_faults(rushed: Tally, live: int) -> Sequence[str]:
    """Say what is wrong after a rush on a cap that nobody ended a call of."""
    found = []
    if rushed.non_2xx or rushed.broken or rushed.unparsable():
        found.append("product: the rush was not answered with TwiML throughout")
    if rushed.routed != CONTESTED_CAP:
        found.append(f"product: {rushed.routed} calls were dialled under a cap of {CONTESTED_CAP}")
    if live != rushed.routed:
        found.append(f"product: {live} places are taken by {rushed.routed} calls of the rush")
    return found


def router_down(stage: Stage, start: StartProduct, budget_ms: float, say: Say) -> float:
    """Call while the router is silent, then gone; give the 99th percentile, ms, of the worse.

    Silence is watched for twice the budget, so that who waits longest is counted.
    """
    variant = Variant()
    silent = Load(SILENT_CALLERS, 0.0, 2 * budget_ms / 1_000)
    with start(stage, variant, "abandoned") as running:
        book = book_for(running, variant.scene, silent, random.Random(0))
        running.freeze_router()
        frozen = ring(running.doors, book, silent)
        running.kill_router()
        gone = ring(running.doors, book, replace(silent, seconds=GONE_SECONDS))
    worst = 0.0
    for state, tally in (("silent", frozen), ("gone", gone)):
        answered = sorted(tally.voice_seconds)
        if tally.non_2xx or tally.broken or tally.unparsable() or not answered:
            raise Void([f"product: with its router {state}, not every caller heard TwiML"])
        p99_ms = percentile(answered, 99) * 1_000
        worst = max(worst, p99_ms)
        say(f"router {state}: p99 {p99_ms:.0f} ms, slowest {answered[-1] * 1_000:.0f} ms")
    return worst
