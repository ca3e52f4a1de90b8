"""Outside bidders: how each is asked, read, limited and dialled; and what asks them together."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from libs.contracts.areas import Country, InOrder, State
from libs.contracts.call_settings import Text
from libs.contracts.caps import Caps, Counted, Limit, Period
from libs.contracts.configuration import Limited, Name, Secret, Selective, Status
from libs.contracts.filters import TagFilter
from libs.contracts.ids import RtbRouterId, RtbTargetId
from libs.contracts.message import Document, refused_at
from libs.contracts.money import Amount, Currency
from libs.contracts.phone import Destination
from libs.contracts.screening import DuplicateRule, DuplicateScope
from libs.contracts.voice import RING_TIMEOUT_MAX_SECONDS, SipHeader

BIDDERS_MAX = 500  # members of one RTB router
TEMPLATE_LENGTH_MAX = 20_000
HEADERS_MAX = 20
PATH_LENGTH_MAX = 300
TIMEOUT_MAX_MS = 5_000  # the longest that any webhook can spare
BID_MAX = Decimal(10_000)  # nobody pays more for a call; a typing mistake, or worse

HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$")]
Template = Annotated[str, Field(max_length=TEMPLATE_LENGTH_MAX)]
Path = Annotated[str, Field(max_length=PATH_LENGTH_MAX)]
Positive = Annotated[Amount, Field(ge=0, le=BID_MAX)]
Factor = Annotated[Decimal, Field(ge=Decimal("0.01"), le=100, max_digits=7, decimal_places=4)]
Bump = Annotated[Amount, Field(ge=-BID_MAX, le=BID_MAX)]


class Method(StrEnum):
    """How a bidder is asked over HTTP."""

    GET = "GET"
    POST = "POST"
    PUT = "PUT"
    PATCH = "PATCH"


class Content(StrEnum):
    """What the request's template is: a body of this kind, or the query of its address."""

    JSON = "json"
    FORM = "form"
    XML = "xml"
    QUERY = "query"


class NoAuth(Document):
    kind: Literal["none"] = "none"


class HeaderKeyAuth(Document):
    """A key of its own in a header."""

    kind: Literal["header"] = "header"
    name: HeaderName = "X-API-Key"
    key: Secret


class BearerAuth(Document):
    """`Authorization: Bearer` and a token."""

    kind: Literal["bearer"] = "bearer"
    token: Secret


class BasicAuth(Document):
    """`Authorization: Basic` of a name and password (RFC 7617)."""

    kind: Literal["basic"] = "basic"
    username: Annotated[Text, Field(max_length=200)]
    password: Secret


class HmacAuth(Document):
    """A signature: base64 of HMAC-SHA256 over the time in ms, a dot, and the raw body.

    The time travels in `X-RTB-Timestamp`, the signature in `X-RTB-Signature`, as the
    predecessor sent them.
    """

    kind: Literal["hmac"] = "hmac"
    secret: Secret


Auth = Annotated[
    NoAuth | HeaderKeyAuth | BearerAuth | BasicAuth | HmacAuth, Field(discriminator="kind")
]


class Header(Document):
    """A header that each request has; its value may be secret, and may hold macros."""

    name: HeaderName
    value: Secret


class Exposure(StrEnum):
    """What a bidder sees of the caller's number before it has bought the call.

    A token is the same for the same caller and bidder, and tells nothing else.
    """

    HIDDEN = "hidden"
    TOKEN = "token"  # noqa: S105 - a word, no secret
    OPEN = "open"


class ResponseRules(Document):
    """Where in a bidder's answer things stand: JSONPath (RFC 9535), also over XML.

    A path left empty is looked for under the names that the trade uses.
    """

    accept: Path = ""
    amount: Path = ""
    currency: Path = ""
    phone: Path = ""
    sip: Path = ""
    required_seconds: Path = ""
    expiry: Path = ""
    reject_reason: Path = ""
    reject_code: Path = ""


