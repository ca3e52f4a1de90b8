"""How often something may be done in a window of time; for all replicas together."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from libs.runtime.clock import Clock
from services.console.store.limits import Limits


class TooOften(Exception):
    """It must wait: `code` says what was done too often, `seconds` until it may be done again."""

    def __init__(self, code: str, seconds: int) -> None:
        super().__init__(f"wait {seconds} seconds")
        self.code = code
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Window:
    """How long something is counted for, and what doing it too often is called."""

    code: str
    length: timedelta


REQUESTS = Window("too_many_requests", timedelta(minutes=1))
TRIALS = Window("too_many_failures", timedelta(minutes=15))
QUESTIONS = Window("too_many_questions", timedelta(hours=1))
LETTERS = Window("too_many_letters", timedelta(minutes=15))
ALL_LETTERS = Window("too_many_letters", timedelta(hours=1))
FOUNDINGS = Window("too_many_accounts", timedelta(days=1))


class Counting:
    """Counts by key in fixed windows, which begin for everybody at the same moment."""

    def __init__(self, limits: Limits, clock: Clock) -> None:
        self._limits = limits
        self._clock = clock

    async def count(self, window: Window, key: str, most: int) -> None:
        """Count one more before it is done; raise TooOften."""
        began = self.began(window)
        if await self._limits.count(key, began) > most:
            wait = began + window.length - self._clock.now()
            raise TooOften(window.code, int(wait.total_seconds()) + 1)

    async def take_back(self, key: str, began: datetime) -> None:
        """Count one less in the window that began then, after all."""
        await self._limits.take_back(key, began)

    def began(self, window: Window) -> datetime:
        """When the window that is now began."""
        seconds = window.length.total_seconds()
        return datetime.fromtimestamp(self._clock.now().timestamp() // seconds * seconds, UTC)
