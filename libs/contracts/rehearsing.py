"""Rehearsing: where a call would go, at any instant, by what is configured or might be."""

from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import Field, TypeAdapter, model_validator

from libs.contracts.calls import Geography
from libs.contracts.caps import Counted
from libs.contracts.configuration import Campaign
from libs.contracts.explaining import ExplainedStep
from libs.contracts.ids import AccountId, CampaignId, PublisherId, TargetId
from libs.contracts.message import Instant, Question, Value, one_of
from libs.contracts.phone import WITHHELD, Caller
from libs.contracts.routing import Close, DialNext, RunFlow
from libs.contracts.screening import CallerHistory
from libs.contracts.tags import Tags

COUNTERS_MAX = 1_000  # of one rehearsal
SEED_MAX = 2**53 - 1  # what JSON readers keep exactly

_Count = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=4)]
_NONE = Decimal(0)


class CounterGiven(Value):
    """What is to be counted of a target, group, buyer or campaign (`scope_id`) at the instant."""

    scope_id: UUID
    measure: Counted = Counted.ATTEMPT
    live: int = Field(default=0, ge=0)
    possible: _Count = _NONE
    hour: _Count = _NONE
    day: _Count = _NONE
    week: _Count = _NONE
    month: _Count = _NONE
    total: _Count = _NONE


class Rehearsed(Value):
    """The decision as it would be: explained, and as the ingress would be answered."""

    outcome: Literal["rehearsed"] = "rehearsed"
    decision: ExplainedStep
    answer: Annotated[DialNext | RunFlow | Close, Field(discriminator="outcome")]


class Rehearse(Question):
    """Where would this call go?  Nothing is held, counted or recorded.

    It comes in at a number (`dialled`), or is taken as a call of a campaign, whatever that
    one's status: by `campaign_id` as it is kept, or by `campaign` as it might become.  What
    is left out is as it is: the instant, the caller's past, the counters, the draw, and who
    is there of the agents; with `everybody_there` all of them are, and free.
    """

    subject: ClassVar[str] = "ask.router.rehearse.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Rehearsed)

    account_id: AccountId
    dialled: str | None = Field(default=None, max_length=64)
    campaign_id: CampaignId | None = None
    campaign: Campaign | None = None
    at: Instant | None = None
    caller: Caller = WITHHELD
    geography: Geography = Geography()
    stir: str = ""
    tags: Tags = Field(default_factory=dict)
    publisher_id: PublisherId | None = None
    tried: tuple[TargetId, ...] = ()
    history: CallerHistory | None = None
    counters: tuple[CounterGiven, ...] = Field(default=(), max_length=COUNTERS_MAX)
    seed: int | None = Field(default=None, ge=0, le=SEED_MAX)
    everybody_there: bool = False

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        given = (self.dialled, self.campaign_id, self.campaign)
        if sum(one is not None for one in given) != 1:
            raise ValueError("give one of dialled, campaign_id and campaign")
        return self
