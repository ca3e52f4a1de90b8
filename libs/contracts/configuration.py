"""What an account has configured: its numbers, campaigns, buyers, groups and targets."""

from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, PlainSerializer, SecretStr, model_validator

from libs.contracts.agents import Agent, Skills
from libs.contracts.areas import AreaRule
from libs.contracts.call_settings import CallSettings, LegSettings, Text
from libs.contracts.caps import Bounds, Caps
from libs.contracts.filters import TagFilter
from libs.contracts.ids import (
    BuyerId,
    CampaignId,
    FlowId,
    GroupId,
    NumberId,
    PoolId,
    PublisherId,
    RtbRouterId,
    Sid,
    TargetId,
)
from libs.contracts.message import Document, Instant
from libs.contracts.money import Money
from libs.contracts.phone import Destination, PhoneNumber
from libs.contracts.portals import BuyerPortal
from libs.contracts.quoting import Quotes
from libs.contracts.schedule import Schedule, Zone
from libs.contracts.screening import Blocklist
from libs.contracts.tags import OWN_TAGS_MAX, TAG_NAME_MAX, TAG_TEXT_MAX

ASSIGNMENTS_MAX = 1_000  # entries of one campaign
MEMBERS_MAX = 200  # targets of one group


def _is_none(value: object) -> bool:
    return value is None


Name = Annotated[Text, Field(min_length=1, max_length=256)]
OwnTags = Annotated[
    dict[
        Annotated[Text, Field(min_length=1, max_length=TAG_NAME_MAX)],
        Annotated[Text, Field(max_length=TAG_TEXT_MAX)],
    ],
    Field(max_length=OWN_TAGS_MAX),
]
"""Tags that something gives to all its calls."""


class Status(StrEnum):
    """Whether a buyer, group or target takes calls."""

    ACTIVE = "active"
    PAUSED = "paused"


class CampaignStatus(StrEnum):
    """Only an active campaign takes calls."""

    DRAFT = "draft"
    ACTIVE = "active"
    PAUSED = "paused"
    COMPLETED = "completed"


class Limited(Document):
    """What a thing with caps has; its periods begin by the clock of its zone."""

    zone: Zone = "UTC"
    caps: Caps = Caps()

    @model_validator(mode="before")
    @classmethod
    def _caps_of_the_first_version(cls, given: Any) -> Any:
        """Documents of the first version wrote two caps side by side."""
        if not isinstance(given, dict) or not {"concurrency_cap", "daily_cap"} & given.keys():
            return given
        rest = {name: value for name, value in given.items() if name not in _FIRST_CAPS}
        limits = [{"period": "day", "most": given["daily_cap"]}] if given.get("daily_cap") else []
        return {**rest, "caps": {"concurrency": given.get("concurrency_cap"), "limits": limits}}

    @property
    def limited(self) -> bool:
        """Whether any cap is set."""
        return self.caps.concurrency is not None or bool(self.caps.limits)


_FIRST_CAPS = ("concurrency_cap", "daily_cap")


class Selective(Document):
    """What a thing has that takes some calls and not others: hours, tag filter, area."""

    schedule: Schedule | None = None
    filter: TagFilter | None = None
    area: AreaRule | None = None


class Defaults(CallSettings, LegSettings):
    """What all campaigns of an account inherit; there is one for each account.

    Callers on `blocklist` are refused in all of them.
    """

    blocklist: Blocklist = Blocklist()


class Buyer(Limited, Selective, LegSettings):
    """A company that pays for calls; `portal`: what its own people may see and do."""

    id: BuyerId
    name: Name
    status: Status = Status.ACTIVE
    portal: BuyerPortal = Field(default=BuyerPortal(), exclude_if=BuyerPortal().__eq__)


class OwnSettings(Document):
    """What a buyer's own people have set of a target: it takes less than the account allows."""

    paused: bool = False
    caps: Bounds = Bounds()


class Target(Limited, Selective, LegSettings):
    """Where a buyer's calls go; `own` is what the buyer's people have set themselves.

    `dial_without_hold` allows the ingress to dial it while the router is away; a capped
    target can never be dialled without a hold, nor can an `agent`: she may be away.
    """

    id: TargetId
    buyer_id: BuyerId
    name: Name
    destination: Destination
    status: Status = Status.ACTIVE
    dial_without_hold: bool = False
    agent: Agent | None = Field(default=None, exclude_if=_is_none)
    own: OwnSettings | None = Field(default=None, exclude_if=_is_none)

    @model_validator(mode="after")
    def _capped_targets_need_a_hold(self) -> Self:
        if self.dial_without_hold and self.agent:
            raise ValueError("dial_without_hold is not allowed for an agent: she may be away")
        if self.dial_without_hold and self.limited:
            raise ValueError("dial_without_hold is only allowed for a target without caps")
        return self

    @property
    def bounds(self) -> Caps:
        """The caps that hold: the account's, and the buyer's own where these are tighter."""
        return self.caps if self.own is None else self.caps.within(self.own.caps)

    @property
    def limited(self) -> bool:
        """Whether any cap is set, by whomever."""
        return self.bounds.concurrency is not None or bool(self.bounds.limits)

    @property
    def taking_calls(self) -> bool:
        """Whether neither the account nor the buyer has paused it."""
        return self.status is Status.ACTIVE and not (self.own and self.own.paused)

    @property
    def at_once(self) -> int | None:
        """How many calls it takes at the same time; an agent no more than she can."""
        most = self.bounds.concurrency
        if self.agent is None:
            return most
        return min(self.agent.calls_at_once, most or self.agent.calls_at_once)


