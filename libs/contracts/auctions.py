"""Looking at auctions: lists, details with every bid, tests, and how bidders do."""

from decimal import Decimal
from typing import Any, ClassVar, Literal

from pydantic import Field, TypeAdapter

from libs.contracts.auction import Loss, Unsold
from libs.contracts.bidding import BIDDERS_MAX, RtbTarget
from libs.contracts.calls import Geography
from libs.contracts.ids import (
    AccountId,
    AuctionId,
    CallId,
    CampaignId,
    RtbRouterId,
    RtbTargetId,
)
from libs.contracts.message import Instant, Question, Value, one_of
from libs.contracts.money import Money
from libs.contracts.phone import WITHHELD, Caller, Destination
from libs.contracts.tags import Tags

PAGE_MAX = 200
REPORT_DAYS_MAX = 92


class AuctionShown(Value):
    """One auction in a list; `reason` None: sold to `target_id` for `price`.

    `connected`: a leg that it has sold was answered.
    """

    auction_id: AuctionId
    call_id: CallId
    step: int
    at: Instant
    rtb_router_id: RtbRouterId
    router_name: str
    campaign_id: CampaignId
    reason: Unsold | None = None
    target_id: RtbTargetId | None = None
    target_name: str = ""
    price: Money | None = None
    asked: int
    bids: int
    milliseconds: int
    connected: bool = False


class Auctions(Value):
    """The newest first; `cursor` asks for the next page, None ends the list."""

    outcome: Literal["auctions"] = "auctions"
    auctions: tuple[AuctionShown, ...]
    cursor: str | None = None


class ListAuctions(Question):
    """An account's auctions; what is left out does not choose.

    `target_id` has won them, `bidder_id` was considered; `connected` chooses among those sold.
    """

    subject: ClassVar[str] = "ask.rtb.list_auctions.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Auctions)

    account_id: AccountId
    since: Instant | None = None
    until: Instant | None = None
    rtb_router_id: RtbRouterId | None = None
    campaign_id: CampaignId | None = None
    call_id: CallId | None = None
    target_id: RtbTargetId | None = None
    bidder_id: RtbTargetId | None = None
    sold: bool | None = None
    connected: bool | None = None
    cursor: str | None = Field(
        default=None, max_length=100, pattern=r"^[-0-9T:.+Z]+/[-0-9a-f]{36}$"
    )
    limit: int = Field(default=50, ge=1, le=PAGE_MAX)


class NoticeShown(Value):
    """What a bidder was told of its bid, or is to be; `failure` is that of the latest try."""

    kind: str
    told: bool
    tries: int
    failure: str = ""


class BidShown(Value):
    """One bidder in an auction: asked or why not, what it bid, and why it lost (None: it won).

    `effective` is what the bid ranked as, `price` what it pays or would have, `to_win` what
    would have beaten the best.  Times are in milliseconds: `timeout_ms` is how long it was waited
    for, `late_milliseconds` after how long it answered all the same.  `explored`: its slowness or
    failures would have spared it, were it not for the router's `explore_percent`.  `won_step`: the
    step of the call that it was sold, be it that a better one's line had failed.  What was said
    (`request`, `response`, `status`) is there for a rehearsal; of a real auction ask each bid.
    """

    target_id: RtbTargetId
    name: str
    company: str = ""
    loss: Loss | None = None
    seen: str = ""
    needed: str = ""
    code: str = ""
    asked: bool = False
    explored: bool = False
    timeout_ms: int = 0
    milliseconds: float | None = None
    late_milliseconds: float | None = None
    amount: Money | None = None
    effective: Decimal | None = None
    price: Money | None = None
    to_win: Decimal | None = None
    place: int | None = None
    destination: Destination | None = None
    required_seconds: int | None = None
    expires_at: Instant | None = None
    won_step: int | None = None
    request: str = ""
    response: str = ""
    status: int | None = None
    notices: tuple[NoticeShown, ...] = ()