NoticeUrl = Annotated[str, Field(pattern=r"^(https?://[^\s]{1,1990})?$")]


class Notices(Document):
    """Addresses that are fetched (GET) when something has become of a bid; empty: not told.

    They may hold the macros of a request, and `{price}`, `{currency}`, `{lossReason}` and
    `{amountToWin}`.  `win`: a place is kept, the call comes now.  `loss`: others were better;
    who loses may still win, when a better one's line fails.  `billing`: the call is owed for.
    """

    win: NoticeUrl = ""
    loss: NoticeUrl = ""
    billing: NoticeUrl = ""


class BidderMay(Document):
    """What a company may set of its own, by its own door."""

    pause: bool = False
    daily_cap_max: int | None = Field(default=None, ge=1, le=1_000_000)


class SetByBidder(Document):
    """What the company has set: on top of the operator's settings, never beyond them."""

    paused: bool = False
    daily_cap: int | None = Field(default=None, ge=1, le=1_000_000)


class Prefers(StrEnum):
    """Which of two places to dial is taken, where a bidder names both."""

    SIP = "sip"
    PHONE = "phone"


class RtbTarget(Limited, Selective):
    """An outside bidder: a company that is asked, call by call, what it pays.

    `template` empty: the body (or query) that the predecessor sent.  `publishers` empty: of
    all.  `destination` is dialled where the answer names none; `countries` are those that an
    answer may name a number of.  `shared_tags` are the groups of tags that leave in requests.
    A bid of less than `minimum_bid` does not count, of more than `maximum_bid` neither.
    """

    id: RtbTargetId
    name: Name
    company: Annotated[Text, Field(max_length=256)] = ""
    contact_name: Annotated[Text, Field(max_length=256)] = ""
    contact_email: Annotated[Text, Field(max_length=256)] = ""
    contact_phone: Annotated[Text, Field(max_length=64)] = ""
    status: Status = Status.ACTIVE
    endpoint: Annotated[str, Field(pattern=r"^https?://[^\s]{1,1990}$")]
    method: Method = Method.POST
    content: Content = Content.JSON
    template: Template = ""
    headers: tuple[Header, ...] = Field(default=(), max_length=HEADERS_MAX)
    auth: Auth = NoAuth()
    timeout_ms: int = Field(default=1_500, ge=50, le=TIMEOUT_MAX_MS)
    adaptive: bool = True
    requests_per_minute: int | None = Field(default=None, ge=1, le=100_000)
    publishers: tuple[Annotated[str, Field(max_length=120)], ...] = Field(
        default=(), max_length=500
    )
    minimum_bid: Positive = Decimal(0)
    maximum_bid: Positive = Decimal(1_000)
    currency: Currency = "USD"
    exposure: Exposure = Exposure.HIDDEN
    destination: Destination | None = None
    prefers: Prefers = Prefers.SIP
    countries: Annotated[tuple[Country, ...], InOrder] = Field(
        default=("CA", "US"), min_length=1, max_length=250
    )
    sip_headers: tuple[SipHeader, ...] = Field(default=(), max_length=HEADERS_MAX)
    ring_seconds: int | None = Field(default=None, ge=5, le=RING_TIMEOUT_MAX_SECONDS)
    digits: str = Field(default="", pattern=r"^[0-9*#wW]{0,64}$")
    duplicates: DuplicateRule = DuplicateRule()
    shared_tags: tuple[Annotated[str, Field(max_length=120)], ...] = Field(
        default=(), max_length=100
    )
    response: ResponseRules = ResponseRules()
    notices: Notices = Notices()
    bidder_may: BidderMay = BidderMay()
    by_bidder: SetByBidder = SetByBidder()

    @property
    def caps_in_force(self) -> Caps:
        """The operator's caps, and within them the company's own."""
        own = self.by_bidder.daily_cap
        if own is None or self.bidder_may.daily_cap_max is None:
            return self.caps
        daily = next((one for one in self.caps.limits if one.period is Period.DAY), None)
        most = min(own, self.bidder_may.daily_cap_max, daily.most if daily else own)
        others = (one for one in self.caps.limits if one.period is not Period.DAY)
        limits = (Limit(period=Period.DAY, most=most), *others)
        return self.caps.model_copy(update={"limits": limits})

    @property
    def limited(self) -> bool:
        """Whether any cap is set."""
        caps = self.caps_in_force
        return caps.concurrency is not None or bool(caps.limits)

    @property
    def paused(self) -> bool:
        """Whether it is asked nothing, by the operator's wish or its own."""
        own = self.by_bidder.paused and self.bidder_may.pause
        return own or self.status is not Status.ACTIVE

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        for at, limit in enumerate(self.caps.limits):
            if limit.counts is not Counted.ATTEMPT:
                problem = "an outside bidder's caps count attempts: what it buys is known later"
                raise refused_at(("caps", "limits", at, "counts"), problem)
        if self.duplicates.scope is DuplicateScope.BUYER:
            raise refused_at(("duplicates", "scope"), "a bidder has no buyer: use target")
        if self.maximum_bid < self.minimum_bid:
            raise refused_at(("maximum_bid",), "must not be less than minimum_bid")
        if self.method is Method.GET and self.content is not Content.QUERY:
            raise refused_at(("content",), "a GET has no body: use query")
        return self


