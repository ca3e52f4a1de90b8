"""Visits to websites, and whose visit a call comes from."""

from enum import StrEnum
from typing import Any, ClassVar, Literal

from pydantic import Field, TypeAdapter

from libs.contracts.ids import (
    AccountId,
    CallId,
    CampaignId,
    PublisherId,
    TrackingTagId,
    VisitId,
)
from libs.contracts.message import Instant, Question, Value, one_of
from libs.contracts.tags import Tags

VISITS_PAGE_MAX = 200
HISTORY_MAX = 50  # a visitor's visits that are shown; first and last touch are always right


class Showing(StrEnum):
    """Which number a visit was shown.

    Its own of a pool; the tag's static one; the one shared by those for whom none was
    free; or the page's own.
    """

    LEASED = "leased"
    STATIC = "static"
    SHARED = "shared"
    PAGE = "page"


class Ground(StrEnum):
    """Why a call is attributed as it is."""

    HELD = "visit_held_number"
    COOLING = "lease_had_just_ended"
    REMEMBERED = "last_holder_of_number"
    STATIC = "static_number"
    SHARED = "shared_number"
    NONE = "no_visit_known"
    UNANSWERED = "nobody_answered_in_time"


class Confidence(StrEnum):
    """How sure it is: the visit; the visit, in all probability; the source alone; nothing."""

    CERTAIN = "certain"
    LIKELY = "likely"
    SOURCE = "source"
    UNKNOWN = "unknown"


class Touch(Value):
    """What brought a visitor at one time."""

    at: Instant
    landing: str = ""
    referrer: str = ""
    tags: Tags = Field(default_factory=dict)


class Attribution(Value):
    """What brought a call about.

    `tags` are the visit's or source's, geography as `visit:zip` and the like among them.
    `first` and `last` are the visitor's first visit and the one that last had a source.
    """

    outcome: Literal["attribution"] = "attribution"
    ground: Ground
    confidence: Confidence
    visit_id: VisitId | None = None
    visitor: str = ""
    tracking_tag_id: TrackingTagId | None = None
    publisher_id: PublisherId | None = None
    tags: Tags = Field(default_factory=dict)
    first: Touch | None = None
    last: Touch | None = None


class VisitOf(Question):
    """A caller waits: whose visit holds the number that she dialled?"""

    subject: ClassVar[str] = "ask.tracking.visit_of.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Attribution)

    account_id: AccountId
    call_id: CallId
    dialled: str = Field(max_length=254)


class Visit(Value):
    """One visitor's stay on a site; `held_until` is when its number was free for others."""

    visit_id: VisitId
    visitor: str
    tracking_tag_id: TrackingTagId
    campaign_id: CampaignId
    publisher_id: PublisherId | None = None
    showing: Showing
    number: str | None = None
    began_at: Instant
    seen_at: Instant
    held_until: Instant
    pages: int
    landing: str = ""
    referrer: str = ""
    page: str = ""
    user_agent: str = ""
    tags: Tags = Field(default_factory=dict)


class Visits(Value):
    """Visits, the newest first; `cursor` asks for the next page, None ends the list."""

    outcome: Literal["visits"] = "visits"
    visits: tuple[Visit, ...]
    cursor: str | None = None


class ListVisits(Question):
    """One page of an account's visits; filters that are left out do not filter."""

    subject: ClassVar[str] = "ask.tracking.list_visits.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Visits)

    account_id: AccountId
    since: Instant | None = None
    until: Instant | None = None
    tracking_tag_id: TrackingTagId | None = None
    campaign_id: CampaignId | None = None
    visitor: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_.-]{8,80}$")
    showing: Showing | None = None
    cursor: str | None = Field(default=None, pattern=r"^[-0-9T:.+Z]{10,40}/[-0-9a-f]{36}$")
    limit: int = Field(default=50, ge=1, le=VISITS_PAGE_MAX)


class AttributedCall(Value):
    """A call, and why it is a visit's."""

    call_id: CallId
    ground: Ground
    confidence: Confidence


class VisitDetail(Value):
    """A visit with its calls, and its visitor's other visits, the newest first."""

    outcome: Literal["visit"] = "visit"
    visit: Visit
    calls: tuple[AttributedCall, ...]
    history: tuple[Touch, ...]
    first: Touch
    last: Touch


class GetVisit(Question):
    """One visit; another account's is `not_found`."""

    subject: ClassVar[str] = "ask.tracking.get_visit.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(VisitDetail)

    account_id: AccountId
    visit_id: VisitId
