"""Publishers: who sends us calls, when we take them, and what the router must know of it."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, TypeAdapter, model_validator

from libs.contracts.call_settings import Text
from libs.contracts.configuration import Limited, Name
from libs.contracts.editing import Changed, Edit
from libs.contracts.ids import AccountId, PublisherId
from libs.contracts.message import Document, Question, Value, one_of, refused_at
from libs.contracts.payout_caps import PAYOUT_CAPS_MAX, PayoutCap, PayoutCapped
from libs.contracts.payouts import RULES_MAX, PayoutRule
from libs.contracts.portals import PublisherPortal
from libs.contracts.schedule import Schedule

SUB_IDS_MAX = 500  # of one publisher that are known by name
CODE = r"^[A-Za-z0-9._~-]{1,64}$"

Code = Annotated[str, Field(pattern=CODE)]
"""How URLs name a publisher or sub-id; upper and lower case are the same."""


class PublisherStatus(StrEnum):
    """Only an active publisher's calls are taken; a pending one has yet to be let in."""

    ACTIVE = "active"
    PAUSED = "paused"
    BLOCKED = "blocked"
    PENDING = "pending"


class WhenRefused(StrEnum):
    """What becomes of a publisher's call that is not taken: hung up on, or the fallback's."""

    BLOCK = "block"
    FALLBACK = "fallback"


class SubId(Document):
    """One of a publisher's own sources; calls of a `blocked` one are refused as the publisher's."""

    code: Code
    name: Text = Field(default="", max_length=256)
    blocked: bool = False


class Publisher(Limited):
    """Who sends us calls.

    `code` is how URLs and tags name it, one publisher of the account each.  Its caps and
    hours hold over all campaigns.  A sub-id that is not listed is taken as it comes.  A call is
    paid for by the first of `payouts` that names its campaign and is open, else the first that
    names none, else as the campaign says, until one of `payout_caps` is reached.
    """

    id: PublisherId
    name: Name
    code: Code | None = None
    company: Text = Field(default="", max_length=256)
    email: str = Field(default="", max_length=254, pattern=r"^([^@\s\x00]{1,64}@[^@\s\x00]+)?$")
    status: PublisherStatus = PublisherStatus.ACTIVE
    when_refused: WhenRefused = WhenRefused.BLOCK
    schedule: Schedule | None = None
    sub_ids: tuple[SubId, ...] = Field(default=(), max_length=SUB_IDS_MAX)
    payouts: tuple[PayoutRule, ...] = Field(default=(), max_length=RULES_MAX)
    payout_caps: tuple[PayoutCap, ...] = Field(default=(), max_length=PAYOUT_CAPS_MAX)
    portal: PublisherPortal = Field(default=PublisherPortal(), exclude_if=PublisherPortal().__eq__)

    @model_validator(mode="after")
    def _each_sub_id_once(self) -> Self:
        check_each_once("sub_ids", "code", [one.code.lower() for one in self.sub_ids])
        return self

    @model_validator(mode="after")
    def _each_payout_cap_once(self) -> Self:
        caps = [(one.period, one.most.currency) for one in self.payout_caps]
        check_each_once("payout_caps", "period", caps)
        return self

    def blocks(self, sub_id: str) -> bool:
        """Whether calls of one of its own sources are refused."""
        return any(one.blocked and one.code.lower() == sub_id.lower() for one in self.sub_ids)


def check_each_once(field: str, name: str, keys: Sequence[object]) -> None:
    """Raise where a list names something twice, at the second."""
    seen: dict[object, int] = {}
    for at, key in enumerate(keys):
        if key in seen:
            raise refused_at((field, at, name), f"is that of {field}.{seen[key]}")
        seen[key] = at


class SavePublisher(Edit):
    subject: ClassVar[str] = "ask.tracking.save_publisher.v1"
    document: Publisher


class PublisherChanged(Changed):
    subject: ClassVar[str] = "event.publisher.changed.v1"
    publisher: ClassVar[str] = "tracking"


class KnownPublisher(Value):
    """A publisher of some account as of a version; `document` None: it was taken out of use.

    `payout_capped` are those of its caps on payouts that are reached.
    """

    account_id: AccountId
    publisher_id: PublisherId
    version: int
    document: Publisher | None
    payout_capped: tuple[PayoutCapped, ...] = ()


class KnownPublishers(Value):
    """Publishers that changed, in the order of their versions; `more`: ask again from `version`."""

    outcome: Literal["publishers"] = "publishers"
    version: int
    more: bool
    publishers: tuple[KnownPublisher, ...]


class AskPublishers(Question):
    """What a router must know of all accounts' publishers; `since` 0 asks for everything."""

    subject: ClassVar[str] = "ask.tracking.publishers.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(KnownPublishers)

    since: int = Field(default=0, ge=0)
