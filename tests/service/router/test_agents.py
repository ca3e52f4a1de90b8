"""Agents' calls by facts in any order: a wrap-up begins with the free place, and ends by itself."""

from libs.contracts.agent_calls import AgentCalls, CallOutcome, ListAgentCalls
from libs.contracts.agent_states import AgentState, SetAgentState
from libs.contracts.calls import CallStatus
from libs.contracts.configuration import Target
from libs.contracts.explaining import Rule
from tests.kit.hosting import TESTER, eventually
from tests.service.router.stage import Call, Stage, close, dial


async def an_agent(stage: Stage) -> Target:
    agent = await stage.target(await stage.buyer(), agent={"wrap_up_seconds": 600})
    await stage.campaign(agent)
    about = {"account_id": stage.account_id, "actor": TESTER, "agent_id": agent.id}
    await stage.ask(SetAgentState(**about, state=AgentState.AVAILABLE))
    return agent


async def test_whose_call_was_answered_wraps_up_once_its_place_is_free(stage: Stage) -> None:
    agent, call = await an_agent(stage), Call()
    dialled = dial(await stage.ask(call.admit()))
    await stage.tell(call.answered(dialled), call.ended())
    await stage.until_counted(agent, 0, 1)

    waiting = Call()
    close(await stage.ask(waiting.admit()))
    (step,) = await stage.explained(waiting)
    assert step.candidates[0].rule is Rule.WRAPPING_UP

    # the key that takes the call was never pressed: there is nothing to wrap up
    await stage.tell(call.leg_ended(dialled, CallStatus.COMPLETED, bridged=False))
    (ended,) = await stage.heard("event.agent.call_ended.v1", 1)
    assert (ended["became"], ended["wrap_up_until"]) == ("missed", None)
    dial(await stage.ask(Call().admit()))


async def test_a_wrap_up_ends_by_itself_and_is_told_of_once(stage: Stage) -> None:
    agent, call = await an_agent(stage), Call()
    dialled = dial(await stage.ask(call.admit()))
    await stage.tell(call.leg_ended(dialled, CallStatus.COMPLETED, bridged=True, seconds=60))
    await stage.heard("event.agent.call_ended.v1", 1)
    close(await stage.ask(Call().admit()))

    ago = "UPDATE router.agent_call SET {0} = {0} - interval '11 minutes'"
    for column in ("ended_at", "wrap_up_until"):
        await stage.change(ago.format(column))
    dial(await stage.ask(Call().admit()))
    desk = stage.holds_desk()
    for _ in range(2):
        await desk.sweep()

    (told,) = await stage.heard("event.agent.wrapped_up.v1", 1)
    assert (told["seconds"], told["actor"]) == (600, None)
    about = {"account_id": stage.account_id, "agent_id": agent.id}
    question = ListAgentCalls(**about, call_id=call.call_id)

    async def known() -> AgentCalls | None:
        calls: AgentCalls = await stage.ask(question)
        return calls if calls.calls[0].wrapped_at else None

    (kept,) = (await eventually(known)).calls
    assert (kept.became, kept.talk_seconds) == (CallOutcome.HANDLED, 60)
