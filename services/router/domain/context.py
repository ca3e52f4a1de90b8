"""What a decision is taken from beside the plan: the call, its past, and how things stand."""

from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field

from libs.contracts.agent_states import AgentState
from libs.contracts.auction import AuctionResult
from libs.contracts.calls import Geography
from libs.contracts.configuration import Limited
from libs.contracts.ids import (
    AccountId,
    CallId,
    CampaignId,
    NumberId,
    PublisherId,
    QuoteId,
    RtbRouterId,
    Sid,
    TargetId,
)
from libs.contracts.message import Instant, Value
from libs.contracts.money import Amount, Money
from libs.contracts.payout_caps import PayoutCapped
from libs.contracts.payouts import PayoutRule
from libs.contracts.phone import Caller
from libs.contracts.publishers import PublisherStatus
from libs.contracts.schedule import Schedule
from libs.contracts.screening import CallerHistory
from libs.contracts.tags import Tags
from libs.contracts.visits import Attribution


class QuoteState(StrEnum):
    """What a quote is to a call that may be meant by it."""

    LIVE = "live"
    EXPIRED = "expired"
    USED = "used"
    OF_ANOTHER = "of_another_caller"


class QuoteSeen(Value):
    """The quote that comes nearest to a call: its caller's, or that of the number it came to.

    `told` are the tags of its ping; `publisher_id` is set where the publisher that it names is
    one of the account's.
    """

    id: QuoteId
    state: QuoteState
    candidate_id: UUID
    publisher: str
    price: Money
    expires_at: Instant
    publisher_id: PublisherId | None = None
    told: Tags = Field(default_factory=dict)


class PublisherSeen(Value):
    """Who sent the call, as far as routing asks: status, hours, caps.

    Calls that they refuse are dialled to the campaign's fallback destination (`falls_back`),
    or closed.  `blocked_sub_id`: the source of theirs that the call came from, if it is blocked.
    `payouts` are those that may be the call's, the campaign's own first; `payout_capped` the caps
    on them that are reached.
    """

    id: PublisherId
    name: str
    status: PublisherStatus = PublisherStatus.ACTIVE
    blocked_sub_id: str = ""
    schedule: Schedule | None = None
    limits: Limited = Limited()
    falls_back: bool = False
    payouts: tuple[PayoutRule, ...] = Field(default=(), exclude_if=().__eq__)
    payout_capped: tuple[PayoutCapped, ...] = Field(default=(), exclude_if=().__eq__)


class FlowPart(StrEnum):
    """What a flow has to do with a call: nothing (yet), it decides where it goes, or it did."""

    NONE = "none"
    RUNS = "runs"
    LEFT = "left"


class Words(Value):
    """What a flow has said in the place of a leg's own words; None: nothing."""

    whisper: str | None = None
    connecting_message: str | None = None


class CallContext(Value):
    """What is known of the call from its first step on; every record carries it along.

    `connections` and `recoveries` count what happened in this call; `talked_seconds` are
    not ringing.  `unsold` are the RTB routers that have nobody (more) for the call.  `quote`
    is looked for where the campaign gives quotes.  `publisher` is known where the account has
    one of the `publisher_id`.  `sent_on`: the campaign's fallback destination was dialled.
    `words` are a flow's own for this step.
    """

    call_id: CallId
    account_id: AccountId
    account_sid: Sid
    call_sid: Sid
    caller: Caller
    dialled: str
    number_id: NumberId | None = None
    campaign_id: CampaignId | None = None
    geography: Geography = Geography()
    stir: str = ""
    tags: Tags = Field(default_factory=dict)
    attribution: Attribution | None = None
    ring_began_at: Instant
    tried: tuple[TargetId, ...] = ()
    connections: int = 0
    recoveries: int = 0
    talked_seconds: int = 0
    unsold: tuple[RtbRouterId, ...] = ()
    quote: QuoteSeen | None = None
    publisher_id: PublisherId | None = None
    publisher: PublisherSeen | None = None
    sent_on: bool = False
    flow: FlowPart = FlowPart.NONE
    words: Words = Words()

    @property
    def honoured(self) -> QuoteSeen | None:
        """The quote that the call fulfils."""
        live = self.quote is not None and self.quote.state is QuoteState.LIVE
        return self.quote if live else None

    def without_quote(self) -> Self:
        """The call once another one has used its quote, or its time is over."""
        assert self.quote is not None, "there was one"
        used = self.quote.model_copy(update={"state": QuoteState.USED})
        return self.model_copy(update={"quote": used})

    def anew(self, now: Instant) -> Self:
        """The call as a new search finds it: nobody has been dialled, no ringing heard."""
        return self.model_copy(
            update={"tried": (), "unsold": (), "ring_began_at": now, "talked_seconds": 0}
        )

    def after_unsold(self, router_id: RtbRouterId) -> Self:
        """The call once an RTB router has nobody left for it."""
        return self.model_copy(update={"unsold": (*self.unsold, router_id)})

    def after_sent_on(self) -> Self:
        """The call once the campaign's fallback destination has been dialled."""
        return self.model_copy(update={"sent_on": True})

    def after_tried(self, target_id: TargetId) -> Self:
        """The call once this target has been dialled."""
        return self.model_copy(update={"tried": (*self.tried, target_id)})


class Load(Value):
    """How busy a target is: legs there now, and how many more it could take (None: any)."""

    live: int = 0
    free: int | None = None


class Estimate(Value):
    """What a target's calls of the window have brought."""

    calls: int
    revenue: Amount


def _is_empty(value: object) -> bool:
    return not value


class AgentSeen(Value):
    """How an agent is: what she said last (nothing: she is offline), and her calls now.

    Until `wrap_up_until` she wraps a call up.
    """

    state: AgentState = AgentState.OFFLINE
    live: int = 0
    wrap_up_until: Instant | None = Field(default=None, exclude_if=_is_empty)


class Inputs(Value):
    """What was looked up for a decision because the plan asks for it; else it is not there.

    `history` are the caller's earlier calls in this account; `turn` counts the campaign's
    rotation; `loads` and `estimates` are by index in the plan; `auctions` are by RTB router,
    once the order has come to it; `agents` are by index in the plan.  `share_percent` is set for
    a quote alone: how much of what is free quotes may take.
    """

    history: CallerHistory = CallerHistory()
    turn: int = 0
    loads: dict[int, Load] = Field(default_factory=dict)
    estimates: dict[int, Estimate] = Field(default_factory=dict)
    auctions: dict[RtbRouterId, Annotated[AuctionResult, Field(discriminator="outcome")]] = Field(
        default_factory=dict
    )
    share_percent: int | None = None
    agents: dict[int, AgentSeen] = Field(default_factory=dict, exclude_if=_is_empty)
