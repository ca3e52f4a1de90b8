"""Time for the player: virtual for tests, real (and perhaps hurried) for demos."""

import asyncio
import heapq
import itertools
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Protocol

EPOCH = datetime(2026, 1, 5, 15, 0, tzinfo=UTC)  # a Monday morning in America


class Clock(Protocol):
    """Scripted seconds; durations are told in them, whatever the real time was."""

    def seconds(self) -> float:
        """Scripted seconds since the clock was made."""

    def now(self) -> datetime:
        """The instant that timestamps tell, aware, in UTC."""

    def alarm(self, at: float) -> asyncio.Future[None]:
        """Resolves at a scripted second, unless somebody resolves it earlier."""

    def attend(self) -> AbstractContextManager["Clock"]:
        """The clock of one call, for which time waits where it can."""


class RealClock:
    """Wall-clock time; `scale` 50 plays fifty scripted seconds in one real second.

    Only waiting is hurried: what the application takes to answer counts as it is, and a
    waking that comes late does not count.  So durations are as scripted, on a slow machine
    too.  Timestamps stay the wall's: a hurried call must not speak of the future.
    """

    def __init__(self, scale: float = 1.0) -> None:
        if scale <= 0:
            raise ValueError(f"a clock's scale is above 0, not {scale}")
        self._scale = scale
        self._seconds = 0.0
        self._looked: float | None = None
        self._asleep = False

    def seconds(self) -> float:
        """Scripted seconds since the first look at this clock."""
        now = asyncio.get_running_loop().time()
        if self._looked is not None:
            self._seconds += (now - self._looked) * (self._scale if self._asleep else 1.0)
        self._looked = now
        return self._seconds

    def now(self) -> datetime:
        """The wall clock."""
        return datetime.now(UTC)

    def alarm(self, at: float) -> asyncio.Future[None]:
        """Resolve when the scripted second has come; one sleeper at a time."""
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        timer = loop.call_later(
            max(0.0, at - self.seconds()) / self._scale, self._strike, at, future
        )
        self._asleep = True
        future.add_done_callback(lambda _: self._wake(timer))
        return future

    @contextmanager
    def attend(self) -> Iterator[Clock]:
        """A clock for one: real time waits for nobody, and each call hurries by itself."""
        yield RealClock(self._scale)

    def _strike(self, at: float, future: asyncio.Future[None]) -> None:
        if not future.done():
            self._seconds, self._looked = at, asyncio.get_running_loop().time()
            self._asleep = False
            future.set_result(None)

    def _wake(self, timer: asyncio.TimerHandle) -> None:
        timer.cancel()
        if self._asleep:  # by somebody else than the timer
            self.seconds()
            self._asleep = False


class VirtualClock:
    """Time that passes only when everybody who attends is asleep: no test ever waits.

    While anybody awaits an HTTP answer, time stands still; so calls that are played
    together overlap exactly as their scripts say.
    """

    def __init__(self, start: datetime = EPOCH) -> None:
        self._start = start
        self._seconds = 0.0
        self._attending = 0
        self._alarms: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = itertools.count()

    def seconds(self) -> float:
        """Scripted seconds since the clock was made."""
        return self._seconds

    def now(self) -> datetime:
        """The start and the seconds since."""
        return self._start + timedelta(seconds=self._seconds)

    def alarm(self, at: float) -> asyncio.Future[None]:
        """Resolve when time has come so far."""
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        heapq.heappush(self._alarms, (max(at, self._seconds), next(self._order), future))
        # Later, so that tasks which were started together are all counted first.
        loop.call_soon(self._advance)
        return future

    @contextmanager
    def attend(self) -> Iterator[Clock]:
        """While inside, time passes only when this one sleeps too."""
        self._attending += 1
        try:
            yield self
        finally:
            self._attending -= 1
            asyncio.get_running_loop().call_soon(self._advance)

    def _advance(self) -> None:
        self._alarms = [alarm for alarm in self._alarms if not alarm[2].done()]
        heapq.heapify(self._alarms)
        if not self._alarms or len(self._alarms) < self._attending:
            return
        self._seconds = self._alarms[0][0]
        while self._alarms and self._alarms[0][0] <= self._seconds:
            _ring(heapq.heappop(self._alarms)[2])


def _ring(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
