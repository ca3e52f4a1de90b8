"""Recordings: found with their call, heard through the ingress, which alone knows the carrier.

A recording's sound never comes by an address of the carrier's: the ingress has a door that opens
for whoever was given a ticket, for a minute.
"""

from typing import Any, ClassVar, Literal

from pydantic import Field, TypeAdapter

from libs.contracts.calls import RecordingStatus
from libs.contracts.editing import Changed, Edit
from libs.contracts.ids import AccountId, CallId, Sid
from libs.contracts.message import Document, Instant, Question, Value, one_of

KEEP_DAYS_MAX = 3_650


class Recording(Value):
    """One recording of a call.  `deleted_at`: since then the carrier has its sound no more."""

    recording_sid: Sid
    step: int = 0
    status: RecordingStatus
    seconds: int | None = None
    channels: int | None = None
    transcript: str | None = None
    deleted_at: Instant | None = None


class RecordingFound(Value):
    """A recording that can be heard, and the carrier account that has it."""

    outcome: Literal["recording"] = "recording"
    account_sid: Sid
    recording: Recording


class FindRecording(Question):
    """One recording of an account's call.

    `not_found`: the account has no such call, or the call no such recording; `gone`: it was
    deleted; `not_recorded`: it is not complete, or there is nothing in it.
    """

    subject: ClassVar[str] = "ask.tracking.recording.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(RecordingFound)

    account_id: AccountId
    call_id: CallId
    recording_sid: Sid


class DoorOpened(Value):
    """Where on the ingress the sound comes from; the ticket in it is good until `expires_at`."""

    outcome: Literal["door"] = "door"
    path: str = Field(max_length=1_000)
    expires_at: Instant


class OpenRecording(Question):
    """Let somebody hear a recording; who asks has made sure that she may."""

    subject: ClassVar[str] = "ask.ingress.open_recording.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(DoorOpened)

    account_sid: Sid
    recording_sid: Sid


class RecordingGone(Value):
    """The carrier has it no more; `was_there`: until now."""

    outcome: Literal["recording_gone"] = "recording_gone"
    was_there: bool


class DeleteRecording(Question):
    """Have the carrier delete a recording, and say so; as often as is needed.

    `call_id` None: the call itself is forgotten, and nobody is told.
    """

    subject: ClassVar[str] = "ask.ingress.delete_recording.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(RecordingGone)

    account_id: AccountId
    call_id: CallId | None
    step: int = 0
    account_sid: Sid
    recording_sid: Sid


class RecordingRule(Document):
    """How long an account's recordings are kept, in days; None: until somebody deletes them.

    What was written down of a recording stays with its call.
    """

    keep_days: int | None = Field(default=None, ge=1, le=KEEP_DAYS_MAX)


class SaveRecordingRule(Edit):
    """Change the account's rule; there is one."""

    subject: ClassVar[str] = "ask.tracking.save_recording_rule.v1"
    document: RecordingRule


class RecordingRuleChanged(Changed):
    subject: ClassVar[str] = "event.recording_rule.changed.v1"
    publisher: ClassVar[str] = "tracking"