class Adjustment(Document):
    """For calls with these tags, from these states, a bidder ranks otherwise."""

    states: Annotated[tuple[State, ...], InOrder] = Field(default=(), max_length=100)
    filter: TagFilter | None = None
    multiplier: Factor = Decimal(1)
    bump: Bump = Decimal(0)


class RtbMember(Document):
    """A bidder in a router.  `multiplier` and `bump` change how its bid ranks, never its price."""

    target_id: RtbTargetId
    priority: int = Field(default=1, ge=-1_000, le=1_000)
    weight: int = Field(default=1, ge=1, le=1_000)
    multiplier: Factor = Decimal(1)
    bump: Bump = Decimal(0)
    adjustments: tuple[Adjustment, ...] = Field(default=(), max_length=20)


class Price(StrEnum):
    """What the winner pays: its own bid, or a little more than the next best one."""

    FIRST = "first"
    SECOND_PLUS = "second_plus"


class RtbRouter(Document):
    """Bidders that are asked together (a ring tree), and how the best of them is found.

    With fewer than `minimum_bidders` valid bids nobody wins.  `explore_percent` of the
    requests that a bidder's slowness or open circuit would save are made all the same.
    `fallback` is dialled, for nothing, when nobody has bought the call.  `margin_percent` is what
    must stay with us of a bid for a call that a publisher is owed for (a quote); None: such a
    call may be sold at a loss.
    """

    id: RtbRouterId
    name: Name
    status: Status = Status.ACTIVE
    members: tuple[RtbMember, ...] = Field(default=(), max_length=BIDDERS_MAX)
    minimum_revenue: Positive = Decimal(0)
    currency: Currency = "USD"
    minimum_bidders: int = Field(default=1, ge=1, le=BIDDERS_MAX)
    deadline_ms: int = Field(default=1_500, ge=50, le=TIMEOUT_MAX_MS)
    price: Price = Price.FIRST
    second_price_plus: Positive = Decimal("0.01")
    margin_percent: Decimal | None = Field(default=None, ge=0, lt=100, decimal_places=2)
    explore_percent: int = Field(default=5, ge=0, le=100)
    fallback: Destination | None = None

    @model_validator(mode="after")
    def _each_member_once(self) -> Self:
        seen: dict[Any, int] = {}
        for at, member in enumerate(self.members):
            if member.target_id in seen:
                problem = f"names the same target as members.{seen[member.target_id]}"
                raise refused_at(("members", at, "target_id"), problem)
            seen[member.target_id] = at
        return self
