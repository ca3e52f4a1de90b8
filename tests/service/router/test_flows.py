"""A flow's call: the router hands it over, finds whom the flow wants, and takes it back."""

from typing import Any
from uuid import uuid4

import pytest

from libs.contracts.calls import CallStatus
from libs.contracts.configuration import Assignment
from libs.contracts.explaining import ReplayDecision, Rule, Verdict
from libs.contracts.finding import FindFlowed
from libs.contracts.flow_routing import FindBuyer, FlowPlan, PlainNumber
from libs.contracts.phone import WITHHELD, PhoneDestination
from libs.contracts.routing import AskWhisper, Close, RouteReason, RunFlow, Stop
from tests.service.router.stage import Call, Stage, close, dial

DESK, OFFICE = "+15550100001", "+15550100077"
FLOW = uuid4()


def wanted(stage: Stage, call: Call, step: int, **more: Any) -> FindBuyer:
    return FindBuyer(account_id=stage.account_id, call_id=call.call_id, step=step, **more)


def number_of(answer: object) -> str:
    destination = dial(answer).dial.destination
    assert isinstance(destination, PhoneDestination)
    return destination.number


async def in_flow(stage: Stage, **more: Any) -> Call:
    """A call whose campaign has two desks and a flow, once it is handed over."""
    buyer = await stage.buyer()
    first = await stage.target(buyer, DESK)
    second = await stage.target(buyer, "+15550100002")
    await stage.campaign(first, second, **{"flow_id": FLOW, **more})
    call = Call()
    handed = await stage.ask(call.admit(tags={"source": "radio"}))
    assert isinstance(handed, RunFlow)
    assert (handed.flow_id, handed.step, handed.tags) == (FLOW, 0, {"source": "radio"})
    assert await stage.ask(call.admit(tags={"source": "radio"})) == handed
    return call


async def test_the_flow_gets_the_call_and_finds_somebody_by_the_campaigns_plan(
    stage: Stage,
) -> None:
    call = await in_flow(stage)
    first = dial(await stage.ask(wanted(stage, call, 1, tags={"gathered:zip": "10001"})))
    assert number_of(first) == DESK
    assert await stage.ask(wanted(stage, call, 1)) == first

    busy = call.leg_ended(first)
    second = dial(await stage.ask(wanted(stage, call, 2, ended=busy)))
    assert number_of(second) == "+15550100002"
    nobody = await stage.ask(wanted(stage, call, 3, ended=call.leg_ended(second)))
    assert close(nobody).reason is RouteReason.NOBODY_ELIGIBLE

    anew = dial(await stage.ask(wanted(stage, call, 4)))
    assert number_of(anew) == DESK
    talked = call.leg_ended(anew, CallStatus.COMPLETED, bridged=True, seconds=90)
    over = await stage.ask(wanted(stage, call, 5, ended=talked))
    assert isinstance(over, Stop)

    steps = await stage.explained(call)
    assert [step.outcome for step in steps] == ["flow", "dial", "dial", "close", "dial"]
    assert steps[0].sentence == "The call went to the flow of Roofing."
    facts = await stage.heard("event.call.routed.v1", 5)
    assert facts[1]["tags"] == {"source": "radio", "gathered:zip": "10001"}


async def test_a_node_has_a_plan_of_its_own(stage: Stage) -> None:
    call = await in_flow(stage, ring_seconds=10)
    office = PlainNumber(
        id=uuid4(), name="Office", destination=PhoneDestination(number=OFFICE), concurrency=1
    )
    plan = FlowPlan(
        numbers=(office,),
        entries=(Assignment(target_id=uuid4(), priority=0),),
        ring_seconds=33,
        whisper="From radio.",
        press_to_accept=True,
        recording=False,
        connecting_message="One moment.",
    )
    answer = dial(await stage.ask(wanted(stage, call, 1, plan=plan)))
    assert number_of(answer) == OFFICE
    assert (answer.dial.ring_seconds, answer.say) == (33, ("One moment.",))
    assert answer.dial.recording.value == "do-not-record"
    about = {"account_id": stage.account_id, "call_id": call.call_id, "step": 1}
    told = await stage.ask(AskWhisper(**about))
    assert (told.say, told.press_to_accept) == ("From radio.", True)

    other = Call()
    assert isinstance(await stage.ask(other.admit()), RunFlow)
    full = await stage.ask(wanted(stage, other, 1, plan=plan))
    assert close(full).reason is RouteReason.ALL_CAPPED
    step = (await stage.explained(other))[1]
    assert [(row.target_name, row.verdict, row.rule) for row in step.candidates] == [
        ("Office", Verdict.EXCLUDED, Rule.CONCURRENCY_CAP)
    ]
    chosen = (await stage.explained(call))[1]
    ring = next(one for one in chosen.settings if one.name == "ring_seconds")
    assert (ring.value, ring.set_by) == ("33", "flow")


async def test_the_plan_takes_a_call_after_its_flow(stage: Stage) -> None:
    call = await in_flow(stage)
    back = call.admit(after_flow=True, step=0, account_id=stage.account_id)
    taken = dial(await stage.ask(back))
    assert (number_of(taken), taken.step) == (DESK, 1)
    assert await stage.ask(back) == taken
    following = dial(await stage.ask(call.go_on(taken)))
    assert number_of(following) == "+15550100002"


async def test_whom_the_flow_had_found_is_dialled_when_it_falls_silent(stage: Stage) -> None:
    call = await in_flow(stage)
    found = dial(await stage.ask(wanted(stage, call, 1)))
    assert (
        await stage.ask(call.admit(after_flow=True, step=0, account_id=stage.account_id)) == found
    )


async def test_a_campaign_that_turns_callers_away_does_so_before_its_flow(stage: Stage) -> None:
    buyer = await stage.buyer()
    target = await stage.target(buyer)
    await stage.campaign(target, flow_id=FLOW, block_anonymous=True)
    withheld = Call(caller=WITHHELD)
    answer = await stage.ask(withheld.admit())
    assert isinstance(answer, Close)
    assert answer.reason is RouteReason.CALLER_ANONYMOUS


async def test_a_campaign_may_have_nobody_but_its_flow(stage: Stage) -> None:
    await stage.campaign(flow_id=FLOW)
    call = Call()
    assert isinstance(await stage.ask(call.admit()), RunFlow)
    answer = await stage.ask(wanted(stage, call, 1))
    assert close(answer).reason is RouteReason.NO_TARGET


async def test_who_uses_a_flow_is_told_to_its_account_alone(stage: Stage) -> None:
    await in_flow(stage)
    uses = (await stage.ask(FindFlowed(account_id=stage.account_id, flow_id=FLOW))).uses
    assert [(use.name, use.active) for use in uses] == [("Roofing", True)]
    theirs = await stage.ask(FindFlowed(account_id=stage.other_account, flow_id=FLOW))
    assert theirs.uses == ()


@pytest.mark.parametrize("step", [0, 1])
async def test_decisions_of_flows_replay(stage: Stage, step: int) -> None:
    call = await in_flow(stage)
    await stage.ask(wanted(stage, call, 1, plan=FlowPlan(whisper="x", ring_seconds=9)))
    replayed = await stage.ask(
        ReplayDecision(account_id=stage.account_id, call_id=call.call_id, step=step)
    )
    assert replayed.identical
