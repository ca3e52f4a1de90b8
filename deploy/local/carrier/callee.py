"""Whoever is dialled, as scripted: answers, is busy, stays away; talks, hangs up, presses keys."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What becomes of a ringing phone."""

    ANSWER = "answer"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    FAILED = "failed"


SIP_CODES = {
    "completed": "200",
    "busy": "486",
    "no-answer": "487",
    "failed": "503",
    "canceled": "487",
}


@dataclass(frozen=True, slots=True)
class Callee:
    """What one dialled party does.  Durations are seconds."""

    outcome: Outcome = Outcome.ANSWER
    after: float = 2.0  # from the dialling to the answer, the busy signal or the failure
    talk: float = 30.0  # from the bridge until one of the two hangs up
    hangs_up: bool = False  # the callee does; else the caller
    declines: bool = False  # hangs up during the whisper; without a whisper it sounds busy
    press: str = ""  # keys pressed when a whisper asks
    sip_code: str = ""  # the answer of a SIP phone, where the usual one will not do

    def events(self, start: float) -> list[tuple[float, str]]:
        """What its phone does, and when."""
        if self.outcome is Outcome.FAILED:
            return [(start + self.after, "failed")]
        ringing = (start + min(1.0, self.after), "ringing")
        if self.outcome is Outcome.NO_ANSWER:
            return [ringing]
        end = "answered" if self.outcome is Outcome.ANSWER else "busy"
        return [ringing, (start + self.after, end)]

    def answer_code(self, status: str) -> str:
        """The SIP response that a leg's end came with."""
        return self.sip_code or SIP_CODES[status]
