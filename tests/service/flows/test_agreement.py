"""The simulator and the live engine agree step for step, and a turn told twice is one turn."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest

from libs.contracts.flow_edits import FlowState
from libs.contracts.flow_looks import FlowStep
from libs.contracts.flow_simulation import FlowScript, FlowSimulated
from libs.contracts.flows import ContinueFlow, FlowLeft, FlowTurn, StartFlow
from libs.contracts.ids import AccountId, CallId, CampaignId
from libs.runtime.broker import Broker
from libs.runtime.database import Database
from libs.runtime.deadline import Deadline
from libs.runtime.outbox import Outbox
from services.flows import tables
from services.flows.desk.playing import PlayingDesk
from services.flows.desk.running import RunningDesk
from services.flows.desk.world import World
from services.flows.domain.book import Book
from services.flows.domain.engine import Turn, Walk
from services.flows.domain.flow import Flow
from services.flows.domain.moves import Answered, Rotation, Stuck, Wanted
from services.flows.domain.playing import A_MONDAY, Played, answer, heard_next
from services.flows.store.counts import Counts
from services.flows.store.flows import Flows, KeptFlow
from services.flows.store.library import Library
from services.flows.store.looking import Looking
from services.flows.store.running import Running
from tests.unit.flows.random_flows import FLOW, a_flow, a_script

CALLS = 25


class ScriptedWorld(World):
    """Turns and branches are really counted; everybody else does as the script says."""

    def __init__(self, counts: Counts, clock: "ScriptedClock") -> None:
        self._counts = counts
        self._clock = clock
        self.played: Played

    async def answer(self, wanted: Wanted, walk: Walk, deadline: Deadline) -> Answered:
        if isinstance(wanted, Rotation | Stuck):
            return await self._counted(wanted, walk)
        given = answer(wanted, walk, self.played)
        assert given is not None, "no code is drawn"
        return given


class ScriptedClock:
    """The script's own."""

    def __init__(self) -> None:
        self.played: Played

    def now(self) -> datetime:
        return self.played.now


@dataclass
class Live:
    """The desk that real callers wait for, on real tables."""

    database: Database
    broker: Broker

    def __post_init__(self) -> None:
        self.clock = ScriptedClock()
        self.world = ScriptedWorld(Counts(self.database), self.clock)
        self.running = Running(self.database, Outbox(self.database, self.broker, tables.outbox))
        self.seed = 0
        self.desk = RunningDesk(
            self.running, Library(self.database), self.world, self.clock, lambda: self.seed
        )

    async def publish(self, account_id: AccountId, flow: Flow) -> None:
        """Keep a flow as its first version, whatever is to be said of it."""
        kept = KeptFlow(
            FLOW, flow.name, FlowState.PUBLISHED, 0, 1, 1, A_MONDAY, flow.model_dump_json()
        )
        async with Flows(self.database).editing(account_id, FLOW) as work:
            await work.publish(await work.keep(kept, A_MONDAY), {}, "", "tester", A_MONDAY)

    async def call(self, account_id: AccountId, script: FlowScript) -> list[Any]:
        """Every answer of a call, each asked for twice, at once and again."""
        played = Played(script, script.at or A_MONDAY)
        self.clock.played = self.world.played = played
        self.seed = script.seed
        call_id = CallId(UUID(int=script.seed + 1))
        start = StartFlow(
            account_id=account_id,
            call_id=call_id,
            flow_id=FLOW,
            campaign_id=CampaignId(uuid4()),
            campaign_name="the campaign",
            caller=script.caller,
            dialled=script.dialled,
            geography=script.geography,
            tags=script.tags,
        )
        answers = [await self.desk.start(start, Deadline.within(10_000))]
        assert await self.desk.start(start, Deadline.within(10_000)) == answers[0]
        while isinstance(answers[-1], FlowTurn):
            session = (await self.running.find(account_id, call_id, -1)).session
            assert session is not None
            turn = Turn(Walk(session, said=answers[-1].verbs), waits=True)
            if session.finished or (heard := heard_next(turn, played)) is None:
                break
            question = ContinueFlow(
                account_id=account_id, call_id=call_id, step=answers[-1].step, heard=heard
            )
            answers.append(await self._told_twice(question))
        return answers

    async def _told_twice(self, question: ContinueFlow) -> FlowTurn | FlowLeft:
        first = await self.desk.turn(question, Deadline.within(10_000))
        twice = await asyncio.gather(
            *(self.desk.turn(question, Deadline.within(10_000)) for _ in range(2))
        )
        assert [first, first] == twice
        return first


def told(step: FlowStep) -> tuple[str, ...]:
    tags = ",".join(f"{name}={value}" for name, value in sorted(step.tags.items()))
    return (step.node, step.port, step.heard, step.note, tags)


@pytest.fixture
async def live(nats_url: str, database_url: str) -> Any:
    database, broker = Database(database_url, "tests"), Broker(nats_url, "flows")
    await database.open()
    broker.open()
    yield Live(database, broker)
    await broker.close()
    await database.close()


async def test_simulator_and_live_engine_agree_step_for_step(live: Live) -> None:
    simulator = PlayingDesk(None)  # type: ignore[arg-type]  # asks nobody here
    turns = 0
    for seed in range(CALLS):
        draw = Random(seed)
        flow, script = a_flow(draw), a_script(draw)
        account_id = AccountId(uuid4())
        await live.publish(account_id, flow)

        simulated: FlowSimulated = await simulator.play(
            Book({FLOW: (1, flow)}), flow, 1, script, account_id
        )
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
