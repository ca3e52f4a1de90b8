"""Twilio's form fields become our facts: strict about the form, patient with its values."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import unquote_to_bytes

from libs.contracts.calls import (
    CallArrived,
    CallEnded,
    CallStatus,
    Fact,
    Geography,
    LegAccepted,
    LegAnswered,
    LegEnded,
    LegRinging,
    RecordingReady,
    RecordingStatus,
    RecordingTranscribed,
    TranscriptStatus,
    sequence_of,
)
from libs.contracts.flows import KEYED_MAX, Keyed, Recorded
from libs.contracts.ids import CallId, PoolId, call_id_of
from libs.contracts.phone import read_caller
from services.ingress.domain.callbacks import Leg

FIELDS_MAX = 200  # the carrier sends about forty
VALUE_LENGTH_MAX = 8_192
BODY_BYTES_MAX = 65_536
NAME_SHOWN = 60  # of a name that is refused
SID_LENGTH_MAX = 64
DIGITS_MAX = 9  # of a duration or a code
TEXT_LENGTH_MAX = 254  # what is kept of a dialled address
DIAL_ACTION_SEQUENCE = 100  # apart from the leg's own callbacks, which count from 0

_CALLS = ("AccountSid", "CallSid", "ParentCallSid", "From", "To", "CallStatus")
_CALLERS = ("FromCity", "FromState", "FromZip", "FromCountry", "StirVerstat", "ForwardedFrom")
_ENDS = ("CallDuration", "SequenceNumber", "Timestamp", "SipResponseCode")
_DIALS = tuple(
    f"Dial{name}"
    for name in ("CallSid", "CallStatus", "CallDuration", "Bridged", "SipResponseCode")
)
_KEYS = ("Digits",)
_OF_RECORDINGS = ("Sid", "Status", "Url", "Duration", "Channels")
_RECORDINGS = tuple(f"Recording{name}" for name in _OF_RECORDINGS)
_TRANSCRIPTS = ("TranscriptionStatus", "TranscriptionText")
_ERRORS = ("ErrorCode", "ErrorUrl")
_ABOUT_LEGS = (*_DIALS, *_KEYS, *_RECORDINGS, *_TRANSCRIPTS)
_READ_BY_US = frozenset((*_CALLS, *_CALLERS, *_ENDS, *_ABOUT_LEGS, *_ERRORS))
_SID = re.compile(rf"[A-Za-z0-9]{{1,{SID_LENGTH_MAX}}}")
_HALF_ESCAPED = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_NO_KEY = re.compile("[^0-9*#A-Da-d]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")  # no text of ours holds one, and some stores refuse it

_STATUSES: Mapping[str, CallStatus] = {status.value: status for status in CallStatus}


class BadForm(Exception):
    """The body is no form that the carrier sends; `field` is where, `problem` what is allowed."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Form:
    """A form: every pair as it was sent, for the signature; and each name's readable value."""

    pairs: tuple[tuple[str, str], ...]
    values: Mapping[str, str]

    def get(self, name: str, default: str = "") -> str:
        """A field's value."""
        return self.values.get(name, default)


def read_form(body: bytes) -> Form:
    """Decode a urlencoded body, or raise BadForm."""
    if len(body) > BODY_BYTES_MAX:
        raise BadForm("body", f"at most {BODY_BYTES_MAX} bytes are read")
    parts = [part for part in body.split(b"&") if part]
    if len(parts) > FIELDS_MAX:
        raise BadForm("body", f"at most {FIELDS_MAX} fields are read")
    pairs = tuple(_pair(part) for part in parts)
    values: dict[str, str] = {}
    for name, value in pairs:
        if name in values and name in _READ_BY_US:
            raise BadForm(name, "is given twice")
        values.setdefault(name, value if value.isprintable() else _CONTROL.sub("", value))
    return Form(pairs, values)


