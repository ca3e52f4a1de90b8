"""A worker, seen from its service: a process that answers one call after the other."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

from libs.runtime.sandbox.limits import HIRED_SECONDS, LEAVING_SECONDS
from libs.runtime.sandbox.wire import FRAME_BYTES_MAX, LENGTH_BYTES, framed

ROOT = Path(__file__).parents[3]
PROGRAM = (sys.executable, "-m", "libs.runtime.sandbox.inside")
KEPT_VARIABLES = ("PATH", "LD_LIBRARY_PATH")  # the rest of the environment holds secrets


class Gone(Exception):
    """The worker ended before it answered; its text says how."""

    def __init__(self, text: str, *, was_late: bool = False) -> None:
        super().__init__(text)
        self.was_late = was_late


class Worker:
    """One process.  It is asked one thing at a time."""

    def __init__(self, process: Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process = process
        self._questions = process.stdin
        self._answers = process.stdout

    @classmethod
    async def hired(cls, compiled: bytes) -> tuple["Worker", bytes]:
        """Start a worker that has shown that it works, and the engine it compiled if none is given.

        Raises Gone.
        """
        variables = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
        process = await asyncio.create_subprocess_exec(
            *PROGRAM, cwd=ROOT, env=variables, stdin=PIPE, stdout=PIPE, close_fds=True
        )
        worker = cls(process)
        try:
            made = await worker.ask(compiled, HIRED_SECONDS)
        except BaseException:
            await worker.end()
            raise
        return worker, made or compiled

    @property
    def alive(self) -> bool:
        """Whether the process is there."""
        return self._process.returncode is None

    async def ask(self, question: bytes, seconds: float) -> bytes:
        """What it answers.  Raises Gone, and then it is."""
        try:
            async with asyncio.timeout(seconds):
                return await self._answer_to(question)
        except TimeoutError:
            await self.end()
            raise Gone("its worker did not answer in time", was_late=True) from None
        except (OSError, EOFError):
            await self._leave()
            raise self._gone() from None

    async def _answer_to(self, question: bytes) -> bytes:
        self._questions.write(framed(question))
        await self._questions.drain()
        length = int.from_bytes(await self._answers.readexactly(LENGTH_BYTES))
        if length > FRAME_BYTES_MAX:
            raise EOFError
        return await self._answers.readexactly(length)

    async def gone(self) -> None:
        """Wait until the process has ended."""
        await self._process.wait()

    async def end(self) -> None:
        """End it now, whatever it does, and wait until it has."""
        if self.alive:
            self._process.kill()
        await self._process.wait()
        self._questions.close()

    async def _leave(self) -> None:
        """Let it end by itself, as it has begun to: who kills it now may never learn of what."""
        try:
            async with asyncio.timeout(LEAVING_SECONDS):
                await self._process.wait()
        except TimeoutError:
            pass
        await self.end()

    def _gone(self) -> Gone:
        code = self._process.returncode or 0
        if code == -signal.SIGPROF:
            return Gone("it used too much CPU time", was_late=True)
        how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return Gone(f"its worker ended ({how})")
