"""The addresses at which the carrier reaches us: nobody else writes or reads one.

Those that are written into TwiML carry the call, the step and the account; the
carrier's signature covers them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from libs.contracts.ids import AccountId, CallId, PoolId

PREFIX = "/api/webhooks"
STEP_MAX = 1_000  # no call has so many legs
FLOWS = "flows"  # the owner of a caller who is in a flow


class Kind(StrEnum):
    """What the carrier wants at an address."""

    VOICE = "voice"
    FALLBACK = "fallback"
    DIAL = "dial"
    LEG = "leg"
    WHISPER = "whisper"
    ACCEPT = "accept"
    RECORDING = "recording"
    TRANSCRIPT = "transcript"
    STATUS = "status"
    TURN = "turn"


ONLY_TELL = frozenset((Kind.LEG, Kind.RECORDING, Kind.TRANSCRIPT, Kind.STATUS))
"""What nobody waits for."""

ADDRESSES: Mapping[str, Kind] = {
    "/api/webhooks/voice": Kind.VOICE,
    "/api/webhooks/status": Kind.STATUS,
    "/api/webhooks/fallback": Kind.FALLBACK,
    "/api/webhooks/pool/{pool_id}/voice": Kind.VOICE,
    "/api/webhooks/pool/{pool_id}/status": Kind.STATUS,
    "/api/webhooks/dial/{call_id}/{step}": Kind.DIAL,
    "/api/webhooks/leg/{call_id}/{step}": Kind.LEG,
    "/api/webhooks/whisper/{call_id}/{step}": Kind.WHISPER,
    "/api/webhooks/accept/{call_id}/{step}": Kind.ACCEPT,
    "/api/webhooks/recording/{call_id}/{step}": Kind.RECORDING,
    "/api/webhooks/transcript/{call_id}/{step}": Kind.TRANSCRIPT,
    "/api/webhooks/turn/{call_id}/{step}": Kind.TURN,
    # Numbers configured for the system before this one still name these.
    "/api/webhooks/twilio/voice": Kind.VOICE,
    "/api/webhooks/twilio/status": Kind.STATUS,
    "/api/webhooks/call-status": Kind.STATUS,
    "/api/webhooks/tracking-tag/{tag_id}/voice": Kind.VOICE,
    "/api/webhooks/tracking-tag/{tag_id}/status": Kind.STATUS,
    "/api/twilio/trunk/voice": Kind.VOICE,
}
"""Every address, and what is wanted there."""

_PATTERNS = tuple(
    (re.compile(re.sub(r"{\w+}", "[^/]{1,64}", address)), kind)
    for address, kind in ADDRESSES.items()
    if "{" in address
)
_POOL = re.compile(rf"{PREFIX}/pool/([0-9a-fA-F-]{{36}})/voice")


def kind_of(path: str) -> Kind | None:
    """What is wanted at this path; None where there is no such address.

    >>> kind_of("/api/webhooks/tracking-tag/7/voice"), kind_of("/api/webhooks/nothing")
    (<Kind.VOICE: 'voice'>, None)
    """
    if path in ADDRESSES and "{" not in path:
        return ADDRESSES[path]
    return next((kind for pattern, kind in _PATTERNS if pattern.fullmatch(path)), None)


def pool_of(path: str) -> PoolId | None:
    """The pool whose number was called, if the path or URL names one of ours."""
    pool = _POOL.search(path)
    try:
        return PoolId(UUID(pool[1])) if pool else None
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Leg:
    """Which leg of which call a callback is about.

    `fell_back` counts the destinations of the fallback plan that were dialled; None for
    a leg that the router decided.  `in_flow`: the caller goes back to her flow.
    """

    call_id: CallId
    step: int
    account_id: AccountId | None
    fell_back: int | None = None
    in_flow: bool = False

    def url(self, base: str, kind: str) -> str:
        """The absolute address; `kind` is that of what the carrier is to say there."""
        query = f"owner={self._owner}"
        if self.account_id is not None:
            query += f"&account={self.account_id}"
        if self.fell_back is not None:
            query += f"&fell_back={self.fell_back}"
        return f"{base}{PREFIX}/{kind}/{self.call_id}/{self.step}?{query}"

    @property
    def _owner(self) -> str:
        """Who is asked when the caller comes back."""
        if self.in_flow:
            return FLOWS
        return "router" if self.fell_back is None else "ingress"


def read_leg(path: str, query: str) -> Leg | None:
    """Read an address of ours; None where it is none."""
    asked = parse_qs(query)
    try:
        _, call, number = path.removeprefix(PREFIX).strip("/").split("/")
        step = int(number)
        account = asked.get("account")
        fell_back = asked.get("fell_back")
        leg = Leg(
            call_id=CallId(UUID(call)),
            step=step,
            account_id=AccountId(UUID(account[0])) if account else None,
            fell_back=int(fell_back[0]) if fell_back else None,
            in_flow=account is not None and asked.get("owner") == [FLOWS],
        )
    except ValueError:
        return None
    known = 0 <= step <= STEP_MAX and 0 <= (leg.fell_back or 0) <= STEP_MAX
    return leg if known else None


def read_dial_url(url: str) -> Leg | None:
    """The leg of the address that a caller comes back to, as the carrier names it in ErrorUrl."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    comes_back = parts.path.startswith((f"{PREFIX}/dial/", f"{PREFIX}/turn/"))
    return read_leg(parts.path, parts.query) if comes_back else None
