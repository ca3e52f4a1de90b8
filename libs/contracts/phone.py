"""Phone numbers, SIP addresses, and callers who may be neither."""

import re
from enum import StrEnum
from typing import Annotated, Literal, NewType

from pydantic import AfterValidator, Field

from libs.contracts.message import Value

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
SIP = re.compile(
    r"sips?:[A-Za-z0-9_.!~*'()&=+$,;?/%-]{1,100}@[A-Za-z0-9.-]{1,120}(:[0-9]{1,5})?(;[A-Za-z0-9=.;_-]{1,60})?"
)
ADDRESS_LENGTH_MAX = 254  # the carrier cuts longer SIP addresses off

_PhoneText = NewType("_PhoneText", str)
_SipText = NewType("_SipText", str)


def parse_phone(text: str) -> _PhoneText:
    """Accept an E.164 number; refuse anything that only resembles one.

    >>> parse_phone("+18005550100")
    '+18005550100'
    >>> parse_phone("+1800555EXTERNAL")
    Traceback (most recent call last):
    ValueError: '+1800555EXTERNAL' is no phone number: write +, country code and digits (E.164)
    """
    if not E164.fullmatch(text):
        raise ValueError(
            f"{text[:40]!r} is no phone number: write +, country code and digits (E.164)"
        )
    return _PhoneText(text)


def parse_sip(text: str) -> _SipText:
    """Accept a SIP address; it never passes through phone-number parsing.

    >>> parse_sip("sip:sales@pbx.example.com")
    'sip:sales@pbx.example.com'
    """
    if len(text) > ADDRESS_LENGTH_MAX or not SIP.fullmatch(text):
        raise ValueError(f"{text[:40]!r} is no SIP address: write sip:user@host")
    return _SipText(text)


PhoneNumber = Annotated[str, AfterValidator(parse_phone)]
SipAddress = Annotated[str, AfterValidator(parse_sip)]


class PhoneDestination(Value):
    """A place to dial on the phone network."""

    kind: Literal["phone"] = "phone"
    number: PhoneNumber

    def __str__(self) -> str:
        return self.number


class SipDestination(Value):
    """A place to dial by SIP."""

    kind: Literal["sip"] = "sip"
    address: SipAddress

    def __str__(self) -> str:
        return self.address


Destination = Annotated[PhoneDestination | SipDestination, Field(discriminator="kind")]


class CallerKind(StrEnum):
    """What the carrier told of who calls."""

    NUMBER = "number"
    WITHHELD = "withheld"
    SIP = "sip"
    CLIENT = "client"


class Caller(Value):
    """Who calls: a number, a SIP or client address, or somebody who withheld it.

    `text` is the number or address, and empty for a withheld caller.
    """

    kind: CallerKind
    text: str = Field(default="", max_length=ADDRESS_LENGTH_MAX)

    @property
    def number(self) -> str | None:
        """The caller's number, where there is one that can be dialled or shown."""
        return self.text if self.kind is CallerKind.NUMBER else None


WITHHELD = Caller(kind=CallerKind.WITHHELD)

# What carriers send for a withheld number: words, and words typed on a keypad
# (ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN), which look like numbers and are none.
_WITHHELD_WORDS = ("", "anonymous", "restricted", "blocked", "unknown", "unavailable", "private")
_WITHHELD_KEYPAD = ("+266696687", "+7378742833", "+2562533", "+8566696974")
_WITHHELD_TEXTS = frozenset((*_WITHHELD_WORDS, *_WITHHELD_KEYPAD))


def read_caller(text: str) -> Caller:
    """Read what the carrier says in `From`; anybody gets through.

    >>> [read_caller(text).kind.value for text in ("+12125550100", "Anonymous", "client:ann")]
    ['number', 'withheld', 'client']
    """
    text = text.strip()
    if text.lower() in _WITHHELD_TEXTS:
        return WITHHELD
    if E164.fullmatch(text):
        return Caller(kind=CallerKind.NUMBER, text=text)
    if text.startswith(("sip:", "sips:")):
        return Caller(kind=CallerKind.SIP, text=text[:ADDRESS_LENGTH_MAX])
    if text.startswith("client:"):
        return Caller(kind=CallerKind.CLIENT, text=text[:ADDRESS_LENGTH_MAX])
    return WITHHELD
