"""Numbers of an account: found, ordered, brought in, checked and given back by the router.

It knows whose carrier account is meant: an account's own, where its credentials are kept, else
the platform's.  What the carrier itself must do, it asks of the ingress.
"""

from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import Field, StringConstraints, TypeAdapter, model_validator

from libs.contracts.bulk import NumbersAdded
from libs.contracts.carrier_numbers import LISTED_MAX, NumberSearch, NumbersFound, PageToken
from libs.contracts.configuration import OwnTags
from libs.contracts.editing import Actor, Changed
from libs.contracts.ids import AccountId, CampaignId, NumberId, PoolId, PublisherId, Sid
from libs.contracts.message import Instant, Question, Value, one_of, refused_at
from libs.contracts.number_setup import NumberSetup
from libs.contracts.phone import PhoneNumber

ORDER_MAX = 20  # numbers of one purchase
IMPORT_MAX = 100  # numbers brought in at once; the carrier is asked for each
PURCHASES_MAX = 100  # of one page
SHOWN_MAX = 200  # numbers named by a report
DRAIN_SECONDS_MAX = 30 * 86_400


class SearchNumbers(Question):
    """Numbers to buy; `account_sid` None: under the platform's own carrier account."""

    subject: ClassVar[str] = "ask.router.find_numbers.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(NumbersFound)

    account_id: AccountId
    account_sid: Sid | None = None
    search: NumberSearch = NumberSearch()


class LineState(StrEnum):
    """What became of one number of a purchase."""

    ORDERED = "ordered"
    BOUGHT = "bought"
    FAILED = "failed"


class PurchaseLine(Value):
    """One number of a purchase; `failure` says why it failed, or why it is tried again."""

    number: PhoneNumber
    state: LineState
    since: Instant
    tries: int = 0
    failure: str = ""
    number_id: NumberId | None = None
    setup: NumberSetup | None = None


class Purchase(Value):
    """Numbers that were ordered together: they are bought, then placed, then set up."""

    outcome: Literal["purchase"] = "purchase"
    id: UUID
    at: Instant
    actor: Actor
    account_sid: Sid | None = None
    campaign_id: CampaignId | None = None
    pool_id: PoolId | None = None
    lines: tuple[PurchaseLine, ...]


class _Placing(Question):
    """Numbers and the place that they get."""

    account_id: AccountId
    actor: Actor
    account_sid: Sid | None = None
    campaign_id: CampaignId | None = None
    pool_id: PoolId | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if self.campaign_id is not None and self.pool_id is not None:
            raise refused_at(("pool_id",), "excludes campaign_id: a number has one place")
        return self


class BuyNumbers(_Placing):
    """Order numbers.  The order is kept before the carrier hears of it, and done behind.

    `id` names the purchase: the same again is the same purchase, never another.
    """

    subject: ClassVar[str] = "ask.router.buy_numbers.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Purchase)

    id: UUID
    numbers: tuple[PhoneNumber, ...] = Field(min_length=1, max_length=ORDER_MAX)
    publisher_id: PublisherId | None = None
    tags: OwnTags = Field(default_factory=dict)

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        for at, number in enumerate(self.numbers):
            if number in self.numbers[:at]:
                raise refused_at(("numbers", at), "stands there twice")
        return self


class GetPurchase(Question):
    """A purchase as it is now."""

    subject: ClassVar[str] = "ask.router.get_purchase.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Purchase)

    account_id: AccountId
    id: UUID


class Purchases(Value):
    """A part of an account's purchases, the latest first."""

    outcome: Literal["purchases"] = "purchases"
    purchases: tuple[Purchase, ...]
    cursor: str | None = None


class ListPurchases(Question):
    """An account's purchases."""

    subject: ClassVar[str] = "ask.router.list_purchases.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Purchases)

    account_id: AccountId
    cursor: Annotated[str, StringConstraints(pattern=r"^[0-9T:.Z+-]{20,40}/[0-9a-f-]{36}$")] | (
        None
    ) = None
    limit: int = Field(default=50, ge=1, le=PURCHASES_MAX)


class OwnedNumber(Value):
    """A number that a carrier account owns; `number_id`: it is in this account already."""

    number: PhoneNumber
    friendly_name: str = ""
    number_id: NumberId | None = None


class OwnedNumbers(Value):
    """A part of what a carrier account owns, but for what is other accounts'."""

    outcome: Literal["owned_numbers"] = "owned_numbers"
    account_sid: Sid
    numbers: tuple[OwnedNumber, ...]
    cursor: PageToken | None = None


class ListOwnedNumbers(Question):
    """What can be brought in from a carrier account."""

    subject: ClassVar[str] = "ask.router.list_owned_numbers.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(OwnedNumbers)

    account_id: AccountId
    account_sid: Sid | None = None
    cursor: PageToken | None = None
    limit: int = Field(default=100, ge=1, le=LISTED_MAX)


class ImportNumbers(_Placing):
    """Bring in numbers that a carrier account owns already; each has its own result."""

    subject: ClassVar[str] = "ask.router.import_numbers.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(NumbersAdded)

    numbers: tuple[PhoneNumber, ...] = Field(min_length=1, max_length=IMPORT_MAX)


class NumberLeaving(Value):
    """The number is given back when `leaves_at` has come; until then its calls are taken."""

    outcome: Literal["number_leaving"] = "number_leaving"
    version: int
    leaves_at: Instant


class ReleaseNumber(Question):
    """Give a number back to the carrier, once it has drained.

    `drain_seconds` None: a day for a number of a pool, whose visitors may still call it; at
    once for any other.  It can be taken back by saving the number without `leaves_at`.
    """

    subject: ClassVar[str] = "ask.router.release_number.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(NumberLeaving)

    account_id: AccountId
    actor: Actor
    number_id: NumberId
    expected_version: int
    drain_seconds: int | None = Field(default=None, ge=0, le=DRAIN_SECONDS_MAX)


class NumberReport(Value):
    """One number that is not configured as it should be, or was not."""

    number_id: NumberId
    number: PhoneNumber
    setup: NumberSetup


class NumbersChecked(Value):
    """How an account's numbers stand with the carrier; `shown` are the first that need a look."""

    outcome: Literal["numbers_checked"] = "numbers_checked"
    total: int
    states: dict[str, int]
    shown: tuple[NumberReport, ...]


class CheckNumbers(Question):
    """How the carrier's state compares with ours; with `again` all are looked at anew, soon."""

    subject: ClassVar[str] = "ask.router.check_numbers.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(NumbersChecked)

    account_id: AccountId
    again: bool = False


class PurchaseChanged(Changed):
    """A purchase was ordered, or a number of it was bought or failed."""

    subject: ClassVar[str] = "event.purchase.changed.v1"
