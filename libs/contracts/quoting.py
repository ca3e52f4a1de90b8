"""A quote: our promise to a publisher that one caller will be taken, at a price, for a while."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, TypeAdapter

from libs.contracts.calls import Fact, Geography
from libs.contracts.ids import AccountId, CampaignId, PublisherId, QuoteId
from libs.contracts.message import Document, Instant, Question, Value, one_of
from libs.contracts.money import Amount, Currency, Money
from libs.contracts.phone import Caller, PhoneNumber, SipAddress
from libs.contracts.routing import RouteReason
from libs.contracts.tags import Tags

QUOTE_SECONDS_MAX = 600  # a place that is kept longer is a place that nobody can use
PublisherName = Annotated[str, Field(max_length=120, pattern=r"^[^\x00-\x1f]*$")]
Cents = Annotated[Amount, Field(ge=0, le=10_000)]


class LateCalls(StrEnum):
    """What becomes of a call without a quote that holds: none, expired, used, of another caller."""

    ROUTE = "route_normally"
    REJECT = "reject"


class Quotes(Document):
    """How a campaign's quotes are kept.

    All live quotes together take at most `share_percent` of the places that calls leave free,
    under each cap; a cap's last free place goes to calls.  `sip_domain` is one that the carrier
    brings calls of to us: quotes then have an address there of their own, beside a number.
    """

    seconds: int = Field(default=60, ge=10, le=QUOTE_SECONDS_MAX)
    share_percent: int = Field(default=50, ge=1, le=100)
    late_calls: LateCalls = LateCalls.ROUTE
    sip_domain: Annotated[str, Field(pattern=r"^([a-z0-9-]{1,63}(\.[a-z0-9-]{1,63}){1,8})?$")] = ""


class Pricing(Value):
    """What is promised: a fixed price, or what the call is worth to us less a margin.

    The worth is what the held target pays for a conversion; less the margin it is multiplied
    and bumped.  A price above `maximum` is cut to it; below `minimum` there is no quote.
    """

    price: Money | None = None
    margin_percent: Decimal = Field(default=Decimal(0), ge=0, le=100)
    multiplier: Decimal = Field(default=Decimal(1), ge=0)
    bump: Decimal = Decimal(0)
    minimum: Cents = Decimal(0)
    maximum: Cents = Decimal(10_000)
    currency: Currency = "USD"


class Unquoted(StrEnum):
    """Why there is no quote."""

    NO_QUOTES = "no_quotes"
    TURNED_AWAY = "turned_away"
    NO_ROOM = "no_room"
    NO_NUMBER = "no_number"
    UNPROFITABLE = "unprofitable"


class Quoted(Value):
    """A call from this caller to `number` before `expires_at` is taken, and owed `price`.

    `alone`: the number is kept for this quote, whoever calls it; so is `sip_address` always.
    `repeated`: it was given before, for the same caller and tags.
    """

    outcome: Literal["quoted"] = "quoted"
    quote_id: QuoteId
    price: Money
    number: PhoneNumber
    alone: bool
    sip_address: SipAddress | None = None
    expires_at: Instant
    required_seconds: int = 0
    repeated: bool = False


class NotQuoted(Value):
    """Nothing is promised; `reason` is the router's, where its rules said no."""

    outcome: Literal["not_quoted"] = "not_quoted"
    why: Unquoted
    reason: RouteReason | None = None
    text: str = ""


class QuoteCall(Question):
    """Would this call be taken, and what for?  Keeps the place until the quote expires.

    `key` tells two calls apart of which the same is known: the same publisher, caller and key
    gets the same quote again while it holds.  A `publisher` that is one of the account's, by id,
    code or name, is asked for its status, hours and caps, and the call that comes is its.
    """

    subject: ClassVar[str] = "ask.router.quote.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Quoted, NotQuoted)

    account_id: AccountId
    campaign_id: CampaignId
    quote_id: QuoteId
    publisher: PublisherName = ""
    caller: Caller
    geography: Geography = Geography()
    tags: Tags = Field(default_factory=dict)
    key: Annotated[str, Field(max_length=64)] = ""
    pricing: Pricing


class QuoteGiven(Fact):
    """A quote has been given; its `call_id` names the quote, and the call that may never come.

    `seller` is the publisher as its ping named it, `publisher_id` whom that means.
    """

    subject: ClassVar[str] = "event.quote.given.v1"
    publisher: ClassVar[str] = "router"

    campaign_id: CampaignId
    seller: PublisherName
    publisher_id: PublisherId | None = None
    price: Money
    expires_at: Instant
