"""Routing a call: the questions that the router answers while somebody waits."""

from enum import StrEnum
from typing import Any, ClassVar, Literal

from pydantic import Field, TypeAdapter

from libs.contracts.calls import Fact, Geography, LegEnded
from libs.contracts.ids import (
    AccountId,
    BuyerId,
    CallId,
    CampaignId,
    NumberId,
    PoolId,
    Sid,
    TargetId,
)
from libs.contracts.message import Instant, Question, Value, one_of
from libs.contracts.phone import Caller, Destination, PhoneNumber
from libs.contracts.voice import Dial


class RouteReason(StrEnum):
    """Why a call was routed as it was."""

    CHOSEN = "chosen"
    UNKNOWN_NUMBER = "unknown_number"
    NUMBER_OF_ANOTHER_CARRIER = "number_of_another_carrier"
    NUMBER_WITHOUT_CAMPAIGN = "number_without_campaign"
    CAMPAIGN_DRAFT = "campaign_draft"
    CAMPAIGN_PAUSED = "campaign_paused"
    CAMPAIGN_COMPLETED = "campaign_completed"
    NO_TARGET = "no_target"
    NOBODY_ELIGIBLE = "nobody_eligible"
    ALL_CAPPED = "all_capped"
    RING_BUDGET_SPENT = "ring_budget_spent"
    CALLER_GONE = "caller_gone"
    CONVERSATION_OVER = "conversation_over"
    FELL_BACK = "fell_back"


class DialNext(Value):
    """Connect the caller to this destination as leg `step`; a place is held for it."""

    outcome: Literal["dial"] = "dial"
    account_id: AccountId
    step: int
    dial: Dial


class Close(Value):
    """Nobody will take the call: say this and hang up."""

    outcome: Literal["close"] = "close"
    account_id: AccountId
    step: int
    say: str
    reason: RouteReason


class Stop(Value):
    """Nothing is left to do: the caller is gone, or has been served."""

    outcome: Literal["stop"] = "stop"
    account_id: AccountId
    step: int
    reason: RouteReason


class AdmitCall(Question):
    """A caller waits: who takes her?  Asked again for the same call, the same is answered."""

    subject: ClassVar[str] = "ask.router.admit.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(DialNext, Close, Stop)

    call_id: CallId
    account_sid: Sid
    call_sid: Sid
    caller: Caller
    dialled: str = Field(max_length=254)
    pool_id: PoolId | None = None
    geography: Geography = Geography()


class ContinueCall(Question):
    """A leg has ended: dial the next, close, or stop?  Idempotent by (call_id, step)."""

    subject: ClassVar[str] = "ask.router.leg_ended.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(DialNext, Close, Stop)

    ended: LegEnded


class CallRouted(Fact):
    """What the router decided for one step of a call.

    Names are those at the time of the decision, so that history keeps them.
    """

    subject: ClassVar[str] = "event.call.routed.v1"
    publisher: ClassVar[str] = "router"

    outcome: Literal["dial", "close", "stop"]
    reason: RouteReason
    campaign_id: CampaignId | None = None
    campaign_name: str = ""
    number_id: NumberId | None = None
    target_id: TargetId | None = None
    target_name: str = ""
    buyer_id: BuyerId | None = None
    buyer_name: str = ""
    destination: Destination | None = None
    config_version: int


class FallbackPlan(Value):
    """What the ingress does with calls to a number while the router is away.

    `destinations` are dialled one after the other, none of which needs a hold; then
    `closing_message` is spoken.
    """

    account_id: AccountId
    number: PhoneNumber
    destinations: tuple[Destination, ...] = ()
    closing_message: str


class SealedCarrier(Value):
    """Credentials at the carrier, sealed: only holders of the platform's secret read them."""

    account_sid: Sid
    token_sealed: str
    token_next_sealed: str | None = None


class FallbackPlans(Value):
    """Plans of numbers that changed since the version asked for, in the order of the numbers.

    `version` is what to ask from next time, `withdrawn` names numbers that have no plan any
    more.  `more` asks to ask again, with the last number given as `after`.
    """

    outcome: Literal["plans"] = "plans"
    version: int
    more: bool
    plans: tuple[FallbackPlan, ...]
    withdrawn: tuple[PhoneNumber, ...]
    carriers: tuple[SealedCarrier, ...]


class AskFallbackPlans(Question):
    """What an ingress must know to answer alone; `since` 0 asks for everything.

    `after` continues a list that was too long for one answer.
    """

    subject: ClassVar[str] = "ask.router.fallback_plans.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(FallbackPlans)

    since: int = Field(default=0, ge=0)
    after: PhoneNumber | None = None


class Verdict(StrEnum):
    """What became of a candidate."""

    CHOSEN = "chosen"
    EXCLUDED = "excluded"
    LOST = "lost"


class Rule(StrEnum):
    """The first rule that decided about a candidate, in the order they are tested."""

    TARGET_PAUSED = "target_paused"
    BUYER_PAUSED = "buyer_paused"
    ALREADY_TRIED = "already_tried"
    CONCURRENCY_CAP = "concurrency_cap"
    DAILY_CAP = "daily_cap"
    TAKEN = "taken"
    NOT_REACHED = "not_reached"


class CandidateVerdict(Value):
    """One target considered: what became of it, by which rule, seeing what, needing what."""

    target_id: TargetId
    target_name: str
    buyer_id: BuyerId
    buyer_name: str
    priority: int
    weight: int
    verdict: Verdict
    rule: Rule
    seen: str = ""
    needed: str = ""


class ExplainedStep(Value):
    """One decision of a call with its numbers; `sentence` says it in plain words."""

    step: int
    at: Instant
    outcome: Literal["dial", "close", "stop"]
    reason: RouteReason
    campaign_name: str
    config_version: int
    seed: int
    candidates: tuple[CandidateVerdict, ...]
    sentence: str


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


class Replayed(Value):
    """A decision taken again from its record.  Both texts are canonical JSON."""

    outcome: Literal["replayed"] = "replayed"
    identical: bool
    recorded: str
    repeated: str


class ReplayDecision(Question):
    """Take a recorded decision again, from nothing but its record."""

    subject: ClassVar[str] = "ask.router.replay.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Replayed)

    account_id: AccountId
    call_id: CallId
    step: int = Field(ge=0)
