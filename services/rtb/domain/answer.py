"""What a bidder answered: a bid, or one reason why it is none.  Nothing an answer holds raises."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from libs.contracts.auction import Loss
from libs.contracts.bidding import RtbTarget
from libs.contracts.money import Money
from libs.rules.paths import BadPath, Looks, TooLong
from services.rtb.domain.bid import Bid, NoBid
from services.rtb.domain.reading import (
    destination_of,
    expiry_of,
    read_amount,
    read_duration,
    shown,
)
from services.rtb.domain.tree import Unreadable, read_tree

LIFE_MIN_SECONDS = 3  # what expires sooner cannot be dialled
NO_CONTENT = 204

NAMES: Mapping[str, tuple[str, ...]] = {
    "accept": ("accepted", "accept", "success", "status"),
    "amount": ("bidAmount", "bid", "price", "amount", "bid_amount", "retreaver_payout"),
    "currency": ("bidCurrency", "currency", "bid_currency"),
    "phone": ("destinationNumber", "phoneNumber", "phone_number", "inbound_number", "number"),
    "sip": ("sipAddress", "sip_address", "sip"),
    "required_seconds": (
        "requiredDuration",
        "duration",
        "required_duration",
        "callMinDuration",
        "retreaver_seconds",
    ),
    "expiry": (
        "expireInSeconds",
        "expiresInSec",
        "expires_in",
        "bidExpireEpoch",
        "bidExpireDT",
        "expires_at",
    ),
    "reject_reason": ("rejectReason", "rejectionReason", "rejection_reason", "reason", "message"),
    "reject_code": ("rejectCode", "reject_code", "code"),
}
"""Where the trade's answers have each field, whatever their case, where a target names no path."""

_MEANINGS: Mapping[str, list[tuple[str, int]]] = {
    name.lower(): [
        (meaning, [one.lower() for one in names].index(name.lower()))
        for meaning, names in NAMES.items()
        if name.lower() in (one.lower() for one in names)
    ]
    for all_names in NAMES.values()
    for name in all_names
}
"""What each lower-case name means, and how far it comes behind the others of that meaning."""

_YES = frozenset(("true", "yes", "y", "1", "ok", "success", "accepted", "reserved", "won"))
_NO = frozenset(
    (
        "false",
        "no",
        "n",
        "0",
        "rejected",
        "reject",
        "failed",
        "failure",
        "error",
        "declined",
        "expired",
    )
)


def bid_of(
    target: RtbTarget,
    status: int,
    body: bytes,
    now: datetime,
    own_hosts: frozenset[str] = frozenset(),
) -> Bid | NoBid:
    """Read one answer; a SIP address on a host of ours is none: the call would run in a loop."""
    if status == NO_CONTENT:
        return NoBid(loss=Loss.NO_BID, note="204")
    if not 200 <= status < 300:  # noqa: PLR2004 - HTTP's successes
        return NoBid(loss=Loss.HTTP_STATUS, note=str(status))
    if not body.strip():
        return NoBid(loss=Loss.NO_BID, note="an empty answer")
    try:
        tree = read_tree(body)
    except Unreadable as fault:
        return NoBid(loss=Loss.UNREADABLE, note=str(fault))
    fields = Fields(target, tree)
    try:
        return _refused(target, fields) or _priced(target, fields, now, own_hosts)
    except (BadPath, TooLong) as fault:
        return NoBid(loss=Loss.UNREADABLE, note=str(fault))


class Fields:
    """What an answer says, by what it means to us."""

    def __init__(self, target: RtbTarget, tree: Any) -> None:
        self._rules = target.response
        self._looks = Looks(tree)
        self._named = _by_meaning(tree)

    def get(self, meaning: str) -> Any:
        """The value; None where the answer says nothing of it; raise TooLong."""
        path: str = getattr(self._rules, meaning)
        if path:
            return _plain(self._looks.first(path))
        named = self._named.get(meaning)
        return None if named is None else named[1]

    def text(self, meaning: str) -> str:
        """The value as a short text."""
        value = self.get(meaning)
        return "" if value is None else shown(value)


