"""CPU time that a call may use.  Others that keep this machine busy are no fault of the call's."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LOOK_AGAIN_SECONDS = 0.001  # at least


@contextmanager
def killed_after(seconds: float) -> Iterator[None]:
    """Let the kernel end this process should the block use so much CPU time, whatever it does."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


class Allowance:
    """Stops what runs in the main thread when it has used its CPU time.

    A thread that looks at the clock, for what runs knows no time itself.
    """

    def __init__(self, stop: Callable[[], None]) -> None:
        self._stop = stop
        self._lock = threading.Lock()
        self._needed = threading.Event()
        self._until: float | None = None
        threading.Thread(target=self._watch_for_ever, name="allowance", daemon=True).start()

    @contextmanager
    def of(self, seconds: float) -> Iterator[None]:
        """Stop the block after so much CPU time; never what comes after the block."""
        with self._lock:
            self._until = time.process_time() + seconds
        self._needed.set()
        try:
            yield
        finally:
            with self._lock:
                self._until = None

    def _watch_for_ever(self) -> None:
        while True:
            self._needed.wait()
            left = self._look()
            if left is not None:
                time.sleep(max(left, LOOK_AGAIN_SECONDS))

    def _look(self) -> float | None:
        """Stop what is over its time; return how long nothing can be."""
        with self._lock:
            if self._until is None:
                self._needed.clear()
                return None
            left = self._until - time.process_time()
            if left <= 0:
                self._until = None
                self._stop()
            return left
