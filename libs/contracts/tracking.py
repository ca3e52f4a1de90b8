"""The call record, and the questions about it that tracking answers."""

from enum import StrEnum
from typing import Any, ClassVar, Literal

from pydantic import Field, TypeAdapter

from libs.contracts.annotating import Note
from libs.contracts.calls import CallStatus, Geography
from libs.contracts.ids import (
    AccountId,
    BuyerId,
    CallId,
    CampaignId,
    PoolId,
    PublisherId,
    RtbRouterId,
    RtbTargetId,
    TargetId,
)
from libs.contracts.message import Instant, Question, Value, one_of
from libs.contracts.origins import Origin
from libs.contracts.outcomes import CallResult, HungUpBy, HungUpSource, SubStatus
from libs.contracts.phone import Caller
from libs.contracts.quality import Quality
from libs.contracts.recordings import Recording
from libs.contracts.reporting import FILTERS_MAX, Filter
from libs.contracts.tags import Tags
from libs.contracts.visits import Attribution
from libs.contracts.worth import Effect, Unearned, Worth

PAGE_MAX = 200  # calls of one answer
SECONDS_MAX = 1_000_000  # of a filter; no call lasts so long


class CallState(StrEnum):
    """Where a call stands, as an operator would say it."""

    RINGING = "ringing"
    CONNECTED = "connected"
    COMPLETED = "completed"
    NO_ANSWER = "no_answer"
    CLOSED = "closed"
    ABANDONED = "abandoned"

    @property
    def live(self) -> bool:
        """Whether the caller is still on the line."""
        return self in (CallState.RINGING, CallState.CONNECTED)


class Leg(Value):
    """One dialled connection of a call."""

    step: int
    target_id: TargetId | None = None
    target_name: str = ""
    buyer_id: BuyerId | None = None
    buyer_name: str = ""
    rtb_router_id: RtbRouterId | None = None
    rtb_target_id: RtbTargetId | None = None
    destination: str = ""
    status: CallStatus | None = None
    dialled_at: Instant | None = None
    ringing_at: Instant | None = None
    answered_at: Instant | None = None
    accepted_at: Instant | None = None
    ended_at: Instant | None = None
    connected: bool | None = None
    ring_seconds: int | None = None
    seconds: int | None = None


class CallRecord(Value):
    """Everything known of one call.

    `campaign_id` and the buyer are None while no step has been routed to one; the
    buyer is that of the connected leg, else of the latest one dialled.  `reconciled`: something
    of it was found in the carrier's list only afterwards.  Of `recordings` the best one is told in
    `recording_…` too.  `tags` are what the router knew of it last, what its flow has set, and what
    was annotated since; `events` what its flow has named, in order; `repeat` and `duplicate` are
    None where the plan did not ask for the caller's past.  `effects` are
    all that is owed for it, `worth` their sums by currency; `no_conversion` and `no_payout` say
    what is missing.  `quality` is None while nobody has asked the carrier.
    """

    call_id: CallId
    account_id: AccountId
    call_sid: str = ""
    caller: Caller | None = None
    dialled: str = ""
    pool_id: PoolId | None = None
    geography: Geography = Geography()
    arrived_at: Instant | None = None
    ended_at: Instant | None = None
    state: CallState
    status: CallResult | None = None
    sub_status: SubStatus | None = None
    hung_up_by: HungUpBy | None = None
    hung_up_by_source: HungUpSource | None = None
    quality: Quality | None = None
    reason: str = ""
    seconds: int | None = None
    ring_seconds: int | None = None
    talk_seconds: int | None = None
    campaign_id: CampaignId | None = None
    campaign_name: str = ""
    buyer_id: BuyerId | None = None
    buyer_name: str = ""
    target_id: TargetId | None = None
    target_name: str = ""
    rtb_target_id: RtbTargetId | None = None
    publisher_id: PublisherId | None = None
    tags: Tags = Field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    events: tuple[str, ...] = ()
    origin: Origin = Origin()
    repeat: bool | None = None
    duplicate: bool | None = None
    fell_back: bool = False
    reconciled: bool = False
    converted: bool = False
    paid: bool = False
    no_conversion: Unearned = Unearned.NOTHING
    no_payout: Unearned = Unearned.NOTHING
    worth: tuple[Worth, ...] = ()
    effects: tuple[Effect, ...] = ()
    recording_sid: str | None = None
    recording_status: str | None = None
    recording_seconds: int | None = None
    recording_transcript: str | None = None
    recordings: tuple[Recording, ...] = ()
    legs: tuple[Leg, ...] = ()


class Calls(Value):
    """Calls, newest first; `cursor` asks for the next page, None ends the list."""

    outcome: Literal["calls"] = "calls"
    calls: tuple[CallRecord, ...]
    cursor: str | None = None


class ListCalls(Question):
    """One page of an account's calls; filters that are left out do not filter.

    `since` is inclusive, `until` exclusive; both compare with the call's arrival.  Ring and talk
    seconds lie from `…_least` to `…_most`, both inclusive; calls without any do not.
    `where` are filters of reports: so a row of one leads to its calls.  A call passes where one of
    its legs does, as in reports; a word that reports do not know is `malformed`.
    `too_much`: what is looked for is too rare for so long a time.
    """

    subject: ClassVar[str] = "ask.tracking.list_calls.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Calls)

    account_id: AccountId
    since: Instant | None = None
    until: Instant | None = None
    campaign_id: CampaignId | None = None
    buyer_id: BuyerId | None = None
    states: tuple[CallState, ...] = ()
    statuses: tuple[CallResult, ...] = ()
    sub_statuses: tuple[SubStatus, ...] = ()
    hung_up_by: tuple[HungUpBy, ...] = ()
    duplicate: bool | None = None
    ring_seconds_least: int | None = Field(default=None, ge=0, le=SECONDS_MAX)
    ring_seconds_most: int | None = Field(default=None, ge=0, le=SECONDS_MAX)
    talk_seconds_least: int | None = Field(default=None, ge=0, le=SECONDS_MAX)
    talk_seconds_most: int | None = Field(default=None, ge=0, le=SECONDS_MAX)
    caller: str | None = Field(default=None, max_length=254)
    where: tuple[Filter, ...] = Field(default=(), max_length=FILTERS_MAX)
    cursor: str | None = Field(default=None, max_length=200)
    limit: int = Field(default=50, ge=1, le=PAGE_MAX)


class ListLiveCalls(Question):
    """An account's calls that are on the line now, newest first."""

    subject: ClassVar[str] = "ask.tracking.live_calls.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Calls)

    account_id: AccountId
    cursor: str | None = Field(default=None, max_length=200)
    limit: int = Field(default=50, ge=1, le=PAGE_MAX)


class TimelineEntry(Value):
    """One fact of a call, as it was published."""

    at: Instant
    seen_at: Instant
    subject: str
    step: int
    sequence: int
    fact: dict[str, Any]


class CallDetail(Value):
    """A call's record and the facts it was folded from, in the order of their time.

    `attribution` says which visit or source has brought it, as far as that is known.

    `complete` is False where there were more facts than a message holds: the latest are missing.
    """

    outcome: Literal["call"] = "call"
    call: CallRecord
    timeline: tuple[TimelineEntry, ...]
    complete: bool = True
    attribution: Attribution | None = None


class GetCall(Question):
    """One call with its timeline.  Another account's call is `not_found`."""

    subject: ClassVar[str] = "ask.tracking.get_call.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(CallDetail)

    account_id: AccountId
    call_id: CallId
