"""Calls are listed by filters and in pages, and only to the account they belong to."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from libs.contracts.calls import CallStatus
from libs.contracts.ids import AccountId, BuyerId, CallId, CampaignId
from libs.contracts.outcomes import CallResult, HungUpBy, SubStatus
from libs.contracts.phone import Caller, CallerKind
from libs.contracts.tracking import (
    PAGE_MAX,
    CallDetail,
    CallState,
    GetCall,
    ListCalls,
    ListLiveCalls,
)
from libs.runtime.ask import Refused
from tests.kit.facts import ACCOUNT, BUYER, CALLER, CAMPAIGN, NOON, CallStory
from tests.service.tracking.stage import Stage, eventually

STRANGER = AccountId(UUID(int=77))
OTHER_CAMPAIGN = CampaignId(UUID(int=78))
OTHER_BUYER = BuyerId(UUID(int=79))
OTHER_CALLER = Caller(kind=CallerKind.NUMBER, text="+12125550111")


FILTERS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, ["other", "ringing", "live", "closed", "completed"]),
    ({"states": [CallState.COMPLETED]}, ["completed"]),
    ({"states": [CallState.RINGING, CallState.CLOSED]}, ["ringing", "closed"]),
    ({"states": [CallState.ABANDONED]}, []),
    ({"campaign_id": OTHER_CAMPAIGN}, ["other"]),
    ({"campaign_id": CAMPAIGN}, ["ringing", "live", "closed", "completed"]),
    ({"buyer_id": BUYER}, ["ringing", "live", "completed"]),
    ({"buyer_id": BUYER, "states": list(CallState)}, ["ringing", "live", "completed"]),
    ({"caller": OTHER_CALLER.text}, ["ringing"]),
    ({"caller": CALLER.text, "buyer_id": OTHER_BUYER}, ["other"]),
    ({"caller": "nobody"}, []),
    ({"statuses": [CallResult.FINISHED, CallResult.NO_BUYER]}, ["other", "closed", "completed"]),
    ({"sub_statuses": [SubStatus.BUSY]}, ["other"]),
    ({"hung_up_by": [HungUpBy.CALLEE], "states": [CallState.COMPLETED]}, ["completed"]),
    ({"duplicate": True}, ["closed"]),
    ({"duplicate": False}, []),
    ({"talk_seconds_least": 40, "talk_seconds_most": 40}, ["completed"]),
    ({"talk_seconds_most": 39}, []),
    ({"ring_seconds_least": 1}, ["completed"]),
    ({"where": [{"dimension": "buyer", "values": [str(OTHER_BUYER)]}]}, ["other"]),
    (
        {
            "where": [
                {"dimension": "outcome", "values": ["completed"], "exclude": True},
                {"dimension": "tag:none", "values": [""]},
            ],
            "campaign_id": CAMPAIGN,
        },
        ["ringing", "live", "closed"],
    ),
    # A call arrives one second after its minute.
    ({"since": NOON + timedelta(minutes=3, seconds=1)}, ["other", "ringing"]),
    ({"until": NOON + timedelta(minutes=1, seconds=1)}, ["completed"]),
    ({"account_id": STRANGER}, ["stranger's"]),
]


@pytest.fixture
async def told(stage: Stage) -> AsyncIterator[dict[CallId, str]]:
    """Six calls a minute apart, one of a stranger, by their names; tracking runs."""
    stories = {
        name: CallStory(began_at=NOON + timedelta(minutes=minute))
        for minute, name in enumerate(["completed", "closed", "live", "ringing", "other"])
    }
    completed, closed, live, ringing, other = stories.values()
    strangers = CallStory(STRANGER)
    async with stage.tracking():
        await stage.tell(
            *(completed.arrived(), completed.routed(), completed.ringing(), completed.answered()),
            *(completed.leg_ended(bridged=True, seconds=40), completed.ended()),
            closed.arrived(),
            *(closed.closed().model_copy(update={"duplicate": True}), closed.ended()),
            *(live.arrived(), live.routed(), live.answered()),
            *(ringing.arrived(caller=OTHER_CALLER), ringing.routed()),
            *(other.arrived(), other.routed(campaign_id=OTHER_CAMPAIGN, buyer_id=OTHER_BUYER)),
            *(other.leg_ended(status=CallStatus.BUSY), other.ended()),
            *(strangers.arrived(), strangers.routed()),
        )
        for story, count in ((completed, 6), (closed, 3), (live, 3), (ringing, 2), (other, 4)):
            await stage.facts_of(story.call_id, count)
        await stage.facts_of(strangers.call_id, 2, STRANGER)
        names = {story.call_id: name for name, story in stories.items()}
        yield {**names, strangers.call_id: "stranger's"}


async def test_each_filter_lets_through_what_it_says(stage: Stage, told: dict[CallId, str]) -> None:
    for filters, expected in FILTERS:
        calls = await stage.all_pages(**filters)
        assert [told[call.call_id] for call in calls] == expected, filters


async def test_live_calls_are_those_on_the_line(stage: Stage, told: dict[CallId, str]) -> None:
    first = await stage.ask(ListLiveCalls(account_id=ACCOUNT, limit=1))
    second = await stage.ask(ListLiveCalls(account_id=ACCOUNT, limit=1, cursor=first.cursor))

    assert [told[call.call_id] for call in first.calls + second.calls] == ["ringing", "live"]
    assert second.cursor is None


async def test_another_accounts_call_is_not_found(stage: Stage, told: dict[CallId, str]) -> None:
    [strangers] = [call_id for call_id, name in told.items() if name == "stranger's"]

    for call_id in (strangers, CallId(uuid4())):
        with pytest.raises(Refused) as refused:
            await stage.ask(GetCall(account_id=ACCOUNT, call_id=call_id))
        assert refused.value.code == "not_found"


async def test_pages_are_complete_and_do_not_overlap(stage: Stage) -> None:
    stories = [CallStory(began_at=NOON + timedelta(minutes=minute // 5)) for minute in range(23)]

    async with stage.tracking():
        await stage.tell(*(story.arrived(account_id=ACCOUNT) for story in stories))
        for story in stories:
            await stage.facts_of(story.call_id, 1)
        for limit in (1, 4, 22, 23, 24):
            for filters in ({}, {"states": [CallState.RINGING]}, {"caller": CALLER.text}):
                calls = await stage.all_pages(limit=limit, **filters)
                expected = sorted(((story.call_id) for story in stories), key=str)
                assert sorted((call.call_id for call in calls), key=str) == expected
                places = [(call.arrived_at, call.call_id) for call in calls]
                assert places == sorted(places, reverse=True)


async def test_a_call_that_comes_in_between_does_not_move_the_next_page(stage: Stage) -> None:
    stories = [CallStory(began_at=NOON + timedelta(minutes=minute)) for minute in range(4)]

    async with stage.tracking():
        await stage.tell(*(story.arrived(account_id=ACCOUNT) for story in stories[:3]))
        for story in stories[:3]:
            await stage.facts_of(story.call_id, 1)
        page = await stage.ask(ListCalls(account_id=ACCOUNT, limit=2))
        await stage.tell(stories[3].arrived(account_id=ACCOUNT))
        await stage.facts_of(stories[3].call_id, 1)
        rest = await stage.ask(ListCalls(account_id=ACCOUNT, limit=2, cursor=page.cursor))

    assert [call.call_id for call in rest.calls] == [stories[0].call_id]


async def test_a_page_of_calls_with_many_legs_fits_into_a_message(stage: Stage) -> None:
    stories = [CallStory(began_at=NOON + timedelta(minutes=minute)) for minute in range(30)]
    names = {"target_name": "t" * 250, "buyer_name": "b" * 250}

    async with stage.tracking():
        for story in stories:
            await stage.tell(*(story.routed(step, **names) for step in range(20)))
        for story in stories:
            await stage.facts_of(story.call_id, 20)
        first = await stage.ask(ListCalls(account_id=ACCOUNT, limit=PAGE_MAX))
        calls = await stage.all_pages(limit=PAGE_MAX)

    assert len(first.calls) < len(calls) == len({call.call_id for call in calls}) == 30


async def test_a_timeline_that_is_too_long_for_a_message_says_so(stage: Stage) -> None:
    story = CallStory()

    async with stage.tracking():
        told = [story.arrived(sequence=number, stir="s" * 20_000) for number in range(25)]
        await stage.tell(*told, story.routed())

        async def heard() -> CallDetail | None:
            return await stage.call(story.call_id)

        detail = await eventually(heard)

    assert not detail.complete
    assert 0 < len(detail.timeline) < 25
    assert [entry.sequence for entry in detail.timeline] == list(range(len(detail.timeline)))


WRONG: tuple[tuple[str, object], ...] = (
    ("cursor", "tomorrow"),
    ("cursor", "x" * 201),
    ("limit", 0),
    ("limit", PAGE_MAX + 1),
    ("states", ["asleep"]),
    ("since", "2026-03-01T12:00:00"),
    ("account_id", "mine"),
)


async def test_a_wrong_field_is_named(stage: Stage) -> None:
    async with stage.tracking():
        for field, value in WRONG:
            said = orjson.dumps({"account_id": str(ACCOUNT), field: value})
            reply = await stage.broker.client.request(ListCalls.subject, said, 5)
            refusal = ListCalls.answers.validate_json(reply.data)
            assert refusal.code == "malformed"
            assert [problem.path.split(".")[0] for problem in refusal.fields] == [field]
            assert refusal.fields[0].problem
