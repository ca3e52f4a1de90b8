"""Child processes that stop in order and never outlive the process that started them."""

import ctypes
import fcntl
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil

LOG_BYTES_MAX = 10_000_000  # a larger log starts anew, so that a long-lived folder stays small
REAP_WITHIN_S = 5.0  # after SIGKILL only the kernel has work left
POLL_S = 0.01  # between two looks at ending processes
PR_SET_PDEATHSIG = 1  # linux/prctl.h


class FolderInUse(Exception):
    """Another living process keeps a server on this folder."""


class Unkillable(Exception):
    """A process survives SIGKILL: it hangs in the kernel, most likely on a dead disk."""


@dataclass(frozen=True)
class Account:
    """The operating system's user and group that a process runs as."""

    uid: int
    gid: int


class Folder:
    """The right to run a server on a folder: one process has it, and loses it when it dies."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: IO[bytes] | None = None

    def claim(self) -> None:
        """Take the folder, or raise FolderInUse; twice is the same as once."""
        if self._lock is not None:
            return
        self.path.mkdir(parents=True, exist_ok=True)
        lock = (self.path / "lock").open("ab")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise FolderInUse(f"another process runs a server in {self.path}") from None
        self._lock = lock

    def release(self) -> None:
        """Give the folder up."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None


@dataclass(frozen=True)
class Command:
    """What to run, where, as whom, and how to ask it to stop."""

    arguments: Sequence[str]
    folder: Path
    log: Path
    environment: Mapping[str, str]
    farewell: signal.Signals
    account: Account | None = None


class Child:
    """A running server, in a session of its own: Ctrl-C reaches only us, and we stop it in order.

    The kernel's "parent died" signal speaks of the *thread* that forked. So each child has a thread
    that forks it and waits for its end; a server started by a passing thread would end with that.
    """

    def __init__(self, command: Command) -> None:
        self._command = command
        self._popen: subprocess.Popen[bytes] | None = None
        self._refused: OSError | None = None
        self._started = threading.Event()
        self._ended = threading.Event()
        threading.Thread(target=self._live, name=command.arguments[0], daemon=True).start()
        self._started.wait()
        if self._refused is not None:
            raise self._refused

    def _live(self) -> None:
        try:
            with open_log(self._command.log) as log:
                self._popen = spawn(self._command, log)
        except OSError as refused:
            self._refused = refused
            return
        finally:
            self._started.set()
        self._popen.wait()
        self._ended.set()

    @property
    def pid(self) -> int:
        """Return the process id."""
        assert self._popen is not None
        return self._popen.pid

    @property
    def ended(self) -> bool:
        """Say whether the process is gone."""
        return self._ended.is_set()

    def stop(self, within_s: float) -> None:
        """Ask it to stop; what still runs after `within_s` seconds is killed."""
        assert self._popen is not None
        self._popen.send_signal(self._command.farewell)
        if not self._ended.wait(within_s):
            self.kill()

    def kill(self) -> None:
        """End it and all its descendants at once, as a power cut would."""
        if not self.ended:
            kill_tree(self.pid)
        if not self._ended.wait(REAP_WITHIN_S):
            raise Unkillable(f"process {self.pid}: {self._command.arguments[0]}")


def spawn(command: Command, log: IO[bytes]) -> "subprocess.Popen[bytes]":
    """Start a command that dies with the calling thread, where the system can do this."""
    account = command.account
    return subprocess.Popen(
        command.arguments,
        cwd=command.folder,
        env=command.environment,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        preexec_fn=die_with_parent(command.farewell),
    )


def die_with_parent(farewell: signal.Signals) -> Callable[[], None] | None:
    """Return what a forked child does before it becomes the program; Linux alone knows it."""
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is None:
        return None
    parent = os.getpid()

    def ask_the_kernel() -> None:
        prctl(PR_SET_PDEATHSIG, int(farewell), 0, 0, 0)
        if os.getppid() != parent:  # it died before the kernel was asked
            os._exit(1)

    return ask_the_kernel


def open_log(path: Path) -> IO[bytes]:
    """Open a log to append to; an overgrown one starts anew."""
    overgrown = path.exists() and path.stat().st_size > LOG_BYTES_MAX
    return path.open("wb" if overgrown else "ab")


def kill_tree(pid: int) -> None:
    """SIGKILL a process and its descendants; first it is frozen, so that it starts no new ones."""
    with suppress(psutil.NoSuchProcess):
        root = psutil.Process(pid)
        root.suspend()
        for process in (root, *root.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                process.kill()


def running_in(folder: Path, program: str) -> list[psutil.Process]:
    """Find the processes of this program whose working directory is this folder.

    The name alone would catch other people's servers; a process id remembered in a file may since
    have been given to another program.
    """
    place = str(folder.resolve())
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            if process.name() == program and process.cwd() == place:
                found.append(process)
    return found


def end_orphans(folder: Path, program: str, farewell: signal.Signals, within_s: float) -> None:
    """End what a killed earlier run left in this folder, which the caller has claimed.

    The topmost are asked, as PostgreSQL's main process ends its own children. If it is gone, those
    are the topmost. Who still runs after `within_s` seconds is killed.
    """
    orphans = running_in(folder, program)
    pids = {process.pid for process in orphans}
    for process in orphans:
        with suppress(psutil.NoSuchProcess):
            if process.ppid() not in pids:
                process.send_signal(farewell)
    for process in still_alive(orphans, within_s):
        with suppress(psutil.NoSuchProcess):
            process.kill()
    for process in still_alive(orphans, REAP_WITHIN_S):
        raise Unkillable(f"process {process.pid} in {folder}")


def still_alive(processes: Sequence[psutil.Process], within_s: float) -> list[psutil.Process]:
    """Wait for the end of processes that need not be ours; return those that outlast the time.

    One that nobody has buried yet has ended: in a container nobody may ever do it.
    """
    give_up_at = time.monotonic() + within_s
    while (alive := [one for one in processes if lives(one)]) and time.monotonic() < give_up_at:
        time.sleep(POLL_S)
    return alive


def lives(process: psutil.Process) -> bool:
    """Say whether a process still runs."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
