"""Time budgets of the tests: what each folder took, and in CI a failed run if that was too much."""

import os
from collections import defaultdict
from typing import Protocol

import pytest

# Of a machine with two cores, in seconds. Folders that are not named share the first.
FAST = "unit, laws, contract, doctests"
BUDGETS_S = {FAST: 40.0, "service": 320.0, "system": 110.0, "browser": 100.0}
UNBUDGETED = ("bench",)
NOISE = 2.0  # a run fails at so many times its budget: a busy machine alone does not reach that


class Timed(Protocol):
    """What we read of a test's report."""

    nodeid: str
    duration: float


class Ended(Protocol):
    """What we read and set of a session."""

    exitstatus: int | pytest.ExitCode


def part_of(nodeid: str) -> str:
    """Return the part of the suite that a test belongs to.

    >>> part_of("tests/service/router/test_holds.py::test_sweep"), part_of("libs/money.py::money")
    ('service', 'unit, laws, contract, doctests')
    """
    folder = nodeid.removeprefix("tests/").partition("/")[0]
    return folder if folder in BUDGETS_S or folder in UNBUDGETED else FAST


def over_budget(seconds: dict[str, float], times: float = 1.0) -> list[str]:
    """Name the parts that took longer than so many times what they may."""
    return [part for part, took in seconds.items() if took > BUDGETS_S.get(part, took) * times]


def enforced_here() -> bool:
    """Say whether times mean something: in CI, on a machine with nothing else to do."""
    return bool(os.environ.get("CI")) and os.getloadavg()[0] <= (os.cpu_count() or 1)


class Budgets:
    """The pytest plugin that measures, and fails the run if budgets are enforced."""

    def __init__(self, workers: int, *, enforced: bool) -> None:
        self._workers = workers
        self._enforced = enforced
        self._seconds: dict[str, float] = defaultdict(float)

    def pytest_runtest_logreport(self, report: Timed) -> None:
        self._seconds[part_of(report.nodeid)] += report.duration / self._workers

    def pytest_sessionfinish(self, session: Ended) -> None:
        if (
            self._enforced
            and over_budget(self._seconds, NOISE)
            and session.exitstatus == pytest.ExitCode.OK
        ):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        late = over_budget(self._seconds)
        for part, took in sorted(self._seconds.items()):
            budget = f" of {BUDGETS_S[part]:.0f} s" if part in BUDGETS_S else ""
            verdict = "" if part not in late else ", TOO LONG" if self._enforced else ", long"
            terminalreporter.write_line(f"{took:7.1f} s{budget}  {part}{verdict}")
