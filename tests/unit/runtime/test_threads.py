"""What blocks runs aside: so many at once, and nobody waits for it at the end."""

import asyncio
import subprocess
import sys
import threading
import time

import pytest

from libs.runtime.threads import Threads

BLOCKED = """
import asyncio, time
from libs.runtime.threads import Threads

async def main():
    try:
        await asyncio.wait_for(Threads(1, "t").run(lambda: time.sleep(60)), 0.05)
    except TimeoutError:
        print("gave up")

asyncio.run(main())
"""


async def test_so_many_at_once_and_each_gets_its_own() -> None:
    threads, now, most = Threads(3, "t"), 0, 0
    lock = threading.Lock()

    def work(at: int) -> int:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.02)
        with lock:
            now -= 1
        if at == 5:
            raise ValueError("five")
        return at

    found = await asyncio.gather(
        *(threads.run(lambda at=at: work(at)) for at in range(9)),  # type: ignore[misc]
        return_exceptions=True,
    )
    assert [str(one) for one in found] == ["0", "1", "2", "3", "4", "five", "6", "7", "8"]
    assert most == 3


async def test_who_gives_up_frees_its_place_only_when_the_call_is_over() -> None:
    threads = Threads(1, "t")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(threads.run(lambda: time.sleep(0.2)), 0.05)
    began = time.monotonic()
    assert await threads.run(lambda: 7) == 7
    assert time.monotonic() - began > 0.1


def test_a_process_ends_without_its_blocked_threads() -> None:
    began = time.monotonic()
    told = subprocess.run(
        [sys.executable, "-c", BLOCKED], capture_output=True, text=True, timeout=30, check=True
    )
    assert told.stdout == "gave up\n"
    assert time.monotonic() - began < 20
