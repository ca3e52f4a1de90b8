"""For any interleaving no cap is exceeded, everything is counted once, and every hold ends."""

import asyncio
import os
from typing import Any
from uuid import uuid4

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from libs.contracts.ids import AccountId
from tests.kit.postgres import Databases
from tests.service.router.machine import Desk, Leg, a_plan, later, prepare, scopes_of

LONG = bool(os.environ.get("LONG"))
EXAMPLES, STEPS = (250, 50) if LONG else (6, 25)  # LONG: over ten thousand steps
PICK = st.integers(0, 10_000)


class Machine(RuleBasedStateMachine):
    """Callers, ends, repetitions, fall-backs and hours in any order, at two routers.

    Which of two racing claims is first is not hypothesis' choice: so every step may always be
    taken, and does nothing where there is nobody to take it with.
    """

    databases: Databases
    steps: list[int]

    @initialize()
    def open(self) -> None:
        self.loop = asyncio.new_event_loop()
        url = self.databases.fresh("router")
        plan = a_plan(AccountId(uuid4()))
        prepare(url, plan)
        self.desk = Desk(url, plan)
        self.told: list[tuple[Leg, Any]] = []
        self.do(self.desk.open())

    def do(self, what: Any) -> None:
        self.loop.run_until_complete(asyncio.wait_for(what, 30))

    def pick(self, number: int, legs: list[Leg]) -> Leg | None:
        return legs[number % len(legs)] if legs else None

    @rule(calls=st.integers(1, 6))
    def calls_come(self, calls: int) -> None:
        self.do(self.desk.call(calls))

    @rule(number=PICK, bridged=st.booleans(), seconds=st.sampled_from((0, 5, 59, 60, 600)))
    def a_leg_ends(self, number: int, bridged: bool, seconds: int) -> None:
        leg = self.pick(number, [leg for leg in self.desk.legs if leg.open])
        if leg is not None:
            self.tell(leg, number, self.desk.leg_ended(leg, bridged=bridged, seconds=seconds))

    @rule(number=PICK)
    def a_leg_is_said_to_be_over(self, number: int) -> None:
        leg = self.pick(number, [leg for leg in self.desk.legs if leg.live])
        if leg is not None:
            self.tell(leg, number, self.desk.leg_ended(leg, bridged=None, seconds=30))

    @rule(number=PICK)
    def a_caller_hangs_up(self, number: int) -> None:
        leg = self.pick(number, [leg for leg in self.desk.legs if leg.live])
        if leg is not None:
            self.tell(leg, number, self.desk.call_ended(leg))

    @rule(number=PICK)
    def the_ingress_fell_back(self, number: int) -> None:
        leg = self.pick(number, [leg for leg in self.desk.legs if leg.live and leg.open])
        if leg is not None:
            self.tell(leg, number, self.desk.fell_back(leg))

    @rule(number=PICK)
    def something_is_told_again(self, number: int) -> None:
        if self.told:
            _, fact = self.told[number % len(self.told)]
            self.do(self.desk.hear(number, fact))

    @rule(hours=st.integers(0, 30))
    def time_passes(self, hours: int) -> None:
        later(self.desk.clock, hours)

    def tell(self, leg: Leg, number: int, fact: Any) -> None:
        self.told.append((leg, fact))
        self.do(self.desk.hear(number, fact))

    @invariant()
    def the_books_agree_with_the_model(self) -> None:
        if not hasattr(self, "desk"):
            return
        self.steps[0] += 1
        counted = self.desk.counted()
        for key, expected in self.desk.expected().items():
            for name in ("live", "possible", "total"):
                assert counted[key][name] == expected[name], (key, name)

    @invariant()
    def no_cap_is_exceeded(self) -> None:
        if not hasattr(self, "desk"):
            return
        counted = self.desk.counted()
        for scope in scopes_of(self.desk.plan).values():
            caps = scope.limits.caps
            if caps.concurrency is not None:
                assert counted[scope.id, "attempt"]["live"] <= caps.concurrency
            for limit in caps.limits:
                if limit.period == "total":
                    book = counted[scope.id, limit.counts.value]
                    assert book["total"] + book["possible"] <= limit.most

    def teardown(self) -> None:
        if not hasattr(self, "desk"):
            return
        for leg in self.desk.legs:
            if leg.live:
                self.do(self.desk.hear(0, self.desk.call_ended(leg)))
            if leg.open:
                ended = self.desk.leg_ended(leg, bridged=False, seconds=0)
                self.do(self.desk.hear(0, ended))
        assert all(
            book["live"] == book["possible"] == 0 for book in self.desk.counted().values()
        ), "every place ends"
        self.do(self.desk.close())
        self.loop.close()


def test_no_interleaving_exceeds_a_cap(databases: Databases) -> None:
    steps = [0]
    kind = type("CapsMachine", (Machine,), {"databases": databases, "steps": steps})
    run_state_machine_as_test(
        kind, settings=settings(max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None)
    )
    assert steps[0] >= EXAMPLES * STEPS * 4 // 5, "some sequences may be told to end early"