class Member(Document):
    """A target in a group; `weight` shares the group's calls among its members."""

    target_id: TargetId
    weight: int = Field(default=1, ge=1, le=1_000)


class Group(Limited, Selective):
    """Targets that share caps.  A group within another shares that one's caps too."""

    id: GroupId
    name: Name
    status: Status = Status.ACTIVE
    members: tuple[Member, ...] = Field(default=(), max_length=MEMBERS_MAX)
    parent_id: GroupId | None = None

    @model_validator(mode="after")
    def _each_member_once(self) -> Self:
        targets = [member.target_id for member in self.members]
        if len(set(targets)) != len(targets):
            raise ValueError("members names a target twice: each target has one place")
        return self


class Assignment(Limited):
    """An entry of a campaign's plan: a target, a group or an RTB router, with caps of its own.

    Lower priority first; weight shares the calls among equals.  An RTB router's place in the
    plan is taken by whoever wins its auction.  `skills` are needed there besides the campaign's.
    """

    target_id: TargetId | None = None
    group_id: GroupId | None = None
    rtb_router_id: RtbRouterId | None = None
    priority: int = Field(default=1, ge=-1_000, le=1_000)
    weight: int = Field(default=1, ge=1, le=1_000)
    skills: Skills = ()

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        named = (self.target_id, self.group_id, self.rtb_router_id)
        if sum(one is not None for one in named) != 1:
            raise ValueError("an assignment names one of target_id, group_id and rtb_router_id")
        return self

    @property
    def names(self) -> UUID:
        """The id of what it names."""
        named = self.target_id or self.group_id or self.rtb_router_id
        assert named is not None, "an entry names one thing"
        return named


class Spread(StrEnum):
    """How the calls of a tier are shared among those who may take them."""

    WEIGHT = "weight"
    ROUND_ROBIN = "round_robin"
    LEAST_BUSY = "least_busy"
    MOST_FREE = "most_free"
    PERFORMANCE = "performance"


class Sticking(StrEnum):
    """Where a caller goes who has been connected before."""

    NONE = "none"
    SAME = "same_target"
    ANOTHER = "another_target"


class Performance(Document):
    """How a target's revenue per call is estimated.

    Over `days`, from at least `calls_min` calls; `prior` weighs as `prior_calls` calls would.
    Whoever has fewer calls gets `newcomer_percent` more, whoever earns less than the prior
    `laggard_percent` less.
    """

    days: int = Field(default=7, ge=1, le=90)
    calls_min: int = Field(default=20, ge=1, le=10_000)
    prior: Money = Money(amount=1)
    prior_calls: int = Field(default=10, ge=1, le=10_000)
    newcomer_percent: int = Field(default=0, ge=0, le=1_000)
    laggard_percent: int = Field(default=0, ge=0, le=100)


class Campaign(Limited, Selective, CallSettings, LegSettings):
    """Who may take the calls of some numbers, in which order, and what else is heard.

    `sticking` looks at the caller's connections of the last `sticking_days`;
    `ring_budget_seconds` bounds how long one caller hears ringing over all legs.  A call that
    nobody may or can take is dialled to the `fallback_destination`.  `rtb_id`
    is how outside publishers name the campaign: made when RTB is first enabled, then kept.
    Without `rtb_enabled` its RTB routers hold no auctions, and nobody may ping it; with
    `quotes` it gives quotes to publishers who do, and honours them.  Its calls run the flow of
    `flow_id` while that is published and not paused; else, and where the flow gives a call back,
    the plan takes them.  Only agents with all of its `skills` take its calls, and with those that
    a call names itself, by commas, in its tag `skills_tag`.
    """

    id: CampaignId
    name: Name
    description: Text = Field(default="", max_length=4_096)
    category: Text = Field(default="", max_length=120)
    status: CampaignStatus = CampaignStatus.DRAFT
    assignments: tuple[Assignment, ...] = Field(default=(), max_length=ASSIGNMENTS_MAX)
    spread: Spread = Spread.WEIGHT
    sticking: Sticking = Sticking.NONE
    sticking_days: int = Field(default=30, ge=1, le=3_650)
    performance: Performance = Performance()
    blocklist: Blocklist = Blocklist()
    fallback_destination: Destination | None = None
    rtb_enabled: bool = False
    rtb_id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")] | None = None
    quotes: Quotes | None = None
    flow_id: FlowId | None = None
    skills: Skills = ()
    skills_tag: Annotated[Text, Field(min_length=1, max_length=TAG_NAME_MAX)] | None = Field(
        default=None, exclude_if=_is_none
    )

    @model_validator(mode="after")
    def _each_entry_once(self) -> Self:
        entries = [entry.names for entry in self.assignments]
        if len(set(entries)) != len(entries):
            raise ValueError("assignments names something twice: each has one place")
        return self


class Pool(Document):
    """Numbers that serve one campaign together."""

    id: PoolId
    name: Name
    campaign_id: CampaignId | None = None


class Number(Document):
    """A phone number of ours at the carrier; it belongs to one campaign or one pool, or waits.

    Its calls inherit its tags and its publisher, unless the call itself, or the visit that it
    belongs to, knows better.  When `leaves_at` has come it is given back to the carrier; until
    then its calls are taken, and it is lent to no new visitor.
    """

    id: NumberId
    number: PhoneNumber
    account_sid: Sid
    campaign_id: CampaignId | None = None
    pool_id: PoolId | None = None
    publisher_id: PublisherId | None = None
    tags: OwnTags = Field(default_factory=dict)
    leaves_at: Instant | None = None

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
