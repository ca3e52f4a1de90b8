"""A flow asks for somebody to dial: by the campaign's plan, or by one of its node's own."""

from typing import Annotated, Any, ClassVar, Self
from uuid import UUID

from pydantic import Field, TypeAdapter, model_validator

from libs.contracts.call_settings import Spoken
from libs.contracts.calls import LegEnded
from libs.contracts.configuration import ASSIGNMENTS_MAX, Assignment, Name, Spread
from libs.contracts.ids import AccountId, CallId
from libs.contracts.message import Document, Question, one_of
from libs.contracts.phone import Destination
from libs.contracts.routing import Close, DialNext, Stop
from libs.contracts.tags import Tags
from libs.contracts.voice import RING_TIMEOUT_MAX_SECONDS

NUMBERS_MAX = 50  # destinations that a plan names itself; more belong into targets


class PlainNumber(Document):
    """A destination without a target: it has a name, a place in the order, at most a concurrency.

    `id` names its counters; the same in every version of the flow.
    """

    id: UUID
    name: Name
    destination: Destination
    priority: int = Field(default=1, ge=-1_000, le=1_000)
    weight: int = Field(default=1, ge=1, le=1_000)
    concurrency: Annotated[int, Field(ge=1, le=10_000)] | None = None


class FlowPlan(Document):
    """Entries and settings of a flow's node.  What is None is as in the campaign.

    Without entries and numbers it is the campaign's own plan with other settings.
    """

    entries: tuple[Assignment, ...] = Field(default=(), max_length=ASSIGNMENTS_MAX)
    numbers: tuple[PlainNumber, ...] = Field(default=(), max_length=NUMBERS_MAX)
    spread: Spread | None = None
    ring_seconds: Annotated[int, Field(ge=5, le=RING_TIMEOUT_MAX_SECONDS)] | None = None
    ring_budget_seconds: Annotated[int, Field(ge=5, le=RING_TIMEOUT_MAX_SECONDS)] | None = None
    whisper: Spoken | None = None
    press_to_accept: bool | None = None
    recording: bool | None = None
    connecting_message: Spoken | None = None

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        names = [*(entry.names for entry in self.entries), *(one.id for one in self.numbers)]
        if len(set(names)) != len(names):
            raise ValueError("a plan names something twice: each has one place")
        return self


class FindBuyer(Question):
    """A flow wants somebody for its caller.  Idempotent by (call_id, step).

    `plan` None is the campaign's own.  `ended` is the leg before, where the same node of the
    flow goes on: then the next is dialled, or `Stop` says that the caller has been served.
    Without it the search begins anew: everybody may be dialled again.
    """

    subject: ClassVar[str] = "ask.router.find_buyer.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(DialNext, Close, Stop)

    account_id: AccountId
    call_id: CallId
    step: int = Field(ge=1)
    plan: FlowPlan | None = None
    tags: Tags = Field(default_factory=dict)
    ended: LegEnded | None = None
