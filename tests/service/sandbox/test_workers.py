"""Workers die, hang and hold nothing; calls are told, and the next one is well."""

import asyncio
import signal
import sys
import time
from pathlib import Path

import psutil
import pytest

from libs.runtime.sandbox import limits
from libs.runtime.sandbox.outcome import Failed, Reason
from libs.runtime.sandbox.sandbox import Sandbox
from tests.service.sandbox.stage import SOON_SECONDS, Guest, lose_one, whole, workers

pytestmark = pytest.mark.asyncio(loop_scope="module")

KEEPER = """
import asyncio
from libs.runtime.sandbox.sandbox import Sandbox

async def keep():
    await Sandbox(1).start()
    print("up", flush=True)
    await asyncio.sleep(60)

asyncio.run(keep())
"""


async def test_a_worker_that_dies_is_replaced_and_its_call_told(
    guest: Guest, neighbour: Guest
) -> None:
    call = asyncio.create_task(guest.js("for (;;);"))
    await asyncio.sleep(0.01)
    for worker in workers():
        worker.kill()

    came = await call

    assert came == Failed(Reason.DIED, "its worker ended (SIGKILL)")
    await whole(guest.sandbox)
    assert await guest.is_well()
    assert await neighbour.is_well()


async def test_workers_that_hang_cost_a_bounded_time(guest: Guest, neighbour: Guest) -> None:
    """Both hang: who has one waits for the answer, who has none for a worker; then all is well."""
    for worker in workers():
        worker.send_signal(signal.SIGSTOP)
    began = time.perf_counter()

    came = await asyncio.gather(guest.js("return 1"), neighbour.js("return 1"), guest.cel("true"))

    took = time.perf_counter() - began
    assert [each.reason for each in came if isinstance(each, Failed)] == [
        *[Reason.TIME] * 2,
        Reason.BUSY,
    ]
    assert limits.ANSWER_SECONDS <= took < limits.ANSWER_SECONDS + 1
    await whole(guest.sandbox)
    assert await guest.is_well()


async def test_whoever_stops_waiting_leaves_a_worker_that_works(guest: Guest) -> None:
    before = {worker.pid for worker in workers()}
    for _ in range(5):
        call = asyncio.create_task(guest.js("for (;;);"))
        await asyncio.sleep(0.005)
        call.cancel()
        await asyncio.wait([call])
    await asyncio.sleep(limits.CPU_SECONDS)

    assert await guest.is_well()
    assert {worker.pid for worker in workers()} == before


async def test_a_worker_holds_no_secret_and_can_open_nothing(
    guest: Guest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SESSION_SECRET", "a secret of the tests")
    await lose_one(guest.sandbox)
    await whole(guest.sandbox)
    for worker in workers():
        assert set(worker.environ()) <= {"PATH", "LD_LIBRARY_PATH", "LC_CTYPE"}
        assert worker.rlimit(psutil.RLIMIT_NOFILE)[1] <= worker.num_fds() + 8
        assert worker.rlimit(psutil.RLIMIT_FSIZE) == (0, 0)
        assert worker.rlimit(psutil.RLIMIT_DATA)[1] == limits.WORKER_DATA_BYTES


async def test_the_sandbox_says_how_many_workers_it_has(sandbox: Sandbox) -> None:
    check = sandbox.health_check()
    assert (await check()).well
    await lose_one(sandbox)
    finding = await check()
    assert (finding.well, finding.vital, finding.detail) == (False, False, "1 of 2 workers.")
    await whole(sandbox)
    assert (await check()).well


async def test_no_worker_outlives_its_service() -> None:
    root = Path(__file__).parents[3]
    keeper = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KEEPER, cwd=root, stdout=asyncio.subprocess.PIPE
    )
    assert keeper.stdout is not None
    assert await keeper.stdout.readline() == b"up\n"
    left = psutil.Process(keeper.pid).children()
    keeper.kill()
    await keeper.wait()
    assert len(left) == 1
    assert psutil.wait_procs(left, timeout=SOON_SECONDS)[1] == []