def _pair(part: bytes) -> tuple[str, str]:
    raw_name, equals, raw_value = part.partition(b"=")
    name = _decoded(raw_name, "a field's name")
    if not equals:
        raise BadForm(name[:NAME_SHOWN], "has no value: the body is no form")
    value = _decoded(raw_value, name)
    if len(value) > VALUE_LENGTH_MAX:
        raise BadForm(name[:NAME_SHOWN], f"at most {VALUE_LENGTH_MAX} characters are read")
    return name, value


def _decoded(raw: bytes, field: str) -> str:
    if b"%" in raw and _HALF_ESCAPED.search(raw):
        raise BadForm(field[:NAME_SHOWN], "has a % that two hexadecimal digits must follow")
    if b"+" in raw:
        raw = raw.replace(b"+", b" ")
    try:
        return (unquote_to_bytes(raw) if b"%" in raw else raw).decode()
    except UnicodeDecodeError as fault:
        raise BadForm(field[:NAME_SHOWN], "is not UTF-8") from fault


def call_of(form: Form) -> CallId:
    """Which call a webhook about a caller's own line is about, or raise BadForm."""
    for name in ("AccountSid", "CallSid"):
        if _sid(form, name) is None:
            raise BadForm(name, "must be the carrier's identifier: letters and digits")
    return call_id_of(form.get("AccountSid"), form.get("CallSid"))


def is_of_call(form: Form, call_id: CallId) -> bool:
    """Whether the signing account speaks of a call of its own, or of a leg of that call.

    The address alone proves nothing: any account can have any address requested.
    """
    account_sid = form.get("AccountSid")
    call_sids = (form.get("ParentCallSid"), form.get("CallSid"))
    return any(call_id_of(account_sid, sid) == call_id for sid in call_sids if sid)


def arrival(form: Form, pool_id: PoolId | None, seen_at: datetime) -> CallArrived:
    """A voice webhook: somebody calls."""
    return CallArrived(
        call_id=call_of(form),
        at=_instant(form, seen_at),
        seen_at=seen_at,
        account_sid=form.get("AccountSid"),
        call_sid=form.get("CallSid"),
        caller=read_caller(form.get("From")),
        dialled=form.get("To")[:TEXT_LENGTH_MAX],
        pool_id=pool_id,
        geography=Geography(
            city=form.get("FromCity"),
            state=form.get("FromState"),
            zip=form.get("FromZip"),
            country=form.get("FromCountry"),
        ),
        stir=form.get("StirVerstat"),
        forwarded_from=form.get("ForwardedFrom")[:TEXT_LENGTH_MAX],
    )


def heard(form: Form) -> Keyed | Recorded:
    """What a caller in a flow has keyed, said or recorded."""
    if form.get("RecordingSid") or form.get("RecordingUrl"):
        seconds = _whole(form.get("RecordingDuration")) or 0
        return Recorded(recording_sid=_sid(form, "RecordingSid"), seconds=seconds)
    digits = _NO_KEY.sub("", form.get("Digits"))[:KEYED_MAX]
    return Keyed(digits=digits, speech=form.get("SpeechResult")[:KEYED_MAX])


def dial_end(form: Form, leg: Leg, seen_at: datetime) -> LegEnded:
    """A dial action: the leg is over; the parent's own status says whether the caller is too."""
    bridged = {"true": True, "false": False}.get(form.get("DialBridged").lower())
    status = _STATUSES.get(form.get("DialCallStatus"), CallStatus.FAILED)
    return LegEnded(
        **_about(form, leg, seen_at, DIAL_ACTION_SEQUENCE),
        leg_sid=_sid(form, "DialCallSid"),
        status=status,
        bridged=bridged,
        seconds=_whole(form.get("DialCallDuration")),
        sip_code=_whole(form.get("DialSipResponseCode")),
        caller_gone=_caller_gone(form),
    )


def _caller_gone(form: Form) -> bool:
    parent = _STATUSES.get(form.get("CallStatus"))
    return parent is not None and parent.terminal


