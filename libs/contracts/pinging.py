"""Publishers' pings: who may ask what a call is worth to us, and what is promised."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import Field, TypeAdapter, model_validator

from libs.contracts.bidding import (
    Adjustment,
    BearerAuth,
    HmacAuth,
    NoAuth,
    Positive,
)
from libs.contracts.configuration import Status
from libs.contracts.editing import Changed, Edit
from libs.contracts.ids import AccountId, AuctionId, CallId, CampaignId, QuoteId, RtbRouterId
from libs.contracts.message import Document, Instant, Question, Value, one_of, refused_at
from libs.contracts.money import Currency, Money
from libs.contracts.quoting import PublisherName
from libs.contracts.tags import TagName, Tags

PUBLISHERS_MAX = 200  # with rules of their own, on one campaign
MODIFIERS_MAX = 100
PINGS_PAGE_MAX = 200

Percent = Annotated[Decimal, Field(ge=0, le=100, max_digits=5, decimal_places=2)]
PerMinute = Annotated[int, Field(ge=1, le=100_000)]
PingAuth = Annotated[NoAuth | BearerAuth | HmacAuth, Field(discriminator="kind")]


class PingPrice(StrEnum):
    """Where a bid comes from: set by us, or what our own buyers pay now."""

    FIXED = "fixed"
    PASS_THROUGH = "pass_through"  # noqa: S105 - a word, no secret


class Modifier(Adjustment):
    """For pings from these states, with these tags, we bid otherwise, or not at all."""

    reject: bool = False


class PingPublisher(Document):
    """A publisher with rules of its own; what it leaves out is as for all.

    Whoever has an `auth` of its own is known by it, others by the name they send.
    """

    name: Annotated[PublisherName, Field(min_length=1)]
    status: Status = Status.ACTIVE
    auth: PingAuth = NoAuth()
    bid: Positive | None = None
    margin_percent: Percent | None = None
    maximum_bid: Positive | None = None
    requests_per_minute: PerMinute | None = None


class PingRules(Document):
    """How publishers' pings for a campaign are answered; its `id` is the campaign's.

    With `pass_through` the bid is what our own buyers pay less the margin: the best bid of
    `rtb_router_id`'s auction where one is named, else what the target pays for whom a place is
    kept.  All `modifiers` that apply do, in their order; the limits come last.  HMAC signs as
    bidders' requests are signed: over `X-RTB-Timestamp`, a dot, and the raw body (of a GET the
    query).  `required_tags` are named as they are sent (`zip`, `subid`).
    """

    id: CampaignId
    rtb_id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    status: Status = Status.ACTIVE
    auth: PingAuth = NoAuth()
    price: PingPrice = PingPrice.FIXED
    bid: Positive = Decimal(0)
    margin_percent: Percent = Decimal(20)
    rtb_router_id: RtbRouterId | None = None
    minimum_bid: Positive = Decimal(0)
    maximum_bid: Positive = Decimal(1_000)
    currency: Currency = "USD"
    modifiers: tuple[Modifier, ...] = Field(default=(), max_length=MODIFIERS_MAX)
    publishers: tuple[PingPublisher, ...] = Field(default=(), max_length=PUBLISHERS_MAX)
    only_publishers: bool = False
    requests_per_minute: PerMinute = 60
    require_caller: bool = False
    required_tags: tuple[TagName, ...] = Field(default=(), max_length=50)

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        seen: dict[str, int] = {}
        for at, publisher in enumerate(self.publishers):
            name = publisher.name.lower()
            if name in seen:
                raise refused_at(("publishers", at, "name"), f"is that of publishers.{seen[name]}")
            seen[name] = at
        if self.maximum_bid < self.minimum_bid:
            raise refused_at(("maximum_bid",), "must not be less than minimum_bid")
        if self.rtb_router_id is not None and self.price is PingPrice.FIXED:
            raise refused_at(("rtb_router_id",), "a fixed price asks no bidders: use pass_through")
        return self


class SavePingRules(Edit):
    """A secret sent as it is shown (`********`) stays what it was."""

    subject: ClassVar[str] = "ask.rtb.save_ping_rules.v1"
    document: PingRules


class RtbPingRulesChanged(Changed):
    subject: ClassVar[str] = "event.rtb_ping_rules.changed.v1"
    publisher: ClassVar[str] = "rtb"


class PingShown(Value):
    """One ping and its answer: `code` None is a bid, else why not; `call_id` who fulfilled it."""

    ping_id: UUID
    at: Instant
    campaign_id: CampaignId
    publisher: str
    caller: str
    tags: Tags
    quote_id: QuoteId | None = None
    price: Money | None = None
    code: int | None = None
    reason: str = ""
    repeated: bool = False
    number: str = ""
    expires_at: Instant | None = None
    auction_id: AuctionId | None = None
    call_id: CallId | None = None
    milliseconds: float


class Pings(Value):
    """The newest first; `cursor` asks for the next page, None ends the list."""

    outcome: Literal["pings"] = "pings"
    pings: tuple[PingShown, ...]
    cursor: str | None = None


class ListPings(Question):
    """An account's pings; what is left out does not choose."""

    subject: ClassVar[str] = "ask.rtb.list_pings.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Pings)

    account_id: AccountId
    since: Instant | None = None
    until: Instant | None = None
    campaign_id: CampaignId | None = None
    publisher: str | None = Field(default=None, max_length=120, pattern=r"^[^\x00]*$")
    accepted: bool | None = None
    call_id: CallId | None = None
    cursor: str | None = Field(
        default=None, max_length=100, pattern=r"^[-0-9T:.+Z]+/[-0-9a-f]{36}$"
    )
    limit: int = Field(default=50, ge=1, le=PINGS_PAGE_MAX)
