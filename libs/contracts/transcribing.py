"""Having recordings written down, afterwards and on request."""

from enum import StrEnum
from typing import Any, ClassVar, Literal

from pydantic import Field, TypeAdapter

from libs.contracts.annotating import CALLS_MAX
from libs.contracts.editing import Actor
from libs.contracts.ids import AccountId, CallId, Sid
from libs.contracts.message import Question, Value, one_of


class TranscriptionState(StrEnum):
    """How far the carrier is: `over` whether it could or not, which a fact of the call tells."""

    RUNNING = "running"
    OVER = "over"


class Transcribed(Value):
    """How far the carrier is with a recording."""

    outcome: Literal["transcribed"] = "transcribed"
    state: TranscriptionState


class TranscribeRecording(Question):
    """Have the carrier write a recording down; asked again until it is over.

    The first asking begins it, later ones look; when it is over, the fact of it is published.
    """

    subject: ClassVar[str] = "ask.ingress.transcribe.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Transcribed)

    account_id: AccountId
    call_id: CallId
    step: int = 0
    account_sid: Sid
    recording_sid: Sid


class Transcribing(Value):
    """So many recordings are being written down; of these calls there is none to be."""

    outcome: Literal["transcribing"] = "transcribing"
    recordings: int
    nothing: tuple[CallId, ...] = ()


class TranscribeCalls(Question):
    """Have all recordings of some calls written down that are not yet: of all calls, or of none.

    `not_found`: one is not the account's.
    """

    subject: ClassVar[str] = "ask.tracking.transcribe_calls.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Transcribing)

    account_id: AccountId
    actor: Actor
    call_ids: tuple[CallId, ...] = Field(min_length=1, max_length=CALLS_MAX)
