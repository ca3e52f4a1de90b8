"""What an operator is told of a call: its state, its legs, its buyer, its durations."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from libs.contracts.calls import CallStatus, Fact, RecordingStatus, TranscriptStatus
from libs.contracts.ids import NOBODY, BuyerId, CampaignId
from libs.contracts.outcomes import HungUpBy
from libs.contracts.phone import WITHHELD, SipDestination
from libs.contracts.quality import QualityStatus
from libs.contracts.routing import RouteReason
from libs.contracts.tracking import CallRecord, CallState
from services.tracking.domain.call import fold
from services.tracking.domain.cells import NOTHING
from services.tracking.domain.record import listed_at, record_of
from tests.kit.facts import ACCOUNT, BUYER, CALLER, CAMPAIGN, NOON, CallStory

SECOND_BUYER = BuyerId(UUID(int=2))
SIP = SipDestination(address="sip:b@example.com")


def record(*facts: Fact) -> CallRecord:
    return record_of(facts[0].call_id, fold(NOTHING, facts))


Telling = Callable[[CallStory], list[Fact]]

STATES: dict[str, tuple[CallState, Telling]] = {
    "arrived": (CallState.RINGING, lambda s: [s.arrived()]),
    "routed": (CallState.RINGING, lambda s: [s.arrived(), s.routed()]),
    "leg rings": (CallState.RINGING, lambda s: [s.arrived(), s.routed(), s.ringing()]),
    "picked up": (CallState.CONNECTED, lambda s: [s.routed(), s.answered()]),
    "leg over, caller still there": (
        CallState.CONNECTED,
        lambda s: [s.routed(), s.answered(), s.leg_ended(bridged=True)],
    ),
    "picked up, then declined": (
        CallState.RINGING,
        lambda s: [s.routed(), s.answered(), s.leg_ended(bridged=False)],
    ),
    "first leg busy": (
        CallState.RINGING,
        lambda s: [s.routed(), s.leg_ended(status=CallStatus.BUSY)],
    ),
    "second leg picked up": (
        CallState.CONNECTED,
        lambda s: [
            s.routed(),
            s.leg_ended(status=CallStatus.BUSY),
            s.routed(1),
            s.answered(1),
        ],
    ),
    "conversation over": (
        CallState.COMPLETED,
        lambda s: [s.routed(), s.answered(), s.leg_ended(bridged=True), s.ended()],
    ),
    "ended before answered is heard": (
        CallState.COMPLETED,
        lambda s: [s.ended(), s.leg_ended(bridged=True), s.answered(), s.routed()],
    ),
    "picked up, and its end was never heard": (
        CallState.COMPLETED,
        lambda s: [s.routed(), s.answered(), s.ended()],
    ),
    "completed without a bridge": (
        CallState.NO_ANSWER,
        lambda s: [s.routed(), s.answered(), s.leg_ended(bridged=False), s.ended()],
    ),
    "completed and declined are told apart later": (
        CallState.NO_ANSWER,
        lambda s: [s.routed(), s.leg_ended(seconds=3), s.leg_ended(bridged=False), s.ended()],
    ),
    "nobody answered": (
        CallState.NO_ANSWER,
        lambda s: [
            s.routed(),
            s.leg_ended(status=CallStatus.NO_ANSWER),
            s.closed(1, RouteReason.RING_BUDGET_SPENT),
            s.ended(),
        ],
    ),
    "closed after a leg that was not heard of": (
        CallState.RINGING,
        lambda s: [s.closed(1, RouteReason.ALL_CAPPED)],
    ),
    "closing": (CallState.CLOSED, lambda s: [s.arrived(), s.closed()]),
    "closed": (CallState.CLOSED, lambda s: [s.arrived(), s.closed(), s.ended()]),
    "closed, and she did not wait": (
        CallState.CLOSED,
        lambda s: [s.closed(), s.ended(CallStatus.CANCELED)],
    ),
    "fell back to closing": (
        CallState.CLOSED,
        lambda s: [s.arrived(), s.fell_back(dialled=None), s.routed(), s.ended()],
    ),
    "ended without a decision": (CallState.CLOSED, lambda s: [s.arrived(), s.ended()]),
    "hung up while it rang": (
        CallState.ABANDONED,
        lambda s: [s.routed(), s.ringing(), s.ended(CallStatus.CANCELED)],
    ),
    "hung up before anything": (
        CallState.ABANDONED,
        lambda s: [s.arrived(), s.ended(CallStatus.NO_ANSWER)],
    ),
    "hung up, says the leg": (
        CallState.ABANDONED,
        lambda s: [s.routed(), s.leg_ended(status=CallStatus.CANCELED, caller_gone=True)],
    ),
    "hung up after talking": (
        CallState.COMPLETED,
        lambda s: [s.routed(), s.leg_ended(bridged=True, caller_gone=True)],
    ),
    "routed after the end": (
        CallState.ABANDONED,
        lambda s: [s.ended(CallStatus.CANCELED), s.arrived(), s.routed(), s.ringing()],
    ),
}


@pytest.mark.parametrize("case", STATES)
def test_state(case: str) -> None:
    expected, told = STATES[case]

    assert record(*told(CallStory())).state == expected


def test_a_whole_call() -> None:
    story = CallStory()

    made = record(
        story.arrived(),
        story.routed(),
        story.leg_ended(status=CallStatus.BUSY),
        story.routed(1, buyer_id=SECOND_BUYER, buyer_name="Bob's", destination=SIP),
        story.ringing(1),
        story.answered(1),
        story.leg_ended(1, bridged=True),
        story.leg_ended(1, sequence=1, seconds=42),
        story.stopped(2, RouteReason.CONVERSATION_OVER),
        story.ended(seconds=70),
        story.recorded(),
    )

    assert (made.account_id, made.campaign_id, made.campaign_name) == (ACCOUNT, CAMPAIGN, "Roofs")
    assert (made.caller, made.dialled) == (CALLER, "+18005550199")
    assert made.call_sid == f"CA{story.call_id.hex}"
    assert (made.buyer_id, made.buyer_name) == (SECOND_BUYER, "Bob's")
    assert (made.seconds, made.talk_seconds) == (70, 42)
    assert (made.recording_sid, made.recording_status, made.recording_seconds) == (
        "RE1",
        "completed",
        40,
    )
    assert made.reason == "conversation_over"
    assert made.arrived_at == NOON + timedelta(seconds=1)
    assert made.ended_at == NOON + timedelta(seconds=10)
    first, second = made.legs
    assert (first.destination, first.status, first.connected) == ("+13105550123", "busy", False)
    assert (second.destination, second.status, second.connected) == (str(SIP), "completed", True)
    assert second.dialled_at == NOON + timedelta(seconds=4)
    assert second.answered_at == NOON + timedelta(seconds=6)


def test_the_ingresss_word_on_what_it_dialled_outweighs_the_routers() -> None:
    story = CallStory()

    made = record(story.routed(), story.fell_back(dialled=SIP), story.answered())

    assert [leg.destination for leg in made.legs] == [str(SIP)]
    assert made.fell_back
    assert made.buyer_id is None
    assert made.reason == "no answer in time"


def test_a_leg_of_the_carriers_refutes_that_nobody_was_dialled() -> None:
    story = CallStory()

    made = record(story.routed(), story.fell_back(dialled=None), story.answered())

    assert made.state is CallState.CONNECTED
    assert made.buyer_id == BUYER


@pytest.mark.parametrize("lesser", [CallStatus.NO_ANSWER, CallStatus.FAILED, CallStatus.RINGING])
def test_a_leg_that_was_completed_stays_so(lesser: CallStatus) -> None:
    story = CallStory()

    made = record(story.routed(), story.leg_ended(), story.leg_ended(status=lesser), story.ended())

    assert made.legs[0].status is CallStatus.COMPLETED
    assert made.state is CallState.COMPLETED


def test_a_connected_buyer_outweighs_a_later_one() -> None:
    story = CallStory()

    made = record(
        story.routed(),
        story.leg_ended(bridged=True, seconds=3),
        story.routed(1, buyer_id=SECOND_BUYER),
        story.leg_ended(1, CallStatus.BUSY, seconds=0),
        story.ended(),
    )

    assert made.buyer_id == BUYER
    assert made.talk_seconds == 3


def test_the_latest_buyer_is_named_while_none_is_connected() -> None:
    story = CallStory()

    made = record(
        story.routed(), story.leg_ended(status=CallStatus.BUSY), story.routed(1, buyer_id=None)
    )

    assert made.buyer_id is None


def test_the_campaign_is_the_one_last_routed_to() -> None:
    story = CallStory()
    other = CampaignId(UUID(int=3))

    made = record(story.routed(1, campaign_id=other), story.routed(0))

    assert made.campaign_id == other


def test_a_recording_that_can_be_heard_outweighs_every_other_word() -> None:
    story = CallStory()

    made = record(
        story.recorded(),
        story.recorded(RecordingStatus.IN_PROGRESS, seconds=None, sequence=1),
        story.recorded(RecordingStatus.ABSENT, recording_sid="RE2", seconds=None),
    )

    assert (made.recording_sid, made.recording_status) == ("RE1", "completed")


def test_a_recording_without_a_length_has_none() -> None:
    made = record(CallStory().recorded(RecordingStatus.ABSENT, seconds=None))

    assert made.recording_seconds is None


def test_a_recording_is_shown_with_what_was_written_down_of_it() -> None:
    story = CallStory()
    other = story.transcribed(recording_sid="RE2", text="Another's words.")
    failed = story.transcribed(TranscriptStatus.FAILED, text="")

    assert record(story.recorded(), other, failed).recording_transcript is None
    told = record(story.transcribed(), other, failed, story.recorded())
    assert told.recording_transcript == "Please call me."


def test_every_recording_of_a_call_is_shown_with_its_own_words() -> None:
    story = CallStory()
    told = record(
        story.routed(),
        story.recorded(step=1, recording_sid="RE0"),
        story.recorded(),
        story.recorded(RecordingStatus.ABSENT, recording_sid="RE2", seconds=None),
        story.transcribed(recording_sid="RE0", text="Another's words."),
    )
    shown = [(one.recording_sid, one.status, one.seconds) for one in told.recordings]
    assert shown == [("RE1", "completed", 40), ("RE2", "absent", None), ("RE0", "completed", 40)]
    assert told.recordings[-1].transcript == "Another's words."


def test_a_call_is_nobodys_until_the_router_has_said_whose() -> None:
    story = CallStory()
    unknown = CallStory(account_id=NOBODY, call_id=story.call_id)

    assert record(story.arrived(), unknown.closed()).account_id == NOBODY
    assert record(story.arrived(), unknown.closed(), story.routed()).account_id == ACCOUNT


def test_a_withheld_caller_stays_withheld() -> None:
    assert record(CallStory().arrived(caller=WITHHELD)).caller == WITHHELD


def test_a_call_is_listed_by_its_arrival_else_by_what_was_heard_first() -> None:
    story = CallStory()
    early, arrived, late = story.ringing(), story.arrived(), story.ended()

    assert listed_at(fold(NOTHING, [late, early])) == early.at.isoformat()
    assert listed_at(fold(NOTHING, [late, early, arrived])) == arrived.at.isoformat()


def test_what_a_flow_has_named_and_set_is_in_the_record_whatever_comes_first() -> None:
    story = CallStory()
    facts = [
        story.arrived(),
        story.routed(tags={"source": "mail", "zip": "1"}),
        story.marked("qualified"),
        story.marked("asked twice"),
        story.marked("qualified"),
        story.flowed(step=3, tags={"zip": "10001"}),
    ]
    for seen in (facts, facts[::-1]):
        found = record(*seen)
        assert found.events == ("qualified", "asked twice")
        assert found.tags == {"source": "mail", "zip": "10001"}


def test_our_own_facts_win_over_the_carriers_word_on_who_hung_up() -> None:
    story = CallStory()
    talk = [story.arrived(), story.routed(), story.answered()]
    silent = [*talk, story.leg_ended(), story.ended()]
    theirs = story.quality_known(hung_up_by=HungUpBy.CALLER)

    def shown(*facts: Fact) -> tuple[str | None, str | None]:
        told = record(*facts)
        return told.hung_up_by, told.hung_up_by_source

    assert shown(*silent) == (None, None)
    assert shown(*silent, theirs) == ("caller", "carrier")
    assert shown(*silent, theirs, story.leg_ended(bridged=True)) == ("callee", "facts")
    assert shown(*talk, theirs) == (None, None)


def test_of_two_summaries_the_fuller_is_shown() -> None:
    story = CallStory()
    full = story.quality_known()
    partial = story.quality_known(QualityStatus.PARTIAL)
    nothing = story.quality_known(QualityStatus.UNKNOWN, reason="not reached")
    for told in ((full, partial, nothing), (nothing, full, partial)):
        quality = record(*told).quality
        assert quality is not None
        assert (quality.status, quality.jitter_ms, quality.reason) == ("complete", 4.5, "")
