"""The carrier's requests, signed and ready to be sent before the clock starts.

What the answer decides (the dial action's address) is signed while the clock runs:
one HMAC, the same few microseconds for everybody.
"""

import base64
import hashlib
import hmac
import itertools
import random
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote_plus, urlencode

from tests.bench.scene import ACCOUNT_SID, AUTH_TOKEN

# What stands in a template for a call's own values; no escaping changes these marks.
SID = "~call~"
LEG = "~leg~"
CALLER = "~caller~"
TALK_SECONDS = 64
_KEY = AUTH_TOKEN.encode()

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Doors:
    """Where a program's webhooks are.  `base` has no slash at its end; paths begin with one."""

    base: str
    voice: str
    status: str

    @property
    def host(self) -> str:
        """The host and port, as a request's Host header names them."""
        return self.base.removeprefix("http://")

    @property
    def port(self) -> int:
        """The port on this machine."""
        return int(self.host.rpartition(":")[2])


class Form:
    """A form to one number: body and signed text are made once, calls only fill in names."""

    def __init__(self, pairs: Pairs) -> None:
        self._body = urlencode(pairs)
        self._signed = "".join(name + value for name, value in sorted(pairs))

    def request(self, doors: Doors, path: str, sid: str, caller: str) -> bytes:
        """Write the whole HTTP request for one call, signed for `path` at these doors."""
        signed = _filled(self._signed, sid, caller)
        body = _filled(self._body, sid, quote_plus(caller))
        return (
            f"POST {path} HTTP/1.1\r\n"
            f"Host: {doors.host}\r\n"
            "User-Agent: TwilioProxy/1.1\r\n"
            "Accept: */*\r\n"
            "Content-Type: application/x-www-form-urlencoded; charset=UTF-8\r\n"
            f"X-Twilio-Signature: {signature_of(doors.base + path + signed)}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
            f"{body}"
        ).encode()


def _filled(template: str, sid: str, caller: str) -> str:
    leg = "CA" + sid[:1:-1]  # a name of its own for the dialled leg
    return template.replace(SID, sid).replace(CALLER, caller).replace(LEG, leg)


def signature_of(text: str) -> str:
    """Sign as the carrier does: the address and the sorted form, HMAC-SHA1, base64."""
    return base64.b64encode(hmac.digest(_KEY, text.encode(), hashlib.sha1)).decode()


def _place(role: str, city: str, state: str, postcode: str) -> Pairs:
    return (
        (f"{role}City", city),
        (f"{role}State", state),
        (f"{role}Zip", postcode),
        (f"{role}Country", "US"),
    )


def _call(number: str, status: str) -> Pairs:
    caller, called = ("PHILADELPHIA", "PA", "19103"), ("", "", "")
    return (
        ("AccountSid", ACCOUNT_SID),
        ("ApiVersion", "2010-04-01"),
        ("CallSid", SID),
        ("CallStatus", status),
        ("Direction", "inbound"),
        ("From", CALLER),
        ("Caller", CALLER),
        ("To", number),
        ("Called", number),
        *_place("From", *caller),
        *_place("Caller", *caller),
        *_place("To", *called),
        *_place("Called", *called),
    )


@dataclass(frozen=True)
class Script:
    """The three forms of a call to one number."""

    voice: Form
    action: Form
    status: Form


def digits_form(number: str, digits: str) -> Form:
    """Write the form of a caller who has keyed something."""
    return Form((*_call(number, "in-progress"), ("Digits", digits), ("msg", "Gather End")))


def script_for(number: str) -> Script:
    """Write the forms of a call that lasts a minute and is ended by the callee.

    The caller is then still on the line when the leg's end is reported: whoever is asked
    must decide what she hears next.
    """
    return Script(
        voice=Form(
            (
                *_call(number, "ringing"),
                ("StirVerstat", "TN-Validation-Passed-A"),
                ("CallToken", '{"parentCallInfoToken":"' + "e" * 40 + '"}'),
            )
        ),
        action=Form(
            (
                *_call(number, "in-progress"),
                ("DialCallSid", LEG),
                ("DialCallStatus", "completed"),
                ("DialCallDuration", str(TALK_SECONDS)),
                ("DialBridged", "true"),
            )
        ),
        status=Form(
            (
                *_call(number, "completed"),
                ("CallDuration", str(TALK_SECONDS + 4)),
                ("Duration", "2"),
                ("SequenceNumber", "0"),
                ("CallbackSource", "call-progress-events"),
                ("Timestamp", "Tue, 24 Nov 2026 12:00:00 +0000"),
            )
        ),
    )


@dataclass(frozen=True)
class PlannedCall:
    """A call that waits to be placed: what is sent first and last, and how to sign the rest."""

    sid: str
    caller: str
    script: Script
    voice: bytes
    status: bytes

    def action(self, doors: Doors, path: str) -> bytes:
        """Write the dial action's request to the address that the TwiML named."""
        return self.script.action.request(doors, path, self.sid, self.caller)


class Book:
    """Calls in the order in which they are placed, `prepared` of them signed beforehand.

    When more are taken they are made on the spot: the client then costs a little more,
    and no run ends for want of calls.  No CallSid is ever used twice.
    """

    def __init__(
        self, doors: Doors, numbers: tuple[str, ...], prepared: int, chance: random.Random
    ) -> None:
        self._doors = doors
        self._chance = chance
        self._scripts = [script_for(number) for number in numbers]
        self._calls = itertools.chain([self._make() for _ in range(prepared)], self._more())

    def take(self) -> PlannedCall:
        """Hand out the next call."""
        return next(self._calls)

    def _more(self) -> Iterator[PlannedCall]:
        while True:
            yield self._make()

    def _make(self) -> PlannedCall:
        script = self._chance.choice(self._scripts)
        sid = "CA" + secrets.token_hex(16)
        caller = f"+1215{self._chance.randrange(2_000_000, 10_000_000)}"
        doors = self._doors
        return PlannedCall(
            sid=sid,
            caller=caller,
            script=script,
            voice=script.voice.request(doors, doors.voice, sid, caller),
            status=script.status.request(doors, doors.status, sid, caller),
        )
