"""Phone numbers at the carrier: found, bought, set up, listed and given back by the ingress.

Each question names whose numbers it is about: those of the platform's own carrier account, or
those of an account's own, whose credentials the platform keeps.  Whoever asks has made sure that
the tenant may.  Each may be asked again: what is done already is not done twice.
"""

from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, StringConstraints, TypeAdapter, model_validator

from libs.contracts.areas import Country
from libs.contracts.call_settings import Text
from libs.contracts.ids import PoolId, Sid
from libs.contracts.message import Question, Value, one_of, refused_at
from libs.contracts.phone import PhoneNumber

FOUND_MAX = 50  # of one search
LISTED_MAX = 200  # of one page of what a carrier account owns
MARK_LENGTH_MAX = 64  # as long as the carrier lets a name be

PageToken = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9=_-]{1,500}$")]


class CarrierAccount(Value):
    """Whose numbers are meant.

    `platform`: those of the platform's own carrier account, which `account_sid` then may
    name, to be sure; else those of the account that `account_sid` names, by its own credentials.
    """

    account_sid: Sid | None = None
    platform: bool = False

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if self.account_sid is None and not self.platform:
            raise refused_at(("account_sid",), "is needed, unless the platform's own is meant")
        return self


class NumberKind(StrEnum):
    """What a phone number is to the carrier."""

    LOCAL = "local"
    TOLL_FREE = "toll_free"
    MOBILE = "mobile"


class Capabilities(Value):
    """What can be done with a number."""

    voice: bool = False
    sms: bool = False
    mms: bool = False
    fax: bool = False


class PlaceKind(StrEnum):
    """What a number serves."""

    CAMPAIGN = "campaign"
    POOL = "pool"
    NONE = "none"


class NumberPlace(Value):
    """What a number serves: that is what its addresses at the carrier say."""

    kind: PlaceKind = PlaceKind.NONE
    pool_id: PoolId | None = None

    @model_validator(mode="after")
    def _a_pool_is_named(self) -> Self:
        if (self.kind is PlaceKind.POOL) != (self.pool_id is not None):
            raise refused_at(("pool_id",), "is given for a place in a pool, and only there")
        return self


class AvailableNumber(Value):
    """A number that can be bought."""

    number: PhoneNumber
    friendly_name: str = ""
    locality: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""
    capabilities: Capabilities = Capabilities()


class NumbersFound(Value):
    """What the carrier has to sell; `account_sid`: under which of its accounts."""

    outcome: Literal["numbers_found"] = "numbers_found"
    account_sid: Sid
    numbers: tuple[AvailableNumber, ...]


class NumberSearch(Value):
    """Which numbers are looked for.

    `contains` has digits and letters, `*` for any one; `area_code` is for the US and Canada.
    """

    country: Country = "US"
    kind: NumberKind = NumberKind.LOCAL
    area_code: Annotated[str, StringConstraints(pattern=r"^[2-9][0-9]{2}$")] | None = None
    contains: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z*]{2,16}$")] | None = None
    region: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}$")] | None = None
    locality: Annotated[Text, Field(min_length=1, max_length=100)] | None = None
    limit: int = Field(default=20, ge=1, le=FOUND_MAX)


class FindCarrierNumbers(Question):
    """Numbers that the carrier has to sell."""

    subject: ClassVar[str] = "ask.ingress.find_numbers.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(NumbersFound)

    account: CarrierAccount
    search: NumberSearch = NumberSearch()


class CarrierNumber(Value):
    """A number as the carrier has it.

    `place` is what its addresses serve, None where they are not ours, or not whole.
    """

    account_sid: Sid
    number_sid: Sid
    number: PhoneNumber
    friendly_name: str = ""
    place: NumberPlace | None = None
    capabilities: Capabilities = Capabilities()


class NumberBought(Value):
    """The number is the account's; with `again` it was before the question, by the same mark."""

    outcome: Literal["number_bought"] = "number_bought"
    number: CarrierNumber
    again: bool = False


class BuyCarrierNumber(Question):
    """Buy a number, once: `mark` names the purchase, and stands at the carrier as its name.

    A number that is there with this mark was bought by an answer that got lost.
    """

    subject: ClassVar[str] = "ask.ingress.buy_number.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(NumberBought)

    account: CarrierAccount
    number: PhoneNumber
    mark: str = Field(min_length=1, max_length=MARK_LENGTH_MAX)
    place: NumberPlace = NumberPlace()


class NumberSetUp(Value):
    """The number's addresses and name are as they should be; `changed` were not."""

    outcome: Literal["number_set_up"] = "number_set_up"
    number: CarrierNumber
    changed: tuple[str, ...] = ()


class SetUpCarrierNumber(Question):
    """Let the carrier ask us about a number's calls, as its place has it."""

    subject: ClassVar[str] = "ask.ingress.set_up_number.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(NumberSetUp)

    account: CarrierAccount
    number: PhoneNumber
    place: NumberPlace


class NumberReleased(Value):
    """The number is not the account's any more; without `was_there` it had not been."""

    outcome: Literal["number_released"] = "number_released"
    was_there: bool


class ReleaseCarrierNumber(Question):
    """Give a number back to the carrier."""

    subject: ClassVar[str] = "ask.ingress.release_number.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(NumberReleased)

    account: CarrierAccount
    number: PhoneNumber


class NumbersListed(Value):
    """A part of what a carrier account owns; `cursor` asks for the next, None ends it."""

    outcome: Literal["numbers_listed"] = "numbers_listed"
    account_sid: Sid
    numbers: tuple[CarrierNumber, ...]
    cursor: PageToken | None = None


class ListCarrierNumbers(Question):
    """What a carrier account owns; `number`: only that one."""

    subject: ClassVar[str] = "ask.ingress.list_numbers.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(NumbersListed)

    account: CarrierAccount
    number: PhoneNumber | None = None
    cursor: PageToken | None = None
    limit: int = Field(default=100, ge=1, le=LISTED_MAX)
