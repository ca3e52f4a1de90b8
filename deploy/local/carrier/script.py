"""The script of a played call: what callees and the caller do, and what goes wrong on the way.

One line, parts separated by `;`:

    +15550100001=busy;+15550100002=answer:2,talk:30,callee-hangs-up;digits=1,-,22#;hangup-after=40

Callees, by number, `sip:user@host`, `client:name`, or `*` for all others; words with commas:

    answer[:s] busy[:s] failed[:s] no-answer   what becomes of the ringing, after s seconds
    talk:s                                     how long the two talk (30)
    callee-hangs-up | caller-hangs-up          who ends it (the caller)
    press:keys                                 keys pressed when a whisper asks
    reject                                     hangs up during the whisper
    sip:code                                   another SIP answer than the usual one

The caller:

    digits=1,-,22#        keys at each Gather in turn; - presses nothing
    speech=sales,billing  words at each Gather that listens
    message=s             how long the caller speaks at a Record (5); 0 is silence
    message-text=words    what is written down of it, if asked; without it that fails
    hangup-after=s        the caller leaves s seconds after the call came in
    abandoned=status      the end of a call that left unanswered: no-answer or canceled
    action-lost           when the caller has gone, the Dial's action is never requested

Faults of the network, words with commas between; `event` is one of EVENTS:

    faults=duplicate:event,drop:event,reorder:event,delay:event:s
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from deploy.local.carrier.callee import Callee, Outcome

CALLER_STATUSES = ("no-answer", "canceled")
FAULTS = ("duplicate", "drop", "reorder", "delay")
# Documents that the carrier fetches, then callbacks.  A document cannot be reordered,
# and only the action of a caller who has gone can be lost.
DOCUMENTS = ("voice", "action", "gather", "record", "redirect", "whisper", "fallback")
CALLBACKS = ("initiated", "ringing", "answered", "completed", "recording", "transcript", "ended")
EVENTS = (*DOCUMENTS, *CALLBACKS)
DEFAULT_CALLEE = Callee()  # answers, talks half a minute, and lets the caller hang up
SECONDS_MAX = 14_400.0  # no call lasts longer
_DESTINATIONS = ("+", "sip:", "sips:", "client:")


class ScriptMistake(ValueError):
    """The script cannot be played; the text says which field and what is allowed."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong with every webhook of an event."""

    kind: str
    event: str
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Script:
    """What everybody does during one call.  Durations are seconds."""

    callees: Mapping[str, Callee] = field(default_factory=dict)
    otherwise: Callee = DEFAULT_CALLEE
    digits: tuple[str, ...] = ()
    speech: tuple[str, ...] = ()
    message: float = 5.0
    message_text: str = ""
    hangup_after: float | None = None
    abandoned: str = "no-answer"
    action_lost: bool = False
    faults: tuple[Fault, ...] = ()

    def callee(self, address: str) -> Callee:
        """Who picks up at this address; parameters of a SIP address do not count."""
        return self.callees.get(address.partition(";")[0], self.otherwise)

    def fault(self, kind: str, event: str) -> Fault | None:
        """The fault of this kind that befalls this event, if any."""
        return next((one for one in self.faults if (one.kind, one.event) == (kind, event)), None)


def parse_script(text: str) -> Script:
    """Read a script, or raise `ScriptMistake`.

    >>> parse_script("+15550100001=busy;hangup-after=40").hangup_after
    40.0
    """
    fields: dict[str, Any] = {}
    callees: dict[str, Callee] = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if name == "*":
            fields["otherwise"] = _callee(name, value)
        elif name.startswith(_DESTINATIONS):
            callees[name] = _callee(name, value)
        elif name in _FIELDS:
            key, read = _FIELDS[name]
            fields[key] = read(name, value) if equals or name == "action-lost" else _none(name)
        else:
            allowed = ", ".join(("a destination (+1…, sip:…, client:…, *)", *_FIELDS))
            raise _mistake(name, "no such field", allowed)
    return Script(callees=callees, **fields)


