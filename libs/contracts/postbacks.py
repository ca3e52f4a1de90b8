"""Inbound postbacks: partners tell by a plain HTTP request that a call has converted."""

from enum import StrEnum
from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter

from libs.contracts.configuration import Name, Status
from libs.contracts.editing import Changed, Edit
from libs.contracts.ids import AccountId, CallId
from libs.contracts.message import Document, Instant, Question, Value, one_of
from libs.contracts.money import Money

PAGE_MAX = 200
CONVERSION_ID_MAX = 200  # characters


class PostbackKey(Document):
    """What lets somebody post conversions of an account's calls; a paused one is refused."""

    id: UUID
    name: Name
    status: Status = Status.ACTIVE


class SavePostbackKey(Edit):
    subject: ClassVar[str] = "ask.tracking.save_postback_key.v1"
    document: PostbackKey


class PostbackKeyChanged(Changed):
    subject: ClassVar[str] = "event.postback_key.changed.v1"
    publisher: ClassVar[str] = "tracking"


class PostbackAddress(Value):
    """Where to post, for whoever has the key in it; `example` shows the parameters."""

    outcome: Literal["postback_address"] = "postback_address"
    url: str
    example: str


class AskPostbackAddress(Question):
    """The secret address of a key; another account's is `not_found`."""

    subject: ClassVar[str] = "ask.tracking.postback_address.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(PostbackAddress)

    account_id: AccountId
    postback_key_id: UUID


class PostbackOutcome(StrEnum):
    """What became of a postback: `duplicate`: its conversion had been posted before."""

    KEPT = "kept"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


class Postback(Value):
    """One postback as it came; `why` says what was wrong with it.

    Without a `postback_key_id` it came by the key of the call itself.
    """

    postback_id: UUID
    at: Instant
    postback_key_id: UUID | None = None
    call_id: CallId | None = None
    conversion_id: str = ""
    outcome: PostbackOutcome
    why: str = ""
    amount: Money | None = None
    payout: Money | None = None
    address: str = ""


class Postbacks(Value):
    """Postbacks, the newest first; `cursor` None ends them."""

    outcome: Literal["postbacks"] = "postbacks"
    postbacks: tuple[Postback, ...]
    cursor: str | None = None


class ListPostbacks(Question):
    """What came to an account's addresses; filters that are left out do not filter."""

    subject: ClassVar[str] = "ask.tracking.list_postbacks.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Postbacks)

    account_id: AccountId
    call_id: CallId | None = None
    outcome: PostbackOutcome | None = None
    cursor: str | None = Field(default=None, max_length=200)
    limit: int = Field(default=50, ge=1, le=PAGE_MAX)
