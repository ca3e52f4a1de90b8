"""Tracking tags and URL parameters: which number a website shows, and what it tells of visits."""

import re
from enum import StrEnum
from typing import Annotated, ClassVar, Self

from pydantic import AfterValidator, Field, model_validator

from libs.contracts.call_settings import Text
from libs.contracts.configuration import Name, Status
from libs.contracts.editing import Changed, Edit
from libs.contracts.ids import (
    CampaignId,
    NumberId,
    PoolId,
    PublisherId,
    TrackingTagId,
    UrlParameterId,
)
from libs.contracts.message import Document
from libs.contracts.tags import TAG_TEXT_MAX, Tags

CODE = r"^[A-Za-z0-9_-]{8,64}$"
PARAMETER = r"^[A-Za-z0-9_.-]{1,80}$"
DAY = 86_400
HOST_MAX = 253  # as DNS has it
LISTED_MAX = 50  # domains, selectors, attributes, parameters of one tag

_HOST = re.compile(r"(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61})")


def _host(text: str) -> str:
    if len(text) > HOST_MAX or not _HOST.fullmatch(text.lower()):
        raise ValueError("is no domain: write example.com, or *.example.com for all below it")
    return text.lower()


Domain = Annotated[str, AfterValidator(_host)]
"""A host; `*.example.com` is any host below example.com."""

ParameterName = Annotated[str, Field(pattern=PARAMETER)]
Selector = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00<>{}]*$")]
AttributeName = Annotated[str, Field(pattern=r"^[a-z_][a-z0-9_.-]{0,60}$")]
PagesNumber = Annotated[str, Field(pattern=r"^\+?[0-9(][-0-9(). /]{5,28}[0-9]$")]
"""A number as it stands in a page; only its digits are compared."""


class Rotation(StrEnum):
    """Which of a pool's free numbers a new visitor gets."""

    LONGEST_FREE = "longest_free"
    RANDOM = "random"
    IN_ORDER = "in_order"


class TrackingTag(Document):
    """What a website shows to its visitors: a number of a pool each, or one static number.

    A visitor keeps her number until nothing was heard of her page for `idle_seconds`, or
    for `closed_seconds` after she has closed it; then it rests for `cooldown_seconds`, and
    she gets it again within `sticky_seconds` unless somebody else has it.  For
    `remembered_seconds` after a lease a call is still taken for its last holder's.
    `shared_number_id` is shown to those for whom no number is free, and to robots; without
    it the page keeps its own.  `tags` are those of all its calls.  No `domains`: any site.
    From `server_addresses`, the site's own servers, visitors' addresses are believed.
    `paused_by_publisher`: its own people want it to rest, whatever the account's `status`.
    """

    id: TrackingTagId
    name: Name
    code: str = Field(pattern=CODE)
    status: Status = Status.ACTIVE
    campaign_id: CampaignId
    pool_id: PoolId | None = None
    number_id: NumberId | None = None
    shared_number_id: NumberId | None = None
    rotation: Rotation = Rotation.LONGEST_FREE
    idle_seconds: int = Field(default=1_800, ge=30, le=DAY)
    closed_seconds: int = Field(default=120, ge=0, le=DAY)
    cooldown_seconds: int = Field(default=300, ge=0, le=7 * DAY)
    sticky_seconds: int = Field(default=DAY, ge=0, le=90 * DAY)
    remembered_seconds: int = Field(default=DAY, ge=0, le=90 * DAY)
    leases_per_minute: int = Field(default=20, ge=1, le=1_000_000)
    publisher_id: PublisherId | None = None
    paused_by_publisher: bool = Field(default=False, exclude_if=lambda paused: not paused)
    tags: Tags = Field(default_factory=dict)
    domains: tuple[Domain, ...] = Field(default=(), max_length=LISTED_MAX)
    numbers_to_replace: tuple[PagesNumber, ...] = Field(default=(), max_length=LISTED_MAX)
    selectors: tuple[Selector, ...] = Field(default=(), max_length=LISTED_MAX)
    attributes: tuple[AttributeName, ...] = Field(default=(), max_length=LISTED_MAX)
    parameters: tuple[ParameterName, ...] = Field(default=(), max_length=LISTED_MAX)
    needs_consent: bool = False
    heeds_do_not_track: bool = True
    server_addresses: tuple[Annotated[str, Field(pattern=r"^[0-9a-fA-F:.]{2,45}$")], ...] = Field(
        default=(), max_length=LISTED_MAX
    )

    @property
    def rests(self) -> bool:
        """Whether the account or the publisher has paused it."""
        return self.status is not Status.ACTIVE or self.paused_by_publisher

    @model_validator(mode="after")
    def _pool_or_number(self) -> Self:
        if (self.pool_id is None) == (self.number_id is None):
            raise ValueError("a tag names one of pool_id and number_id")
        return self


class ParameterType(StrEnum):
    """What a parameter's value must be; another one is taken as not said."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"


class UrlParameter(Document):
    """A parameter of landing pages' addresses that becomes the tag `tag` of visits and calls.

    `menu` is under which heading reports offer it; `default` stands where a visit has none.
    """

    id: UrlParameterId
    name: Name
    parameter: ParameterName
    tag: ParameterName
    menu: Text = Field(default="", max_length=120)
    type: ParameterType = ParameterType.TEXT
    default: Text = Field(default="", max_length=TAG_TEXT_MAX)
    description: Text = Field(default="", max_length=2_000)
    status: Status = Status.ACTIVE


class SaveTrackingTag(Edit):
    """Another account's or unknown pools, numbers and campaigns are `points_nowhere`."""

    subject: ClassVar[str] = "ask.tracking.save_tracking_tag.v1"
    document: TrackingTag


class SaveUrlParameter(Edit):
    subject: ClassVar[str] = "ask.tracking.save_url_parameter.v1"
    document: UrlParameter


class TrackingTagChanged(Changed):
    subject: ClassVar[str] = "event.tracking_tag.changed.v1"
    publisher: ClassVar[str] = "tracking"


class UrlParameterChanged(Changed):
    subject: ClassVar[str] = "event.url_parameter.changed.v1"
    publisher: ClassVar[str] = "tracking"
