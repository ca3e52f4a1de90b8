"""Reading what bidders write: amounts, places to dial, and until when a bid holds."""

import re
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from functools import lru_cache
from math import ceil
from typing import Any

import phonenumbers

from libs.contracts.auction import Loss
from libs.contracts.bidding import BID_MAX, Prefers, RtbTarget
from libs.contracts.money import PLACES
from libs.contracts.phone import (
    Destination,
    PhoneDestination,
    SipDestination,
    parse_phone,
    parse_sip,
)
from services.rtb.domain.bid import NoBid

LIFE_DEFAULT_SECONDS = 60  # of a bid that says nothing of its expiry
LIFE_MAX_SECONDS = 3_600
TEXT_MAX = 200
AMOUNT_MAX = BID_MAX * 10  # more is absurd, and no money of ours
DURATION_MAX_SECONDS = 14_400  # no call lasts longer
NUMBER_LENGTH_MAX = 30  # longer than any
NUMBERS_KEPT = 50_000
_MILLISECONDS_FROM = 100_000_000_000  # no epoch in seconds is so late, none in ms so early
_SECONDS_UP_TO = 10_000_000  # a number of seconds to come, not an epoch
_NUMBER = re.compile(
    r"\+?(([0-9]+|[0-9]{1,3}(,[0-9]{3})+)(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?"
)


def shown(value: Any) -> str:
    """A value of an outsider as a short text that can be printed."""
    text = (value if isinstance(value, str) else str(value))[:TEXT_MAX]
    if text.isprintable():
        return text
    return "".join(letter for letter in text if letter.isprintable())


def read_amount(said: Any) -> Decimal | None:
    """An amount as a number or text, to four places; None where it is none, or absurd.

    A comma stands between thousands alone: what `4,50` means nobody can tell.

    >>> read_amount("$1,004.50"), read_amount("1e1"), read_amount("4,50"), read_amount(True)
    (Decimal('1004.5000'), Decimal('10.0000'), None, None)
    """
    number = _number(said)
    if number is None or number > AMOUNT_MAX:
        return None
    return number.quantize(PLACES, ROUND_HALF_EVEN)


def read_duration(said: Any) -> int | None:
    """Seconds as a number or text, begun ones whole; nothing said: 0; None where it is none.

    >>> [read_duration(one) for one in (None, 12.5, "90", 10**9, "soon", -1)]
    [0, 13, 90, 14400, None, None]
    """
    if said is None or said == "":
        return 0
    number = _number(said)
    if number is None:
        return None
    return ceil(min(number, Decimal(DURATION_MAX_SECONDS)))


def _number(said: Any) -> Decimal | None:
    """What is written as a number that is not negative; None where it is none."""
    if isinstance(said, bool) or not isinstance(said, int | float | str):
        return None
    text = str(said).strip().removeprefix("$")
    if len(text) > NUMBER_LENGTH_MAX or not _NUMBER.fullmatch(text):
        return None
    return Decimal(text.replace(",", ""))


def destination_of(
    target: RtbTarget, phone: str, sip: str, own_hosts: frozenset[str]
) -> Destination | NoBid:
    """Where the call would go: what the answer names, else the target's own."""
    named: dict[Prefers, Destination | NoBid] = {}
    if sip:
        named[Prefers.SIP] = _sip(sip, own_hosts)
    if phone:
        named[Prefers.PHONE] = _phone(target, phone)
    other = Prefers.PHONE if target.prefers is Prefers.SIP else Prefers.SIP
    choices = [named[one] for one in (target.prefers, other) if one in named]
    good = next((one for one in choices if not isinstance(one, NoBid)), None)
    if good is not None:
        return good
    if choices:
        return choices[0]
    if target.destination is not None:
        return target.destination
    return NoBid(loss=Loss.NO_DESTINATION)