def _mistake(name: str, found: str, allowed: str) -> ScriptMistake:
    return ScriptMistake(f"SCRIPT, {name}: {found}; allowed: {allowed}")


def _none(name: str) -> Any:
    raise _mistake(name, "no value", f"{name}=…")


def _seconds(name: str, value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= SECONDS_MAX:  # written so that nan is refused too
        raise _mistake(name, repr(value), f"seconds, 0 to {SECONDS_MAX:.0f}")
    return seconds


def _text(_name: str, value: str) -> str:
    return value


def _words(_name: str, value: str) -> tuple[str, ...]:
    return tuple("" if word.strip() == "-" else word.strip() for word in value.split(","))


def _keys(name: str, value: str) -> tuple[str, ...]:
    words = _words(name, value)
    if any(set(word) - set("0123456789*#") for word in words):
        raise _mistake(name, repr(value), "keys 0-9 * # with commas between, - for none")
    return words


def _status(name: str, value: str) -> str:
    if value not in CALLER_STATUSES:
        raise _mistake(name, repr(value), ", ".join(CALLER_STATUSES))
    return value


def _lost(name: str, value: str) -> bool:
    if value:
        raise _mistake(name, repr(value), "the word alone")
    return True


def _faults(name: str, value: str) -> tuple[Fault, ...]:
    return tuple(_fault(name, word.strip()) for word in value.split(","))


def _fault(name: str, word: str) -> Fault:
    kind, _, rest = word.partition(":")
    event, _, seconds = rest.partition(":")
    if kind not in FAULTS or event not in EVENTS or bool(seconds) != (kind == "delay"):
        shapes = ", ".join(f"{one}:event" + ":s" * (one == "delay") for one in FAULTS)
        raise _mistake(name, repr(word), f"{shapes}; event is one of {', '.join(EVENTS)}")
    if event in DOCUMENTS and kind in ("reorder", "drop"):
        raise _mistake(name, repr(word), f"{kind} of {', '.join(CALLBACKS)}")
    return Fault(kind, event, _seconds(name, seconds) if seconds else 0.0)


_FIELDS: dict[str, tuple[str, Callable[[str, str], Any]]] = {
    "digits": ("digits", _keys),
    "speech": ("speech", _words),
    "message": ("message", _seconds),
    "message-text": ("message_text", _text),
    "hangup-after": ("hangup_after", _seconds),
    "abandoned": ("abandoned", _status),
    "action-lost": ("action_lost", _lost),
    "faults": ("faults", _faults),
}

_CALLEE_WORDS = (
    "answer[:s], busy[:s], failed[:s], no-answer, talk:s, callee-hangs-up, caller-hangs-up, "
    "press:keys, reject, sip:code"
)


def _callee(name: str, value: str) -> Callee:
    callee = Callee()
    for word in value.split(","):
        callee = _apply(name, callee, word.strip())
    return callee


def _apply(name: str, callee: Callee, text: str) -> Callee:
    word, colon, argument = text.partition(":")
    if word in ("answer", "busy", "failed"):
        callee = replace(callee, outcome=Outcome(word))
        return replace(callee, after=_seconds(name, argument)) if colon else callee
    if word == "talk":
        return replace(callee, talk=_seconds(name, argument))
    if word == "press" and argument:
        return replace(callee, press=_keys(name, argument)[0])
    if word == "sip" and re.fullmatch("[1-6][0-9]{2}", argument):
        return replace(callee, sip_code=argument)
    plain: dict[str, dict[str, Any]] = {
        "no-answer": {"outcome": Outcome.NO_ANSWER},
        "callee-hangs-up": {"hangs_up": True},
        "caller-hangs-up": {"hangs_up": False},
        "reject": {"declines": True},
    }
    if text not in plain:
        raise _mistake(name, repr(text), _CALLEE_WORDS)
    return replace(callee, **plain[text])