class AuctionDetail(Value):
    """An auction with every bidder: those who may win in their order, then the others."""

    outcome: Literal["auction"] = "auction"
    auction: AuctionShown
    bidders: tuple[BidShown, ...]
    deadline_ms: int
    seed: int
    is_test: bool = False


class GetAuction(Question):
    """One auction; another account's is `not_found`."""

    subject: ClassVar[str] = "ask.rtb.get_auction.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(AuctionDetail)

    account_id: AccountId
    auction_id: AuctionId


class Bodies(Value):
    """What a bidder was told and answered, masked: secrets and phone numbers are not kept."""

    outcome: Literal["bodies"] = "bodies"
    request: str
    response: str
    status: int | None = None
    milliseconds: float | None = None
    late_milliseconds: float | None = None


class GetBid(Question):
    """What was said between us and one bidder in an auction."""

    subject: ClassVar[str] = "ask.rtb.get_bid.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Bodies)

    account_id: AccountId
    auction_id: AuctionId
    target_id: RtbTargetId


class TestCall(Value):
    """A call that is made up to try something."""

    __test__: ClassVar[bool] = False  # no test, whatever its name says

    caller: Caller = WITHHELD
    dialled: str = Field(default="", max_length=254)
    geography: Geography = Geography()
    tags: Tags = Field(default_factory=dict)
    campaign_rtb_id: str = Field(default="", pattern=r"^([0-9a-f]{32})?$")


class Pinged(Value):
    """A test ping: what was (or would be) sent, what came back, and how it is read.

    `sent` False: it was only shown.  A bid is read exactly as in an auction.
    """

    outcome: Literal["pinged"] = "pinged"
    sent: bool
    request: str
    status: int | None = None
    response: str = ""
    milliseconds: float | None = None
    loss: Loss | None = None
    note: str = ""
    amount: Money | None = None
    destination: Destination | None = None
    required_seconds: int | None = None
    expires_at: Instant | None = None


class PingRtbTarget(Question):
    """Ask one bidder about a test call; nothing is stored, held or counted.

    `document` tries what is not saved yet.  `auction_id` takes the call of a past auction.
    """

    subject: ClassVar[str] = "ask.rtb.ping.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Pinged)

    account_id: AccountId
    target_id: RtbTargetId | None = None
    document: RtbTarget | None = None
    call: TestCall = TestCall()
    auction_id: AuctionId | None = None
    send: bool = True


class RehearseAuction(Question):
    """Hold an auction about a test call: real requests, marked as a test; nothing is stored."""

    subject: ClassVar[str] = "ask.rtb.rehearse.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(AuctionDetail)

    account_id: AccountId
    rtb_router_id: RtbRouterId
    call: TestCall = TestCall()


class RtbTargetReport(Value):
    """How one bidder does: rates in parts of one, times of its answers in milliseconds.

    What the asked process has learnt of it: `patience_ms` is how long it is waited for at most,
    `worth` what it lately added to the price of calls (in parts of one), by which the patience
    grows; until `circuit_open_until` it is spared.
    """

    target_id: RtbTargetId
    name: str
    pings: int
    bids: int
    wins: int
    bid_rate: float
    win_rate: float
    answered_rate: float
    p50_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None
    losses: dict[str, int] = Field(default_factory=dict)
    revenue: Decimal = Decimal(0)
    live: int = 0
    circuit_open_until: Instant | None = None
    patience_ms: int | None = None
    worth: float | None = None


class RtbReport(Value):
    """All bidders of an account, the best paying first."""

    outcome: Literal["rtb_report"] = "rtb_report"
    targets: tuple[RtbTargetReport, ...] = Field(max_length=BIDDERS_MAX * 4)


class ReportRtb(Question):
    """How an account's bidders did within a time; at most 92 days."""

    subject: ClassVar[str] = "ask.rtb.report.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(RtbReport)

    account_id: AccountId
    since: Instant
    until: Instant
