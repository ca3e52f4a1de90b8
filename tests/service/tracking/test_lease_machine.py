"""Whatever visitors, pages, the router and time do: a pool's number is one visitor's at a time.

The model keeps for each number whose it is and until when.  Time only makes jumps of tens of
seconds, and all clocks end on fives, so that the test's own pace decides nothing.
"""

import asyncio
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.stateful import run_state_machine_as_test as run

from libs.contracts.ids import VisitId
from libs.contracts.known_numbers import KnownNumber
from services.tracking.domain.pool import Clocks
from services.tracking.store.beating import Beat, Beating
from services.tracking.store.leasing import Leased, Leasing
from tests.kit.facts import ACCOUNT
from tests.kit.postgres import Databases
from tests.service.tracking.websites import Pools, a_tag, a_wish, numbers_of

EXAMPLES, STEPS = 10, 25
IDLE, CLOSED, COOLDOWN = 95, 35, 55
VISITORS = st.integers(0, 5)


@dataclass
class Held:
    """What the model knows of a number."""

    visitor: str
    visit_id: VisitId
    until: int

    @property
    def free_at(self) -> int:
        return self.until + COOLDOWN


class Leases(RuleBasedStateMachine):
    url = ""

    @initialize(count=st.integers(1, 4))
    def begin(self, count: int) -> None:
        self.runner = asyncio.Runner()
        self.pools = Pools(self.url)
        for database in self.pools.databases:
            self.do(database.open())
        self.tag = a_tag(
            self.pools.pool_id,
            idle_seconds=IDLE,
            closed_seconds=CLOSED,
            cooldown_seconds=COOLDOWN,
            sticky_seconds=0,
        )
        self.numbers: dict[str, KnownNumber] = {}
        self.told: list[KnownNumber] = []
        self.held: dict[str, Held] = {}
        self.now = 0
        self.put_in(count)

    def do(self, work: Any) -> Any:
        return self.runner.run(work)

    def teardown(self) -> None:
        if hasattr(self, "runner"):
            for database in self.pools.databases:
                self.do(database.close())
            self.runner.close()

    @rule(count=st.integers(1, 2))
    def put_in(self, count: int) -> None:
        prefix = f"+1{self.pools.pool_id.int % 10**6:06}"
        new = [
            one.model_copy(update={"number": f"{prefix}{len(self.told) + at:04}"})
            for at, one in enumerate(numbers_of(count, self.pools.pool_id))
        ]
        self.told += new
        self.do(self.pools.tell(new))
        self.numbers |= {one.number: one for one in new}

    @rule(at=st.integers(0, 9))
    def take_out(self, at: int) -> None:
        if self.numbers:
            number = sorted(self.numbers)[at % len(self.numbers)]
            out = self.numbers.pop(number).model_copy(update={"pool_id": None})
            self.do(self.pools.tell([out]))

    @rule(seconds=st.sampled_from((10, 20, 40, 60, 100, 200)))
    def wait(self, seconds: int) -> None:
        self.pools.later(seconds)
        self.now += seconds

    @rule(them=st.lists(VISITORS, min_size=1, max_size=8), processes=st.integers(1, 2))
    def arrive(self, them: list[int], processes: int) -> None:
        """Several at once, at one process or two."""
        visitors = [f"visitor-{one}" for one in them]

        async def together() -> list[Any]:
            leasings = [Leasing(one) for one in self.pools.databases[:processes]]
            wishes = [a_wish(self.tag, visitor) for visitor in visitors]
            return await asyncio.gather(
                *(leasings[at % processes].take(wish) for at, wish in enumerate(wishes))
            )

        before = {
            held.visitor: number
            for number, held in self.held.items()
            if number in self.numbers and held.free_at > self.now
        }
        free = sum(
            number not in self.held or self.held[number].free_at <= self.now
            for number in self.numbers
        )
        got: dict[str, Any] = {}
        for visitor, one in zip(visitors, self.do(together()), strict=True):
            if not isinstance(got.get(visitor), Leased):
                got[visitor] = one
        new = {visitor for visitor in visitors if visitor not in before}
        served = {visitor for visitor in new if isinstance(got[visitor], Leased)}
        assert len(served) <= min(len(new), free)
        if processes == 1 or len(got) == len(visitors):
            # Of one visitor's windows at two processes one may find her number just being taken.
            assert len(served) == min(len(new), free)
        for visitor, one in got.items():
            if visitor in before:
                assert isinstance(one, Leased)
                assert one.number == before[visitor]
            if isinstance(one, Leased):
                self.taken(visitor, one)

    def taken(self, visitor: str, one: Leased) -> None:
        assert one.number in self.numbers, "it had left the pool"
        was = self.held.get(one.number)
        assert was is None or was.visitor == visitor or was.free_at <= self.now, "taken twice"
        if was is not None and was.visitor == visitor and was.until > self.now:
            assert one.visit_id == was.visit_id
        self.held[one.number] = Held(visitor, one.visit_id, self.now + IDLE)

    @rule(at=st.integers(0, 9), closed=st.booleans())
    def beat(self, at: int, closed: bool) -> None:
        if not self.held:
            return
        held = self.held[sorted(self.held)[at % len(self.held)]]
        alive = held.free_at > self.now
        beat = Beat(ACCOUNT, held.visit_id, Clocks.of(self.tag), closed)
        assert self.do(Beating(self.pools.databases[1]).hear(beat)) == alive
        if alive:
            held.until = min(held.until, self.now + CLOSED) if closed else self.now + IDLE

    @invariant()
    def nobody_shares(self) -> None:
        if not hasattr(self, "pools"):
            return
        rows = self.pools.rows(
            "select number, visit_id from tracking.line where free_at > now() and number = any(%s)",
            list(self.held),
        )
        expected = {
            number: held.visit_id for number, held in self.held.items() if held.free_at > self.now
        }
        assert dict(rows) == expected


def test_a_number_is_one_visitors_at_a_time(databases: Databases) -> None:
    class OnThis(Leases):
        url = databases.fresh("tracking")

    run(
        OnThis,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
