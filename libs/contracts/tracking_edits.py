"""What tracking keeps of an account's configuration: read, listed, taken out of use."""

from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from pydantic import Field, TypeAdapter

from libs.contracts.editing import PAGE_MAX, Edit, Got, Page
from libs.contracts.ids import AccountId
from libs.contracts.message import Question, one_of


class TrackingNoun(StrEnum):
    """The kinds of configuration that tracking keeps; each is saved by a question of its own.

    Of a recording rule each account has one, under the account's own id.
    """

    PUBLISHER = "publisher"
    PIXEL = "pixel"
    TRACKING_TAG = "tracking_tag"
    URL_PARAMETER = "url_parameter"
    RECORDING_RULE = "recording_rule"
    QUALITY_RULE = "quality_rule"
    REPORT = "report"
    POSTBACK_KEY = "postback_key"


class RetireTracking(Edit):
    """Take something out of use; what was accounted with it stays."""

    subject: ClassVar[str] = "ask.tracking.retire.v1"
    noun: TrackingNoun
    key: UUID


class ListTracking(Question):
    """One page of one kind, in the order of the ids.

    `contains` is looked for in names; `status` empty: any.
    """

    subject: ClassVar[str] = "ask.tracking.list.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Page)

    account_id: AccountId
    noun: TrackingNoun
    cursor: UUID | None = None
    limit: int = Field(default=100, ge=1, le=PAGE_MAX)
    contains: str = Field(default="", max_length=200, pattern=r"^[^\x00]*$")
    status: str = Field(default="", max_length=20, pattern="^[a-z]*$")


class GetTracking(Question):
    """One thing as it is now; another account's is `not_found`."""

    subject: ClassVar[str] = "ask.tracking.get.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Got)

    account_id: AccountId
    noun: TrackingNoun
    key: UUID
