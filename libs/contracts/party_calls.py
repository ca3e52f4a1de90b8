"""Calls as one buyer or publisher may see them: answers that have nothing of anybody else.

These are questions and values of their own, not filters of the account's: what is added to a
call's record some day is not thereby shown to everybody who has a part in it, and a tracking that
does not know of viewers yet does not answer with everything.
"""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, TypeAdapter

from libs.contracts.calls import CallStatus, Geography, RecordingStatus
from libs.contracts.ids import AccountId, CallId, CampaignId, PoolId, PublisherId, Sid, TargetId
from libs.contracts.message import Instant, Question, Value, one_of
from libs.contracts.money import Money
from libs.contracts.outcomes import CallResult
from libs.contracts.phone import Caller
from libs.contracts.portals import Viewer
from libs.contracts.recordings import RecordingFound
from libs.contracts.worth import PartyKind

PAGE_MAX = 200  # calls of one answer


class PartyRecording(Value):
    """A recording that the party may hear."""

    recording_sid: Sid
    status: RecordingStatus
    seconds: int | None = None
    transcript: str | None = None
    deleted_at: Instant | None = None


class BuyerLeg(Value):
    """A connection of a call that was dialled to a target of the buyer."""

    target_id: TargetId
    target_name: str = ""
    status: CallStatus | None = None
    dialled_at: Instant | None = None
    answered_at: Instant | None = None
    ended_at: Instant | None = None
    connected: bool | None = None
    ring_seconds: int | None = None
    seconds: int | None = None


class BuyerCall(Value):
    """A call that was dialled to a buyer's targets: these legs, and what the buyer owes for it.

    Who else was asked or took it, and what became of it elsewhere is not here.  `caller`, the
    publisher and the recordings of these legs are there where the buyer's record allows it.
    """

    party: Literal[PartyKind.BUYER] = PartyKind.BUYER
    call_id: CallId
    arrived_at: Instant | None = None
    campaign_id: CampaignId | None = None
    campaign_name: str = ""
    caller: Caller | None = None
    geography: Geography = Geography()
    publisher_id: PublisherId | None = None
    publisher_name: str = ""
    converted: bool = False
    charges: tuple[Money, ...] = ()
    legs: tuple[BuyerLeg, ...] = ()
    recordings: tuple[PartyRecording, ...] = ()


class PublisherCall(Value):
    """A call that a publisher has sent, and what it is owed for it; not who took it, at what price.

    `dialled` is the number that was called, `seconds` the whole call, `talk_seconds` the
    conversation; `caller` and `recordings` are there where the publisher's record allows it.
    """

    party: Literal[PartyKind.PUBLISHER] = PartyKind.PUBLISHER
    call_id: CallId
    arrived_at: Instant | None = None
    ended_at: Instant | None = None
    campaign_id: CampaignId | None = None
    campaign_name: str = ""
    dialled: str = ""
    pool_id: PoolId | None = None
    caller: Caller | None = None
    geography: Geography = Geography()
    status: CallResult | None = None
    seconds: int | None = None
    talk_seconds: int | None = None
    duplicate: bool | None = None
    converted: bool = False
    payouts: tuple[Money, ...] = ()
    recordings: tuple[PartyRecording, ...] = ()


PartyCall = Annotated[BuyerCall | PublisherCall, Field(discriminator="party")]


class PartyCalls(Value):
    """A party's calls, newest first; `cursor` asks for the next page, None ends the list."""

    outcome: Literal["party_calls"] = "party_calls"
    calls: tuple[PartyCall, ...]
    cursor: str | None = None


class ListPartyCalls(Question):
    """One page of the calls in which a party has a part; `since` is inclusive, `until` exclusive.

    A buyer's are those that were dialled to its targets, a publisher's those that it sent.
    """

    subject: ClassVar[str] = "ask.tracking.list_party_calls.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(PartyCalls)

    account_id: AccountId
    viewer: Viewer
    since: Instant | None = None
    until: Instant | None = None
    cursor: str | None = Field(default=None, max_length=200)
    limit: int = Field(default=50, ge=1, le=PAGE_MAX)


class PartyCallFound(Value):
    """One of a party's calls."""

    outcome: Literal["party_call"] = "party_call"
    call: PartyCall


class GetPartyCall(Question):
    """One of a party's calls; one in which it has no part is `not_found`."""

    subject: ClassVar[str] = "ask.tracking.get_party_call.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(PartyCallFound)

    account_id: AccountId
    viewer: Viewer
    call_id: CallId


class FindPartyRecording(Question):
    """One recording that the party may hear; refused as the account's question is."""

    subject: ClassVar[str] = "ask.tracking.party_recording.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(RecordingFound)

    account_id: AccountId
    viewer: Viewer
    call_id: CallId
    recording_sid: Sid
