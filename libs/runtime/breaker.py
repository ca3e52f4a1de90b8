"""A breaker: after several failures in a row of time, stop trying for a while."""

import time
from collections import deque
from collections.abc import Callable

FAILURES_MAX = 3  # unanswered asks ...
WINDOW_SECONDS = 5.0  # ... within this time open the breaker
OPEN_SECONDS = 1.0  # then one trial is let through each second


class Breaker:
    """Guards one destination.  `monotonic` is the clock, in seconds."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._failures: deque[float] = deque(maxlen=FAILURES_MAX)
        self._opened_at: float | None = None

    @property
    def open(self) -> bool:
        """Whether to refuse now; each `OPEN_SECONDS` one caller is told to try."""
        if self._opened_at is None:
            return False
        now = self._monotonic()
        if now - self._opened_at < OPEN_SECONDS:
            return True
        self._opened_at = now
        return False

    def succeeded(self) -> None:
        """An answer came: close."""
        self._failures.clear()
        self._opened_at = None

    def failed(self) -> None:
        """No answer came; the third within the window opens."""
        now = self._monotonic()
        self._failures.append(now)
        if len(self._failures) == FAILURES_MAX and now - self._failures[0] <= WINDOW_SECONDS:
            self._opened_at = now
