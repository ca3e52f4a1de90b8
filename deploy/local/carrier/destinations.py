"""Whom a Dial may call, and as whom."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

import phonenumbers

from deploy.local.carrier.refusals import Refused
from deploy.local.carrier.verbs import Noun, NounKind

SIP_HEADERS_LENGTH_MAX = 1_024  # Twilio's own limit, for all of them together

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_SIP = re.compile(r"sips?:[^@\s?]+@[A-Za-z0-9.-]+(:[0-9]{1,5})?(;[A-Za-z0-9=.;_-]+)?")
_SIP_HEADER = re.compile(r"[Xx]-[A-Za-z0-9-]+|User-to-User|Remote-Party-ID|P-Preferred-Identity")
_CLIENT = re.compile(r"[A-Za-z0-9_.@+-]{1,256}")


@dataclass(frozen=True, slots=True)
class Destination:
    """What is really dialled; `address` as it stands in `To`."""

    address: str
    headers: Mapping[str, str]


def is_phone_number(text: str) -> bool:
    """Whether this can be a number anywhere: withheld callers typed on a keypad cannot."""
    if not _E164.fullmatch(text):
        return False
    return phonenumbers.is_possible_number(phonenumbers.parse(text))


def destination(noun: Noun) -> Destination:
    """The destination of a noun, or `Refused`."""
    match noun.kind:
        case NounKind.NUMBER:
            return Destination(_phone(noun.address), {})
        case NounKind.SIP:
            return _sip(noun.address)
        case NounKind.CLIENT:
            if not _CLIENT.fullmatch(noun.address):
                raise Refused(12200, f"<Client> {noun.address!r}")
            return Destination(f"client:{noun.address}", {})


def caller_id(noun: Noun, wanted: str | None, caller: str, ours: Collection[str]) -> str:
    """Who the callee sees, or `Refused` 13214.

    Allowed are the caller's own number and numbers of ours; a caller who is no phone
    number can be shown to nobody but a Client.
    """
    shown = caller if wanted is None else wanted
    if noun.kind is NounKind.CLIENT and shown.startswith("client:"):
        return shown
    if not is_phone_number(shown):
        raise Refused(13214, f"{shown!r} is no phone number")
    if shown != caller and shown not in ours:
        raise Refused(13214, f"{shown} is neither the caller's nor a number of this account")
    return shown


def _phone(text: str) -> str:
    if not _E164.fullmatch(text):
        raise Refused(13223, f"{text!r} is not in E.164 format")
    if not is_phone_number(text):
        raise Refused(13224, f"{text} cannot exist")
    return text


def _sip(text: str) -> Destination:
    address, _, query = text.partition("?")
    if not _SIP.fullmatch(address):
        raise Refused(13243, f"{text!r}")
    headers = dict(parse_qsl(query, keep_blank_values=True))
    for name in headers:
        if not _SIP_HEADER.fullmatch(name):
            raise Refused(13252, f"{name!r}")
    if len(query) > SIP_HEADERS_LENGTH_MAX:
        raise Refused(13253, f"{len(query)} characters, at most {SIP_HEADERS_LENGTH_MAX}")
    return Destination(address, headers)
