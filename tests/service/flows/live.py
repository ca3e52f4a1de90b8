"""The desk that real callers wait for, on real tables, in a world that does as a script says."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from libs.contracts.flow_edits import FlowState
from libs.contracts.flow_simulation import FlowScript
from libs.contracts.flows import ContinueFlow, FlowLeft, FlowTurn, StartFlow
from libs.contracts.ids import AccountId, CallId, CampaignId, FlowId
from libs.runtime.broker import Broker
from libs.runtime.database import Database
from libs.runtime.deadline import Deadline
from libs.runtime.outbox import Outbox
from services.flows import tables
from services.flows.desk.running import RunningDesk
from services.flows.desk.world import World
from services.flows.domain.engine import Turn, Walk
from services.flows.domain.flow import Flow
from services.flows.domain.moves import Answered, Rotation, Stuck, Wanted
from services.flows.domain.playing import A_MONDAY, Played, answer, heard_next
from services.flows.store.counts import Counts
from services.flows.store.flows import Flows, KeptFlow
from services.flows.store.library import Library
from services.flows.store.running import Running
from tests.unit.flows.random_flows import FLOW


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

    async def publish(
        self, account_id: AccountId, flow: Flow, called: Mapping[FlowId, int] | None = None
    ) -> None:
        """Keep a flow as its first version, whatever is to be said of it."""
        flow_id = FlowId(flow.id)
        kept = KeptFlow(
            flow_id, flow.name, FlowState.PUBLISHED, 0, 1, 1, A_MONDAY, flow.model_dump_json()
        )
        async with Flows(self.database).editing(account_id, flow_id) as work:
            saved = await work.keep(kept, A_MONDAY)
            await work.publish(saved, dict(called or {}), "", "tester", A_MONDAY)

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
