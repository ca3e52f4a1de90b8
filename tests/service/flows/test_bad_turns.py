"""Turns that should not be: of calls that are over, expired, unknown, or that nobody waits for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from libs.contracts.flow_edits import FlowState
from libs.contracts.flow_simulation import FlowScript, PlayedLeg
from libs.contracts.flows import (
    ContinueFlow,
    FlowLeft,
    FlowTurn,
    Keyed,
    LegOver,
    Recorded,
    StartFlow,
)
from libs.contracts.ids import AccountId, CallId, CampaignId
from libs.contracts.voice import Gather, Hangup, Say
from libs.runtime.deadline import Deadline
from services.flows.desk.running import UnknownTurn
from services.flows.domain.engine import Turn, Walk
from services.flows.domain.playing import A_MONDAY, Played, heard_next
from services.flows.domain.unfit import fit
from services.flows.store.flows import Flows
from services.flows.store.library import NoFlow
from services.flows.store.looking import Looking
from tests.service.flows.live import Live
from tests.unit.flows.random_flows import FLOW

ASKS: dict[str, Any] = {
    "id": str(FLOW),
    "name": "Asks",
    "start": "menu",
    "nodes": [
        {
            "type": "menu",
            "id": "menu",
            "prompt": {"text": "Press 1."},
            "options": [{"key": "1"}],
            "invalid_retries": 1,
        },
        {"type": "hang_up", "id": "bye", "prompt": {"text": "Bye."}},
    ],
    "edges": [{"source": "menu", "port": "1", "target": "bye"}],
    "idle_minutes": 10,
    "closing_message": "You were away too long.",
}


@dataclass
class Line:
    """One caller's line."""

    live: Live
    account_id: AccountId
    call_id: CallId
    played: Played

    async def calls(self) -> FlowTurn | FlowLeft:
        start = StartFlow(
            account_id=self.account_id,
            call_id=self.call_id,
            flow_id=FLOW,
            campaign_id=CampaignId(uuid4()),
            caller=self.played.script.caller,
            dialled="+18005550100",
        )
        return await self.live.desk.start(start, Deadline.within(5_000))

    async def says(
        self, step: int, heard: Keyed | Recorded | LegOver, **more: Any
    ) -> FlowTurn | FlowLeft:
        question = ContinueFlow(
            **{"account_id": self.account_id, "call_id": self.call_id, **more},
            step=step,
            heard=heard,
        )
        return await self.live.desk.turn(question, Deadline.within(5_000))


async def a_line(live: Live, **changes: Any) -> Line:
    account_id, played = AccountId(uuid4()), Played(FlowScript(), A_MONDAY)
    live.clock.played = live.world.played = played
    await live.publish(account_id, fit({**ASKS, **changes}))
    return Line(live, account_id, CallId(uuid4()), played)


def words(answer: FlowTurn | FlowLeft) -> Sequence[str]:
    return [
        one.text
        for verb in answer.verbs
        for one in ((verb,) if isinstance(verb, Say) else getattr(verb, "prompts", ()))
        if isinstance(one, Say)
    ]


async def test_a_turn_after_the_end_ends_the_call_and_changes_nothing(live: Live) -> None:
    line = await a_line(live)
    asked = await line.calls()
    over = await line.says(asked.step, Keyed(digits="1"))
    assert words(over) == ["Bye."]

    later = await line.says(over.step, Keyed(digits="1"))

    assert later.verbs == (Hangup(),)
    assert await line.says(asked.step, Keyed(digits="2")) == over  # what she heard then counts
    steps = await Looking(live.database).steps(line.account_id, line.call_id, 100)
    assert [step.node for step in steps] == ["menu", "bye"]


async def test_who_was_away_too_long_hears_the_closing_message(live: Live) -> None:
    line = await a_line(live)
    asked = await line.calls()
    line.played.passes(timedelta(minutes=10, seconds=1).total_seconds())

    answer = await line.says(asked.step, Keyed(digits="1"))

    assert words(answer) == ["You were away too long."]
    assert answer.verbs[-1] == Hangup()
    session = await Looking(live.database).session(line.account_id, line.call_id)
    assert session is not None
    assert session.finished == "expired"


async def test_or_begins_again_where_the_flow_says_so(live: Live) -> None:
    line = await a_line(live, restart_expired=True)
    asked = await line.calls()
    line.played.passes(timedelta(minutes=10, seconds=1).total_seconds())

    answer = await line.says(asked.step, Keyed(digits="1"))

    assert words(answer) == ["Press 1."]
    assert words(await line.says(answer.step, Keyed(digits="1"))) == ["Bye."]


async def test_a_conversation_may_last_longer_than_a_caller_may_be_away(live: Live) -> None:
    nodes = [{"type": "router", "id": "desk"}, ASKS["nodes"][1]]
    edges = [{"source": "desk", "port": "answered", "target": "bye"}]
    line = await a_line(live, start="desk", nodes=nodes, edges=edges, restart_expired=True)
    line.played.legs = iter([PlayedLeg(talk_seconds=3_600)])
    answer = await line.calls()
    session = (await live.running.find(line.account_id, line.call_id, -1)).session
    assert session is not None
    heard = heard_next(Turn(Walk(session, said=answer.verbs), waits=True), line.played)
    assert isinstance(heard, LegOver)

    assert words(await line.says(answer.step, heard)) == ["Bye."]


async def test_keys_that_were_not_asked_for_are_no_answer(live: Live) -> None:
    line = await a_line(live)
    answer = await line.calls()
    answer = await line.says(answer.step, Keyed(digits="7777"))
    assert isinstance(answer.verbs[-1], Gather)
    answer = await line.says(answer.step, Keyed(digits="#*", speech="one please"))
    assert isinstance(answer, FlowLeft)
    assert answer.reason == "a port leads nowhere"


async def test_a_recording_that_nobody_asked_for_gives_the_call_to_the_plan(live: Live) -> None:
    line = await a_line(live)
    answer = await line.calls()
    left = await line.says(answer.step, Recorded(seconds=3))
    assert isinstance(left, FlowLeft)
    assert left.reason == "a node broke: a menu does not wait for recorded"


@pytest.mark.parametrize("stranger", ["step", "call_id", "account_id"])
async def test_a_turn_of_nobody_is_unknown(live: Live, stranger: str) -> None:
    line = await a_line(live)
    answer = await line.calls()
    more = {stranger: uuid4()} if stranger != "step" else {}
    step = answer.step + 1 if stranger == "step" else answer.step
    with pytest.raises(UnknownTurn):
        await line.says(step, Keyed(digits="1"), **more)


async def test_another_accounts_flow_takes_no_calls_of_ours(live: Live) -> None:
    line = await a_line(live)
    line.account_id = AccountId(uuid4())
    with pytest.raises(NoFlow):
        await line.calls()


async def test_a_paused_flow_takes_no_new_calls_and_keeps_those_that_it_has(live: Live) -> None:
    line = await a_line(live)
    begun = await line.calls()
    async with Flows(live.database).editing(line.account_id, FLOW) as work:
        kept = await work.current(FLOW)
        assert kept is not None
        await work.keep(replace(kept, state=FlowState.PAUSED), A_MONDAY)

    assert await line.calls() == begun
    assert words(await line.says(begun.step, Keyed(digits="1"))) == ["Bye."]
    line.call_id = CallId(uuid4())
    with pytest.raises(NoFlow):
        await line.calls()
