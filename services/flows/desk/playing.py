"""The playing desk: a script in the place of everybody but the sandbox."""

import asyncio
from dataclasses import replace

from libs.contracts.flow_simulation import FlowScript, FlowSimulated, SimulatedTurn
from libs.contracts.ids import AccountId
from libs.runtime.sandbox.sandbox import Sandbox
from services.flows.desk.world import run_code
from services.flows.domain.book import Book
from services.flows.domain.engine import (
    Asking,
    Outcome,
    Turn,
    Walk,
    answered,
    begin,
    go_on,
    numbered,
)
from services.flows.domain.flow import Flow
from services.flows.domain.moves import Answered, Buyer, Code, Judgement
from services.flows.domain.playing import (
    A_MONDAY,
    TURNS_MAX,
    Played,
    answer,
    heard_next,
    session_of,
    simulated,
    told,
)


class PlayingDesk:
    """One per process; code is really run, everything else is as the script says."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    async def play(
        self, book: Book, flow: Flow, version: int, script: FlowScript, account_id: AccountId
    ) -> FlowSimulated:
        """Walk a played caller to the end of her call."""
        began = script.at or A_MONDAY
        played = Played(script, began)
        session = session_of(flow, version, script, account_id, began)
        turn = await self._turn(begin(session, book, began), book, played)
        turns: list[SimulatedTurn] = [told(turn, began)]
        while turn.waits and len(turns) < TURNS_MAX:
            await asyncio.sleep(0)  # callers who are real wait for the same process
            heard = heard_next(turn, played)
            if heard is None:
                break
            at = played.now
            outcome = go_on(Walk(turn.session), heard, book, at)
            turn = await self._turn(outcome, book, played)
            turns.append(told(turn, at))
        return simulated(script, turns, turn, began, played.now)

    async def _turn(self, outcome: Outcome, book: Book, played: Played) -> Turn:
        while isinstance(outcome, Asking):
            if isinstance(outcome.wanted, Buyer):
                further = numbered(outcome.walk, outcome.walk.session.step + 1)
                outcome = replace(outcome, walk=further)
            given = answer(outcome.wanted, outcome.walk, played)
            if given is None:
                given = await self._run(outcome, played)
            outcome = go_on(answered(outcome, given), given, book, played.now)
        return outcome

    async def _run(self, asking: Asking, played: Played) -> Answered:
        wanted = asking.wanted
        assert isinstance(wanted, Code | Judgement), "everything else is played"
        return await run_code(self._sandbox, wanted, asking.walk.session, played.now)
