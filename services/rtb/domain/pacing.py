"""How long a bidder is waited for, and whether it is asked at all: learnt from its real answers.

Whoever makes calls dearer is waited for longer than whoever never wins.  A bidder that keeps
failing has its circuit opened; one that never was quick enough is not asked.  A share of the
requests is made all the same, so that whoever recovers is noticed.
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
TIMEOUT_MIN_MS = 50
WORTH_ALL = 0.02  # of what calls are sold for: whoever adds so much is given all patience
SHARE_LEAST, SHARE_MOST = 0.9, 0.99  # of its answers that the patience must reach ...
TIMES_LEAST, TIMES_MOST = 1.0, 1.5  # ... and how often over, from who adds nothing to who does

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
    """What one process knows of one bidder; `gains` are parts of what calls were sold for."""

    milliseconds: deque[float] = field(default_factory=lambda: deque(maxlen=SEEN_MAX))
    gains: deque[float] = field(default_factory=lambda: deque(maxlen=SEEN_MAX))
    failures: int = 0
    open_until: datetime | None = None
    patience_ms: int | None = None
    fastest: float = 0.0
    heard_since: int = 0

    def heard(self, loss: Loss | None, milliseconds: float, gain: float, now: datetime) -> None:
        """An asking is over; `loss` None or of the bidder's choice means that it works.

        Of one who is late, `milliseconds` is how long it was waited for: if that was less than
        it mostly needs, the fault is not its own.
        """
        self.gains.append(gain)
        if loss not in FAULTS:
            self.milliseconds.append(milliseconds)
            self.failures, self.open_until = 0, None
        elif loss is not Loss.LATE or not self._needs_more_than(milliseconds):
            self.failures += 1
            if self.failures >= FAILURES_MAX:
                self.open_until = now + OPEN_FOR
        self.heard_since += 1
        if self.heard_since >= JUDGED_EVERY:  # sorting for each would cost more than it saves
            self._judge()

    def came_late(self, loss: Loss | None, milliseconds: float) -> None:
        """An answer has come that nobody waited for: unless it is a fault, the bidder works.

        A fault changes nothing: that its answer was missed has been counted.
        """
        if loss in FAULTS:
            return
        self.milliseconds.append(milliseconds)
        self.failures, self.open_until = 0, None
        self._judge()

    def _needs_more_than(self, milliseconds: float) -> bool:
        half = self.quantile(0.5)
        return half is not None and half > milliseconds

    def _judge(self) -> None:
        self.heard_since = 0
        self.fastest = min(self.milliseconds, default=0.0)
        if len(self.milliseconds) < LEARNT_FROM:
            return
        much = min(1.0, self.worth / WORTH_ALL)
        reached = self.quantile(SHARE_LEAST + (SHARE_MOST - SHARE_LEAST) * much)
        assert reached is not None, "there are answers"
        times = TIMES_LEAST + (TIMES_MOST - TIMES_LEAST) * much
        self.patience_ms = max(TIMEOUT_MIN_MS, ceil(reached * times))

    @property
    def worth(self) -> float:
        """What it adds to a call's price, as a part of it: 0 for who never wins."""
        return sum(self.gains) / len(self.gains) if self.gains else 0.0

    def quantile(self, share: float) -> float | None:
        """So large a share of its answers came within so many ms; None: nothing is known."""
        if not self.milliseconds:
            return None
        return sorted(self.milliseconds)[ceil(share * len(self.milliseconds)) - 1]

    def patience(self, most: int, *, adaptive: bool) -> int:
        """How long to wait for it alone: never longer than set."""
        if not adaptive or self.patience_ms is None:
            return most
        return min(most, self.patience_ms)

    def spared(self, left_ms: float, now: datetime) -> tuple[Loss, Finding] | None:
        """Why the bidder is not asked now; None: it is."""
        if self.open_until is not None and now < self.open_until:
            seen = f"{self.failures} failures in a row"
            needed = f"an answer, or {self.open_until.isoformat(timespec='seconds')}"
            return Loss.CIRCUIT_OPEN, Finding(False, seen, needed)
        if len(self.milliseconds) >= LEARNT_FROM and self.fastest > left_ms:
            seen = f"never answered in less than {self.fastest:.0f} ms"
            return Loss.TOO_SLOW, Finding(False, seen, f"within {left_ms:.0f} ms")
        return None
