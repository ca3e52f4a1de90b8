"""What an account has configured: its numbers, campaigns, buyers and targets."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, Field, PlainSerializer, SecretStr, model_validator

from libs.contracts.caps import Cap
from libs.contracts.ids import BuyerId, CampaignId, NumberId, PoolId, Sid, TargetId
from libs.contracts.message import Document
from libs.contracts.phone import Destination, PhoneNumber
from libs.contracts.schedule import Zone
from libs.contracts.voice import RING_TIMEOUT_MAX_SECONDS, TEXT_LENGTH_MAX, TIME_LIMIT_MAX_SECONDS

ASSIGNMENTS_MAX = 1_000  # candidates of one campaign


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("holds the character NUL, which no database keeps")
    return text


Text = Annotated[str, AfterValidator(_without_nul)]
Name = Annotated[Text, Field(min_length=1, max_length=256)]


class Status(StrEnum):
    """Whether a buyer or target takes calls."""

    ACTIVE = "active"
    PAUSED = "paused"


class CampaignStatus(StrEnum):
    """Only an active campaign takes calls."""

    DRAFT = "draft"
    ACTIVE = "active"
    PAUSED = "paused"
    COMPLETED = "completed"


class Buyer(Document):
    """A company that pays for calls."""

    id: BuyerId
    name: Name
    status: Status = Status.ACTIVE


class Target(Document):
    """Where a buyer's calls go.

    A cap that is left out does not limit.  The daily cap counts calls sent to the
    target since midnight in `zone`.  `dial_without_hold` allows the ingress to dial it
    while the router is away; a capped target can never be dialled without a hold.
    """

    id: TargetId
    buyer_id: BuyerId
    name: Name
    destination: Destination
    status: Status = Status.ACTIVE
    concurrency_cap: Cap | None = None
    daily_cap: Cap | None = None
    zone: Zone = "UTC"
    ring_seconds: int = Field(default=25, ge=5, le=RING_TIMEOUT_MAX_SECONDS)
    limit_seconds: int = Field(default=7_200, ge=1, le=TIME_LIMIT_MAX_SECONDS)
    dial_without_hold: bool = False

    @property
    def capped(self) -> bool:
        """Whether there is a limit to what it takes."""
        return self.concurrency_cap is not None or self.daily_cap is not None

    @model_validator(mode="after")
    def _capped_targets_need_a_hold(self) -> Self:
        if self.dial_without_hold and self.capped:
            raise ValueError("dial_without_hold is only allowed for a target without caps")
        return self


class Assignment(Document):
    """A target's place in a campaign: lower priority first, weight among equals."""

    target_id: TargetId
    priority: int = Field(default=1, ge=-1_000, le=1_000)
    weight: int = Field(default=1, ge=1, le=1_000)


class Campaign(Document):
    """Who may take the calls of some numbers, in which order, and what else is heard.

    `ring_budget_seconds` bounds how long one caller hears ringing over all legs.
    """

    id: CampaignId
    name: Name
    status: CampaignStatus = CampaignStatus.DRAFT
    assignments: tuple[Assignment, ...] = Field(default=(), max_length=ASSIGNMENTS_MAX)
    ring_budget_seconds: int = Field(default=60, ge=5, le=RING_TIMEOUT_MAX_SECONDS)
    recording: bool = True
    closing_message: Text = Field(
        default="Sorry, nobody can take your call right now. Please call again later. Goodbye.",
        min_length=1,
        max_length=TEXT_LENGTH_MAX,
    )
    fallback_destination: Destination | None = None

    @model_validator(mode="after")
    def _each_target_once(self) -> Self:
        targets = [assignment.target_id for assignment in self.assignments]
        if len(set(targets)) != len(targets):
            raise ValueError("assignments names a target twice: each target has one place")
        return self


class Pool(Document):
    """Numbers that serve one campaign together."""

    id: PoolId
    name: Name
    campaign_id: CampaignId | None = None


class Number(Document):
    """A phone number of ours at the carrier; it belongs to one campaign or one pool, or waits."""

    id: NumberId
    number: PhoneNumber
    account_sid: Sid
    campaign_id: CampaignId | None = None
    pool_id: PoolId | None = None

    @model_validator(mode="after")
    def _campaign_or_pool(self) -> Self:
        if self.campaign_id is not None and self.pool_id is not None:
            raise ValueError("campaign_id and pool_id exclude each other: a number has one place")
        return self


Secret = Annotated[SecretStr, PlainSerializer(SecretStr.get_secret_value, when_used="json")]
"""Travels readable to its owner, who seals it; it shows in no repr and no log."""


class Carrier(Document):
    """An account's own credentials at the carrier; while rotating, both tokens are accepted."""

    account_sid: Sid
    token: Secret
    token_next: Secret | None = None
