"""What depends on the time of day: rings that add up, and days that end at local midnight."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from libs.contracts.calls import CallStatus
from libs.contracts.explaining import Rule
from libs.contracts.routing import (
    AdmitCall,
    Close,
    ContinueCall,
    DialNext,
    RouteReason,
)
from libs.runtime.deadline import Deadline
from services.router.desk.routing import RoutingDesk
from tests.service.router.stage import CLOSING, Call, Stage, close, dial


@dataclass
class SetClock:
    """Shows what it was set to."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    def go(self, **duration: float) -> None:
        self.at += timedelta(**duration)


async def ask(desk: RoutingDesk, question: AdmitCall | ContinueCall) -> DialNext | Close:
    deadline = Deadline.within(10_000)
    if isinstance(question, AdmitCall):
        admitted = await desk.admit(question, deadline)
        assert isinstance(admitted, DialNext | Close)
        return admitted
    answer = await desk.go_on(question, deadline)
    assert isinstance(answer, DialNext | Close)
    return answer


async def test_legs_ring_until_the_budget_of_the_campaign_ends(stage: Stage) -> None:
    buyer = await stage.buyer()
    phones = [f"+1555010000{n}" for n in range(1, 5)]
    targets = [await stage.target(buyer, phone, ring_seconds=20) for phone in phones]
    await stage.campaign(*targets, ring_budget_seconds=45)
    clock = SetClock(datetime(2026, 11, 24, 15, tzinfo=UTC))
    desk = await stage.desk_at(clock)
    call = Call()

    first = dial(await ask(desk, call.admit()))
    clock.go(seconds=20)
    second = dial(await ask(desk, call.go_on(first, CallStatus.NO_ANSWER)))
    clock.go(seconds=20.9)  # of the 45 seconds five are left, in whole seconds
    third = dial(await ask(desk, call.go_on(second, CallStatus.NO_ANSWER)))
    clock.go(seconds=0.2)
    last = close(await ask(desk, call.go_on(third, CallStatus.BUSY)))

    assert [answer.dial.ring_seconds for answer in (first, second, third)] == [20, 20, 5]
    assert (last.reason, last.say) == (RouteReason.RING_BUDGET_SPENT, CLOSING)
    step = (await stage.explained(call))[3]
    assert step.sentence == (
        "The call was closed because the caller has heard enough ringing for this campaign; "
        "desk 1 had been dialled before; desk 2 had been dialled before; "
        "desk 3 had been dialled before."
    )
    assert [row.rule for row in step.candidates if row.target_name == "desk 4"] == [
        Rule.NOT_REACHED
    ]


@pytest.mark.parametrize(
    ("zone", "midnight"),
    [
        ("Asia/Kolkata", datetime(2026, 11, 24, 18, 30, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 11, 1, 4, tzinfo=UTC)),  # begins a day of 25 hours
        ("America/New_York", datetime(2026, 11, 2, 5, tzinfo=UTC)),  # ends it
    ],
)
async def test_a_daily_cap_counts_from_local_midnight(
    stage: Stage, zone: str, midnight: datetime
) -> None:
    target = await stage.target(await stage.buyer(), daily_cap=2, zone=zone)
    await stage.campaign(target)
    clock = SetClock(midnight - timedelta(hours=23))
    desk = await stage.desk_at(clock)

    async def admitted() -> bool:
        return isinstance(await ask(desk, Call().admit()), DialNext)

    assert [await admitted() for _ in range(3)] == [True, True, False]
    clock.at = midnight - timedelta(microseconds=1)
    assert not await admitted()
    clock.at = midnight
    assert [await admitted() for _ in range(3)] == [True, True, False]
    clock.at = midnight - timedelta(minutes=1)  # another router, whose clock runs behind
    assert not await admitted()
    assert await stage.counted(target) == (4, 2)


async def test_a_call_that_fell_back_is_taken_off_the_count_of_its_own_day(stage: Stage) -> None:
    target = await stage.target(await stage.buyer(), daily_cap=9)
    await stage.campaign(target)
    clock = SetClock(datetime(2026, 11, 24, 23, 59, tzinfo=UTC))
    desk = await stage.desk_at(clock)
    before, after, kept = Call(), Call(), Call()
    dial(await ask(desk, before.admit()))
    clock.go(minutes=2)
    for call in (after, kept):
        dial(await ask(desk, call.admit()))
    await stage.stop_routers()

    holds = stage.holds_desk()
    await holds.hear([before.fell_back(), after.fell_back()])

    assert await stage.counted(target) == (1, 1)


async def test_a_hold_lasts_by_the_clock_of_the_database(stage: Stage) -> None:
    target = await stage.target(await stage.buyer(), ring_seconds=20, limit_seconds=600)
    await stage.campaign(target)
    desk = await stage.desk_at(SetClock(datetime(2001, 1, 1, tzinfo=UTC)))

    dial(await ask(desk, Call().admit()))

    lasts = "expires_at - decided_at, ask_at - decided_at, decided_at > now() - interval '1 h'"
    assert await stage.rows(f"SELECT {lasts} FROM router.hold") == [
        (timedelta(seconds=20 + 600 + 60), timedelta(seconds=20 + 30), True)
    ]
