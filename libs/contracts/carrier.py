"""What only the carrier can tell; the ingress asks it on everybody's behalf."""

from enum import StrEnum
from typing import Any, ClassVar, Literal

from pydantic import TypeAdapter

from libs.contracts.ids import Sid
from libs.contracts.message import Question, Value, one_of


class LineState(StrEnum):
    """Whether a leg still occupies its destination; `unknown` when the carrier is silent."""

    LIVE = "live"
    ENDED = "ended"
    UNKNOWN = "unknown"


class LegState(Value):
    """The carrier's own word about a leg."""

    outcome: Literal["leg_state"] = "leg_state"
    state: LineState


class AskLegState(Question):
    """Is the leg to `destination` of this call still alive?

    Ended where the caller's own line is closed, or the carrier's latest leg to that
    destination is in a terminal state.
    """

    subject: ClassVar[str] = "ask.ingress.leg_state.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(LegState)

    account_sid: Sid
    call_sid: Sid
    destination: str
