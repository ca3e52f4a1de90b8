"""Who pings, whether it is proven, and what is bid: rules of a campaign, as pure functions."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from libs.contracts.bidding import BearerAuth, HmacAuth, NoAuth
from libs.contracts.configuration import Status
from libs.contracts.money import PLACES, Money
from libs.contracts.pinging import Modifier, PingPrice, PingPublisher, PingRules
from libs.contracts.quoting import NotQuoted, Pricing, Unquoted
from libs.contracts.routing import RouteReason
from libs.rules.sightings import tags_of
from services.rtb.domain.adjusting import applies
from services.rtb.domain.ping import Ping

SIGNED_WITHIN = timedelta(seconds=300)  # of our clock; a signature is taken once in that time
SECONDS_UP_TO = 100_000_000_000  # as the predecessor's publishers sign; above it are milliseconds
TIMESTAMP, SIGNATURE = "x-rtb-timestamp", "x-rtb-signature"

Proof = BearerAuth | HmacAuth


@dataclass(frozen=True, slots=True)
class Sent:
    """A ping's request as far as it proves who sent it; header names are lower-case."""

    headers: Mapping[str, str]
    signed: bytes


@dataclass(frozen=True, slots=True)
class Rejected:
    """No bid: the trade's code and words for it."""

    code: int
    reason: str


class Denied(Exception):
    """Nobody who may ping has sent this."""


@dataclass(frozen=True, slots=True)
class Pinger:
    """Who pings: a publisher with rules of its own, or one that is only a name.

    `nonce` must not have been seen before.
    """

    name: str
    publisher: PingPublisher | None = None
    nonce: bytes | None = None


def pinger_of(rules: PingRules, ping: Ping, sent: Sent, now: datetime) -> Pinger:
    """Who has sent a ping; raise Denied where that is not proven."""
    for publisher in rules.publishers:
        if not isinstance(publisher.auth, NoAuth) and _proves(publisher.auth, sent, now):
            return Pinger(publisher.name, publisher, _nonce(publisher.auth, sent))
    named = next(
        (one for one in rules.publishers if one.name.lower() == ping.publisher.lower()), None
    )
    if named is not None and not isinstance(named.auth, NoAuth):
        raise Denied(f"{named.name} is known by its own key")
    if not isinstance(rules.auth, NoAuth) and not _proves(rules.auth, sent, now):
        raise Denied("the key or signature is missing, wrong, or too old")
    if named is None and rules.only_publishers:
        raise Denied("only listed publishers may ping this campaign")
    nonce = None if isinstance(rules.auth, NoAuth) else _nonce(rules.auth, sent)
    return Pinger(named.name if named else ping.publisher, named, nonce)


def _proves(auth: Proof, sent: Sent, now: datetime) -> bool:
    if isinstance(auth, HmacAuth):
        return _is_signed(auth, sent, now)
    scheme, _, token = sent.headers.get("authorization", "").partition(" ")
    expected = auth.token.get_secret_value().encode()
    return scheme.lower() == "bearer" and hmac.compare_digest(token.strip().encode(), expected)


def _is_signed(auth: HmacAuth, sent: Sent, now: datetime) -> bool:
    at = sent.headers.get(TIMESTAMP, "")
    if not re.fullmatch("[0-9]{1,15}", at):
        return False
    signed_at = int(at) if int(at) < SECONDS_UP_TO else int(at) / 1_000
    if abs(now.timestamp() - signed_at) > SIGNED_WITHIN.seconds:
        return False
    try:
        given = base64.b64decode(sent.headers.get(SIGNATURE, ""), validate=True)
    except (binascii.Error, ValueError):
        return False
    key = auth.secret.get_secret_value().encode()
    signed = hmac.new(key, at.encode() + b"." + sent.signed, hashlib.sha256).digest()
    return hmac.compare_digest(given, signed)


def _nonce(auth: Proof, sent: Sent) -> bytes | None:
    """A signature is its own nonce: the same request signed again has another time."""
    if isinstance(auth, BearerAuth):
        return None
    return base64.b64decode(sent.headers[SIGNATURE])  # two texts may stand for the same bytes


