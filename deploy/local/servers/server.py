"""What a PostgreSQL and a NATS server of ours have in common: their life."""

import shutil
import signal
import time
from abc import ABC, abstractmethod
from contextlib import ExitStack
from pathlib import Path

from deploy.local.servers.process import Child, Command, Folder

POLL_S = 0.01  # between two looks at a starting server
STARTS_MAX = 3  # a port that was free at our look may be taken at the server's start
LOG_TAIL_LINES = 15  # what an error quotes: a server says why it gave up in its last lines


class ServerDied(Exception):
    """A server ended by itself while starting; the message quotes the end of its log."""


class ServerSilent(Exception):
    """A server runs but did not become ready in time; the message quotes the end of its log."""


class Server(ABC):
    """A server that can be started, stopped, killed and started again on the same data and ports.

    Its methods block: from a coroutine call them with `asyncio.to_thread`. The server ends with the
    process that started it, however that ends (on systems without this favour, it is ended by the
    next start on the same folder).
    """

    program: str
    farewell: signal.Signals
    ready_within_s: float
    stop_within_s: float

    def __init__(self, folder: Path) -> None:
        self._folder = Folder(folder.resolve())
        self._log = self._folder.path / "log"
        self._child: Child | None = None
        self._has_ports = False

    @property
    def pid(self) -> int:
        """Return the id of the main process, also after its end."""
        assert self._child is not None, "the server was never started"
        return self._child.pid

    @property
    def running(self) -> bool:
        """Say whether the main process lives."""
        return self._child is not None and not self._child.ended

    def start(self) -> None:
        """Start it and return when it is ready; what an earlier, killed run left is no obstacle.

        Raises FolderInUse, ServerDied or ServerSilent, and then nothing runs.
        """
        assert not self.running, "the server runs already"
        with ExitStack() as undo:
            undo.callback(self.stop)
            self._folder.claim()
            self._prepare()
            self._start_on_ports()
            undo.pop_all()

    def stop(self) -> None:
        """Stop it in order, killing it after `stop_within_s`; a stopped server stays as it is."""
        if self._child is not None:
            self._child.stop(self.stop_within_s)
        self._folder.release()

    def kill(self) -> None:
        """End all its processes at once, as `kill -9` would; its folder stays claimed."""
        if self._child is not None:
            self._child.kill()

    def discard(self) -> None:
        """Stop it and delete its folder."""
        self.stop()
        shutil.rmtree(self._folder.path, ignore_errors=True)

    @abstractmethod
    def _prepare(self) -> None:
        """Make the folder ready for a start, ending what still runs there."""

    @abstractmethod
    def _choose_ports(self) -> None:
        """Choose ports that are free now."""

    @abstractmethod
    def _command(self) -> Command:
        """Return what to run."""

    @abstractmethod
    def _is_ready(self) -> bool:
        """Look once whether it is this server that answers, and ready."""

    def _start_on_ports(self) -> None:
        """Start on the ports of the last start, or on free ones, whoever may race us for them."""
        attempts = 1 if self._has_ports else STARTS_MAX
        for attempt in range(1, attempts + 1):
            if not self._has_ports:
                self._choose_ports()
            self._child = Child(self._command())
            try:
                self._wait_until_ready(self._child)
            except ServerDied:
                if attempt == attempts:
                    raise
            else:
                self._has_ports = True
                return

    def _wait_until_ready(self, child: Child) -> None:
        give_up_at = time.monotonic() + self.ready_within_s
        while time.monotonic() < give_up_at:
            if child.ended:
                raise ServerDied(f"{self.program} did not start:\n{self._end_of_log()}")
            if self._is_ready():
                return
            time.sleep(POLL_S)
        raise ServerSilent(
            f"{self.program} is not ready after {self.ready_within_s:g} s:\n{self._end_of_log()}"
        )

    def _end_of_log(self) -> str:
        lines = self._log.read_text(errors="replace").splitlines()
        return "\n".join(lines[-LOG_TAIL_LINES:])
