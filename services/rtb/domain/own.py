"""What a company sees of its own at its door."""

import hashlib
from uuid import UUID

from pydantic import Field

from libs.contracts.auction import Loss
from libs.contracts.message import Document, Instant, Value
from libs.contracts.money import Money

KEY_PREFIX = "bk_"


def digest_of(key: str) -> bytes:
    """What is kept of a company's key."""
    return hashlib.sha256(key.encode()).digest()


class OwnTarget(Value):
    """One of the company's endpoints as it is asked now.

    `paused`: by the company itself; `stopped`: by the operator.  `won_today` counts in the
    endpoint's own zone.
    """

    id: UUID
    name: str
    endpoint: str
    stopped: bool
    paused: bool
    may_pause: bool
    daily_cap: int | None
    daily_cap_max: int | None
    live: int
    won_today: int


class OwnTargets(Value):
    """All of the company's endpoints."""

    company: str
    targets: tuple[OwnTarget, ...]


class OwnBid(Value):
    """One asking and what became of it: `loss` None is a win, `price` then what it costs."""

    at: Instant
    request_id: str
    target_id: UUID
    loss: Loss | None
    amount: Money | None
    price: Money | None
    required_seconds: int | None
    connected_at: Instant | None
    converted_at: Instant | None
    milliseconds: float | None


class OwnBids(Value):
    """The newest first; `cursor` asks for the next page."""

    bids: tuple[OwnBid, ...]
    cursor: str | None


class OwnReservation(Value):
    """A place of ours with the company that is taken now."""

    request_id: str
    target_id: UUID
    since: Instant
    expires_at: Instant


class OwnReservations(Value):
    reservations: tuple[OwnReservation, ...]


class OwnSpend(Value):
    """What one endpoint bought in the time asked for; `owed` are the calls that converted."""

    target_id: UUID
    won: int
    connected: int
    converted: int
    owed: Money


class OwnSpends(Value):
    spend: tuple[OwnSpend, ...]


class OwnLimits(Document):
    """What the company sets itself, within what the operator allows."""

    paused: bool = False
    daily_cap: int | None = Field(default=None, ge=1, le=1_000_000)


class OwnConversion(Document):
    """A call that the company bought has converted; its price is what was bid."""

    request_id: str = Field(pattern=r"^[0-9a-f]{32}$")


class Converted(Value):
    """Whether it is news; a conversion counts once."""

    request_id: str
    is_new: bool
    price: Money
