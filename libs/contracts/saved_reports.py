"""Saved reports: what is asked again and again, of a time that moves on, and told to a webhook."""

from enum import StrEnum
from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter

from libs.contracts.bidding import HEADERS_MAX, Header, NoAuth
from libs.contracts.configuration import Name, Secret, Status
from libs.contracts.editing import Changed, Edit
from libs.contracts.ids import AccountId, ReportId
from libs.contracts.message import Document, Instant, Question, Value, one_of
from libs.contracts.pixels import TIMEOUT_MAX_SECONDS, Address, PixelAuth
from libs.contracts.reporting import OFFSET_MAX, ROWS_MAX, Reported, ReportShape
from libs.contracts.schedule import Weekday, Zone


class ReportPeriod(StrEnum):
    """A time that is counted from the moment of asking, in the report's zone; days are whole.

    `last_7_days` and `last_30_days` end with yesterday.
    """

    TODAY = "today"
    YESTERDAY = "yesterday"
    LAST_7_DAYS = "last_7_days"
    LAST_30_DAYS = "last_30_days"
    THIS_WEEK = "this_week"
    LAST_WEEK = "last_week"
    THIS_MONTH = "this_month"
    LAST_MONTH = "last_month"


class ReportDelivery(Document):
    """When and where a report is told: on these days (none named: on every day), at this hour.

    `zone` None: the report's.  With a `signing_secret` each request carries `webhook-id`,
    `webhook-timestamp` and `webhook-signature` (HMAC-SHA256), as those of pixels do.
    """

    hour: int = Field(ge=0, le=23)
    days: tuple[Weekday, ...] = Field(default=(), max_length=len(Weekday))
    zone: Zone | None = None
    url: Address
    headers: tuple[Header, ...] = Field(default=(), max_length=HEADERS_MAX)
    auth: PixelAuth = NoAuth()
    signing_secret: Secret | None = None
    timeout_seconds: int = Field(default=10, ge=1, le=TIMEOUT_MAX_SECONDS)


class SavedReport(Document):
    """A report with a name.  Without `delivery` it is only there to be asked for."""

    id: ReportId
    name: Name
    status: Status = Status.ACTIVE
    period: ReportPeriod = ReportPeriod.LAST_7_DAYS
    report: ReportShape
    delivery: ReportDelivery | None = None


class SaveReport(Edit):
    """A word that reports do not know is `malformed`; a masked secret stays what it was."""

    subject: ClassVar[str] = "ask.tracking.save_report.v1"
    document: SavedReport


class ReportChanged(Changed):
    subject: ClassVar[str] = "event.report.changed.v1"
    publisher: ClassVar[str] = "tracking"


class AskSavedReport(Question):
    """A saved report as it is at a moment (None: now); another account's is `not_found`."""

    subject: ClassVar[str] = "ask.tracking.saved_report.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Reported)

    account_id: AccountId
    report_id: ReportId
    at: Instant | None = None
    offset: int = Field(default=0, ge=0, le=OFFSET_MAX)
    limit: int = Field(default=200, ge=1, le=ROWS_MAX)


class ReportSent(Value):
    """The delivery that tells a report; `GET /deliveries/{id}` says what becomes of it."""

    outcome: Literal["report_sent"] = "report_sent"
    delivery_id: UUID


class SendReport(Edit):
    """Tell a saved report to its webhook now, as of now; without a `delivery` it is `malformed`."""

    subject: ClassVar[str] = "ask.tracking.send_report.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(ReportSent)

    report_id: ReportId


class ToldReport(Value):
    """What a webhook is told: the rows that fit into one message, `total` rows in all."""

    report_id: ReportId
    name: str
    at: Instant
    report: Reported
