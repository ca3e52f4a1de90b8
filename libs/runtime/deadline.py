"""A moment after which an answer is worth nothing, shrinking from hop to hop.

Within a process it is kept on the monotonic clock; between processes it travels
in the header `Deadline` as milliseconds since the epoch.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

HEADER = "Deadline"
SKEW_MS = 250  # how far the clocks of two machines may differ


@dataclass(frozen=True, slots=True)
class Deadline:
    """When to stop; `at` is a reading of the monotonic clock, in seconds."""

    at: float

    @classmethod
    def within(cls, milliseconds: float) -> Self:
        """The moment this far from now."""
        return cls(time.monotonic() + milliseconds / 1_000)

    @classmethod
    def from_headers(cls, headers: Mapping[str, str] | None, default_ms: float) -> Self:
        """The asker's deadline; `default_ms` where it named none that can be read."""
        try:
            epoch_ms = int((headers or {})[HEADER])
        except (KeyError, ValueError):
            return cls.within(default_ms)
        return cls.within(epoch_ms - time.time() * 1_000)

    @property
    def remaining_ms(self) -> float:
        """Milliseconds left; negative when it has passed."""
        return (self.at - time.monotonic()) * 1_000

    @property
    def remaining_seconds(self) -> float:
        """Seconds left, never negative: what a waiting call takes as its timeout."""
        return max(0.0, self.at - time.monotonic())

    @property
    def passed(self) -> bool:
        """Whether it passed, even if the asker's clock runs behind ours."""
        return self.remaining_ms < -SKEW_MS

    def less(self, milliseconds: float) -> "Deadline":
        """The same moment with something kept back for the way home."""
        return Deadline(self.at - milliseconds / 1_000)

    def header(self) -> str:
        """How it travels."""
        return str(int(time.time() * 1_000 + self.remaining_ms))
