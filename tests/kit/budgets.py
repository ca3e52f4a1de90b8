"""Time budgets of the tests: what each folder took, and in CI a failed run if that was too much."""

import os
from collections import defaultdict

import pytest

# Of a machine with two cores, in seconds. Folders that are not named share the first.
FAST = "unit, laws, contract, doctests"
BUDGETS_S = {FAST: 20.0, "service": 120.0, "system": 150.0}
UNBUDGETED = ("bench",)


def part_of(nodeid: str) -> str:
    """Return the part of the suite that a test belongs to.

    >>> part_of("tests/service/router/test_holds.py::test_sweep"), part_of("libs/money.py::money")
    ('service', 'unit, laws, contract, doctests')
    """
    folder = nodeid.removeprefix("tests/").partition("/")[0]
    return folder if folder in BUDGETS_S or folder in UNBUDGETED else FAST


def over_budget(seconds: dict[str, float]) -> list[str]:
    """Name the parts that took longer than they may."""
    return [part for part, took in seconds.items() if took > BUDGETS_S.get(part, took)]


class Budgets:
    """The pytest plugin that measures; it fails runs in CI on a machine that was idle before."""

    def __init__(self, config: pytest.Config) -> None:
        self._workers: int = getattr(config.option, "numprocesses", None) or 1
        self._seconds: dict[str, float] = defaultdict(float)
        idle = os.getloadavg()[0] <= (os.cpu_count() or 1)
        self._enforced = bool(os.environ.get("CI")) and idle

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._seconds[part_of(report.nodeid)] += report.duration / self._workers

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if (
            self._enforced
            and over_budget(self._seconds)
            and session.exitstatus == pytest.ExitCode.OK
        ):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        late = over_budget(self._seconds)
        for part, took in sorted(self._seconds.items()):
            budget = f" of {BUDGETS_S[part]:.0f} s" if part in BUDGETS_S else ""
            verdict = "" if part not in late else ", TOO LONG" if self._enforced else ", long"
            terminalreporter.write_line(f"{took:7.1f} s{budget}  {part}{verdict}")
