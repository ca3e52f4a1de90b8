"""Tracking hears facts in any order, more than once, through restarts, and loses none."""

import asyncio
import random
from typing import Any
from uuid import UUID

import pytest
from nats.aio.msg import Msg

from libs.contracts.calls import CallStatus, Fact
from libs.contracts.ids import NOBODY, AccountId
from libs.contracts.routing import RouteReason
from libs.contracts.streams import DEAD, TRACKING_CALLS
from libs.contracts.tracking import CallState
from libs.runtime.dead import DEAD_RATE_MAX
from libs.runtime.streams import waiting_for
from tests.kit.facts import ACCOUNT, CALLER, CallStory
from tests.service.tracking.stage import Stage, eventually, ready

LONG_ENOUGH_SECONDS = 0.1  # to be heard, if anybody listened


def whole_call(story: CallStory) -> list[Fact]:
    return [
        story.arrived(),
        story.routed(),
        story.ringing(),
        story.answered(),
        story.leg_ended(bridged=True),
        story.leg_ended(sequence=1, seconds=42),
        story.ended(),
        story.recorded(),
    ]


async def test_a_call_told_of_is_found_by_asking(stage: Stage) -> None:
    story = CallStory()
    told = whole_call(story)

    async with stage.tracking():
        await stage.tell(*told)
        detail = await stage.facts_of(story.call_id, len(told))

    assert detail.call.state is CallState.COMPLETED
    assert detail.call.talk_seconds == 42
    assert detail.call.caller == CALLER
    assert [entry.subject for entry in detail.timeline] == [fact.subject for fact in told]
    assert detail.timeline[1].fact == told[1].model_dump(mode="json")
    assert detail.complete


async def test_repeated_and_shuffled_facts_make_the_same_record(stage: Stage) -> None:
    story, twin = CallStory(), CallStory()
    chance = random.Random(7)
    in_order, shuffled = whole_call(story), whole_call(twin) * 3
    chance.shuffle(shuffled)

    async with stage.tracking():
        await stage.tell(*in_order, *shuffled)
        first = await stage.facts_of(story.call_id, len(in_order))
        second = await stage.facts_of(twin.call_id, len(in_order))

    own = {"call_id", "call_sid"}
    assert first.call.model_dump(exclude=own) == second.call.model_dump(exclude=own)


async def test_a_repetition_that_says_something_else_changes_nothing(stage: Stage) -> None:
    story = CallStory()
    routed, ended = story.routed(), story.leg_ended(status=CallStatus.BUSY)
    another = ended.model_copy(update={"status": CallStatus.COMPLETED, "bridged": True})

    async with stage.tracking():
        await stage.tell(routed, ended, another, story.ended())
        detail = await stage.facts_of(story.call_id, 3)

    assert detail.call.state is CallState.NO_ANSWER
    assert detail.timeline[1].fact["status"] == "busy"


async def test_two_trackings_share_the_facts_of_the_same_calls(stage: Stage) -> None:
    stories = [CallStory() for _ in range(40)]
    facts = [fact for story in stories for fact in whole_call(story)]
    random.Random(3).shuffle(facts)

    async with stage.tracking(), stage.tracking():
        await asyncio.gather(*(stage.tell(fact) for fact in facts))
        details = [await stage.facts_of(story.call_id, 8) for story in stories]

    assert {detail.call.state for detail in details} == {CallState.COMPLETED}
    assert {detail.call.talk_seconds for detail in details} == {42}


async def test_a_restart_in_the_middle_loses_nothing(stage: Stage) -> None:
    stories = [CallStory() for _ in range(60)]
    facts = [fact for story in stories for fact in whole_call(story)]

    async with stage.tracking():
        telling = asyncio.create_task(stage.tell(*facts))
        await stage.facts_of(stories[10].call_id, 8)
    async with stage.tracking():
        await telling
        details = [await stage.facts_of(story.call_id, 8) for story in stories]

    assert {detail.call.state for detail in details} == {CallState.COMPLETED}


async def test_facts_told_while_nobody_listens_are_heard_later(stage: Stage) -> None:
    async with stage.tracking():
        pass
    story = CallStory()
    await stage.tell(*whole_call(story))

    async with stage.tracking():
        assert await stage.facts_of(story.call_id, 8)