def _by_meaning(tree: Any) -> dict[str, tuple[int, Any]]:
    """The value of each meaning under the foremost of its names that says something."""
    found: dict[str, tuple[int, Any]] = {}
    for name, given in {name.lower(): value for name, value in _top(tree)}.items():
        meanings = _MEANINGS.get(name)
        if meanings is None:
            continue
        value = _plain(given)
        if not isinstance(value, str | int | float) or value == "":
            continue
        for meaning, rank in meanings:
            if meaning not in found or rank < found[meaning][0]:
                found[meaning] = (rank, value)
    return found


def _top(tree: Any) -> Iterator[tuple[str, Any]]:
    """The fields at the top; those within a single element around them all (XML) too."""
    if isinstance(tree, list) and tree:
        tree = tree[0]
    if not isinstance(tree, dict):
        return
    if len(tree) == 1:
        inner = next(iter(tree.values()))
        if isinstance(inner, dict):
            yield from inner.items()
    yield from tree.items()


def _plain(value: Any) -> Any:
    """A value without what stands around it: an element's text, a list's only member."""
    if isinstance(value, dict) and "#text" in value:
        return value["#text"]
    if isinstance(value, list) and len(value) == 1:
        return value[0]
    return value


def _refused(target: RtbTarget, fields: Fields) -> NoBid | None:
    """A refusal is one whatever the amount."""
    accepted = fields.get("accept")
    if accepted is None or _is_yes(accepted):
        return None
    amount = read_amount(fields.get("amount"))
    return NoBid(
        loss=Loss.REFUSED,
        note=fields.text("reject_reason"),
        code=fields.text("reject_code"),
        amount=None if amount is None else Money(amount=amount, currency=target.currency),
    )


def _is_yes(value: Any) -> bool:
    """What somebody says who accepts; a word that means neither is no refusal."""
    if isinstance(value, int | float):
        return bool(value)
    word = shown(value).strip().lower()
    return word in _YES or word not in _NO


def _priced(
    target: RtbTarget, fields: Fields, now: datetime, own_hosts: frozenset[str]
) -> Bid | NoBid:
    said = fields.get("amount")
    if said is None:
        reason = fields.text("reject_reason")
        loss = Loss.REFUSED if reason else Loss.NO_BID
        return NoBid(loss=loss, note=reason or "no amount", code=fields.text("reject_code"))
    amount = read_amount(said)
    if amount is None:
        return NoBid(loss=Loss.BAD_AMOUNT, note=shown(said))
    if amount == 0:
        reason = fields.text("reject_reason")
        return NoBid(
            loss=Loss.REFUSED if reason else Loss.NO_BID,
            note=reason or "an amount of zero",
            code=fields.text("reject_code"),
        )
    currency = fields.text("currency").strip().upper() or target.currency
    if currency != target.currency:
        return NoBid(loss=Loss.OTHER_CURRENCY, note=currency)
    money = Money(amount=amount, currency=currency)
    return _bounded(target, money) or _dialled(target, fields, money, now, own_hosts)


def _bounded(target: RtbTarget, money: Money) -> NoBid | None:
    if money.amount < target.minimum_bid:
        note = f"at least {target.minimum_bid:f}"
        return NoBid(loss=Loss.BELOW_MINIMUM, note=note, amount=money)
    if money.amount > target.maximum_bid:
        note = f"at most {target.maximum_bid:f}"
        return NoBid(loss=Loss.ABOVE_MAXIMUM, note=note, amount=money)
    return None


def _dialled(
    target: RtbTarget,
    fields: Fields,
    money: Money,
    now: datetime,
    own_hosts: frozenset[str],
) -> Bid | NoBid:
    destination = destination_of(target, fields.text("phone"), fields.text("sip"), own_hosts)
    if isinstance(destination, NoBid):
        return destination.model_copy(update={"amount": money})
    expires_at = expiry_of(fields.get("expiry"), now)
    if expires_at is None:
        note = shown(fields.get("expiry"))
        return NoBid(loss=Loss.BAD_EXPIRY, note=note, amount=money)
    if expires_at < now + timedelta(seconds=LIFE_MIN_SECONDS):
        note = f"holds until {expires_at.isoformat()}"
        return NoBid(loss=Loss.EXPIRED, note=note, amount=money)
    required = read_duration(fields.get("required_seconds"))
    if required is None:
        note = shown(fields.get("required_seconds"))
        return NoBid(loss=Loss.BAD_DURATION, note=note, amount=money)
    return Bid(
        amount=money,
        destination=destination,
        required_seconds=required,
        expires_at=expires_at,
    )
