"""What a decision costs in the pure domain: with every rule on, over 1, 20 and 200 candidates.

Run: python -m tests.bench.deciding
"""

import statistics
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from libs.contracts.areas import Area, AreaRule
from libs.contracts.call_settings import Conversion
from libs.contracts.calls import Geography
from libs.contracts.caps import Caps, Counted, Limit, Period
from libs.contracts.configuration import (
    Assignment,
    Buyer,
    Campaign,
    CampaignStatus,
    Defaults,
    Group,
    Member,
    Performance,
    Spread,
    Sticking,
    Target,
)
from libs.contracts.filters import Operator, TagFilter, TagTest
from libs.contracts.holidays import Calendar
from libs.contracts.ids import AccountId, CallId
from libs.contracts.money import usd
from libs.contracts.phone import Caller, CallerKind, PhoneDestination
from libs.contracts.schedule import CalendarDays, Schedule, WeeklyShift
from libs.contracts.screening import CallerHistory, DuplicateRule, EarlierCall, RepeatLimit
from services.router.domain.context import CallContext, Estimate, Inputs
from services.router.domain.counters import Counter, CounterKey, Periods
from services.router.domain.decision import conclude
from services.router.domain.deliberation import deliberate
from services.router.domain.plan import Plan, Shelf, plan_of
from services.router.domain.record import Decision

SIZES = (1, 20, 200)
ROUNDS = 300  # decisions of each size; a median of fewer wavers
NOON = datetime(2026, 7, 1, 16, 0, tzinfo=UTC)  # noon in New York
ZONES = ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
ACCOUNT = AccountId(UUID(int=1))


def _id(kind: str, at: int) -> Any:
    return uuid5(ACCOUNT, f"{kind}/{at}")


def _rules(at: int) -> dict[str, Any]:
    """Hours with a break and holidays, a filter with a pattern, an area, caps of every kind."""
    zone = ZONES[at % len(ZONES)]
    hours = tuple(
        WeeklyShift(days=DAYS, opens=opens, closes=closes)
        for opens, closes in (("06:00", "11:30"), ("11:45", "20:00"))
    )
    tests = (
        TagTest(
            tag="source", operator=Operator.MATCHES, value=f"^(google|bing){{1,{1 + at % 3}}}$"
        ),
        TagTest(tag="utm_medium", operator=Operator.IN, values=("cpc", "ppc", f"x{at}")),
        TagTest(tag="age", operator=Operator.AT_LEAST, value="18"),
    )
    limits = tuple(
        Limit(period=period, counts=counts, most=10_000)
        for period in (Period.HOUR, Period.DAY, Period.MONTH)
        for counts in (Counted.ATTEMPT, Counted.CONVERSION)
    )
    return {
        "zone": zone,
        "schedule": Schedule(
            zone=zone, hours=hours, calendars=(CalendarDays(calendar=next(iter(Calendar))),)
        ),
        "filter": TagFilter(tests=tests),
        "area": AreaRule(inside=Area(states=("NY", "NJ", "AZ" if at % 2 else "CA"))),
        "caps": Caps(concurrency=50, limits=limits),
    }


