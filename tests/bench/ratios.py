"""The arithmetic of a run: percentiles, ratios within a round, medians over rounds."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

DEVIATION_MAX = 0.30  # a round in which the floor moved more than this measured the neighbours
ROUNDS_TO_JUDGE = 3  # of two that differ nobody can say which was disturbed


@dataclass(frozen=True)
class Figures:
    """One load in numbers: calls per second, microseconds."""

    calls_per_s: float
    voice_p50: float
    voice_p99: float
    call_p50: float
    call_p99: float


def figures(
    voice_seconds: Sequence[float], call_seconds: Sequence[float], seconds: float
) -> Figures:
    """Sum up a load of so many seconds."""
    voice, call = sorted(voice_seconds), sorted(call_seconds)
    return Figures(
        calls_per_s=len(call) / seconds,
        voice_p50=percentile(voice, 50) * 1e6,
        voice_p99=percentile(voice, 99) * 1e6,
        call_p50=percentile(call, 50) * 1e6,
        call_p99=percentile(call, 99) * 1e6,
    )


def percentile(ordered: Sequence[float], percent: float) -> float:
    """Read a percentile of ordered values, between two of them in proportion.

    >>> percentile([1.0, 2.0, 3.0], 50), percentile([0.0, 10.0], 99)
    (2.0, 9.9)
    """
    if not ordered:
        raise ValueError("no call ended within the measured seconds")
    place = (len(ordered) - 1) * percent / 100
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


@dataclass(frozen=True)
class Spread:
    """What several rounds gave: the middle, and how far apart they lie."""

    median: float
    low: float
    high: float


def spread(values: Sequence[float]) -> Spread:
    """Sum up the rounds.

    >>> spread([3.0, 1.0, 2.0])
    Spread(median=2.0, low=1.0, high=3.0)
    """
    return Spread(median(values), min(values), max(values))


def steady(yardstick: Sequence[float]) -> list[int]:
    """Name the rounds, by their place, in which the yardstick stayed near its median.

    >>> steady([100.0, 101.0, 60.0, 99.0])
    [0, 1, 3]
    """
    if len(yardstick) < ROUNDS_TO_JUDGE:
        return list(range(len(yardstick)))
    middle = median(yardstick)
    return [
        place
        for place, value in enumerate(yardstick)
        if abs(value - middle) <= DEVIATION_MAX * middle
    ]
