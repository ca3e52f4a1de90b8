"""The carrier's own list of calls; the ingress reads it, and says again what facts were lost."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, TypeAdapter

from libs.contracts.calls import CallStatus
from libs.contracts.carrier_numbers import CarrierAccount
from libs.contracts.ids import AccountId, CallId, Sid
from libs.contracts.message import Instant, Question, Value, one_of

PAGE_MAX = 500  # calls of one answer, far below the 512 kB of a message
RECONCILED_SEQUENCE = 1_000  # of facts from the list: those that were only late are kept beside


class CarrierCall(Value):
    """A call or leg as the carrier lists it.

    `account_id`: whose number was called, as far as the ingress knows; None for legs, which have
    a `parent_sid`.
    """

    call_sid: Sid
    parent_sid: Sid | None = None
    account_id: AccountId | None = None
    caller: str
    dialled: str
    status: CallStatus
    began_at: Instant | None = None
    ended_at: Instant | None = None
    seconds: int | None = None


class CarrierCalls(Value):
    """One page; `cursor` asks for the next, None ends the list."""

    outcome: Literal["carrier_calls"] = "carrier_calls"
    account_sid: Sid
    calls: tuple[CarrierCall, ...]
    cursor: str | None = None


class ListCarrierCalls(Question):
    """A page of the calls and legs that began within a time."""

    subject: ClassVar[str] = "ask.ingress.list_calls.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(CarrierCalls)

    account: CarrierAccount
    since: Instant
    until: Instant
    cursor: str | None = Field(default=None, max_length=200)
    limit: int = Field(default=PAGE_MAX, ge=1, le=PAGE_MAX)


class Wanted(Value):
    """What is to be said again of one call or leg, as the carrier lists it now.

    Of a call its arrival, its end, or both; of a leg its end: `call_id` and `step` say which.
    """

    call_sid: Sid
    account_id: AccountId | None = None
    arrival: bool = False
    end: bool = False
    call_id: CallId | None = None
    step: int = Field(default=0, ge=0)


class FactsSaid(Value):
    """So many facts have been published."""

    outcome: Literal["said"] = "said"
    count: int


class SayAgain(Question):
    """Publish facts of calls that the same page of the list names; they are marked reconciled."""

    subject: ClassVar[str] = "ask.ingress.say_again.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(FactsSaid)

    account: CarrierAccount
    since: Instant
    until: Instant
    cursor: str | None = Field(default=None, max_length=200)
    limit: int = Field(default=PAGE_MAX, ge=1, le=PAGE_MAX)
    wanted: Annotated[tuple[Wanted, ...], Field(max_length=PAGE_MAX)]


class Carriers(Value):
    """The carrier accounts whose credentials the ingress has."""

    outcome: Literal["carriers"] = "carriers"
    accounts: tuple[CarrierAccount, ...]


class ListCarriers(Question):
    """Which carrier accounts can be asked for their calls."""

    subject: ClassVar[str] = "ask.ingress.carriers.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Carriers)
