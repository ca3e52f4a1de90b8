"""What a played call amounted to, step by step."""

from collections.abc import Mapping
from dataclasses import dataclass

Params = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Step:
    """One webhook: what was asked, what came back, Twilio's error number if it complained.

    `at` is the scripted second of the call, `latency_ms` real; `status` None: no answer.
    """

    event: str
    method: str
    url: str
    params: Params
    at: float
    status: int | None
    content_type: str
    body: bytes
    latency_ms: float
    attempts: int = 1
    error: int | None = None


@dataclass(frozen=True, slots=True)
class LegReport:
    """One dialled destination and what became of it; times are seconds of the call."""

    sid: str
    destination: str
    caller_id: str
    headers: Params
    status: str
    bridged: bool
    started_at: float
    answered_at: float | None
    ended_at: float
    duration: int


@dataclass(frozen=True, slots=True)
class Mishap:
    """Something Twilio would show in its debugger, by its error number."""

    number: int
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class CallReport:
    """A whole call; `duration` is whole seconds from the answer to the end."""

    call_sid: str
    status: str
    duration: int
    steps: tuple[Step, ...]
    legs: tuple[LegReport, ...]
    spoken: tuple[str, ...]  # what the caller heard
    whispered: tuple[str, ...]  # what callees heard before the bridge
    mishaps: tuple[Mishap, ...]

    def sent(self, event: str) -> tuple[Step, ...]:
        """The webhooks of one event, in the order of their sending."""
        return tuple(step for step in self.steps if step.event == event)

    @property
    def summary(self) -> str:
        """The outcome in one line."""
        bridged = [leg.destination for leg in self.legs if leg.bridged]
        reached = f"connected to {', '.join(bridged)}" if bridged else "connected to nobody"
        wrong = f"; errors: {', '.join(map(str, self.errors))}" if self.errors else ""
        return f"call {self.call_sid}: {self.status} after {self.duration} s, {reached}{wrong}"

    @property
    def errors(self) -> tuple[int, ...]:
        """Twilio's numbers of all that went wrong."""
        return tuple(mishap.number for mishap in self.mishaps)
