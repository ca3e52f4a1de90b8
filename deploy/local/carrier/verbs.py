"""The verbs of a TwiML document that the player performs, as values.  Durations are seconds."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Say:
    """Speak `text`, `loop` times; 0 is for ever."""

    text: str
    loop: int = 1
    voice: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Play:
    """Play the audio at `url`, `loop` times (0 is for ever), or the tones of `digits`."""

    url: str = ""
    loop: int = 1
    digits: str = ""


@dataclass(frozen=True, slots=True)
class Pause:
    """Silence."""

    length: int = 1


@dataclass(frozen=True, slots=True)
class Gather:
    """Ask for keys or speech; without `action` the answer goes to the document's own URL."""

    prompts: tuple[Say | Play | Pause, ...] = ()
    action: str = ""
    method: str = "POST"
    input: frozenset[str] = frozenset({"dtmf"})
    timeout: int = 5
    num_digits: int | None = None
    finish_on_key: str = "#"
    action_on_empty_result: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """Record what the caller says."""

    action: str = ""
    method: str = "POST"
    timeout: int = 5
    max_length: int = 3600
    finish_on_key: str = "1234567890*#"
    play_beep: bool = True
    transcribe: bool = False
    transcribe_callback: str | None = None
    recording_status_callback: str | None = None
    recording_status_callback_method: str = "POST"
    recording_status_callback_event: frozenset[str] = frozenset({"completed"})


class NounKind(StrEnum):
    """What a Dial's noun names."""

    NUMBER = "Number"
    SIP = "Sip"
    CLIENT = "Client"


@dataclass(frozen=True, slots=True)
class Noun:
    """One destination of a Dial; `url` is its whisper."""

    kind: NounKind
    address: str
    url: str | None = None
    method: str = "POST"
    status_callback: str | None = None
    status_callback_method: str = "POST"
    status_callback_event: frozenset[str] = frozenset({"completed"})
    send_digits: str = ""


@dataclass(frozen=True, slots=True)
class Dial:
    """Connect the caller to the first of `nouns` that answers; all ring together."""

    nouns: tuple[Noun, ...]
    action: str | None = None
    method: str = "POST"
    timeout: int = 30
    time_limit: int = 14_400
    caller_id: str | None = None
    answer_on_bridge: bool = False
    record: str = "do-not-record"
    recording_status_callback: str | None = None
    recording_status_callback_method: str = "POST"
    recording_status_callback_event: frozenset[str] = frozenset({"completed"})


@dataclass(frozen=True, slots=True)
class Redirect:
    """Go on with the document at `url`."""

    url: str
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Reject:
    """Do not take the call."""

    reason: str = "rejected"


@dataclass(frozen=True, slots=True)
class Hangup:
    """End the call."""


Verb = Say | Play | Pause | Gather | Record | Dial | Redirect | Reject | Hangup


@dataclass(frozen=True, slots=True)
class Document:
    """A TwiML document; relative URLs in it count from `url`."""

    url: str
    verbs: tuple[Verb, ...]