def unfit(rules: PingRules, pinger: Pinger, ping: Ping) -> Rejected | None:
    """Why a ping gets no bid, whatever the call would bring."""
    if rules.status is not Status.ACTIVE:
        return Rejected(1001, "Campaign is disabled")
    if pinger.publisher is not None and pinger.publisher.status is not Status.ACTIVE:
        return Rejected(1007, "Publisher is paused")
    if rules.require_caller and ping.caller.number is None:
        return Rejected(1100, "Caller ID is required")
    told = tags_of(_Described(ping))
    for name in rules.required_tags:
        if not any(told.get(f"{group}{name.lower()}") for group in ("", "ping:", "caller:")):
            return Rejected(1002, f"{name} is required")
    if any(modifier.reject for modifier in _applying(rules, ping)):
        return Rejected(1005, "Final tag filters")
    return None


def pricing_of(rules: PingRules, pinger: Pinger, ping: Ping, best: Money | None) -> Pricing:
    """What is bid; `best` is the best bid of our own bidders, where they were asked.

    The base comes first, then the margin, the modifiers in their order, and the limits.
    """
    own = pinger.publisher
    margin = rules.margin_percent
    if own is not None and own.margin_percent is not None:
        margin = own.margin_percent
    highest = rules.maximum_bid
    if own is not None and own.maximum_bid is not None:
        highest = own.maximum_bid
    multiplier, bump = Decimal(1), Decimal(0)
    for modifier in _applying(rules, ping):
        multiplier *= modifier.multiplier
        bump = bump * modifier.multiplier + modifier.bump
    if rules.price is PingPrice.FIXED:
        base: Decimal | None = rules.bid
        if own is not None and own.bid is not None:
            base = own.bid
    else:
        base = None if best is None else best.amount * (100 - margin) / 100
    if base is None:
        return Pricing(
            margin_percent=margin,
            multiplier=multiplier,
            bump=bump,
            minimum=rules.minimum_bid,
            maximum=highest,
            currency=rules.currency,
        )
    amount = max(Decimal(0), base * multiplier + bump).quantize(PLACES, ROUND_HALF_EVEN)
    return Pricing(
        price=Money(amount=amount, currency=best.currency if best else rules.currency),
        minimum=rules.minimum_bid,
        maximum=highest,
        currency=rules.currency,
    )


class _Described:
    """A ping as filters and areas look at a call."""

    def __init__(self, ping: Ping) -> None:
        self.caller, self.geography, self.tags = ping.caller, ping.geography, ping.tags
        self.dialled = ""


def _applying(rules: PingRules, ping: Ping) -> list[Modifier]:
    described = _Described(ping)
    return [one for one in rules.modifiers if applies(one, described)]


_OF_CALLER = frozenset(
    (
        RouteReason.CALLER_BLOCKED,
        RouteReason.CALLER_ANONYMOUS,
        RouteReason.CALLER_ABROAD,
        RouteReason.CALLER_UNATTESTED,
        RouteReason.CALLER_REPEATS,
    )
)
_OF_TAGS = frozenset((RouteReason.CAMPAIGN_FILTERED, RouteReason.CAMPAIGN_OUT_OF_AREA))
_OFF = frozenset(
    (
        RouteReason.CAMPAIGN_DRAFT,
        RouteReason.CAMPAIGN_PAUSED,
        RouteReason.CAMPAIGN_COMPLETED,
        RouteReason.NUMBER_WITHOUT_CAMPAIGN,
    )
)


def rejected(no: NotQuoted) -> Rejected:
    """The router's no in the codes of the trade's largest platform."""
    match no.why:
        case Unquoted.NO_QUOTES:
            return Rejected(1001, "Campaign is disabled")
        case Unquoted.NO_ROOM:
            return Rejected(1006, "Final capacity check")
        case Unquoted.NO_NUMBER:
            return Rejected(1026, "No number is free")
        case Unquoted.UNPROFITABLE:
            return Rejected(1003, "No bid")
        case Unquoted.TURNED_AWAY:
            return _turned_away(no.reason)


def _turned_away(reason: RouteReason | None) -> Rejected:
    if reason in _OFF:
        return Rejected(1001, "Campaign is disabled")
    if reason is RouteReason.PUBLISHER_PAUSED:
        return Rejected(1007, "Publisher is paused")
    if reason is RouteReason.PUBLISHER_PAYOUT_CAPPED:
        return Rejected(1007, "Publisher is capped")
    if reason in _OF_CALLER:
        return Rejected(1004, "Caller ID")
    if reason in _OF_TAGS:
        return Rejected(1002, "Initial tag filter")
    return Rejected(1003, "No capacity")