def leg_fact(form: Form, leg: Leg, seen_at: datetime) -> Fact | None:
    """A leg's status callback; None where it tells nothing we keep."""
    status = _STATUSES.get(form.get("CallStatus"))
    about = _about(form, leg, seen_at, _whole(form.get("SequenceNumber")) or 0)
    sid = form.get("CallSid")
    match status:
        case CallStatus.RINGING:
            return LegRinging(**about, leg_sid=sid)
        case CallStatus.IN_PROGRESS | CallStatus.ANSWERED:
            return LegAnswered(**about, leg_sid=sid)
        case CallStatus() if status.terminal:
            return LegEnded(
                **about,
                leg_sid=sid,
                status=status,
                bridged=None if status is CallStatus.COMPLETED else False,
                seconds=_whole(form.get("CallDuration")),
                sip_code=_whole(form.get("SipResponseCode")),
            )
        case _:
            return None


def accepted(form: Form, leg: Leg, seen_at: datetime) -> LegAccepted:
    """The callee pressed the key that takes the call."""
    return LegAccepted(**_about(form, leg, seen_at, 0), leg_sid=form.get("CallSid"))


def call_end(form: Form, seen_at: datetime) -> CallEnded | None:
    """A number's status callback; it matters only when the call is over.

    `Duration` is minutes billed and is not read; `CallDuration` is seconds.
    """
    status = _STATUSES.get(form.get("CallStatus"))
    if status is None or not status.terminal:
        return None
    return CallEnded(
        call_id=call_of(form),
        at=_instant(form, seen_at),
        seen_at=seen_at,
        status=status,
        seconds=_whole(form.get("CallDuration")),
    )


def recording(form: Form, leg: Leg, seen_at: datetime) -> RecordingReady | None:
    """A recording's status callback; None for a word we do not know."""
    word = form.get("RecordingStatus", "completed")
    if word not in tuple(RecordingStatus):
        return None
    channels = _whole(form.get("RecordingChannels"))
    sid, status = form.get("RecordingSid"), RecordingStatus(word)
    return RecordingReady(
        **_about(form, leg, seen_at, sequence_of(sid, tuple(RecordingStatus).index(status))),
        recording_sid=sid,
        status=status,
        url=form.get("RecordingUrl") or None,
        seconds=_whole(form.get("RecordingDuration")),
        channels=channels if channels in (1, 2) else None,
    )


def transcript(form: Form, leg: Leg, seen_at: datetime) -> RecordingTranscribed | None:
    """A transcription's callback; None for a word we do not know."""
    word = form.get("TranscriptionStatus", "completed")
    if word not in tuple(TranscriptStatus):
        return None
    sid, status = form.get("RecordingSid"), TranscriptStatus(word)
    return RecordingTranscribed(
        **_about(form, leg, seen_at, sequence_of(sid, tuple(TranscriptStatus).index(status))),
        recording_sid=sid,
        status=status,
        text=form.get("TranscriptionText") if status is TranscriptStatus.COMPLETED else "",
    )


def _about(form: Form, leg: Leg, seen_at: datetime, sequence: int) -> dict[str, Any]:
    return {
        "call_id": leg.call_id,
        "account_id": leg.account_id,
        "step": leg.step,
        "sequence": sequence,
        "at": _instant(form, seen_at),
        "seen_at": seen_at,
    }


def _instant(form: Form, otherwise: datetime) -> datetime:
    """The carrier's own time (RFC 2822), or ours where it gives none that can be read."""
    try:
        told = parsedate_to_datetime(form.get("Timestamp"))
        return otherwise if told.tzinfo is None else told.astimezone(UTC)
    except (TypeError, ValueError, IndexError, OverflowError):  # the last near the year 9999
        return otherwise


def _sid(form: Form, name: str) -> str | None:
    sid = form.get(name)
    return sid if _SID.fullmatch(sid) else None


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= DIGITS_MAX else None
