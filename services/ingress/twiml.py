"""TwiML is written here, and nowhere else: neutral verbs in, one XML document out.

The writer escapes everything and is deterministic, so that equal outcomes give equal
bytes.  Tests hold each element and attribute against the twilio library.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from libs.contracts.phone import E164, Caller, PhoneDestination, SipDestination
from libs.contracts.routing import Whisper
from libs.contracts.voice import (
    ClientDestination,
    Dial,
    DialRecording,
    Gather,
    Hangup,
    Pause,
    Play,
    Record,
    Redirect,
    Reject,
    Say,
    Verb,
)
from services.ingress.domain.callbacks import Leg

EMPTY = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'
LEG_EVENTS = "initiated ringing answered completed"
RECORDING_EVENTS = "completed absent"
ACCEPT_KEY = "1"
ACCEPT_PROMPT = f"Press {ACCEPT_KEY} to take the call."
ACCEPT_WITHIN_SECONDS = 10  # the caller hears ringing meanwhile
SIP_HEADERS_LENGTH_MAX = 1_024  # the carrier refuses the leg with more
RECORD_SECONDS_MIN = 2  # the carrier refuses less

_UNSPEAKABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML document may hold, even escaped: it would silence the caller."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Where a document is heard: who calls which number, and where callbacks go."""

    base_url: str
    caller: Caller
    dialled: str
    leg: Leg


def render(verbs: Sequence[Verb], scene: Scene) -> bytes:
    """Write one document."""
    return _document("".join(_verb(verb, scene) for verb in verbs))


def _document(inside: str) -> bytes:
    if not inside:
        return EMPTY
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{inside}</Response>'.encode()


def whispered(whisper: Whisper, scene: Scene) -> bytes:
    """What a callee hears before she is connected; without the key she is not."""
    said = _prompt(Say(text=whisper.say)) if whisper.say else ""
    if not whisper.press_to_accept:
        return _document(said)
    ask = _prompt(Say(text=ACCEPT_PROMPT))
    action = scene.leg.url(scene.base_url, "accept")
    gather: dict[str, str | None] = {
        "action": action,
        "numDigits": "1",
        "timeout": str(ACCEPT_WITHIN_SECONDS),
    }
    return _document(f"{_element('Gather', gather, said + ask)}<Hangup/>")


def _verb(verb: Verb, scene: Scene) -> str:
    match verb:
        case Say() | Play() | Pause():
            return _prompt(verb)
        case Dial():
            return _dial(verb, scene)
        case Gather():
            return _gather(verb, scene)
        case Record():
            return _record(verb, scene)
        case Redirect() | Reject() | Hangup():
            return _turn(verb, scene)


def _turn(verb: Redirect | Reject | Hangup, scene: Scene) -> str:
    match verb:
        case Redirect():
            return _element("Redirect", {}, _text(scene.base_url + verb.path))
        case Reject():
            return _element("Reject", {"reason": verb.reason})
        case Hangup():
            return "<Hangup/>"


def _prompt(verb: Say | Play | Pause) -> str:
    match verb:
        case Say():
            return _element(
                "Say", {"language": verb.language, "voice": verb.voice}, _text(verb.text)
            )
        case Play():
            return _element("Play", {"loop": str(verb.loop)}, _text(verb.url))
        case Pause():
            return _element("Pause", {"length": str(verb.seconds)})


def _dial(verb: Dial, scene: Scene) -> str:
    recording = {} if verb.recording is DialRecording.NOT else {"record": verb.recording.value}
    if recording:
        recording |= _recording_callback(scene)
    return _element(
        "Dial",
        {
            "action": scene.leg.url(scene.base_url, "dial"),
            "answerOnBridge": "true",
            "callerId": verb.caller_id or scene.caller.number or _number_or_none(scene.dialled),
            **recording,
            "timeLimit": str(verb.limit_seconds),
            "timeout": str(verb.ring_seconds),
        },
        _destination(verb, scene),
    )


def _number_or_none(dialled: str) -> str | None:
    """A SIP address that was dialled cannot be shown as a caller's number."""
    return dialled if E164.fullmatch(dialled) else None


def _recording_callback(scene: Scene) -> dict[str, str]:
    return {
        "recordingStatusCallback": scene.leg.url(scene.base_url, "recording"),
        "recordingStatusCallbackEvent": RECORDING_EVENTS,
    }


def _transcription(verb: Record, scene: Scene) -> dict[str, str]:
    if not verb.transcribe:
        return {}
    return {
        "transcribe": "true",
        "transcribeCallback": scene.leg.url(scene.base_url, "transcript"),
    }


def _destination(verb: Dial, scene: Scene) -> str:
    attributes: dict[str, str | None] = {
        "statusCallback": scene.leg.url(scene.base_url, "leg"),
        "statusCallbackEvent": LEG_EVENTS,
    }
    if verb.whisper or verb.press_to_accept:
        attributes["url"] = scene.leg.url(scene.base_url, "whisper")
    match verb.destination:
        case PhoneDestination(number=number):
            attributes["sendDigits"] = verb.digits or None
            return _element("Number", attributes, _text(number))
        case SipDestination(address=address):
            return _element("Sip", attributes, _text(address + _sip_headers(verb)))
        case ClientDestination(identity=identity):
            return _element("Client", attributes, _text(identity))


def _sip_headers(verb: Dial) -> str:
    """The headers as a query of the address; those beyond the carrier's limit are left out."""
    query = ""
    for header in verb.sip_headers:
        longer = f"{query}{'&' if query else '?'}{header.name}={quote(header.value, safe='')}"
        if len(longer) - 1 <= SIP_HEADERS_LENGTH_MAX:
            query = longer
    return query


def _gather(verb: Gather, scene: Scene) -> str:
    return _element(
        "Gather",
        {
            "action": scene.leg.url(scene.base_url, "turn"),
            "actionOnEmptyResult": "true",
            "finishOnKey": verb.finish_on_key,
            "hints": verb.hints or None,
            "input": _input(verb),
            "language": verb.language,
            "numDigits": None if verb.digits_max is None else str(verb.digits_max),
            "timeout": str(verb.timeout_seconds),
        },
        "".join(_prompt(prompt) for prompt in verb.prompts),
    )


def _input(verb: Gather) -> str:
    return " ".join(["dtmf"] * verb.digits + ["speech"] * verb.speech)


def _record(verb: Record, scene: Scene) -> str:
    """A caller who says nothing gets no action: she is sent there by the verb behind."""
    action = scene.leg.url(scene.base_url, "turn")
    record = _element(
        "Record",
        {
            "action": action,
            "finishOnKey": verb.finish_on_key,
            "maxLength": str(max(verb.seconds_max, RECORD_SECONDS_MIN)),
            "playBeep": "true" if verb.beep else "false",
            **_recording_callback(scene),
            "timeout": str(verb.silence_seconds),
            **_transcription(verb, scene),
        },
    )
    return record + _element("Redirect", {}, _text(action))


def _element(name: str, attributes: dict[str, str | None], inside: str = "") -> str:
    written = "".join(
        f" {key}={quoteattr(_UNSPEAKABLE.sub('', value))}"
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{written}>{inside}</{name}>" if inside else f"<{name}{written}/>"


def _text(text: str) -> str:
    return escape(_UNSPEAKABLE.sub("", text))
