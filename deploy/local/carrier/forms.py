"""The parameters of Twilio's webhooks, from what the ledger knows."""

from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import urlencode

from deploy.local.carrier.ledger import TERMINAL, CallEntry, Recording
from deploy.local.carrier.report import Params

API_VERSION = "2010-04-01"
_GEO = ("City", "State", "Zip", "Country")


def encode(params: Params) -> str:
    """A form body."""
    return urlencode(params)


def stamp(instant: datetime) -> str:
    """RFC 2822, as Twilio writes every time: Sun, 25 Mar 2018 09:53:19 +0000."""
    return format_datetime(instant)


def voice(account_sid: str, entry: CallEntry, extra: Mapping[str, str]) -> dict[str, str]:
    """What every request about a call says; `extra` adds to it and wins over it."""
    params = {
        "AccountSid": account_sid,
        "ApiVersion": API_VERSION,
        "CallSid": entry.sid,
        "CallStatus": entry.status,
        "Direction": entry.direction,
        "From": entry.caller,
        "To": entry.called,
    }
    for name, address in (("From", entry.caller), ("To", entry.called)):
        params |= {name + part: "" for part in _GEO}
        params[name + "Country"] = "US" if address.startswith("+1") else ""
    params |= extra
    for name, twin in (("From", "Caller"), ("To", "Called")):  # the names of long ago, still sent
        pairs = {twin + part: params[name + part] for part in ("", *_GEO)}
        params = pairs | params
    if entry.parent_sid is not None:
        params["ParentCallSid"] = entry.parent_sid
    return params


def dial_action(
    leg: CallEntry | None, *, bridged: bool, recording: Recording | None
) -> dict[str, str]:
    """What a Dial's action says besides: how the leg that counts ended, if there was one."""
    params = {"DialCallStatus": "failed", "DialBridged": str(bridged).lower()}
    if leg is not None:
        params |= {"DialCallStatus": leg.status, "DialCallSid": leg.sid}
        if leg.answered:
            params["DialCallDuration"] = str(leg.duration)
    if recording is not None:
        params["RecordingUrl"] = recording.url
    return params


def status(entry: CallEntry, instant: datetime) -> dict[str, str]:
    """What a status callback says besides, and counts it.

    `Duration` is minutes billed, `CallDuration` seconds.
    """
    params = {
        "CallbackSource": "call-progress-events",
        "SequenceNumber": str(entry.callbacks),
        "Timestamp": stamp(instant),
    }
    entry.callbacks += 1
    if entry.status in TERMINAL:
        params["CallDuration"] = str(entry.duration)
        params["Duration"] = str(-(-entry.duration // 60))
    return params


def recording(account_sid: str, one: Recording) -> dict[str, str]:
    """What a recording callback says; an absent recording has no URL."""
    params = {
        "AccountSid": account_sid,
        "CallSid": one.call_sid,
        "RecordingSid": one.sid,
        "RecordingStatus": one.status,
        "RecordingChannels": str(one.channels),
        "RecordingSource": one.source,
        "RecordingTrack": "both",
        "RecordingStartTime": stamp(one.started),
        "ErrorCode": "0",
    }
    if one.status == "completed":
        params |= {"RecordingUrl": one.url, "RecordingDuration": str(one.duration)}
    return params


def transcript(account_sid: str, one: Recording, text: str) -> dict[str, str]:
    """What a transcription's callback says; without a text it failed."""
    return {
        "AccountSid": account_sid,
        "CallSid": one.call_sid,
        "RecordingSid": one.sid,
        "RecordingUrl": one.url,
        "TranscriptionSid": f"TR{one.sid[2:]}",
        "TranscriptionStatus": "completed" if text else "failed",
        "TranscriptionText": text,
    }


def digits(keys: str, finished_on: str) -> dict[str, str]:
    """What a Gather's action says of pressed keys; none at all is empty."""
    return {"Digits": keys, "FinishedOnKey": finished_on, "msg": "Gather End"}


def speech(words: str) -> dict[str, str]:
    """What a Gather's action says of spoken words."""
    return {"SpeechResult": words, "Confidence": "0.9128"}
