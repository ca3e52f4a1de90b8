"""The sandbox as a service has it: started, called, stopped."""

import asyncio
import logging
import time
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

import orjson
from opentelemetry import metrics

from libs.runtime.health import Check, Finding
from libs.runtime.sandbox import limits
from libs.runtime.sandbox.outcome import Failed, Reason, Value, read_answer
from libs.runtime.sandbox.turnstile import Busy, Turnstile
from libs.runtime.sandbox.unfit import long_list, unfit_code, unfit_expression, unfit_given
from libs.runtime.sandbox.worker import Gone, Worker
from libs.runtime.tasks import ended

CHECKING = "checking"  # the owner of all checks: people who save have no call that waits

log = logging.getLogger(__name__)
_seconds = metrics.get_meter("sandbox").create_histogram(
    "sandbox.seconds", unit="s", description="Time of a call in the sandbox, by what became of it"
)


class Sandbox:
    """A few workers.  Every call gets a fresh instance; an owner has at most half of them at once.

    The same call with the same `now` and `seed` gives the same, today and in a replay.
    """

    _compiled: ClassVar[bytes] = b""  # by the first worker of this process, for all others

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._turnstile: Turnstile[Worker] = Turnstile(most=max(workers // 2, 1))
        self._seats: list[asyncio.Task[None]] = []
        self._hired: set[Worker] = set()
        self._turns: set[asyncio.Task[Value | Failed]] = set()
        self._compiling = asyncio.Lock()
        self._trouble = ""

    async def start(self) -> None:
        """Hire the workers; return when one is there, or none could be hired at once."""
        first = asyncio.Event()
        self._seats = [
            asyncio.create_task(self._keep_filled(first), name="sandbox seat")
            for _ in range(self._workers)
        ]
        await first.wait()

    async def stop(self) -> None:
        """End the workers, whatever they do."""
        for seat in self._seats:
            await ended(seat)
        for worker in list(self._hired):
            await worker.end()
        if self._turns:
            await asyncio.wait(self._turns)

    @property
    def ready(self) -> int:
        """How many workers are there."""
        return sum(worker.alive for worker in self._hired)

    def health_check(self) -> Check:
        """Whether all workers are there; without them code fails, and nothing else does."""

        async def check() -> Finding:
            ready = self.ready
            detail = f"{ready} of {self._workers} workers. {self._trouble}".strip()
            return Finding("sandbox", ready == self._workers, detail, vital=False)

        return check

    async def run_js(
        self, code: str, given: Mapping[str, Any], *, now: datetime, seed: int, owner: Hashable
    ) -> Value | Failed:
        """Run the body of a function that gets `given` by name; what it returns is the value."""
        names, values = list(given), list(given.values())
        wrong = unfit_code(code, names) or unfit_given(values)
        if wrong is not None:
            return wrong
        about = {"given": orjson.dumps(values).decode(), "seed": seed}
        now_ms = int(now.timestamp() * 1_000)
        found = await self._call(owner, "run", code=code, names=names, now_ms=now_ms, **about)
        return _in_lines(code, found)

    async def check_js(self, code: str, names: Sequence[str]) -> Failed | None:
        """Why a function's body with these parameters cannot be read, and in which line."""
        wrong = unfit_code(code, names)
        if wrong is not None:
            return wrong
        found = await self._call(CHECKING, "check", code=code, names=names)
        return _only_failed(_in_lines(code, found))

    async def evaluate(
        self, expression: str, variables: Mapping[str, Any], *, owner: Hashable
    ) -> Value | Failed:
        """What a CEL expression is worth: true or false, a text or a number."""
        wrong = unfit_expression(expression) or unfit_given(variables) or long_list(variables)
        if wrong is not None:
            return wrong
        known = dict(variables)
        return await self._call(owner, "evaluate", expression=expression, variables=known)

    async def first_true(
        self, expressions: Sequence[str], variables: Mapping[str, Any], *, owner: Hashable
    ) -> Value | Failed:
        """Which CEL expression is the first to be true, by its place from 0; None if none is."""
        found = (unfit_expression(one) for one in expressions)
        wrong = next((one for one in found if one is not None), None)
        wrong = wrong or unfit_given(variables) or long_list(variables)
        if wrong is not None:
            return wrong
        known = dict(variables)
        return await self._call(owner, "first_true", expressions=expressions, variables=known)

    async def check_cel(self, expression: str) -> Failed | None:
        """Why an expression cannot be read, or is refused, and in which line."""
        wrong = unfit_expression(expression)
        if wrong is not None:
            return wrong
        return _only_failed(await self._call(CHECKING, "check_expression", expression=expression))

    async def _call(self, owner: Hashable, do: str, **about: Any) -> Value | Failed:
        """Have a worker do something.  Whoever stops waiting for it stops nothing."""
        began = time.perf_counter()
        try:
            worker = await self._turnstile.take(owner, limits.WAIT_SECONDS)
        except Busy:
            came: Value | Failed = Failed(Reason.BUSY, "no worker was free in time")
        else:
            turn = asyncio.create_task(self._turn(worker, owner, orjson.dumps({"do": do, **about})))
            self._turns.add(turn)
            turn.add_done_callback(self._turns.discard)
            came = await asyncio.shield(turn)
        outcome = came.reason.value if isinstance(came, Failed) else "value"
        _seconds.record(time.perf_counter() - began, {"do": do, "outcome": outcome})
        return came

    async def _turn(self, worker: Worker, owner: Hashable, question: bytes) -> Value | Failed:
        try:
            return read_answer(await worker.ask(question, limits.ANSWER_SECONDS))
        except Gone as gone:
            return Failed(Reason.TIME if gone.was_late else Reason.DIED, str(gone))
        finally:
            self._turnstile.give_back(owner, worker)

    async def _keep_filled(self, first: asyncio.Event) -> None:
        """Hire a worker, and another when that one has ended, for ever."""
        while True:
            try:
                worker = await self._hire()
            except (Gone, OSError) as fault:
                self._report(f"No worker could be hired: {fault}")
                first.set()
                await asyncio.sleep(limits.HIRE_AGAIN_SECONDS)
                continue
            self._trouble = ""
            self._hired.add(worker)
            self._turnstile.add(worker)
            first.set()
            try:
                await worker.gone()
            finally:
                if not worker.alive:
                    self._hired.discard(worker)

    def _report(self, trouble: str) -> None:
        if trouble != self._trouble:
            log.error(trouble)
        self._trouble = trouble

    async def _hire(self) -> Worker:
        """The first worker compiles the engine, the others wait for that."""
        if not Sandbox._compiled:
            async with self._compiling:
                if not Sandbox._compiled:
                    worker, Sandbox._compiled = await Worker.hired(b"")
                    return worker
        worker, _ = await Worker.hired(Sandbox._compiled)
        return worker


def _in_lines(code: str, found: Value | Failed) -> Value | Failed:
    """Blame no line behind the code's last one: what is missing is missed only there."""
    if isinstance(found, Failed) and found.line is not None:
        return replace(found, line=min(found.line, code.count("\n") + 1))
    return found


def _only_failed(found: Value | Failed) -> Failed | None:
    return found if isinstance(found, Failed) else None