def _sip(text: str, own_hosts: frozenset[str]) -> Destination | NoBid:
    text = text.strip()
    try:
        address = parse_sip(text if text.startswith(("sip:", "sips:")) else f"sip:{text}")
    except ValueError:
        return NoBid(loss=Loss.BAD_DESTINATION, note=shown(text))
    host = address.partition("@")[2].partition(";")[0].partition(":")[0].lower()
    if any(host == own or host.endswith(f".{own}") for own in own_hosts):
        return NoBid(
            loss=Loss.BAD_DESTINATION, note=f"{host} is ours: the call would run in a loop"
        )
    return SipDestination(address=address)


def _phone(target: RtbTarget, text: str) -> Destination | NoBid:
    """A number that can be dialled, in a country that the target may name, at no premium."""
    known = _known(text)
    if known is None:
        return NoBid(loss=Loss.BAD_DESTINATION, note=shown(text))
    destination, country, is_dear = known
    if country not in target.countries:
        return NoBid(loss=Loss.BAD_DESTINATION, note=f"{shown(text)} is of {country or 'nowhere'}")
    if is_dear:
        return NoBid(loss=Loss.BAD_DESTINATION, note=f"{shown(text)} is a premium number")
    return destination


@lru_cache(maxsize=NUMBERS_KEPT)
def _known(text: str) -> tuple[PhoneDestination, str, bool] | None:
    """A number, its country, and whether it is dear; bidders name the same ones again and again.

    Looking one up costs as much as all else about a bid together.
    """
    digits = text.strip().lstrip("+")
    try:
        number = parse_phone(f"+{digits}" if digits.isdigit() else text)
        known = phonenumbers.parse(number)
    except (ValueError, phonenumbers.NumberParseException):
        return None
    country = phonenumbers.region_code_for_number(known) or _country_of(known.country_code)
    is_dear = phonenumbers.number_type(known) in _DEAR
    return PhoneDestination(number=number), country, is_dear


_DEAR = frozenset(
    (
        phonenumbers.PhoneNumberType.PREMIUM_RATE,
        phonenumbers.PhoneNumberType.SHARED_COST,
        phonenumbers.PhoneNumberType.PAGER,
        phonenumbers.PhoneNumberType.UAN,
    )
)


def _country_of(code: int | None) -> str:
    """The main country of a calling code: numbers for tests and examples belong to no region."""
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(code or 0, ("",))
    return str(regions[0])


def expiry_of(said: Any, now: datetime) -> datetime | None:
    """Until when a bid holds: seconds from now, an epoch in s or ms, or a date; None: unreadable.

    A date without a zone is in UTC.  Nothing holds longer than an hour.

    >>> noon = datetime(2026, 11, 24, 12, tzinfo=UTC)
    >>> [expiry_of(one, noon).isoformat()[11:19] for one in (None, 30, "2026-11-24T12:05:00")]
    ['12:01:00', '12:00:30', '12:05:00']
    """
    longest = now + timedelta(seconds=LIFE_MAX_SECONDS)
    if said is None or said == "":
        return now + timedelta(seconds=LIFE_DEFAULT_SECONDS)
    try:
        number = Decimal(str(said).strip())
    except InvalidOperation:
        at = _date(str(said).strip())
        return None if at is None else min(at, longest)
    if isinstance(said, bool) or not number.is_finite() or number < 0:
        return None
    if number < _SECONDS_UP_TO:
        return min(now + timedelta(seconds=float(number)), longest)
    if number >= _MILLISECONDS_FROM:
        number /= 1_000
    if number >= _MILLISECONDS_FROM:
        return None
    return min(datetime.fromtimestamp(float(number), UTC), longest)


def _date(text: str) -> datetime | None:
    """ISO 8601, or the American form that the trade's largest platform sends."""
    for read in (_iso, _american):
        try:
            at = read(text)
            return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    return None


def _iso(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _american(text: str) -> datetime:
    """As in `8/12/2025 4:12:56 PM +00:00`."""
    return datetime.strptime(text, "%m/%d/%Y %I:%M:%S %p %z")