def a_plan(size: int) -> Plan:
    """A campaign with so many targets, ten to a buyer and to a group."""
    buyers = [
        Buyer(id=_id("buyer", at), name=f"Buyer {at}", **_rules(at)) for at in range(1 + size // 10)
    ]
    targets = [
        Target(
            id=_id("target", at),
            buyer_id=buyers[at // 10].id,
            name=f"Target {at}",
            destination=PhoneDestination(number=f"+1555{at:07}"),
            duplicates=DuplicateRule(scope="buyer", after="conversion", days=30),
            conversion=Conversion(after_seconds=60, revenue=usd("25")),
            **_rules(at),
        )
        for at in range(size)
    ]
    groups = [
        Group(
            id=_id("group", at),
            name=f"Group {at}",
            members=tuple(Member(target_id=one.id) for one in targets[at * 10 : at * 10 + 10]),
            **_rules(at),
        )
        for at in range(1 + (size - 1) // 10)
    ]
    campaign = Campaign(
        id=_id("campaign", 0),
        name="Roofing",
        status=CampaignStatus.ACTIVE,
        assignments=tuple(
            Assignment(target_id=one.id, priority=at % 3, weight=1 + at % 5)
            for at, one in enumerate(targets)
        ),
        spread=Spread.PERFORMANCE,
        performance=Performance(newcomer_percent=20, laggard_percent=10),
        sticking=Sticking.SAME,
        repeat_limit=RepeatLimit(calls_max=50, days=1),
        **_rules(0),
    )
    shelf = Shelf(
        Defaults(),
        {one.id: one for one in buyers},
        {one.id: one for one in targets},
        {one.id: one for one in groups},
    )
    return plan_of(ACCOUNT, campaign, shelf, 1)


def the_inputs(plan: Plan) -> Inputs:
    """A caller with a past, served by one buyer, and estimates for every target."""
    past = tuple(
        EarlierCall(
            at=NOON - timedelta(days=day),
            campaign_id=plan.campaign.id,
            target_id=_id("target", 999),
            buyer_id=_id("buyer", 99),
            connected_at=NOON - timedelta(days=day),
            converted_at=NOON - timedelta(days=day),
        )
        for day in range(1, 6)
    )
    estimates = {
        at: Estimate(calls=30 + at, revenue=usd("100").amount) for at in range(len(plan.candidates))
    }
    return Inputs(history=CallerHistory(calls=past), estimates=estimates)


def the_call(plan: Plan, at: int) -> CallContext:
    """One that everybody may take."""
    return CallContext(
        call_id=CallId(_id("call", at)),
        account_id=ACCOUNT,
        account_sid="AC1",
        call_sid=f"CA{at}",
        caller=Caller(kind=CallerKind.NUMBER, text=f"+1212555{at % 10_000:04}"),
        dialled="+18005550100",
        campaign_id=plan.campaign.id,
        geography=Geography(state="NY", zip="10001", country="US"),
        tags={"source": "google", "utm_medium": "cpc", "age": "44"},
        ring_began_at=NOON,
    )


def the_counters(plan: Plan) -> dict[CounterKey, Counter]:
    """A counter for everything that is capped, half empty."""
    return {
        (scope.id, measure): Counter.empty(Periods.of(NOON, scope.limits.zone))
        for candidate in plan.candidates
        for scope in candidate.scopes
        for measure in Counted
    }


def decide(plan: Plan, inputs: Inputs, counters: dict[CounterKey, Counter], at: int) -> Decision:
    """The whole of a decision, as the desk takes it; each at an instant of its own."""
    now = NOON + timedelta(milliseconds=at)
    deliberation = deliberate(the_call(plan, at), 0, plan, inputs, now=now, seed=at)
    decision = conclude(deliberation, counters)
    assert decision is not None
    assert decision.chosen is not None, decision.record
    return decision


def main() -> None:
    """Print a table: interleaved rounds, so that a noisy moment hits every size."""
    scenes = {}
    for size in SIZES:
        plan = a_plan(size)
        scenes[size] = (plan, the_inputs(plan), the_counters(plan))
        decide(*scenes[size], 0)
    took: dict[int, list[float]] = {size: [] for size in SIZES}
    for at in range(1, ROUNDS + 1):
        for size in SIZES:
            began = time.perf_counter()
            decide(*scenes[size], at)
            took[size].append((time.perf_counter() - began) * 1_000)
    print("candidates  median ms  p99 ms")
    for size in SIZES:
        p99 = sorted(took[size])[int(ROUNDS * 0.99) - 1]
        print(f"{size:10}  {statistics.median(took[size]):9.3f}  {p99:6.3f}")


if __name__ == "__main__":
    main()
