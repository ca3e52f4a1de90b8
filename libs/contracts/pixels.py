"""Pixels: requests that are made of others when something has become of a call."""

from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, TypeAdapter, model_validator

from libs.contracts.bidding import (
    HEADERS_MAX,
    BasicAuth,
    BearerAuth,
    Header,
    HeaderKeyAuth,
    Method,
    NoAuth,
    Template,
)
from libs.contracts.configuration import Name, Secret, Status
from libs.contracts.editing import Changed, Edit
from libs.contracts.filters import TagFilter
from libs.contracts.flows import EventName
from libs.contracts.ids import AccountId, CallId, CampaignId, PixelId
from libs.contracts.message import Document, Question, Value, one_of, refused_at

URL_LENGTH_MAX = 4_000  # longer ones are refused by servers anyway
TIMEOUT_MAX_SECONDS = 30
CAMPAIGNS_MAX = 1_000  # of one pixel; none named means all
EVENTS_MAX = 100  # of one pixel; none named means all
SAMPLES_MAX = 100  # values that a test fire is given

_ADDRESS = rf"^https?://[A-Za-z0-9._-]{{1,253}}(:[0-9]{{1,5}})?([/?][^\s]{{0,{URL_LENGTH_MAX}}})?$"
Address = Annotated[str, Field(pattern=_ADDRESS)]
PixelAuth = Annotated[NoAuth | HeaderKeyAuth | BearerAuth | BasicAuth, Field(discriminator="kind")]


class FirePoint(StrEnum):
    """What must have become of a call: each fires once for a call, `recording` for each of its.

    `incoming`: it is known whose call it is, and for which campaign.  `connected`: caller and
    callee speak.  `completed`: a call that was connected is over.  `converted`, `payout`: it has
    satisfied the campaign's rule, it is known what is owed for it.  `marked`: its flow has named an
    event of it, once for each name.  `error`: a leg or the call
    failed, or it fell back.  `recording`: one can be heard.  `finalized`: the call is over,
    whatever became of it.
    """

    INCOMING = "incoming"
    CONNECTED = "connected"
    COMPLETED = "completed"
    CONVERTED = "converted"
    PAYOUT = "payout"
    ERROR = "error"
    RECORDING = "recording"
    MARKED = "marked"
    FINALIZED = "finalized"


class BodyType(StrEnum):
    """What a body is, and so how values in it are escaped."""

    JSON = "json"
    FORM = "form"
    XML = "xml"


class Pixel(Document):
    """A request that is made when a call reaches one of the points in `fire_on`.

    `campaign_ids` empty: of every campaign.  `filter` is tested when it fires; who does not
    pass is not told.  `events` are those that it is told of when a flow has `marked` one; empty: of
    each.  The host of `url` holds no macro.  With a `signing_secret`, each request
    carries `webhook-id`, `webhook-timestamp` and `webhook-signature` (HMAC-SHA256).
    """

    id: PixelId
    name: Name
    status: Status = Status.ACTIVE
    fire_on: tuple[FirePoint, ...] = Field(min_length=1, max_length=len(FirePoint))
    campaign_ids: tuple[CampaignId, ...] = Field(default=(), max_length=CAMPAIGNS_MAX)
    filter: TagFilter | None = None
    events: tuple[EventName, ...] = Field(default=(), max_length=EVENTS_MAX)
    method: Method = Method.POST
    url: Address
    headers: tuple[Header, ...] = Field(default=(), max_length=HEADERS_MAX)
    body_type: BodyType = BodyType.JSON
    body: Template = ""
    auth: PixelAuth = NoAuth()
    signing_secret: Secret | None = None
    timeout_seconds: int = Field(default=10, ge=1, le=TIMEOUT_MAX_SECONDS)

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.method is Method.GET and self.body:
            raise refused_at(("body",), "a GET has none: put it into the url")
        if self.events and FirePoint.MARKED not in self.fire_on:
            raise refused_at(("events",), "are told of at the point marked: add it to fire_on")
        return self


class SavePixel(Edit):
    """A secret sent as it is shown (`********`) stays what it was."""

    subject: ClassVar[str] = "ask.tracking.save_pixel.v1"
    document: Pixel


class PixelChanged(Changed):
    subject: ClassVar[str] = "event.pixel.changed.v1"
    publisher: ClassVar[str] = "tracking"


class Told(Value):
    """A request as it is sent; secrets are masked."""

    method: str
    url: str
    headers: dict[str, str]
    body: str = ""


class Answered(Value):
    """What came of one request: a status with the start of its body, or why there was none."""

    status: int | None = None
    body: str = ""
    failure: str = ""
    milliseconds: int


class Tried(Value):
    """What would be sent, and (when it was) what came of it."""

    outcome: Literal["tested"] = "tested"
    request: Told
    answer: Answered | None = None


class TryPixel(Question):
    """Fire a pixel once, now: one that is kept (`pixel_id`), or one that is not saved yet.

    Macros stand for what is known of `call_id`, or else for sample values; `values` outweigh
    both.  `send` False only shows the request.  Nothing is kept.
    """

    subject: ClassVar[str] = "ask.tracking.test_pixel.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Tried)

    account_id: AccountId
    pixel_id: PixelId | None = None
    document: Pixel | None = None
    point: FirePoint = FirePoint.COMPLETED
    call_id: CallId | None = None
    values: dict[Annotated[str, Field(max_length=120)], Annotated[str, Field(max_length=2_000)]] = (
        Field(default_factory=dict, max_length=SAMPLES_MAX)
    )
    send: bool = True

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.pixel_id is None) == (self.document is None):
            raise refused_at(("pixel_id",), "give one of pixel_id and document")
        return self


class Preset(Value):
    """A pixel made ready for a well-known system: save it as it is, or change it first."""

    name: str
    about: str
    document: dict[str, Any]


class Presets(Value):
    """Pixels made ready, by name."""

    outcome: Literal["presets"] = "presets"
    presets: tuple[Preset, ...]


class ListPixelPresets(Question):
    """Pixels made ready for the account's host at a system (`track.example.com`)."""

    subject: ClassVar[str] = "ask.tracking.pixel_presets.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Presets)

    account_id: AccountId
    host: str = Field(pattern=r"^[A-Za-z0-9.-]{1,253}$")
