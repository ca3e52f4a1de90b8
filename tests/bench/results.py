"""What rounds gave, and what follows from them: pure values, no clock, no process."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tests.bench.gates import Evidence
from tests.bench.machine import Strain
from tests.bench.ratios import Figures, Spread, spread, steady

ByCallers = Mapping[int, Figures]


@dataclass(frozen=True)
class Measured:
    """One program in one round: figures by callers, CPU microseconds per call with 32."""

    figures: ByCallers
    cpu_us: Mapping[str, float]
    evidence: Evidence


@dataclass(frozen=True)
class Round:
    """One round: every program by name, and how the machine was."""

    measured: Mapping[str, Measured]
    strain: Strain


def undisturbed(rounds: Sequence[Round]) -> list[Round]:
    """Leave out the rounds in which the floor was far from its median."""
    floors = [round_.measured["floor"].figures for round_ in rounds if "floor" in round_.measured]
    if len(floors) < len(rounds):
        return list(rounds)  # without a floor nobody can tell
    kept = set(steady([by[32].calls_per_s for by in floors]))
    kept &= set(steady([by[1].call_p50 for by in floors]))
    return [round_ for place, round_ in enumerate(rounds) if place in kept]


def _calls_per_s(by: ByCallers) -> float:
    return by[32].calls_per_s


def _call_p50(by: ByCallers) -> float:
    return by[1].call_p50


RATIOS: tuple[tuple[str, str, Callable[[ByCallers], float]], ...] = (
    ("call.vs_floor.c32.calls_per_s", "floor", _calls_per_s),
    ("call.vs_floor.c1.p50", "floor", _call_p50),
    ("call.vs_naive.c32.calls_per_s", "naive", _calls_per_s),
    ("call.vs_lean.c32.calls_per_s", "lean", _calls_per_s),
)


def ratios_of(rounds: Sequence[Round]) -> dict[str, Spread]:
    """The product beside the yardsticks, a ratio per round; absent where one of them is."""
    found: dict[str, Spread] = {}
    for key, yardstick, value in RATIOS:
        pairs = [
            (round_.measured["product"].figures, round_.measured[yardstick].figures)
            for round_ in rounds
            if {"product", yardstick} <= round_.measured.keys()
        ]
        if pairs:
            found[key] = spread([value(ours) / value(theirs) for ours, theirs in pairs])
    return found


def cpu_of(rounds: Sequence[Round]) -> dict[str, dict[str, Spread]]:
    """CPU microseconds per call with 32 callers, by program and process group."""
    gathered: dict[str, dict[str, list[float]]] = {}
    for round_ in rounds:
        for name, measured in round_.measured.items():
            for group, microseconds in measured.cpu_us.items():
                gathered.setdefault(name, {}).setdefault(group, []).append(microseconds)
    return {
        name: {group: spread(values) for group, values in groups.items()}
        for name, groups in gathered.items()
    }
