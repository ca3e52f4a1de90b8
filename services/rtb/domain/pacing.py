"""How long a bidder is waited for, and whether it is asked at all: learnt from its real answers.

A bidder that keeps failing has its circuit opened; one that is nearly always late is not waited
for.  A share of the requests is made all the same, so that whoever recovers is noticed.
"""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

from libs.contracts.auction import Loss
from libs.rules.finding import Finding

SEEN_MAX = 200  # answers that a bidder is judged by
LEARNT_FROM = 20  # fewer say nothing
JUDGED_EVERY = 20  # answers
FAILURES_MAX = 5  # in a row open the circuit ...
OPEN_FOR = timedelta(seconds=30)  # ... for so long
PATIENCE = 1.5  # times the 99th percentile of its answers
TIMEOUT_MIN_MS = 50

FAULTS = frozenset(
    (
        Loss.LATE,
        Loss.UNREACHABLE,
        Loss.ADDRESS_REFUSED,
        Loss.HTTP_STATUS,
        Loss.TOO_LARGE,
        Loss.UNREADABLE,
    )
)
"""Losses that a healthy bidder does not have."""


@dataclass
class Pace:
    """What one process knows of one bidder."""

    milliseconds: deque[float] = field(default_factory=lambda: deque(maxlen=SEEN_MAX))
    late: deque[bool] = field(default_factory=lambda: deque(maxlen=SEEN_MAX))
    failures: int = 0
    open_until: datetime | None = None
    patience_ms: int | None = None
    fastest: float = 0.0
    heard_since: int = 0

    def heard(self, loss: Loss | None, milliseconds: float, now: datetime) -> None:
        """An asking is over; `loss` None or of the bidder's choice means that it works."""
        self.late.append(loss is Loss.LATE)
        self._judge()
        if loss not in FAULTS:
            self.milliseconds.append(milliseconds)
            self.failures, self.open_until = 0, None
            return
        self.failures += 1
        if self.failures >= FAILURES_MAX:
            self.open_until = now + OPEN_FOR

    def _judge(self) -> None:
        """Learn anew now and then: sorting for every request would cost more than it saves."""
        self.heard_since += 1
        if self.heard_since < JUDGED_EVERY:
            return
        self.heard_since = 0
        self.fastest = min(self.milliseconds, default=0.0)
        learnt = self.quantile(0.99)
        doubtful = learnt is None or any(self.late)
        self.patience_ms = None if doubtful or learnt is None else ceil(learnt * PATIENCE)

    def quantile(self, share: float) -> float | None:
        """So large a share of its answers came within so many ms; None: nothing is known."""
        if not self.milliseconds:
            return None
        return sorted(self.milliseconds)[ceil(share * len(self.milliseconds)) - 1]

    def timeout_ms(self, most: int, *, adaptive: bool) -> int:
        """How long to wait: never longer than set, and not for what never came so late."""
        if not adaptive or self.patience_ms is None:
            return most
        return max(TIMEOUT_MIN_MS, min(most, self.patience_ms))

    def spared(self, left_ms: float, now: datetime) -> tuple[Loss, Finding] | None:
        """Why the bidder is not asked now; None: it is."""
        if self.open_until is not None and now < self.open_until:
            seen = f"{self.failures} failures in a row"
            needed = f"an answer, or {self.open_until.isoformat(timespec='seconds')}"
            return Loss.CIRCUIT_OPEN, Finding(False, seen, needed)
        if len(self.late) >= LEARNT_FROM and self.fastest > left_ms:
            seen = f"never answered in less than {self.fastest:.0f} ms"
            return Loss.TOO_SLOW, Finding(False, seen, f"within {left_ms:.0f} ms")
        return None
