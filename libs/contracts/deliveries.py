"""Deliveries: each firing of a pixel, told until it is taken; with a log of every try."""

from enum import StrEnum
from typing import Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import Field, TypeAdapter, model_validator

from libs.contracts.editing import Changed, Edit
from libs.contracts.ids import AccountId, CallId, PixelId, ReportId
from libs.contracts.message import Instant, Question, Value, one_of, refused_at
from libs.contracts.pixels import Answered, FirePoint, Told

PAGE_MAX = 200
BODY_KEPT_MAX = 2_000  # characters of each body in the log


class DeliveryState(StrEnum):
    """Where a delivery stands.

    `dead`: given up after many tries; it can be sent again.  `skipped`: nobody is to be told:
    the pixel's filter does not let the call through, or the pixel is not in use any more.
    """

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"
    SKIPPED = "skipped"


class Delivery(Value):
    """One firing.  Its id is the event id that the receiver sees, the same with every try.

    `part` tells apart what fires more than once at one point: the recording's name.  What a
    flow has asked for has the point `flow`, its step and node as its part, and no pixel.  What
    tells a saved report has the point `report`, the report's moment as its part, and no call.
    """

    delivery_id: UUID
    pixel_id: PixelId | None = None
    pixel_name: str = ""
    report_id: ReportId | None = None
    report_name: str = ""
    call_id: CallId | None = None
    point: FirePoint | Literal["flow", "report"]
    part: str = ""
    host: str
    state: DeliveryState
    tries: int
    made_at: Instant
    due_at: Instant | None = None
    ended_at: Instant | None = None
    said: str = ""


class Try(Value):
    """One try: what was sent, and what came back; secrets and numbers are masked."""

    number: int
    at: Instant
    request: Told
    answer: Answered


class Deliveries(Value):
    """Deliveries, the newest first; `cursor` asks for the next page, None ends the list."""

    outcome: Literal["deliveries"] = "deliveries"
    deliveries: tuple[Delivery, ...]
    cursor: str | None = None


class ListDeliveries(Question):
    """One page of an account's deliveries; filters that are left out do not filter."""

    subject: ClassVar[str] = "ask.tracking.list_deliveries.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Deliveries)

    account_id: AccountId
    pixel_id: PixelId | None = None
    report_id: ReportId | None = None
    call_id: CallId | None = None
    state: DeliveryState | None = None
    since: Instant | None = None
    until: Instant | None = None
    cursor: str | None = Field(default=None, max_length=200)
    limit: int = Field(default=50, ge=1, le=PAGE_MAX)


class DeliveryDetail(Value):
    """A delivery with its tries.  `paused_until`: its host is spared until then."""

    outcome: Literal["delivery"] = "delivery"
    delivery: Delivery
    tries: tuple[Try, ...]
    paused_until: Instant | None = None


class GetDelivery(Question):
    """One delivery with its log; another account's is `not_found`."""

    subject: ClassVar[str] = "ask.tracking.get_delivery.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(DeliveryDetail)

    account_id: AccountId
    delivery_id: UUID


class Resent(Value):
    """So many deliveries are due again."""

    outcome: Literal["resent"] = "resent"
    count: int


class ResendDeliveries(Edit):
    """Send one delivery again, whatever became of it; or all dead ones of a pixel.

    The receiver sees the same event id as before.
    """

    subject: ClassVar[str] = "ask.tracking.resend.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Resent)

    delivery_id: UUID | None = None
    pixel_id: PixelId | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.delivery_id is None) == (self.pixel_id is None):
            raise refused_at(("delivery_id",), "give one of delivery_id and pixel_id")
        return self


class DeliveryChanged(Changed):
    """Somebody had deliveries sent (again): `key` is the delivery's id, or that of their pixel."""

    subject: ClassVar[str] = "event.delivery.changed.v1"
    publisher: ClassVar[str] = "tracking"
