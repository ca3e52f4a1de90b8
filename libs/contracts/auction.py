"""Selling a call to the highest outside bidder: the question `rtb` answers, and its fact."""

from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, TypeAdapter

from libs.contracts.calls import Fact, Geography
from libs.contracts.ids import (
    AccountId,
    AuctionId,
    CallId,
    CampaignId,
    RtbRouterId,
    RtbTargetId,
    Sid,
)
from libs.contracts.message import Instant, Question, Value, one_of
from libs.contracts.money import Money
from libs.contracts.phone import Caller, Destination
from libs.contracts.tags import Tags
from libs.contracts.voice import SipHeader


class Unsold(StrEnum):
    """Why nobody bought a call."""

    ROUTER_UNKNOWN = "router_unknown"
    ROUTER_PAUSED = "router_paused"
    NOBODY_ELIGIBLE = "nobody_eligible"
    NO_BIDS = "no_bids"
    TOO_FEW_BIDDERS = "too_few_bidders"
    ALL_FULL = "all_full"
    NOTHING_LEFT = "nothing_left"
    UNANSWERED = "unanswered"
    NOT_HELD = "not_held"
    FOR_A_QUOTE = "for_a_quote"


class Loss(StrEnum):
    """Why a bidder was not asked, did not bid, or did not win.

    The first block is known before anybody is asked, the second from the answer, the third
    from the comparison.
    """

    TARGET_PAUSED = "target_paused"
    CLOSED = "closed"
    CAPPED = "capped"
    FILTERED = "filtered"
    OUT_OF_AREA = "out_of_area"
    PUBLISHER_NOT_ALLOWED = "publisher_not_allowed"
    DUPLICATE = "duplicate"
    RATE_LIMITED = "rate_limited"
    CIRCUIT_OPEN = "circuit_open"
    TOO_SLOW = "too_slow"

    LATE = "late"
    UNREACHABLE = "unreachable"
    ADDRESS_REFUSED = "address_refused"
    HTTP_STATUS = "http_status"
    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"
    NO_BID = "no_bid"
    REFUSED = "refused"
    BAD_AMOUNT = "bad_amount"
    OTHER_CURRENCY = "other_currency"
    BELOW_MINIMUM = "below_minimum"
    ABOVE_MAXIMUM = "above_maximum"
    NO_DESTINATION = "no_destination"
    BAD_DESTINATION = "bad_destination"
    BAD_EXPIRY = "bad_expiry"
    EXPIRED = "expired"
    BAD_DURATION = "bad_duration"

    BELOW_FLOOR = "below_floor"
    TOO_FEW_BIDDERS = "too_few_bidders"
    OUTBID = "outbid"
    FULL = "full"
    FOR_A_QUOTE = "for_a_quote"


class AuctionWon(Value):
    """Connect the caller to `destination`: the winner owes `price` after `required_seconds`.

    A place is kept with the bidder for this step of the call until its leg is over.
    `target_id` None: nobody bought, and the router's fallback takes the call for nothing.
    """

    outcome: Literal["won"] = "won"
    auction_id: AuctionId
    target_id: RtbTargetId | None
    target_name: str
    company: str = ""
    destination: Destination
    price: Money
    required_seconds: int = 0
    expires_at: Instant
    ring_seconds: int | None = None
    digits: str = ""
    sip_headers: tuple[SipHeader, ...] = ()
    bids: int = 0
    asked: int = 0


class AuctionUnsold(Value):
    """Nobody bought the call; the plan goes on."""

    outcome: Literal["unsold"] = "unsold"
    auction_id: AuctionId | None = None
    reason: Unsold
    asked: int = 0


AuctionResult = AuctionWon | AuctionUnsold


class HoldAuction(Question):
    """Sell one call to a router's bidders, before the deadline.

    Idempotent by (call_id, step).  For a later step of the same call nobody is asked again:
    the next valid bid that has not expired wins.  `owed` is what the call costs us already.
    """

    subject: ClassVar[str] = "ask.rtb.auction.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(AuctionWon, AuctionUnsold)

    call_id: CallId
    step: int = Field(ge=0, le=1_000)
    account_id: AccountId
    account_sid: Sid
    call_sid: Sid
    rtb_router_id: RtbRouterId
    campaign_id: CampaignId
    campaign_rtb_id: Annotated[str, Field(pattern=r"^([0-9a-f]{32})?$")] = ""
    caller: Caller
    dialled: str = Field(max_length=254)
    geography: Geography = Geography()
    tags: Tags = Field(default_factory=dict)
    owed: Money | None = None
    limit_seconds: int = Field(default=7_200, ge=1, le=14_400)


class AuctionClosed(Fact):
    """An auction has been decided; its bids are asked of `rtb`."""

    subject: ClassVar[str] = "event.auction.closed.v1"
    publisher: ClassVar[str] = "rtb"

    auction_id: AuctionId
    rtb_router_id: RtbRouterId
    router_name: str
    campaign_id: CampaignId
    sold: bool
    reason: Unsold | None = None
    target_id: RtbTargetId | None = None
    target_name: str = ""
    price: Money | None = None
    asked: int
    bids: int
    milliseconds: int
