"""Everybody in turn, round after round; only what is compared within a round counts."""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tests.bench.forms import Book
from tests.bench.gates import Evidence, must_hold
from tests.bench.load import Load, Tally, hang_up, place, rush
from tests.bench.machine import StrainGauge, cpu_seconds
from tests.bench.program import Counts, Running
from tests.bench.ratios import Figures, figures
from tests.bench.results import Measured, Round, undisturbed
from tests.bench.scene import Scene
from tests.bench.stage import Stage
from tests.bench.yardstick import Contestant

CALLERS = (1, 32)
PREPARED_PER_S = {1: 1_500, 32: 6_000}  # calls signed beforehand: about what the floor takes
ON_THE_LINE = 20  # calls held while live places are counted
DRAIN_WITHIN_S = 30.0  # rows written behind are there within a second; a loss stays a loss
POLL_S = 0.05  # between two counts while draining
REPEATS_MAX = 3  # disturbed rounds measured again; more, and the machine is the wrong one

Say = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """How long a run is: rounds, and seconds of each load."""

    rounds: int
    warm_seconds: float
    seconds: float


FULL = Plan(rounds=5, warm_seconds=1.0, seconds=5.0)
QUICK = Plan(rounds=1, warm_seconds=1.0, seconds=2.0)


class TooNoisy(Exception):
    """Too few rounds agreed about the floor."""


@dataclass(frozen=True)
class Tournament:
    """Who is measured, on what, how long."""

    stage: Stage
    contestants: Mapping[str, Contestant]
    scene: Scene
    plan: Plan
    say: Say

    def run(self) -> list[Round]:
        """Measure until enough rounds agree about the floor.  Raises Void, TooNoisy."""
        wanted = self.plan.rounds
        rounds: list[Round] = []
        kept: list[Round] = []
        while len(kept) < wanted and len(rounds) < wanted + REPEATS_MAX:
            rounds.append(self._round(len(rounds)))
            kept = undisturbed(rounds)
        if len(kept) < len(rounds):
            self.say(f"{len(rounds) - len(kept)} disturbed rounds are left out")
        if len(kept) * 2 <= wanted:
            raise TooNoisy(f"only {len(kept)} of {len(rounds)} rounds agree about the floor")
        return kept

    def _round(self, number: int) -> Round:
        """Measure everybody once, each alone; who begins changes from round to round."""
        names = list(self.contestants)
        first = number % len(names)
        gauge = StrainGauge()
        measured: dict[str, Measured] = {}
        for name in (*names[first:], *names[:first]):
            with self.contestants[name](self.stage, self.scene) as running:
                measured[name] = measure(running, self.scene, self.plan, random.Random(number))
            self.say(f"round {number + 1}  {name:8} {line_of(measured[name])}")
        strain = gauge.read()
        self.say(
            f"round {number + 1}  load average {strain.load_average:.2f}, "
            f"stolen {strain.steal_percent:.1f} %"
        )
        return Round(measured, strain)


def line_of(measured: Measured) -> str:
    """Say a program's round in one line."""
    one, many = measured.figures[1], measured.figures[32]
    return (
        f"c1 {one.call_p50 / 1000:6.2f} ms a call   "
        f"c32 {many.calls_per_s:6.0f} calls/s, {many.call_p50 / 1000:6.1f} ms a call"
    )


def measure(running: Running, scene: Scene, plan: Plan, chance: random.Random) -> Measured:
    """Place calls, one caller and then 32, and check what became of them.  Raises Void."""
    before = running.counts()
    by_callers: dict[int, Figures] = {}
    tallies: list[Tally] = []
    cpu_us: dict[str, float] = {}
    for callers in CALLERS:
        load = Load(callers, plan.warm_seconds, plan.seconds)
        book = book_for(running, scene, load, chance)
        cpu = cpu_seconds(running.pids)
        tally = place(running.doors, book, load)
        must_hold(Evidence(running.name, (tally,)))
        cpu_us = {
            name: (after - cpu[name]) * 1e6 / max(1, tally.placed)
            for name, after in cpu_seconds(running.pids).items()
        }
        by_callers[callers] = figures(tally.voice_seconds, tally.call_seconds, load.seconds)
        tallies.append(tally)
    evidence = examine(running, scene, chance, tallies, before)
    must_hold(evidence)
    return Measured(by_callers, cpu_us, evidence)


def book_for(running: Running, scene: Scene, load: Load, chance: random.Random) -> Book:
    """Sign the calls of a load."""
    prepared = int(PREPARED_PER_S.get(load.callers, 0) * load.lasts)
    return Book(running.doors, scene.ordinary, prepared, chance)


def examine(
    running: Running,
    scene: Scene,
    chance: random.Random,
    tallies: Sequence[Tally],
    before: Counts | None,
) -> Evidence:
    """Hold some calls on the line, count, end them, and wait until everything is written."""
    if before is None:
        return Evidence(running.name, tuple(tallies))
    book = Book(running.doors, scene.ordinary, ON_THE_LINE, chance)
    held, on_the_line = rush(running.doors, [book.take() for _ in range(ON_THE_LINE)])
    wait_for(running, lambda counts: counts.live == held.routed)
    during = running.counts()
    hang_up(running.doors, on_the_line, held)
    done = (*tallies, held)
    return Evidence(running.name, done, held.routed, during, drained(running, done, before))


def drained(running: Running, tallies: Sequence[Tally], before: Counts) -> Counts:
    """Wait until all calls are written as ended, or for too long; count only this run's."""
    placed = sum(tally.placed for tally in tallies)
    wait_for(running, lambda now: now.live == 0 and now.ended - before.ended >= placed)
    after = running.counts()
    assert after is not None
    rows, ended = after.rows - before.rows, after.ended - before.ended
    return Counts(after.live, rows, ended, after.over_cap)


def wait_for(running: Running, arrived: Callable[[Counts], bool]) -> None:
    """Wait until the counts are as they should be; the gates judge what they are in the end."""
    give_up_at = time.monotonic() + DRAIN_WITHIN_S
    while time.monotonic() < give_up_at:
        counts = running.counts()
        if counts is None or arrived(counts):
            return
        time.sleep(POLL_S)
