"""A leg that reached nobody is followed by the next; one that did, or a caller gone, is the end."""

import asyncio
from typing import Any

from libs.contracts.calls import CallStatus
from libs.contracts.configuration import Status
from libs.contracts.editing import Noun, Retire
from libs.contracts.explaining import Rule
from libs.contracts.routing import (
    ContinueCall,
    DialNext,
    RouteReason,
    Stop,
)
from libs.contracts.screening import RepeatLimit
from tests.kit.hosting import TESTER
from tests.service.router.stage import CLOSING, Call, Stage, close, dial

FIRST, SECOND, THIRD = "+15550100001", "+15550100002", "+15550100003"


async def three_targets(stage: Stage, **more: Any) -> None:
    buyer = await stage.buyer()
    targets = [await stage.target(buyer, phone) for phone in (FIRST, SECOND, THIRD)]
    await stage.campaign(*targets, **more)


async def test_every_way_to_reach_nobody_leads_to_the_next_and_never_back(stage: Stage) -> None:
    await three_targets(stage)
    call = Call()

    first = dial(await stage.ask(call.admit()))
    second = dial(await stage.ask(call.go_on(first, CallStatus.BUSY)))
    third = dial(await stage.ask(call.go_on(second, CallStatus.FAILED, sip_code=480)))
    last = close(await stage.ask(call.go_on(third, CallStatus.NO_ANSWER, bridged=False)))

    dialled = [str(answer.dial.destination) for answer in (first, second, third)]
    assert dialled == [FIRST, SECOND, THIRD]
    assert [answer.step for answer in (first, second, third, last)] == [0, 1, 2, 3]
    assert (last.say, last.reason) == (CLOSING, RouteReason.NOBODY_ELIGIBLE)
    steps = await stage.explained(call)
    assert [step.outcome for step in steps] == ["dial", "dial", "dial", "close"]
    assert {row.rule for row in steps[3].candidates} == {Rule.ALREADY_TRIED}


async def test_a_call_that_rolled_over_is_one_call_of_its_caller(stage: Stage) -> None:
    await three_targets(stage, repeat_limit=RepeatLimit(calls_max=2, days=1))
    call = Call()
    first = dial(await stage.ask(call.admit()))
    second = dial(await stage.ask(call.go_on(first, CallStatus.BUSY)))
    dial(await stage.ask(call.go_on(second, CallStatus.BUSY)))

    dial(await stage.ask(Call().admit()))
    third = close(await stage.ask(Call().admit()))

    assert third.reason is RouteReason.CALLER_REPEATS
    await stage.replay_everything()


async def test_only_a_conversation_is_a_connection(stage: Stage) -> None:
    await three_targets(stage)
    over = Stop(account_id=stage.account_id, step=0, reason=RouteReason.CONVERSATION_OVER)

    async def after(status: CallStatus, bridged: bool | None) -> Any:
        call = Call()
        first = dial(await stage.ask(call.admit()))
        answer = await stage.ask(call.go_on(first, status, bridged=bridged))
        assert len(await stage.explained(call)) == (1 if answer == over else 2)
        return answer

    assert await after(CallStatus.COMPLETED, True) == over
    assert await after(CallStatus.COMPLETED, None) == over  # the carrier did not say
    for status, bridged in ((CallStatus.COMPLETED, False), (CallStatus.CANCELED, None)):
        assert str(dial(await after(status, bridged)).dial.destination) == SECOND


async def test_nothing_is_dialled_for_a_caller_who_hung_up(stage: Stage) -> None:
    await three_targets(stage)
    call = Call()
    first = dial(await stage.ask(call.admit()))

    answer = await stage.ask(call.go_on(first, CallStatus.NO_ANSWER, caller_gone=True))

    assert answer == Stop(account_id=stage.account_id, step=0, reason=RouteReason.CALLER_GONE)
    assert await stage.held() == [(call.call_id, 0)]  # until the fact of it is heard


