"""Each setting changes who gets the call, or how, and the explanation names it."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from libs.contracts.areas import Area, AreaRule
from libs.contracts.call_settings import Conversion
from libs.contracts.calls import Geography
from libs.contracts.caps import Caps, Counted, Limit, Period
from libs.contracts.configuration import (
    Assignment,
    Buyer,
    Defaults,
    Group,
    Member,
    Performance,
    Status,
)
from libs.contracts.explaining import Rule, Verdict
from libs.contracts.filters import TagFilter, TagTest
from libs.contracts.ids import GroupId
from libs.contracts.money import usd
from libs.contracts.phone import WITHHELD
from libs.contracts.routing import Close, RouteReason
from libs.contracts.schedule import Schedule, WeeklyShift
from libs.contracts.screening import (
    Blocklist,
    CallerHistory,
    DuplicateRule,
    EarlierCall,
    RepeatLimit,
)
from services.router.domain.context import Estimate, Inputs, Load
from services.router.domain.explain import explained
from services.router.domain.plan import Plan
from services.router.domain.record import Decision
from tests.unit.router.plans import (
    BUYER,
    CALLER,
    NOW,
    a_counter,
    a_plan,
    a_target,
    chosen,
    decide,
    past,
    plan_at,
)

NIGHT = Schedule(
    zone="America/New_York",
    hours=(WeeklyShift(days=("monday", "tuesday"), opens="22:00", closes="30:00"),),
)
SOLAR = TagFilter(tests=(TagTest(tag="product", operator="==", value="solar"),))
TEXAS = AreaRule(inside=Area(states=("TX",)))
A_GROUP = Group(
    id=GroupId(UUID(int=50)), name="Day shift", members=(Member(target_id=UUID(int=101)),)
)


def grouped(**more: Any) -> Group:
    return A_GROUP.model_copy(update=more)


def acme(**more: Any) -> Buyer:
    return BUYER.model_copy(update=more)


def daily(counts: Counted, most: int, **more: Any) -> Caps:
    return Caps(limits=(Limit(period=Period.DAY, counts=counts, most=most),), **more)


@dataclass(frozen=True)
class Case:
    """A plan of two desks in which the first would take the call, were it not for a rule."""

    plan: Plan
    rule: Rule
    holder: str = ""
    more: dict[str, Any] | None = None

    def decision(self) -> Decision:
        return decide(self.plan, **{"caller": CALLER, **(self.more or {})})


def two(first: dict[str, Any] | None = None, **more: Any) -> Plan:
    return a_plan(a_target(1, **(first or {})), a_target(2, buyer_id=OTHER.id), **more)


OTHER = Buyer(id=UUID(int=20), name="Bold")
BUYERS = (BUYER, OTHER)
FULL = a_counter(live=3, today=3)
ONCE_IN_A_MONTH = DuplicateRule(scope="target", after="connection", days=30)
CALL_WORTH_5 = Conversion(after_seconds=60, revenue=usd("5"))

CASES = {
    "target paused": Case(two({"status": "paused"}, buyers=BUYERS), Rule.TARGET_PAUSED),
    "buyer paused": Case(
        two(buyers=(acme(status=Status.PAUSED), OTHER)), Rule.BUYER_PAUSED, "buyer Acme"
    ),
    "group paused": Case(
        two(buyers=BUYERS, groups=[grouped(status=Status.PAUSED)]),
        Rule.GROUP_PAUSED,
        "group Day shift",
    ),
    "tried": Case(
        two(buyers=BUYERS), Rule.ALREADY_TRIED, more={"tried": (UUID(int=101),), "step": 1}
    ),
    "earlier connections": Case(
        two({"earlier_connections_max": 0}, buyers=BUYERS),
        Rule.EARLIER_CONNECTIONS,
        more={"connections": 1, "step": 1},
    ),
    "another target": Case(
        two(buyers=BUYERS, sticking="another_target"),
        Rule.SERVED_BEFORE,
        more={"inputs": past(1)},
    ),
    "target closed": Case(two({"schedule": NIGHT}, buyers=BUYERS), Rule.CLOSED),
    "buyer closed": Case(two(buyers=(acme(schedule=NIGHT), OTHER)), Rule.CLOSED, "buyer Acme"),
    "group closed": Case(
        two(buyers=BUYERS, groups=[grouped(schedule=NIGHT)]), Rule.CLOSED, "group Day shift"
    ),
    "target filter": Case(two({"filter": SOLAR}, buyers=BUYERS), Rule.FILTERED),
    "buyer filter": Case(two(buyers=(acme(filter=SOLAR), OTHER)), Rule.FILTERED, "buyer Acme"),
    "group filter": Case(
        two(buyers=BUYERS, groups=[grouped(filter=SOLAR)]), Rule.FILTERED, "group Day shift"
    ),
    "target area": Case(two({"area": TEXAS}, buyers=BUYERS), Rule.OUT_OF_AREA),
    "buyer area": Case(two(buyers=(acme(area=TEXAS), OTHER)), Rule.OUT_OF_AREA, "buyer Acme"),
    "duplicate of the target": Case(
        two(
            {"duplicates": DuplicateRule(scope="target", after="connection", days=30)},
            buyers=BUYERS,
        ),
        Rule.DUPLICATE,
        more={"inputs": past(1)},
    ),
    "duplicate of the buyer": Case(
        two(buyers=(acme(duplicates=DuplicateRule(scope="buyer", after="connection")), OTHER)),
        Rule.DUPLICATE,
        more={"inputs": past(7)},
    ),
    "concurrency of the target": Case(
        two({"caps": Caps(concurrency=3)}, buyers=BUYERS),
        Rule.CONCURRENCY_CAP,
        "target desk 1",
        {"counted": {(UUID(int=101), Counted.ATTEMPT): FULL}},
    ),
    "attempts of the buyer": Case(
        two(buyers=(acme(caps=daily(Counted.ATTEMPT, 3)), OTHER)),
        Rule.CAP,
        "buyer Acme",
        {"counted": {(BUYER.id, Counted.ATTEMPT): FULL}},
    ),
    "connections of the group": Case(
        two(buyers=BUYERS, groups=[grouped(caps=daily(Counted.CONNECTION, 3))]),
        Rule.CAP,
        "group Day shift",
        {"counted": {(A_GROUP.id, Counted.CONNECTION): FULL}},
    ),
    "conversions of the target": Case(
        two({"caps": daily(Counted.CONVERSION, 3), "conversion": CALL_WORTH_5}, buyers=BUYERS),
        Rule.CAP,
        "target desk 1",
        {"counted": {(UUID(int=101), Counted.CONVERSION): FULL}},
    ),
    "possible conversions of the target": Case(
        two({"caps": daily(Counted.CONVERSION, 5), "conversion": CALL_WORTH_5}, buyers=BUYERS),
        Rule.CAP,
        "target desk 1",
        {"counted": {(UUID(int=101), Counted.CONVERSION): a_counter(today=3, possible=2)}},
    ),
    "revenue of the buyer": Case(
        two(buyers=(acme(caps=daily(Counted.REVENUE, 7), conversion=CALL_WORTH_5), OTHER)),
        Rule.CAP,
        "buyer Acme",
        {"counted": {(BUYER.id, Counted.REVENUE): FULL}},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_rule_gives_the_call_to_the_next_and_is_named(name: str) -> None:
    case = CASES[name]
    assert chosen(decide(two(buyers=BUYERS), caller=CALLER)) == 1, "without the rule"

    decision = case.decision()

    assert chosen(decision) == 2
    told = explained(decision.record, case.plan, heard=True)
    first = next(row for row in told.candidates if row.target_name == "desk 1")
    assert (first.verdict, first.rule, first.holder) == (Verdict.EXCLUDED, case.rule, case.holder)
    assert first.otherwise, "what would have had to differ"
    assert "desk 1" in told.sentence
    assert "{" not in told.sentence + first.otherwise


def test_a_cap_of_an_entry_holds_in_its_campaign_alone() -> None:
    entry = Assignment(target_id=UUID(int=101), caps=Caps(concurrency=3))
    other = Assignment(target_id=UUID(int=102), priority=2)
    plan = a_plan(a_target(1), a_target(2, buyer_id=OTHER.id), buyers=BUYERS)
    plan = a_plan(
        a_target(1), a_target(2, buyer_id=OTHER.id), buyers=BUYERS, assignments=(entry, other)
    )
    scope = next(one for one in plan.candidates[0].scopes if one.kind == "entry")
    assert chosen(decide(plan)) == 1
    assert chosen(decide(plan, counted={(scope.id, Counted.ATTEMPT): FULL})) == 2


def test_overshoot_counts_only_what_is_certain() -> None:
    def plan(*, overshoot: bool) -> Plan:
        caps = daily(Counted.CONVERSION, 5, overshoot=overshoot)
        return two({"caps": caps, "conversion": CALL_WORTH_5}, buyers=BUYERS)

    flight = {(UUID(int=101), Counted.CONVERSION): a_counter(today=3, possible=2)}
    assert chosen(decide(plan(overshoot=False), counted=flight)) == 2
    assert chosen(decide(plan(overshoot=True), counted=flight)) == 1


BLOCKED = "+12125550123"
TOO_OFTEN = CallerHistory(
    calls=tuple(EarlierCall(at=NOW - timedelta(minutes=n)) for n in range(1, 4))
)
CLOSINGS: dict[str, tuple[dict[str, Any], dict[str, Any], RouteReason]] = {
    "anonymous": (
        {"block_anonymous": True},
        {"caller": WITHHELD},
        RouteReason.CALLER_ANONYMOUS,
    ),
    "number": ({"blocklist": Blocklist(numbers=(BLOCKED,))}, {}, RouteReason.CALLER_BLOCKED),
    "prefix": ({"blocklist": Blocklist(prefixes=("+1212",))}, {}, RouteReason.CALLER_BLOCKED),
    "country": ({"blocklist": Blocklist(countries=("US",))}, {}, RouteReason.CALLER_BLOCKED),
    "abroad": ({"countries": ("GB",)}, {}, RouteReason.CALLER_ABROAD),
    "attestation": (
        {"attestation_min": "A"},
        {"stir": "TN-Validation-Passed-B"},
        RouteReason.CALLER_UNATTESTED,
    ),
    "repeats": (
        {"repeat_limit": RepeatLimit(calls_max=3, days=1)},
        {"inputs": Inputs(history=TOO_OFTEN)},
        RouteReason.CALLER_REPEATS,
    ),
    "hours": ({"schedule": NIGHT}, {}, RouteReason.CAMPAIGN_CLOSED),
    "filter": ({"filter": SOLAR}, {}, RouteReason.CAMPAIGN_FILTERED),
    "area": ({"area": TEXAS}, {}, RouteReason.CAMPAIGN_OUT_OF_AREA),
    "attempts": (
        {"dial_attempts": 1},
        {"tried": (UUID(int=109),), "step": 1},
        RouteReason.DIAL_ATTEMPTS_SPENT,
    ),
    "ringing": (
        {"ring_budget_seconds": 10},
        {"ring_began_at": NOW - timedelta(seconds=8)},
        RouteReason.RING_BUDGET_SPENT,
    ),
}


@pytest.mark.parametrize("name", CLOSINGS)
def test_a_campaigns_rule_closes_the_call_and_is_named(name: str) -> None:
    settings, call, reason = CLOSINGS[name]
    about = {"caller": CALLER, **call}
    assert chosen(decide(two(buyers=BUYERS), **about)) == 1, "without the rule"

    plan = two(buyers=BUYERS, **settings)
    decision = decide(plan, **about)

    assert decision.record.reason is reason
    sentence = explained(decision.record, plan, heard=True).sentence
    assert sentence.startswith("The call was closed because")
    assert "{" not in sentence


@pytest.mark.parametrize(
    ("name", "field"), [("hours", "closed_message"), ("number", "refused_message")]
)
def test_a_call_is_closed_with_the_words_for_its_reason(name: str, field: str) -> None:
    settings, call, _ = CLOSINGS[name]
    plain = decide(two(buyers=BUYERS, **settings), caller=CALLER, **call).outcome
    assert isinstance(plain, Close)
    assert plain.say == "Goodbye."
    for more in ({field: "Not now."}, {"defaults": Defaults(**{field: "Not now."})}):
        said = decide(two(buyers=BUYERS, **settings, **more), caller=CALLER, **call).outcome
        assert isinstance(said, Close)
        assert said.say == "Not now."
    nobody: dict[str, Any] = {"assignments": (), field: "Not now."}
    other = decide(two(buyers=BUYERS, **nobody)).outcome
    assert isinstance(other, Close)
    assert other.say == "Goodbye.", "nobody is there: that has words of its own"


def test_what_passes_a_rule_is_let_through() -> None:
    plan = two(buyers=BUYERS, filter=SOLAR, area=TEXAS)
    known: dict[str, Any] = {
        "geography": Geography(state="TX", country="US"),
        "tags": {"product": "Solar"},
    }
    assert chosen(decide(plan, caller=CALLER, **known)) == 1


def test_the_account_blocks_in_all_campaigns() -> None:
    plan = two(buyers=BUYERS, defaults=Defaults(blocklist=Blocklist(numbers=(BLOCKED,))))
    assert decide(plan, caller=CALLER).record.reason is RouteReason.CALLER_BLOCKED


THREE = ((1, 1), (1, 1), (1, 1))


def test_round_robin_takes_turns() -> None:
    plan = plan_at(*THREE, spread="round_robin")
    turns = [chosen(decide(plan, inputs=Inputs(turn=turn))) for turn in range(1, 7)]
    assert turns == [1, 2, 0, 1, 2, 0]


def test_the_least_busy_and_the_most_free_are_measured() -> None:
    loads = {0: Load(live=2, free=9), 1: Load(live=0, free=1), 2: Load(live=1, free=3)}
    least = decide(plan_at(*THREE, spread="least_busy"), inputs=Inputs(loads=loads))
    most = decide(plan_at(*THREE, spread="most_free"), inputs=Inputs(loads=loads))
    assert (chosen(least), chosen(most)) == (1, 0)
    told = explained(least.record, least.plan, heard=True)
    assert "the least busy with room (priority 1, 0 at once)" in told.sentence
    assert told.candidates[0].score == "0 at once"


def estimates(*earned: tuple[int, str]) -> Inputs:
    found = {
        at: Estimate(calls=calls, revenue=Decimal(revenue))
        for at, (calls, revenue) in enumerate(earned)
    }
    return Inputs(estimates=found)


def performing(**more: Any) -> Plan:
    rule = Performance(calls_min=20, prior=usd("2"), prior_calls=10, **more)
    return plan_at(*THREE, spread="performance", performance=rule)


def test_the_best_earning_is_first_and_newcomers_and_laggards_are_treated_as_set() -> None:
    veteran, laggard, newcomer = (100, "300"), (100, "50"), (1, "0")
    seen = estimates(veteran, laggard, newcomer)
    assert chosen(decide(performing(), inputs=seen)) == 0
    assert chosen(decide(performing(newcomer_percent=100), inputs=seen)) == 2
    told = explained(decide(performing(), inputs=seen).record, performing(), heard=True)
    scores = {row.target_name: row.score for row in told.candidates}
    assert scores["desk 0"] == "2.9091 a call, from 300 in 100 calls"
    strict = performing(laggard_percent=50)
    punished = explained(decide(strict, inputs=seen).record, strict, heard=True)
    low = {row.target_name: row.score for row in punished.candidates}["desk 1"]
    assert low.startswith("0.3182 a call")


def test_a_caller_sticks_to_whom_she_knows() -> None:
    plan = a_plan(a_target(1), a_target(2), sticking="same_target")
    assert chosen(decide(plan, caller=CALLER)) == 1
    assert chosen(decide(plan, caller=CALLER, inputs=past(2))) == 2
    assert chosen(decide(plan, caller=CALLER, inputs=past(2, days_ago=31))) == 1
    longer = a_plan(a_target(1), a_target(2), sticking="same_target", sticking_days=60)
    assert chosen(decide(longer, caller=CALLER, inputs=past(2, days_ago=31))) == 2


def test_a_group_stands_for_its_members_by_their_weights() -> None:
    group = grouped(
        members=(Member(target_id=UUID(int=101), weight=3), Member(target_id=UUID(int=102)))
    )
    entry = Assignment(group_id=group.id, weight=8)
    plan = a_plan(a_target(1), a_target(2), groups=[group], assignments=(entry,))
    assert [candidate.weight for candidate in plan.candidates] == [6, 2]
    assert [one.kind for one in plan.candidates[0].scopes] == [
        "target",
        "group",
        "buyer",
        "entry",
        "campaign",
    ]
