"""An operator's hand on a live call: hung up, transferred, its recording paused and resumed."""

from enum import StrEnum
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, TypeAdapter, model_validator

from libs.contracts.calls import Fact
from libs.contracts.editing import Actor
from libs.contracts.ids import AccountId, CallId, Sid
from libs.contracts.message import Instant, Question, Value, one_of, refused_at
from libs.contracts.phone import Caller, Destination


class Control(StrEnum):
    """What is done to a call that is on the line."""

    HANG_UP = "hang_up"
    TRANSFER = "transfer"
    PAUSE_RECORDING = "pause_recording"
    RESUME_RECORDING = "resume_recording"


class Command(Value):
    """What an operator wants: a transfer has a `destination`, and is recorded if `record`."""

    control: Control
    destination: Destination | None = None
    record: bool = False

    @model_validator(mode="after")
    def _whole(self) -> Self:
        transfer = self.control is Control.TRANSFER
        if transfer and self.destination is None:
            raise refused_at(("destination",), "a transfer needs one")
        for name in ("destination", "record"):
            if not transfer and getattr(self, name):
                raise refused_at((name,), "only a transfer has one")
        return self


class CallControlled(Fact):
    """Somebody has done this to the call, and the carrier has agreed.

    `step`: the leg that a transfer dials, else the leg that was on the line.
    """

    subject: ClassVar[str] = "event.call.controlled.v1"
    publisher: ClassVar[str] = "ingress"

    control: Control
    destination: Destination | None = None
    actor: Actor


class Controlled(Value):
    """The carrier has agreed."""

    outcome: Literal["controlled"] = "controlled"
    control: Control
    step: int
    at: Instant


class ControlCall(Command, Question):
    """Do this to a call of the account.

    Refused as `not_live` where it is over, `not_recording` where no recording runs (or is
    paused), `not_found` where the account has no such call.
    """

    subject: ClassVar[str] = "ask.tracking.control_call.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Controlled)

    account_id: AccountId
    call_id: CallId
    actor: Actor


class LegLeft(Value):
    """A leg on which people spoke when its caller was led away, and for at least so long."""

    step: int = Field(ge=0)
    seconds: int = Field(ge=0)


class ControlLine(Command, Question):
    """Do this to the caller's line at the carrier; whoever asks knows that the account may.

    `sequence` tells this control of the call from all others.  `leaves` is the leg that a transfer
    ends.
    """

    subject: ClassVar[str] = "ask.ingress.control_line.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Controlled)

    account_id: AccountId
    call_id: CallId
    account_sid: Sid
    call_sid: Sid
    caller: Caller
    dialled: str = Field(max_length=254)
    step: int = Field(ge=0)
    sequence: int = Field(ge=0)
    actor: Actor
    leaves: LegLeft | None = None
