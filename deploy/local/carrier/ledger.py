"""What the carrier remembers of numbers, calls and recordings: its REST server reads it."""

import math
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

CALLS_KEPT_MAX = 20_000  # a day's test traffic; the oldest are forgotten first

TERMINAL = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})


def new_sid(prefix: str) -> str:
    """A fresh identifier, shaped as Twilio's."""
    return prefix + uuid.uuid4().hex


@dataclass(frozen=True, slots=True)
class NumberConfig:
    """A number of the account and where its calls are asked about."""

    voice_url: str
    fallback_url: str = ""
    status_url: str = ""
    voice_method: str = "POST"
    fallback_method: str = "POST"
    status_method: str = "POST"
    phone_number: str = ""
    friendly_name: str = ""
    trunk_sid: str | None = None
    voice: bool = True
    sid: str = field(default_factory=lambda: new_sid("PN"))


@dataclass(slots=True)
class CallEntry:
    """A call, or a leg that a Dial began (then it has a parent)."""

    sid: str
    caller: str
    called: str
    direction: str
    created: datetime
    status: str = "ringing"
    parent_sid: str | None = None
    answered_at: float | None = None  # scripted seconds
    ended_at: float | None = None  # scripted seconds
    ended: datetime | None = None
    callbacks: int = 0  # sent so far: the next sequence number

    @property
    def answered(self) -> bool:
        """Whether somebody picked up."""
        return self.answered_at is not None

    @property
    def duration(self) -> int:
        """Whole seconds from the answer to the end; 0 while there is either not."""
        if self.answered_at is None or self.ended_at is None:
            return 0
        return max(0, math.floor(self.ended_at - self.answered_at + 0.5))

    def answer(self, at: float) -> None:
        """Somebody picked up."""
        self.status, self.answered_at = "in-progress", at

    def end(self, status: str, at: float, instant: datetime) -> None:
        """The line is closed; nothing follows."""
        self.status, self.ended_at, self.ended = status, at, instant


@dataclass(slots=True)
class Recording:
    """A recording, from its beginning; `duration` in seconds once it is complete."""

    sid: str
    call_sid: str
    source: str
    channels: int
    started: datetime
    started_at: float
    url: str
    status: str = "in-progress"
    duration: int = 0
    words: tuple[str, ...] = ("Hello, how can I help?", "I want a new roof.")


@dataclass(slots=True)
class Transcript:
    """A recording that is being written down; it is over once somebody has looked."""

    recording_sid: str
    sid: str
    status: str = "queued"


class Ledger:
    """All of one account's numbers, calls and recordings, the newest last."""

    def __init__(self) -> None:
        self.numbers: dict[str, NumberConfig] = {}
        self.sold: set[str] = set()  # to others: they cannot be had
        self.calls: dict[str, CallEntry] = {}
        self.recordings: dict[str, Recording] = {}
        self.transcripts: dict[str, Transcript] = {}
        self.services: dict[str, str] = {}  # of Voice Intelligence: name by sid
        self.insights = True  # whether the account has Voice Insights
        self.summaries: dict[str, dict[str, Any]] = {}  # of it: by the call's sid

    def open(self, entry: CallEntry) -> CallEntry:
        """Remember a call or leg from its beginning."""
        while len(self.calls) >= CALLS_KEPT_MAX:
            self.calls.pop(next(iter(self.calls)))
        self.calls[entry.sid] = entry
        return entry

    def legs(self, parent_sid: str) -> Iterator[CallEntry]:
        """The legs of a call, in the order of their dialling."""
        return (entry for entry in self.calls.values() if entry.parent_sid == parent_sid)

    def owns(self, phone_number: str) -> bool:
        """Whether a number is the account's."""
        return any(one.phone_number == phone_number for one in self.numbers.values())
