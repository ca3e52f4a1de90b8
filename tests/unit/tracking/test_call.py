"""A call's record is the same in whatever order, grouping and number its facts arrive."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Any
from uuid import UUID

import orjson
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.calls import CallStatus, Fact, RecordingStatus, TranscriptStatus
from libs.contracts.catalogue import CATALOGUE
from libs.contracts.ids import NOBODY, AccountId, CallId, PublisherId
from libs.contracts.money import usd
from libs.contracts.outcomes import HungUpBy
from libs.contracts.payouts import PayoutTerms
from libs.contracts.phone import SipDestination
from libs.contracts.pricing import On, Telephony
from libs.contracts.quality import QualityStatus
from libs.contracts.routing import CallRouted, RouteReason, Terms
from libs.contracts.streams import TRACKING_CALLS
from libs.contracts.tracking import CallRecord
from services.tracking.domain.call import FACTS, fold
from services.tracking.domain.cells import NOTHING, Told
from services.tracking.domain.record import listed_at, record_of
from tests.kit.facts import ACCOUNT, BUYER, NOON, CallStory

CALL = CallId(UUID(int=1))
OTHER_ACCOUNT = AccountId(UUID(int=2**128 - 1))  # sorts after every other
TERMS = (
    None,
    *(Terms(after_seconds=1, revenue=usd("10"), on=on) for on in (On.CONNECTED, On.POSTED)),
)
PAYOUTS = (None, PayoutTerms(percent=Decimal(50)), PayoutTerms(amount=usd("4"), on=On.DIALLED))
PUBLISHER = PublisherId(UUID(int=3))
DESTINATIONS = (None, SipDestination(address="sip:a@example.com"))


# Any fact of one call, from so few details that they repeat and contradict each other.
STORY = CallStory(call_id=CALL)
DETAILS: dict[str, st.SearchStrategy[Any]] = {
    "step": st.integers(0, 2),
    "sequence": st.integers(0, 1),
    "account_id": st.sampled_from([None, NOBODY, ACCOUNT, OTHER_ACCOUNT]),
    "at": st.builds(
        lambda seconds, microseconds: NOON + timedelta(0, seconds, microseconds),
        st.integers(0, 3),
        st.integers(0, 1),
    ),
}
ENDING: dict[str, st.SearchStrategy[Any]] = {
    "status": st.sampled_from(CallStatus),
    "seconds": st.none() | st.integers(0, 2),
}
MAYBE = st.sampled_from([None, True, False])
FACT: st.SearchStrategy[Fact] = st.one_of(
    st.builds(STORY.arrived, dialled=st.sampled_from(["+18005550199", "x"]), **DETAILS),
    st.builds(
        STORY.routed,
        outcome=st.sampled_from(["dial", "close", "stop"]),
        reason=st.sampled_from(RouteReason),
        campaign_name=st.sampled_from(["", "Roofs"]),
        buyer_id=st.sampled_from([None, BUYER]),
        destination=st.sampled_from(DESTINATIONS),
        terms=st.sampled_from(TERMS),
        payout=st.sampled_from(PAYOUTS),
        publisher_id=st.sampled_from([None, PUBLISHER]),
        telephony=st.sampled_from([None, Telephony(call_minute=usd("0.01"))]),
        **DETAILS,
    ),
    st.builds(STORY.fell_back, dialled=st.sampled_from(DESTINATIONS), **DETAILS),
    st.builds(STORY.ringing, **DETAILS),
    st.builds(STORY.answered, **DETAILS),
    st.builds(STORY.accepted, **DETAILS),
    st.builds(
        STORY.adjusted,
        money=st.sampled_from([usd("-4"), usd("1")]),
        dispute_id=st.sampled_from([None, UUID(int=9)]),
        **DETAILS,
    ),
    st.builds(STORY.posted, amount=st.sampled_from([None, usd("0"), usd("7.5")]), **DETAILS),
    st.builds(STORY.leg_ended, bridged=MAYBE, caller_gone=MAYBE, **ENDING, **DETAILS),
    st.builds(STORY.ended, **ENDING, **DETAILS),
    st.builds(
        STORY.recorded,
        recording_sid=st.sampled_from(["RE1", "RE2"]),
        **{**ENDING, "status": st.sampled_from(RecordingStatus)},
        **DETAILS,
    ),
    st.builds(
        STORY.transcribed,
        status=st.sampled_from(TranscriptStatus),
        recording_sid=st.sampled_from(["RE1", "RE2"]),
        text=st.sampled_from(["", "Please call me."]),
        **DETAILS,
    ),
    st.builds(
        STORY.quality_known,
        status=st.sampled_from(QualityStatus),
        hung_up_by=st.sampled_from([None, *HungUpBy]),
        **DETAILS,
    ),
    st.builds(STORY.recording_deleted, recording_sid=st.sampled_from(["RE1", "RE2"]), **DETAILS),
)


def stored(told: Told) -> Told:
    """What comes back from a column."""
    return Told(**orjson.loads(orjson.dumps(told)))


def record(told_facts: Sequence[Fact]) -> CallRecord:
    return record_of(CALL, fold(NOTHING, told_facts))


@given(st.lists(FACT, max_size=12), st.randoms())
def test_neither_order_nor_repetition_nor_grouping_changes_the_record(
    told_facts: list[Fact], chance: Any
) -> None:
    expected = fold(NOTHING, told_facts)

    again = told_facts + chance.choices(told_facts, k=5) if told_facts else []
    chance.shuffle(again)
    cut = chance.randint(0, len(again))
    in_two = fold(stored(fold(NOTHING, again[:cut])), again[cut:])

    assert stored(in_two) == stored(expected)
    if told_facts:
        assert record_of(CALL, in_two) == record_of(CALL, expected)
        assert listed_at(in_two) == listed_at(expected)


@given(st.lists(FACT, max_size=8), FACT)
def test_hearing_more_takes_nothing_back(told_facts: list[Fact], more: Fact) -> None:
    before, after = record([*told_facts, more]), record([*told_facts, more, *told_facts])
    assert before == after
    earlier = record_of(CALL, fold(NOTHING, told_facts)) if told_facts else before

    if earlier.ended_at is not None:
        assert not earlier.state.live
        assert not after.state.live
        assert after.ended_at is not None
    assert {leg.step for leg in earlier.legs if leg.ended_at} <= {
        leg.step for leg in after.legs if leg.ended_at
    }
    if earlier.fell_back:
        assert after.fell_back
    if earlier.account_id != NOBODY:
        assert after.account_id != NOBODY


@given(st.lists(FACT, min_size=1, max_size=12))
def test_any_facts_make_a_record_that_travels(told_facts: list[Fact]) -> None:
    made = record(told_facts)

    assert CallRecord.model_validate_json(made.model_dump_json()) == made
    named = {fact.account_id for fact in told_facts} | {NOBODY}
    assert made.account_id in named


@given(st.lists(FACT, min_size=1, max_size=12))
def test_the_routers_word_on_the_account_is_final(told_facts: list[Fact]) -> None:
    others = [fact for fact in told_facts if not isinstance(fact, CallRouted)]
    routers = CallStory(call_id=CALL, account_id=OTHER_ACCOUNT).routed()

    assert record([*others, routers]).account_id == OTHER_ACCOUNT


def test_every_fact_that_the_durable_brings_is_folded() -> None:
    brought = {
        subject
        for subject in CATALOGUE
        for wanted in TRACKING_CALLS.subjects
        if fnmatchcase(subject, wanted.replace(">", "*"))
    }

    assert brought == set(FACTS)
