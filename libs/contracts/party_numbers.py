"""Numbers as their publisher's own people see and take them."""

from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter

from libs.contracts.editing import PAGE_MAX, Actor
from libs.contracts.ids import AccountId, CampaignId, NumberId, PoolId
from libs.contracts.message import Question, Value, one_of
from libs.contracts.phone import PhoneNumber
from libs.contracts.portals import Viewer


class PartyNumber(Value):
    """A number whose calls are the publisher's."""

    outcome: Literal["party_number"] = "party_number"
    id: NumberId
    number: PhoneNumber
    campaign_id: CampaignId | None = None
    campaign_name: str = ""


class NumberSource(Value):
    """A pool from which the publisher may take numbers; how many it has is the account's."""

    pool_id: PoolId
    campaign_id: CampaignId
    campaign_name: str


class PartyNumbers(Value):
    """Numbers in the order of their ids; `pools` are those that more may be taken from."""

    outcome: Literal["party_numbers"] = "party_numbers"
    numbers: tuple[PartyNumber, ...]
    pools: tuple[NumberSource, ...] = ()
    cursor: UUID | None = None


class ListPartyNumbers(Question):
    """One page of a publisher's numbers; a buyer has none."""

    subject: ClassVar[str] = "ask.router.list_party_numbers.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(PartyNumbers)

    account_id: AccountId
    viewer: Viewer
    cursor: UUID | None = None
    limit: int = Field(default=100, ge=1, le=PAGE_MAX)


class TakePartyNumber(Question):
    """Take a number that nobody has out of a pool: it is the publisher's in the pool's campaign.

    `points_nowhere`: the pool serves none of the campaigns that its record names; `too_many`: it
    has as many as its record allows; `full`: the pool has none that no visitor has.
    """

    subject: ClassVar[str] = "ask.router.take_party_number.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(PartyNumber)

    account_id: AccountId
    actor: Actor
    viewer: Viewer
    pool_id: PoolId
