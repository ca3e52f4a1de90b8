"""The rules of the kit itself."""

import socket
from dataclasses import dataclass

import pytest

from tests.kit.budgets import FAST, Budgets, over_budget, part_of
from tests.kit.sockets import SocketRefused


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_a_unit_test_cannot_connect(family: socket.AddressFamily) -> None:
    with socket.socket(family) as refused:
        with pytest.raises(SocketRefused):
            refused.connect(("127.0.0.1", 9))
        with pytest.raises(SocketRefused):
            refused.connect_ex(("127.0.0.1", 9))


@pytest.mark.sockets
def test_a_marked_unit_test_can() -> None:
    with socket.socket() as listening, socket.socket() as client:
        listening.bind(("127.0.0.1", 0))
        listening.listen()

        client.connect(listening.getsockname())


@pytest.mark.parametrize(
    ("nodeid", "part"),
    [
        ("tests/unit/rtb/test_auction.py::test_sold", FAST),
        ("tests/laws/test_sizes.py::test_short", FAST),
        ("libs/contracts/phone.py::libs.contracts.phone.parse_phone", FAST),
        ("tests/service/router/test_holds.py::test_sweep", "service"),
        ("tests/system/crash/test_kill.py::test_router", "system"),
        ("tests/bench/test_quick.py::test_table", "bench"),
    ],
)
def test_a_test_counts_for_the_part_it_lies_in(nodeid: str, part: str) -> None:
    assert part_of(nodeid) == part


def test_a_part_is_late_beyond_its_budget_only() -> None:
    assert over_budget({FAST: 20.0, "service": 350.1, "bench": 9_999.0}) == ["service"]


@dataclass
class Finished:
    """As much of a test's report, and of a session, as the budgets look at."""

    nodeid: str = "tests/system/test_call.py::test_sold"
    duration: float = 0.0
    exitstatus: int | pytest.ExitCode = pytest.ExitCode.OK


@pytest.mark.parametrize(
    ("seconds", "workers", "enforced", "exit_status"),
    [
        (301.0, 1, True, pytest.ExitCode.TESTS_FAILED),
        (151.0, 1, False, pytest.ExitCode.OK),
        (151.0, 2, True, pytest.ExitCode.OK),
        (149.0, 1, True, pytest.ExitCode.OK),
    ],
)
def test_a_late_part_fails_the_run_where_budgets_are_enforced(
    seconds: float, workers: int, *, enforced: bool, exit_status: pytest.ExitCode
) -> None:
    budgets, session = Budgets(workers, enforced=enforced), Finished()

    budgets.pytest_runtest_logreport(Finished(duration=seconds))
    budgets.pytest_sessionfinish(session)

    assert session.exitstatus == exit_status