async def test_the_same_end_told_again_has_the_same_answer(stage: Stage) -> None:
    await stage.add_router()
    await three_targets(stage)
    call = Call()
    first = dial(await stage.ask(call.admit()))

    answers = await asyncio.gather(*(stage.ask(call.go_on(first)) for _ in range(12)))
    third = dial(await stage.ask(call.go_on(dial(answers[0]))))
    late = await stage.ask(call.go_on(first))

    assert all(answer == dial(answers[0]) for answer in [*answers, late])
    assert str(third.dial.destination) == THIRD
    assert await stage.held() == [(call.call_id, step) for step in range(3)]


async def test_a_target_that_filled_up_meanwhile_is_passed_over(stage: Stage) -> None:
    buyer = await stage.buyer()
    first = await stage.target(buyer, FIRST)
    second = await stage.target(buyer, SECOND, concurrency_cap=1)
    third = await stage.target(buyer, THIRD)
    await stage.campaign(first, second, third)
    early, late = Call(), Call()
    at_first = [dial(await stage.ask(call.admit())) for call in (early, late)]

    answers = [
        dial(await stage.ask(call.go_on(dialled)))
        for call, dialled in zip((early, late), at_first, strict=True)
    ]

    assert [str(answer.dial.destination) for answer in answers] == [SECOND, THIRD]


async def test_each_step_goes_by_what_is_configured_then(stage: Stage) -> None:
    buyer = await stage.buyer()
    first, second = await stage.target(buyer, FIRST), await stage.target(buyer, SECOND)
    third = await stage.target(buyer, THIRD)
    await stage.campaign(first, second, third)
    call = Call()
    dialled = dial(await stage.ask(call.admit()))
    versions = {row.document["id"]: row.version for row in (await stage.page(Noun.TARGET)).rows}

    paused = second.model_copy(update={"status": Status.PAUSED})
    await stage.save(paused, version=versions[str(second.id)])
    answer = dial(await stage.ask(call.go_on(dialled)))

    assert str(answer.dial.destination) == THIRD
    rules = {row.target_name: row.rule for row in (await stage.explained(call))[1].candidates}
    assert rules["desk 2"] is Rule.TARGET_PAUSED


async def test_a_campaign_that_is_gone_closes_its_calls(stage: Stage) -> None:
    await three_targets(stage)
    call = Call()
    first = dial(await stage.ask(call.admit()))
    for noun in (Noun.NUMBER, Noun.CAMPAIGN):
        (row,) = (await stage.page(noun)).rows
        retire = Retire(
            account_id=stage.account_id,
            actor=TESTER,
            noun=noun,
            key=row.document["id"],
            expected_version=row.version,
        )
        await stage.ask(retire)

    answer = close(await stage.ask(call.go_on(first)))

    assert answer.reason is RouteReason.NUMBER_WITHOUT_CAMPAIGN


async def test_a_leg_that_nobody_dialled_is_not_found(stage: Stage) -> None:
    await three_targets(stage)
    call = Call()
    first = dial(await stage.ask(call.admit()))
    strange: dict[str, ContinueCall] = {
        "a step to come": call.go_on(at_step(first, 1)),
        "a step that no call has": call.go_on(at_step(first, 40_000)),
        "a step before the first": call.go_on(at_step(first, -1)),
        "another call": Call().go_on(first),
        "another account": call.go_on(first.model_copy(update={"account_id": stage.other_account})),
    }

    codes = {what: (await stage.refusal(asked)).code for what, asked in strange.items()}

    assert codes == dict.fromkeys(strange, "not_found")
    nobodys = call.go_on(first)
    ended = nobodys.ended.model_copy(update={"account_id": None})
    assert (await stage.refusal(ContinueCall(ended=ended))).code == "not_found"


def at_step(answer: DialNext, step: int) -> DialNext:
    return answer.model_copy(update={"step": step})
