"""What a user's code costs in a fresh instance, alone and beside endless loops of somebody else.

One call after the other, a breath between two, as calls of callers come.  Prints, writes nothing.
Run: python -m tests.bench.sandboxing
"""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from libs.runtime.sandbox.outcome import Failed, Reason, Value
from libs.runtime.sandbox.sandbox import Sandbox
from services.flows.settings import Settings

CALLS = 400
WARM = 20
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

Call = Callable[[], Awaitable[Value | Failed]]


async def main() -> None:
    sandbox = Sandbox(WORKERS)
    began = time.perf_counter()
    await sandbox.start()
    print(f"first worker, which compiles the engine: {time.perf_counter() - began:.2f} s")
    while sandbox.ready < WORKERS:  # noqa: ASYNC110 - once
        await asyncio.sleep(0.01)
    print(f"all {WORKERS} workers: {time.perf_counter() - began:.2f} s")

    async def code(text: str = CODE, owner: str = "one") -> Value | Failed:
        return await sandbox.run_js(text, GIVEN, now=NOW, seed=1, owner=owner)

    async def expression() -> Value | Failed:
        return await sandbox.evaluate(EXPRESSION, GIVEN, owner="one")

    async def loop() -> Value | Failed:
        return await code("for (;;);", "another")

    alone = await measured(code)
    print(f"flow.custom_logic_ms.p50: {told(alone)}")
    print(f"flow.condition_ms.p50: {told(await measured(expression))}")
    for loops in (1, 2, 4):
        beside = await measured(code, loop, loops)
        ratio = statistics.median(beside) / statistics.median(alone)
        print(f"beside {loops} endless loops: {told(beside)}; ratio of medians {ratio:.2f}")
    again = await measured(code)
    print(f"and alone again: {told(again)}")
    await sandbox.stop()


async def measured(call: Call, beside: Call | None = None, times: int = 0) -> list[float]:
    """Milliseconds of each call, while others call as fast as they can."""
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
    return took


async def ever(call: Call) -> None:
    while True:
        came = await call()
        assert isinstance(came, Failed), came
        assert came.reason in {Reason.TIME, Reason.BUSY}, came


def told(values: list[float]) -> str:
    ordered = sorted(values)
    return f"p50 {statistics.median(ordered):.2f} p99 {ordered[int(len(ordered) * 0.99)]:.2f}"


if __name__ == "__main__":
    asyncio.run(main())
