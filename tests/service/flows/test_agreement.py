"""The simulator and the live engine agree step for step, and a turn told twice is one turn."""

import asyncio
from random import Random
from uuid import UUID, uuid4

from libs.contracts.flow_looks import FlowStep
from libs.contracts.flow_simulation import FlowScript, FlowSimulated
from libs.contracts.flows import FlowLeft, StartFlow
from libs.contracts.ids import AccountId, CallId, CampaignId
from libs.runtime.deadline import Deadline
from services.flows.desk.playing import PlayingDesk
from services.flows.domain.book import Book
from services.flows.domain.playing import A_MONDAY, Played
from services.flows.store.looking import Looking
from tests.service.flows.live import Live
from tests.unit.flows.random_flows import FLOW, SUB, a_flow, a_script, flows

CALLS = 25


def told(step: FlowStep) -> tuple[str, ...]:
    tags = ",".join(f"{name}={value}" for name, value in sorted(step.tags.items()))
    return (step.node, step.port, step.heard, step.note, tags)


async def test_simulator_and_live_engine_agree_step_for_step(live: Live) -> None:
    simulator = PlayingDesk(None)  # type: ignore[arg-type]  # asks nobody here
    turns = 0
    for seed in range(CALLS):
        draw = Random(seed)
        (flow, called), script = flows(draw), a_script(draw)
        account_id = AccountId(uuid4())
        await live.publish(account_id, called)
        await live.publish(account_id, flow, {SUB: 1})
        book = Book({FLOW: (1, flow), SUB: (1, called)})

        simulated: FlowSimulated = await simulator.play(book, flow, 1, script, account_id)
        answers = await live.call(account_id, script)

        assert [one.verbs for one in answers] == [turn.verbs for turn in simulated.turns], seed
        assert isinstance(answers[-1], FlowLeft) is simulated.left
        call_id = CallId(UUID(int=script.seed + 1))
        kept = await Looking(live.database).steps(account_id, call_id, 10_000)
        expected = [told(step) for turn in simulated.turns for step in turn.steps]
        assert [told(step) for step in kept] == expected
        turns += len(answers)
    assert turns > CALLS * 2


async def test_the_same_turn_at_the_same_moment_is_one_turn(live: Live) -> None:
    draw = Random(3)
    flow = next(
        one for one in (a_flow(draw) for _ in range(200)) if one.by_id[one.start].type == "menu"
    )
    account_id, script = AccountId(uuid4()), FlowScript(seed=9)
    await live.publish(account_id, flow)
    live.clock.played = live.world.played = Played(script, A_MONDAY)
    live.seed = 9
    start = StartFlow(
        account_id=account_id,
        call_id=CallId(uuid4()),
        flow_id=FLOW,
        campaign_id=CampaignId(uuid4()),
        caller=script.caller,
        dialled="+18005550100",
    )
    answers = await asyncio.gather(
        *(live.desk.start(start, Deadline.within(10_000)) for _ in range(8))
    )
    assert len({answer.model_dump_json() for answer in answers}) == 1
    async with live.database.hot() as connection:
        cursor = await connection.execute("SELECT count(*) FROM flows.turn")
        assert await cursor.fetchone() == (1,)