async def test_a_call_is_nobodys_until_it_is_routed(stage: Stage) -> None:
    story = CallStory()

    async with stage.tracking():
        await stage.tell(story.arrived())

        async def heard() -> bool | None:
            return await stage.call(story.call_id, NOBODY) is not None or None

        await eventually(heard)
        assert await stage.call(story.call_id) is None

        await stage.tell(story.routed())
        detail = await stage.facts_of(story.call_id, 2)
        assert await stage.call(story.call_id, NOBODY) is None

    assert detail.call.account_id == ACCOUNT


async def test_another_account_never_takes_a_routed_call(stage: Stage) -> None:
    story = CallStory()
    usurper = CallStory(AccountId(UUID(int=1)), call_id=story.call_id)

    async with stage.tracking():
        await stage.tell(story.routed(), usurper.ended())
        detail = await stage.facts_of(story.call_id, 2)

    assert detail.call.account_id == ACCOUNT


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"{", "cannot be read"),
        (b'{"call_id": "none"}', "cannot be read"),
        (b"\xff\xfe", "cannot be read"),
        (CallStory().ended(step=2**31).model_dump_json().encode(), "OutOfRange"),
    ],
    ids=["no json", "no fact", "no text", "no integer of ours"],
)
async def test_what_cannot_be_kept_is_dead_and_the_rest_goes_on(
    stage: Stage, payload: bytes, reason: str
) -> None:
    story = CallStory()
    first, *rest = whole_call(story)

    async with stage.tracking() as app:
        await stage.tell(first)
        await stage.say(story.ended().subject, payload)
        await stage.tell(*rest)
        await stage.facts_of(story.call_id, 8)
        letter = await eventually(lambda: dead_letter(stage))

        assert letter.data == payload
        assert letter.subject == f"dead.{TRACKING_CALLS.name}.event.call.ended.v1"
        assert letter.headers is not None
        assert reason in letter.headers["Reason"]
        assert (await ready(app))["ready"]


async def dead_letter(stage: Stage) -> Msg | None:
    """The dead letter, if there is exactly one."""
    info = await stage.broker.jetstream.stream_info(DEAD.name)
    if info.state.messages != 1:
        return None
    reader = await stage.broker.jetstream.pull_subscribe("dead.>", stream=DEAD.name)
    [letter] = await reader.fetch(1, timeout=2)
    return letter


async def test_too_many_dead_stop_the_reading(stage: Stage) -> None:
    story = CallStory()

    async with stage.tracking() as app:
        for _ in range(DEAD_RATE_MAX):
            await stage.say(story.ended().subject, b"{")

        async def unready() -> dict[str, Any] | None:
            said = await ready(app)
            return None if said["ready"] else said

        said = await eventually(unready)
        await stage.tell(story.arrived(account_id=ACCOUNT))
        await asyncio.sleep(LONG_ENOUGH_SECONDS)

        assert said["degraded"] == [TRACKING_CALLS.name]
        assert await stage.call(story.call_id) is None


async def test_a_deleted_durable_shows_and_heals(stage: Stage) -> None:
    story = CallStory()

    async with stage.tracking() as app:
        assert (await ready(app))["degraded"] == []
        await stage.broker.jetstream.delete_consumer("EVENTS", TRACKING_CALLS.name)

        said = await ready(app)
        assert said["degraded"] == [TRACKING_CALLS.name]
        assert said["status"] == 200

        await stage.tell(story.arrived(), story.routed())
        await stage.facts_of(story.call_id, 2)
        assert await waiting_for(stage.broker, TRACKING_CALLS) is not None
        assert (await ready(app))["degraded"] == []


async def test_a_caller_without_a_text_or_with_a_zero_is_kept(stage: Stage) -> None:
    story = CallStory()
    odd = CALLER.model_copy(update={"text": "sip:a\0@example.com"})

    async with stage.tracking():
        await stage.tell(story.arrived(caller=odd), story.closed(reason=RouteReason.NO_TARGET))
        detail = await stage.facts_of(story.call_id, 2)
        listed = await stage.all_pages(caller="sip:a\0@example.com")

    assert detail.call.caller == odd
    assert [call.call_id for call in listed] == [story.call_id]
