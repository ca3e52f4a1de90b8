"""Facts about calls, as the carrier told them to the ingress.

Each fact is known by what it says, not by when it was heard: the same callback
heard twice is the same fact.  `at` is the carrier's time (ours where it gives
none), `seen_at` is ours.  Durations are the carrier's own, in seconds.
"""

from enum import StrEnum
from hashlib import sha256
from typing import ClassVar, Literal

from pydantic import Field

from libs.contracts.ids import AccountId, CallId, PoolId, Sid
from libs.contracts.message import Instant, Message, Value
from libs.contracts.phone import Caller, Destination


class Fact(Message):
    """Something that happened in a call.

    `step` counts the legs of a call from 0; `sequence` tells apart what is said
    more than once about one leg.  `account_id` is None until the router has said
    whose call it is.
    """

    publisher: ClassVar[str]

    call_id: CallId
    account_id: AccountId | None = None
    step: int = 0
    sequence: int = 0
    at: Instant
    seen_at: Instant

    @property
    def key(self) -> str:
        """The fact's natural key: repeated deliveries have the same one."""
        return f"{self.call_id}:{self.subject}:{self.step}:{self.sequence}"


class CallStatus(StrEnum):
    """The carrier's word for the state of a call or leg."""

    QUEUED = "queued"
    INITIATED = "initiated"
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    ANSWERED = "answered"
    COMPLETED = "completed"
    BUSY = "busy"
    FAILED = "failed"
    NO_ANSWER = "no-answer"
    CANCELED = "canceled"

    @property
    def terminal(self) -> bool:
        """Whether nothing more can happen to it."""
        return self in _TERMINAL


_TERMINAL = frozenset(
    (
        CallStatus.COMPLETED,
        CallStatus.BUSY,
        CallStatus.FAILED,
        CallStatus.NO_ANSWER,
        CallStatus.CANCELED,
    )
)


class Geography(Value):
    """Where the carrier believes the caller's number to be; empty where it did not say."""

    city: str = ""
    state: str = ""
    zip: str = ""
    country: str = ""


class CallArrived(Fact):
    """A caller dialled one of our numbers, and the carrier asks what to do.

    `reconciled`, here and in ends: found in the carrier's list afterwards, not told in time.
    """

    subject: ClassVar[str] = "event.call.arrived.v1"
    publisher: ClassVar[str] = "ingress"

    account_sid: Sid
    call_sid: Sid
    caller: Caller
    dialled: str = Field(max_length=254)
    pool_id: PoolId | None = None
    geography: Geography = Geography()
    stir: str = ""
    forwarded_from: str = ""
    reconciled: bool = False


class CallFellBack(Fact):
    """The ingress answered without the router: what it dialled, or that it closed politely."""

    subject: ClassVar[str] = "event.call.fell_back.v1"
    publisher: ClassVar[str] = "ingress"

    dialled: Destination | None = None
    reason: str


class LegRinging(Fact):
    """A leg rings at its destination."""

    subject: ClassVar[str] = "event.leg.ringing.v1"
    publisher: ClassVar[str] = "ingress"

    leg_sid: Sid


class LegAnswered(Fact):
    """Somebody, or a machine, picked a leg up."""

    subject: ClassVar[str] = "event.leg.answered.v1"
    publisher: ClassVar[str] = "ingress"

    leg_sid: Sid


class LegAccepted(Fact):
    """The callee pressed the key that takes the call; only now are both connected."""

    subject: ClassVar[str] = "event.leg.accepted.v1"
    publisher: ClassVar[str] = "ingress"

    leg_sid: Sid


class LegEnded(Fact):
    """A leg is over.

    `bridged` is None where the carrier did not say; `completed` with `bridged` False
    is no connection.  The dial action says whether it was bridged, the leg's own
    status callback how long it lasted.
    """

    subject: ClassVar[str] = "event.leg.ended.v1"
    publisher: ClassVar[str] = "ingress"

    leg_sid: Sid | None = None
    status: CallStatus
    bridged: bool | None = None
    seconds: int | None = Field(default=None, ge=0)
    sip_code: int | None = None
    caller_gone: bool | None = None
    reconciled: bool = False

    @property
    def connected(self) -> bool:
        """Whether caller and callee spoke to each other."""
        if self.bridged is not None:
            return self.bridged
        return self.status in (CallStatus.COMPLETED, CallStatus.ANSWERED)


class CallEnded(Fact):
    """The caller's own line is closed; nothing of the call is left."""

    subject: ClassVar[str] = "event.call.ended.v1"
    publisher: ClassVar[str] = "ingress"

    status: CallStatus
    seconds: int | None = Field(default=None, ge=0)
    reconciled: bool = False


class RecordingStatus(StrEnum):
    """Whether a recording can be heard."""

    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    ABSENT = "absent"
    FAILED = "failed"


_WORDS_MAX = 8  # that are said of one recording
_NAMES = 2**28  # times _WORDS_MAX is what a signed integer of 32 bits holds


def sequence_of(recording_sid: str, word: int) -> int:
    """The sequence of a fact about a recording: a leg may have several, each with its words.

    >>> sequence_of("RE1", 1) - sequence_of("RE1", 0)
    1
    >>> sequence_of("RE1", 1) == sequence_of("RE2", 1)
    False
    """
    assert 0 <= word < _WORDS_MAX
    name = int.from_bytes(sha256(recording_sid.encode()).digest()[:8]) % _NAMES
    return name * _WORDS_MAX + word


class RecordingReady(Fact):
    """The carrier says what became of a recording.  `url` needs the carrier's credentials."""

    subject: ClassVar[str] = "event.recording.ready.v1"
    publisher: ClassVar[str] = "ingress"

    recording_sid: Sid
    status: RecordingStatus
    url: str | None = None
    seconds: int | None = Field(default=None, ge=0)
    channels: Literal[1, 2] | None = None


class TranscriptStatus(StrEnum):
    """Whether the carrier could write down what was said."""

    COMPLETED = "completed"
    FAILED = "failed"


class RecordingTranscribed(Fact):
    """The carrier has written down what a recording says, or could not: then `text` is empty."""

    subject: ClassVar[str] = "event.recording.transcribed.v1"
    publisher: ClassVar[str] = "ingress"

    recording_sid: Sid
    status: TranscriptStatus
    text: str = ""


class RecordingDeleted(Fact):
    """The carrier has a recording no more: the account's rule had it deleted."""

    subject: ClassVar[str] = "event.recording.deleted.v1"
    publisher: ClassVar[str] = "ingress"

    recording_sid: Sid
