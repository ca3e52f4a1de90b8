"""Somebody whose code runs, and the workers that run it."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Any

import psutil

from libs.runtime.sandbox.outcome import Failed, Value
from libs.runtime.sandbox.sandbox import Sandbox

WORKERS = 2
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
SOON_SECONDS = 20.0  # until a worker has been replaced, on a busy machine
VERDICT = "return {route: tags.score > 7 ? 'vip' : 'other', data: {seen: 'yes'}}"


class Guest:
    """Somebody whose code runs."""

    def __init__(self, sandbox: Sandbox, name: str) -> None:
        self.sandbox = sandbox
        self.name = name

    async def js(self, code: str, *, seed: int = 7, **given: Any) -> Value | Failed:
        return await self.sandbox.run_js(code, given, now=NOW, seed=seed, owner=self.name)

    async def cel(self, expression: str, **variables: Any) -> Value | Failed:
        return await self.sandbox.evaluate(expression, variables, owner=self.name)

    async def is_well(self) -> bool:
        return await self.js(VERDICT, tags={"score": 8}) == Value(
            {"route": "vip", "data": {"seen": "yes"}}
        )


def workers() -> list[psutil.Process]:
    """The worker processes that are there."""
    children = psutil.Process().children()
    return [child for child in children if "libs.runtime.sandbox.inside" in child.cmdline()]


async def whole(sandbox: Sandbox) -> None:
    give_up_at = time.monotonic() + SOON_SECONDS
    while sandbox.ready < WORKERS:
        assert time.monotonic() < give_up_at, "a worker was not replaced"
        await asyncio.sleep(0.02)


async def lose_one(sandbox: Sandbox) -> None:
    workers()[0].kill()
    while sandbox.ready == WORKERS:  # noqa: ASYNC110 - until it is noticed
        await asyncio.sleep(0.005)
