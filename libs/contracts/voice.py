"""What a caller hears and what is done with the line, in nobody's dialect.

The ingress alone renders these as TwiML.  Durations are whole seconds.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from libs.contracts.message import Document, Value
from libs.contracts.phone import PhoneDestination, PhoneNumber, SipDestination

TEXT_LENGTH_MAX = 4_096  # the carrier refuses longer speech
TIME_LIMIT_MAX_SECONDS = 14_400  # the longest leg; holds are kept at least as long
SIP_HEADERS_MAX = 20  # of one leg; the carrier takes 1,024 characters of them in all
RING_TIMEOUT_MAX_SECONDS = 600  # the carrier's own limit

Language = Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$")]
AudioUrl = Annotated[str, Field(pattern=r"^https?://[^\s]{1,2000}$")]


class Say(Value):
    """Speak a text."""

    verb: Literal["say"] = "say"
    text: str = Field(max_length=TEXT_LENGTH_MAX)
    language: Language = "en-US"
    voice: str | None = Field(default=None, max_length=60)


class Play(Value):
    """Play a recording; `loop` 0 plays it until the caller leaves."""

    verb: Literal["play"] = "play"
    url: AudioUrl
    loop: int = Field(default=1, ge=0, le=1_000)


class Pause(Value):
    """Silence."""

    verb: Literal["pause"] = "pause"
    seconds: int = Field(default=1, ge=1, le=600)


class Gather(Value):
    """Ask for digits, speech or both; the answer comes as the next turn of the call.

    What is pressed while `prompts` play ends them.  `timeout_seconds` is waited for the first
    key after them, and for each further one.
    """

    verb: Literal["gather"] = "gather"
    prompts: tuple[Annotated[Say | Play | Pause, Field(discriminator="verb")], ...] = ()
    digits: bool = True
    speech: bool = False
    digits_max: int | None = Field(default=None, ge=1, le=60)
    finish_on_key: str = Field(default="#", pattern=r"^[0-9*#]?$")
    timeout_seconds: int = Field(default=5, ge=1, le=60)
    hints: str = Field(default="", max_length=1_000)
    language: Language = "en-US"


class Record(Value):
    """Record what the caller says, as a voicemail does; the carrier writes it down if asked."""

    verb: Literal["record"] = "record"
    seconds_max: int = Field(default=120, ge=1, le=TIME_LIMIT_MAX_SECONDS)
    silence_seconds: int = Field(default=5, ge=1, le=60)
    finish_on_key: str = Field(default="#", pattern=r"^[0-9*#]*$")
    beep: bool = True
    transcribe: bool = False


class DialRecording(StrEnum):
    """Whether, and how, the conversation of a leg is recorded."""

    NOT = "do-not-record"
    MONO = "record-from-answer"
    DUAL = "record-from-answer-dual"


class ClientDestination(Value):
    """A browser or app that is signed in at the carrier."""

    kind: Literal["client"] = "client"
    identity: str = Field(pattern=r"^[A-Za-z0-9_.@+-]{1,120}$")

    def __str__(self) -> str:
        return f"client:{self.identity}"


class SipHeader(Document):
    """A header that a SIP leg carries."""

    name: Annotated[str, Field(pattern=r"^X-[A-Za-z0-9-]{1,60}$")]
    value: Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""


class Dial(Value):
    """Connect the caller to one destination: one leg of the call.

    `caller_id` None passes the caller's own number through.  The callee hears `whisper`
    before she is connected, must press 1 with `press_to_accept`, and `digits` are sent when
    her line answers.  `sip_headers` go with a SIP leg.
    """

    verb: Literal["dial"] = "dial"
    destination: Annotated[
        PhoneDestination | SipDestination | ClientDestination, Field(discriminator="kind")
    ]
    caller_id: PhoneNumber | None = None
    ring_seconds: int = Field(default=30, ge=5, le=RING_TIMEOUT_MAX_SECONDS)
    limit_seconds: int = Field(default=7_200, ge=1, le=TIME_LIMIT_MAX_SECONDS)
    recording: DialRecording = DialRecording.NOT
    whisper: str = Field(default="", max_length=TEXT_LENGTH_MAX)
    press_to_accept: bool = False
    digits: str = Field(default="", pattern=r"^[0-9*#wW]{0,64}$")
    sip_headers: tuple[SipHeader, ...] = Field(default=(), max_length=SIP_HEADERS_MAX)


class Redirect(Value):
    """Go on with the document at another address of ours."""

    verb: Literal["redirect"] = "redirect"
    path: str = Field(pattern=r"^/[^\s]{0,2000}$")


class Reject(Value):
    """Do not take the call at all; the caller pays nothing."""

    verb: Literal["reject"] = "reject"
    reason: Literal["rejected", "busy"] = "rejected"


class Hangup(Value):
    """End the call."""

    verb: Literal["hangup"] = "hangup"


Verb = Annotated[
    Say | Play | Pause | Gather | Record | Dial | Redirect | Reject | Hangup,
    Field(discriminator="verb"),
]
