"""Explaining, repeating and rehearsing decisions: why a call went, or would go, where it does."""

from enum import StrEnum
from typing import Any, ClassVar, Literal

from pydantic import Field, TypeAdapter

from libs.contracts.ids import AccountId, AuctionId, BuyerId, CallId, RtbRouterId, TargetId
from libs.contracts.message import Instant, Question, Value, one_of
from libs.contracts.routing import RouteReason


class Verdict(StrEnum):
    """What became of a candidate."""

    CHOSEN = "chosen"
    EXCLUDED = "excluded"
    LOST = "lost"


class Rule(StrEnum):
    """The first rule that decided about a candidate, in the order in which they are tested.

    Each of hours, filter and area is tested for the buyer, its groups and the target.
    """

    BUYER_PAUSED = "buyer_paused"
    GROUP_PAUSED = "group_paused"
    TARGET_PAUSED = "target_paused"
    RTB_OFF = "rtb_off"
    ALREADY_TRIED = "already_tried"
    EARLIER_CONNECTIONS = "earlier_connections"
    SERVED_BEFORE = "served_before"
    SKILLS = "skills"
    AGENT_AWAY = "agent_away"
    ON_CALL = "on_call"
    WRAPPING_UP = "wrapping_up"
    CLOSED = "closed"
    FILTERED = "filtered"
    OUT_OF_AREA = "out_of_area"
    DUPLICATE = "duplicate"
    CONCURRENCY_CAP = "concurrency_cap"
    DAILY_CAP = "daily_cap"
    CAP = "cap"
    TAKEN = "taken"
    UNSOLD = "unsold"
    SOLD = "sold"
    NOT_REACHED = "not_reached"


class CandidateVerdict(Value):
    """One entry considered: what became of it, by which rule, seeing what, needing what.

    An RTB router has an `rtb_router_id` and no target; `auction_id` tells its bids.

    `holder` is whose rule or cap it was (target, buyer, group, entry or campaign), by kind
    and name; `score` what the campaign's spread made of it; `otherwise` says what would have
    had to differ.
    """

    target_id: TargetId | None = None
    target_name: str
    buyer_id: BuyerId | None = None
    buyer_name: str
    rtb_router_id: RtbRouterId | None = None
    auction_id: AuctionId | None = None
    priority: int
    weight: float
    verdict: Verdict
    rule: Rule
    seen: str = ""
    needed: str = ""
    holder: str = ""
    score: str = ""
    otherwise: str = ""


class SettingUsed(Value):
    """A setting as it was in force, and who had set it: platform, account, campaign, ..."""

    name: str
    value: str
    set_by: str


class ExplainedStep(Value):
    """One decision of a call with its numbers; `sentence` says it in plain words."""

    step: int
    at: Instant
    outcome: Literal["dial", "flow", "close", "stop"]
    reason: RouteReason
    campaign_name: str
    config_version: int
    seed: int
    candidates: tuple[CandidateVerdict, ...]
    sentence: str
    spread: str = ""
    settings: tuple[SettingUsed, ...] = ()


class Explanation(Value):
    """Every decision of a call, in order."""

    outcome: Literal["explanation"] = "explanation"
    call_id: CallId
    steps: tuple[ExplainedStep, ...]


class ExplainCall(Question):
    """Why did this call go where it went?  Another account's call is `not_found`."""

    subject: ClassVar[str] = "ask.router.explain.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Explanation)

    account_id: AccountId
    call_id: CallId


class Configuration(StrEnum):
    """By which configuration a decision is taken again."""

    RECORDED = "recorded"
    CURRENT = "current"


class Replayed(Value):
    """A decision taken again from its record.  Both texts are canonical JSON.

    `now` explains what came of it by today's configuration, where that was asked for.
    Counters that nobody had looked at then are taken as empty.
    """

    outcome: Literal["replayed"] = "replayed"
    identical: bool
    recorded: str
    repeated: str
    now: ExplainedStep | None = None


class ReplayDecision(Question):
    """Take a recorded decision again, from nothing but its record.

    By `configuration` current: the same call and counters, decided by the campaign as it is
    configured today; a campaign that has been retired is `not_found`.
    """

    subject: ClassVar[str] = "ask.router.replay.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Replayed)

    account_id: AccountId
    call_id: CallId
    step: int = Field(ge=0)
    configuration: Configuration = Configuration.RECORDED
