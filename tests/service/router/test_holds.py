"""A place is kept with a target for a leg, and given back once the leg is over."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from libs.contracts.routing import Close, DialNext, RouteReason
from tests.kit.hosting import eventually
from tests.service.router.stage import Call, Stage, a_target, close, dial

FIRST, SECOND = "+15550100001", "+15550100002"


async def test_a_leg_that_ends_gives_its_place_back_once(stage: Stage) -> None:
    target = await stage.target(await stage.buyer(), concurrency_cap=2)
    await stage.campaign(target)
    one, two = Call(), Call()
    first = dial(await stage.ask(one.admit()))
    dial(await stage.ask(two.admit()))
    assert await stage.counted(target) == (2, 2)
    assert close(await stage.ask(Call().admit())).reason is RouteReason.ALL_CAPPED

    await stage.tell(*[one.leg_ended(first)] * 3, one.ended(), one.ended())

    await stage.until_counted(target, live=1, day=2)
    dial(await stage.ask(Call().admit()))
    assert await stage.counted(target) == (2, 3)


async def test_a_caller_who_goes_takes_all_her_legs_along(stage: Stage) -> None:
    buyer = await stage.buyer()
    one, two = await stage.target(buyer, FIRST), await stage.target(buyer, SECOND)
    await stage.campaign(one, two)
    call, stays = Call(), Call()
    first = dial(await stage.ask(call.admit()))
    dial(await stage.ask(call.go_on(first)))
    dial(await stage.ask(stays.admit()))
    assert len(await stage.held()) == 3

    await stage.tell(call.ended())

    await stage.until_counted(one, live=1, day=2)
    await stage.until_counted(two, live=0, day=1)
    assert await stage.held() == [(stays.call_id, 0)]


async def test_an_answered_leg_is_asked_about_no_more(stage: Stage) -> None:
    await stage.campaign(await stage.target(await stage.buyer()))
    call = Call()
    first = dial(await stage.ask(call.admit()))

    await stage.tell(call.answered(first))

    async def answered() -> bool | None:
        return True if await stage.rows("SELECT ask_at FROM router.hold") == [(None,)] else None

    await eventually(answered)


async def test_a_step_that_fell_back_is_undone_and_closed_for_good(stage: Stage) -> None:
    target = await stage.target(await stage.buyer(), concurrency_cap=1, daily_cap=1)
    await stage.campaign(target)
    call = Call()
    dial(await stage.ask(call.admit()))

    await stage.tell(*[call.fell_back()] * 2)

    await stage.until_counted(target, live=0, day=0)
    assert (await stage.refusal(call.admit())).code == "fell_back"
    (step,) = await stage.explained(call)
    assert step.sentence.endswith(" The ingress had fallen back before it heard this.")
    dial(await stage.ask(Call().admit()))


async def test_after_a_fallback_the_next_step_may_dial_whom_nobody_heard_of(stage: Stage) -> None:
    await stage.campaign(await stage.target(await stage.buyer()))
    call = Call()
    unheard = dial(await stage.ask(call.admit()))
    await stage.tell(call.fell_back())
    await eventually(lambda: nothing_held(stage))

    answer = dial(await stage.ask(call.go_on(unheard)))

    assert (answer.step, answer.dial) == (1, unheard.dial)


async def test_a_fallback_heard_before_the_question_forbids_it(stage: Stage) -> None:
    target = await stage.target(await stage.buyer())
    await stage.campaign(target)
    call = Call()

    await stage.tell(call.fell_back())

    async def forbidden() -> bool | None:
        return True if await stage.rows("SELECT FROM router.decision") else None

    await eventually(forbidden)
    assert (await stage.refusal(call.admit())).code == "fell_back"
    assert await stage.counted(target) == (0, 0)


async def nothing_held(stage: Stage) -> bool | None:
    return None if await stage.held() else True


@pytest.mark.parametrize(("cap", "most"), [("concurrency_cap", 1), ("daily_cap", 3)])
async def test_fifty_at_once_at_two_routers_never_pass_a_cap(
    stage: Stage, cap: str, most: int
) -> None:
    await stage.add_router()
    limit: dict[str, Any] = {cap: most}
    target = a_target(await stage.buyer(), **limit)
    await stage.save(target)
    await stage.campaign(target)
    calls = [Call() for _ in range(50)]

    answers = await asyncio.gather(*(stage.ask(call.admit()) for call in calls))

    dialled = [
        (call.call_id, 0)
        for call, answer in zip(calls, answers, strict=True)
        if isinstance(answer, DialNext)
    ]
    assert len(dialled) == most
    closed = [answer for answer in answers if isinstance(answer, Close)]
    assert {answer.reason for answer in closed} == {RouteReason.ALL_CAPPED}
    assert await stage.held() == sorted(dialled)
    assert await stage.counted(target) == (most, most)


async def test_a_call_looks_as_far_as_it_must_for_room(stage: Stage) -> None:
    """More targets than are locked at first, each with one place, and two calls too many."""
    buyer = await stage.buyer()
    phones = [f"+15550101{n:03}" for n in range(11)]
    targets = [await stage.target(buyer, phone, concurrency_cap=1) for phone in phones]
    await stage.campaign(*targets)

    answers = await asyncio.gather(*(stage.ask(Call().admit()) for _ in range(13)))

    dialled = [str(one.dial.destination) for one in answers if isinstance(one, DialNext)]
    assert sorted(dialled) == phones
    assert len([one for one in answers if isinstance(one, Close)]) == 2


async def test_two_campaigns_share_a_targets_places(stage: Stage) -> None:
    target = await stage.target(await stage.buyer(), concurrency_cap=1)
    await stage.campaign(target)
    await stage.campaign(target, number="+18005550101", id=uuid4())

    dial(await stage.ask(Call().admit()))
    answer = close(await stage.ask(Call(dialled="+18005550101").admit()))

    assert answer.reason is RouteReason.ALL_CAPPED
