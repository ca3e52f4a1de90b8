"""Conversions without a call: a visitor sends a form, chats, or buys something."""

from enum import StrEnum
from typing import Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import Field, TypeAdapter, model_validator

from libs.contracts.ids import AccountId, CampaignId, PublisherId, TrackingTagId, VisitId
from libs.contracts.message import Instant, Message, Question, Value, one_of, refused_at
from libs.contracts.money import Money
from libs.contracts.origins import Origin
from libs.contracts.tags import Tags

PAGE_MAX = 200
ROWS_MAX = 1_000  # of a report
GROUPS_MAX = 2


class ConversionKind(StrEnum):
    """What a visitor did."""

    FORM = "form"
    CHAT = "chat"
    PURCHASE = "purchase"
    OTHER = "other"


class VisitConversion(Value):
    """Something that a visitor did, and what had brought her.

    `external_id` is the site's own name of it, which counts once in the account.
    """

    conversion_id: UUID
    visit_id: VisitId
    visitor: str
    kind: ConversionKind
    at: Instant
    amount: Money | None = None
    external_id: str = ""
    tracking_tag_id: TrackingTagId
    campaign_id: CampaignId
    publisher_id: PublisherId | None = None
    origin: Origin = Origin()
    tags: Tags = Field(default_factory=dict)


class VisitConverted(Message):
    """A visitor has converted."""

    subject: ClassVar[str] = "event.visit.converted.v1"
    publisher: ClassVar[str] = "tracking"

    account_id: AccountId
    conversion: VisitConversion


class VisitConversions(Value):
    """Conversions, the newest first; `cursor` None ends them."""

    outcome: Literal["visit_conversions"] = "visit_conversions"
    conversions: tuple[VisitConversion, ...]
    cursor: str | None = None


class ListVisitConversions(Question):
    """An account's conversions without a call; filters that are left out do not filter."""

    subject: ClassVar[str] = "ask.tracking.list_visit_conversions.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(VisitConversions)

    account_id: AccountId
    since: Instant | None = None
    until: Instant | None = None
    visit_id: VisitId | None = None
    kind: ConversionKind | None = None
    cursor: str | None = Field(default=None, max_length=200)
    limit: int = Field(default=50, ge=1, le=PAGE_MAX)


class ConversionDimension(StrEnum):
    """What conversions are grouped by: in the words of the reports of calls."""

    KIND = "kind"
    CAMPAIGN = "campaign"
    PUBLISHER = "publisher"
    TRACKING_TAG = "tracking_tag"
    SOURCE = "source"
    FIRST_SOURCE = "first_source"
    LANDING_PAGE = "landing_page"
    UTM_SOURCE = "utm_source"
    UTM_MEDIUM = "utm_medium"
    UTM_CAMPAIGN = "utm_campaign"


class ConversionRow(Value):
    """One group: how many conversions, and what they brought, by currency."""

    keys: tuple[str, ...]
    conversions: int
    amounts: tuple[Money, ...] = ()


class ConversionReport(Value):
    """The groups, the largest first; `complete` is False where there were more."""

    outcome: Literal["conversion_report"] = "conversion_report"
    rows: tuple[ConversionRow, ...]
    complete: bool = True


class ReportVisitConversions(Question):
    """Sum an account's conversions without a call, by one or two properties of their visits."""

    subject: ClassVar[str] = "ask.tracking.report_visit_conversions.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(ConversionReport)

    account_id: AccountId
    since: Instant
    until: Instant
    group_by: tuple[ConversionDimension, ...] = Field(
        default=(ConversionDimension.KIND,), min_length=1, max_length=GROUPS_MAX
    )

    @model_validator(mode="after")
    def _a_time(self) -> Self:
        if self.until <= self.since:
            raise refused_at(("until",), "is after since")
        return self
