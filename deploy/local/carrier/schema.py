"""The attributes of TwiML's elements: which exist, how they are read, what is complained of.

Attributes are known as the twilio library knows them; those that change nothing here
(models of speech recognition, ring tones, ...) are accepted and have no effect.
"""

import inspect
import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

from twilio.twiml import voice_response

from deploy.local.carrier.refusals import Refused

_response, _dial = voice_response.VoiceResponse, voice_response.Dial

# Element -> its maker in the twilio library, and that maker's parameter that is the body.
_MAKERS: dict[str, tuple[Callable[..., Any], str]] = {
    "Say": (_response.say, "message"),
    "Play": (_response.play, "url"),
    "Pause": (_response.pause, ""),
    "Gather": (_response.gather, ""),
    "Record": (_response.record, ""),
    "Dial": (_response.dial, "number"),
    "Redirect": (_response.redirect, "url"),
    "Reject": (_response.reject, ""),
    "Hangup": (_response.hangup, ""),
    "Number": (_dial.number, "phone_number"),
    "Sip": (_dial.sip, "sip_url"),
    "Client": (_dial.client, "identity"),
}
_RECORD = tuple(
    f"record-from-{start}{channels}"
    for start in ("answer", "ringing")
    for channels in ("", "-dual")
)

Reader = Callable[[str], Any]


def _whole(low: int, high: int) -> Reader:
    def read(value: str) -> int:
        if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return int(value)

    return read


def _one_of(*allowed: str) -> Reader:
    def read(value: str) -> str:
        if value not in allowed:
            raise ValueError(f"one of {', '.join(allowed)}")
        return value

    return read


def _some_of(*allowed: str) -> Reader:
    def read(value: str) -> frozenset[str]:
        words = frozenset(value.split())
        if not words or not words <= frozenset(allowed):
            raise ValueError(f"some of {', '.join(allowed)}, with blanks between")
        return words

    return read


def _matching(pattern: str, meaning: str) -> Reader:
    def read(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(meaning)
        return value

    return read


def _flag(value: str) -> bool:
    return bool(_one_of("true", "false")(value) == "true")


_METHOD = _one_of("GET", "POST")
_KEYS = _matching(r"[0-9*#]*", "keys of a telephone")
_TONES = _matching(r"[0-9*#wW]*", "keys of a telephone and w for a wait")
_RECORDING: dict[str, tuple[Reader, int]] = {
    "recordingStatusCallback": (str, 12200),
    "recordingStatusCallbackMethod": (_METHOD, 12200),
    "recordingStatusCallbackEvent": (_some_of("in-progress", "completed", "absent"), 12200),
}
_LEG: dict[str, tuple[Reader, int]] = {
    "url": (str, 12200),
    "statusCallback": (str, 12200),
    "statusCallbackMethod": (_METHOD, 12200),
    "statusCallbackEvent": (_some_of("initiated", "ringing", "answered", "completed"), 12200),
}

# Element -> attribute -> how it is read, and the number of Twilio's complaint.
READERS: dict[str, dict[str, tuple[Reader, int]]] = {
    "Say": {"loop": (_whole(0, 1_000), 13510), "voice": (str, 12200), "language": (str, 12200)},
    "Play": {"loop": (_whole(0, 1_000), 13410), "digits": (_TONES, 12200)},
    "Pause": {"length": (_whole(1, 14_400), 13910)},
    "Gather": {
        "action": (str, 12200),
        "method": (_METHOD, 13312),
        "input": (_some_of("dtmf", "speech"), 12200),
        "timeout": (_whole(1, 3_600), 13313),
        "numDigits": (_whole(1, 10_000), 13314),
        "finishOnKey": (_KEYS, 13310),
        "actionOnEmptyResult": (_flag, 12200),
    },
    "Record": {
        "action": (str, 12200),
        "method": (_METHOD, 13610),
        "timeout": (_whole(1, 14_400), 13611),
        "maxLength": (_whole(2, 14_400), 13612),
        "finishOnKey": (_KEYS, 13613),
        "playBeep": (_flag, 13616),
        "transcribe": (_flag, 12200),
        "transcribeCallback": (str, 12200),
        **_RECORDING,
    },
    "Dial": {
        "action": (str, 12200),
        "method": (_METHOD, 13210),
        "timeout": (_whole(1, 600), 13212),
        "timeLimit": (_whole(1, 14_400), 13216),
        "callerId": (str, 13214),
        "answerOnBridge": (_flag, 12200),
        "hangupOnStar": (_flag, 13213),
        "record": (_one_of("do-not-record", *_RECORD), 13217),
        "sequential": (_one_of("false"), 12200),  # the player rings them together only
        **_RECORDING,
    },
    "Number": {**_LEG, "method": (_METHOD, 13221), "sendDigits": (_TONES, 13222)},
    "Sip": {**_LEG, "method": (_METHOD, 13241)},
    "Client": {**_LEG, "method": (_METHOD, 12200)},
    "Redirect": {"method": (_METHOD, 13710)},
    "Reject": {"reason": (_one_of("rejected", "busy"), 12200)},
    "Hangup": {},
}
_WITHOUT_EFFECT = frozenset({"hangup_on_star", "sequential"})  # read only to be checked


def _camel(name: str) -> str:
    head, *tail = name.strip("_").split("_")
    return head + "".join(word.capitalize() for word in tail)


def _snake(name: str) -> str:
    return re.sub(r"([A-Z])", lambda match: "_" + match[1].lower(), name)


def _known(maker: Callable[..., Any], body: str) -> frozenset[str]:
    names = inspect.signature(maker).parameters
    return frozenset(_camel(name) for name in names if name not in ("self", "kwargs", body))


KNOWN_ATTRIBUTES = {element: _known(*maker) for element, maker in _MAKERS.items()}


def attributes(element: ElementTree.Element) -> dict[str, Any]:
    """The attributes that matter, by the names of our verbs' fields, or `Refused`."""
    readers = READERS[element.tag]
    fields = {}
    for name, value in element.attrib.items():
        if name not in KNOWN_ATTRIBUTES[element.tag]:
            raise Refused(12200, f"<{element.tag}> has no attribute {name!r}")
        if name in readers:
            read, number = readers[name]
            try:
                fields[_snake(name)] = read(value)
            except ValueError as fault:
                raise Refused(number, f"{name}={value!r} must be {fault}") from fault
    return {name: value for name, value in fields.items() if name not in _WITHOUT_EFFECT}
