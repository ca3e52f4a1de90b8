"""Routing a call: the questions that the router answers while somebody waits."""

from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, TypeAdapter

from libs.contracts.calls import Fact, Geography, LegEnded
from libs.contracts.ids import (
    AccountId,
    AuctionId,
    BuyerId,
    CallId,
    CampaignId,
    FlowId,
    NumberId,
    PoolId,
    PublisherId,
    QuoteId,
    RtbRouterId,
    RtbTargetId,
    Sid,
    TargetId,
)
from libs.contracts.message import Question, Value, one_of
from libs.contracts.money import Money
from libs.contracts.payouts import PayoutTerms
from libs.contracts.phone import Caller, Destination
from libs.contracts.pricing import CountedFrom, On, Per, Telephony, Tier
from libs.contracts.tags import Tags
from libs.contracts.visits import Attribution
from libs.contracts.voice import TEXT_LENGTH_MAX, Dial


class RouteReason(StrEnum):
    """Why a call was routed as it was."""

    CHOSEN = "chosen"
    FLOW = "flow"
    UNKNOWN_NUMBER = "unknown_number"
    NUMBER_OF_ANOTHER_CARRIER = "number_of_another_carrier"
    NUMBER_WITHOUT_CAMPAIGN = "number_without_campaign"
    CAMPAIGN_DRAFT = "campaign_draft"
    CAMPAIGN_PAUSED = "campaign_paused"
    CAMPAIGN_COMPLETED = "campaign_completed"
    CAMPAIGN_CLOSED = "campaign_closed"
    CALLER_BLOCKED = "caller_blocked"
    CALLER_ANONYMOUS = "caller_anonymous"
    CALLER_ABROAD = "caller_abroad"
    CALLER_UNATTESTED = "caller_unattested"
    CALLER_REPEATS = "caller_repeats"
    CAMPAIGN_FILTERED = "campaign_filtered"
    CAMPAIGN_OUT_OF_AREA = "campaign_out_of_area"
    CAMPAIGN_CAPPED = "campaign_capped"
    PUBLISHER_PAUSED = "publisher_paused"
    PUBLISHER_CLOSED = "publisher_closed"
    PUBLISHER_CAPPED = "publisher_capped"
    PUBLISHER_PAYOUT_CAPPED = "publisher_payout_capped"
    NOT_QUOTED = "not_quoted"
    DIAL_ATTEMPTS_SPENT = "dial_attempts_spent"
    NO_TARGET = "no_target"
    NOBODY_ELIGIBLE = "nobody_eligible"
    ALL_CAPPED = "all_capped"
    UNSOLD = "unsold"
    RING_BUDGET_SPENT = "ring_budget_spent"
    CALLER_GONE = "caller_gone"
    CONVERSATION_OVER = "conversation_over"


class DialNext(Value):
    """Connect the caller to this destination as leg `step`; a place is held for it.

    The caller hears `say` before.
    """

    outcome: Literal["dial"] = "dial"
    account_id: AccountId
    step: int
    dial: Dial
    say: tuple[Annotated[str, Field(min_length=1, max_length=TEXT_LENGTH_MAX)], ...] = ()


class Close(Value):
    """Nobody will take the call: say this and hang up."""

    outcome: Literal["close"] = "close"
    account_id: AccountId
    step: int
    say: str
    reason: RouteReason


class RunFlow(Value):
    """The campaign's flow has the call: flows says what the caller hears.

    `tags` and `publisher_id` are all that is known of the call by now.
    """

    outcome: Literal["flow"] = "flow"
    account_id: AccountId
    step: int
    flow_id: FlowId
    campaign_id: CampaignId
    campaign_name: str
    number_id: NumberId | None = None
    publisher_id: PublisherId | None = None
    tags: Tags = Field(default_factory=dict)


class Stop(Value):
    """Nothing is left to do: the caller is gone, or has been served."""

    outcome: Literal["stop"] = "stop"
    account_id: AccountId
    step: int
    reason: RouteReason


class AdmitCall(Question):
    """A caller waits: who takes her?  Asked again for the same call, the same is answered.

    `stir` is the carrier's word on the caller's number; `tags` and `publisher_id` are what is
    known of the call beside, and outweigh what its number says.  `after_flow`: its flow gave
    the call back, or does not answer, after step `step`; the plan takes it, whatever was
    answered before, in `account_id`.
    """

    subject: ClassVar[str] = "ask.router.admit.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(DialNext, RunFlow, Close, Stop)

    call_id: CallId
    account_sid: Sid
    call_sid: Sid
    caller: Caller
    dialled: str = Field(max_length=254)
    pool_id: PoolId | None = None
    geography: Geography = Geography()
    stir: str = Field(default="", max_length=120)
    tags: Tags = Field(default_factory=dict)
    publisher_id: PublisherId | None = None
    after_flow: bool = False
    account_id: AccountId | None = None
    step: int = Field(default=0, ge=0)


class ContinueCall(Question):
    """A leg has ended: dial the next, close, or stop?  Idempotent by (call_id, step)."""

    subject: ClassVar[str] = "ask.router.leg_ended.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(DialNext, Close, Stop)

    ended: LegEnded


class Whisper(Value):
    """What a callee hears before she is connected, and whether she must press a key then."""

    outcome: Literal["whisper"] = "whisper"
    say: str
    press_to_accept: bool


class AskWhisper(Question):
    """A callee has picked leg `step` up: what does she hear first?"""

    subject: ClassVar[str] = "ask.router.whisper.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Whisper)

    account_id: AccountId
    call_id: CallId
    step: int = Field(ge=0)


class Terms(Value):
    """What a dialled leg is worth, and when: as its buyer's `Conversion` was at that time."""

    after_seconds: int
    revenue: Money
    on: On = On.CONNECTED
    counted_from: CountedFrom = CountedFrom.ANSWER
    per: Per = Per.CALL
    tiers: tuple[Tier, ...] = ()


class CallRouted(Fact):
    """What the router decided for one step of a call.

    Names are those at the time of the decision, so that history keeps them.  `terms` None:
    the leg converts by nothing that the router knows.  A leg that was sold in an auction has
    an `rtb_target_id` for its bidder, and no target.  A call that honours a quote has its
    `quote_id`, with the publisher (`seller`) who is owed the `quoted` price.  `to_fallback`:
    nobody took the call, for `reason`, and the campaign's fallback destination is dialled.
    `publisher_id` is who sent the caller, `payout` what they are paid for this leg; `telephony`
    what the carrier takes; `attribution` what tracking said of her visit.
    `repeat` says whether the caller had called before, `duplicate` whether somebody did not
    want her for it; None: the plan did not ask.
    """

    subject: ClassVar[str] = "event.call.routed.v1"
    publisher: ClassVar[str] = "router"

    outcome: Literal["dial", "flow", "close", "stop"]
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
    terms: Terms | None = None
    auction_id: AuctionId | None = None
    rtb_router_id: RtbRouterId | None = None
    rtb_target_id: RtbTargetId | None = None
    quote_id: QuoteId | None = None
    seller: str = ""
    quoted: Money | None = None
    publisher_id: PublisherId | None = None
    publisher_name: str = ""
    payout: PayoutTerms | None = None
    telephony: Telephony | None = None
    tags: Tags = Field(default_factory=dict)
    attribution: Attribution | None = None
    to_fallback: bool = False
    repeat: bool | None = None
    duplicate: bool | None = None
