"""Caps of every holder, period and measure, and rules about callers, decide as they are set."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from libs.contracts.call_settings import Conversion
from libs.contracts.caps import Caps, Counted, Limit, Period
from libs.contracts.configuration import (
    Assignment,
    Buyer,
    Group,
    Limited,
    Member,
    Performance,
)
from libs.contracts.explaining import Rule
from libs.contracts.ids import GroupId, PublisherId
from libs.contracts.money import usd
from libs.contracts.phone import WITHHELD
from libs.contracts.routing import RouteReason
from libs.contracts.screening import Blocklist, DuplicateRule
from services.router.domain.context import Estimate, Inputs, PublisherSeen
from services.router.domain.counters import Counter
from services.router.domain.explain import explained
from services.router.domain.plan import Plan
from services.router.domain.replay import repeat
from tests.unit.router.plans import (
    BUYER,
    CALLER,
    a_counter,
    a_plan,
    a_target,
    chosen,
    decide,
    past,
    plan_at,
)

OTHER = Buyer(id=UUID(int=20), name="Bold")
FIRST = UUID(int=101)
GROUP = Group(id=GroupId(UUID(int=50)), name="Day shift", members=(Member(target_id=FIRST),))
PUBLISHER = PublisherSeen(id=PublisherId(UUID(int=60)), name="Mail House")
WORTH_1 = Conversion(revenue=usd("1"))
HOLDERS = ("target", "group", "buyer", "entry", "campaign", "publisher")
FULL = a_counter(live=3, today=3)


def capped(holder: str, limits: Limited) -> tuple[Plan, dict[str, Any]]:
    """Two desks, the first under these caps (or the whole campaign), and the call's own part."""

    def own(who: str) -> dict[str, Any]:
        return {"caps": limits.caps, "zone": limits.zone} if who == holder else {}

    plan = a_plan(
        a_target(1, conversion=WORTH_1, **own("target")),
        a_target(2, conversion=WORTH_1, buyer_id=OTHER.id),
        buyers=(BUYER.model_copy(update=own("buyer")), OTHER),
        groups=(GROUP.model_copy(update=own("group")),),
        assignments=(
            Assignment(target_id=FIRST, **own("entry")),
            Assignment(target_id=UUID(int=102), priority=2),
        ),
        **own("campaign"),
    )
    if holder != "publisher":
        return plan, {}
    return plan, {"publisher": PUBLISHER.model_copy(update={"limits": limits})}


def scope_of(plan: Plan, holder: str) -> UUID:
    if holder == "publisher":
        return PUBLISHER.id
    return next(one.id for one in plan.candidates[0].scopes if one.kind == holder)


def taker(holder: str, limits: Limited, measure: Counted, counter: Counter) -> int | None:
    """Who of two takes a call while so much is counted of the holder; the cap must be named."""
    plan, about = capped(holder, limits)
    counted = {(scope_of(plan, holder), measure): counter}
    decision = decide(plan, caller=CALLER, counted=counted, **about)
    told = explained(decision.record, plan, heard=True)
    if chosen(decision) == 2:
        first = next(row for row in told.candidates if row.target_name == "desk 1")
        assert first.rule in (Rule.CAP, Rule.CONCURRENCY_CAP)
        assert first.holder.startswith(f"{holder} ")
    if chosen(decision) is None:
        capped_by = {"campaign": RouteReason.CAMPAIGN_CAPPED}
        assert decision.record.reason is capped_by.get(holder, RouteReason.PUBLISHER_CAPPED)
        assert f"the {holder}" in told.sentence
        assert "had reached a cap" in told.sentence
    return chosen(decision)


@pytest.mark.parametrize("measure", Counted)
@pytest.mark.parametrize("period", Period)
@pytest.mark.parametrize("holder", HOLDERS)
def test_a_cap_of_each_holder_period_and_measure_holds(
    holder: str, period: Period, measure: Counted
) -> None:
    when_full = None if holder in ("campaign", "publisher") else 2
    for most, expected in ((3, when_full), (4, 1)):
        caps = Caps(limits=(Limit(period=period, counts=measure, most=most),))
        assert taker(holder, Limited(caps=caps), measure, FULL) == expected


@pytest.mark.parametrize("holder", HOLDERS)
def test_concurrency_of_each_holder_holds(holder: str) -> None:
    when_full = None if holder in ("campaign", "publisher") else 2
    for most, expected in ((3, when_full), (4, 1)):
        limits = Limited(caps=Caps(concurrency=most))
        assert taker(holder, limits, Counted.ATTEMPT, FULL) == expected


@pytest.mark.parametrize("holder", HOLDERS)
def test_a_day_begins_by_the_clock_of_the_holder(holder: str) -> None:
    """At three in the afternoon in London it is the next day in Auckland."""
    when_full = None if holder in ("campaign", "publisher") else 2
    caps = Caps(limits=(Limit(period=Period.DAY, most=3),))
    for zone, expected in (("UTC", when_full), ("Pacific/Auckland", 1)):
        assert taker(holder, Limited(zone=zone, caps=caps), Counted.ATTEMPT, FULL) == expected


def test_an_hour_begins_by_the_clock_of_the_holder() -> None:
    """Half past eight in Kolkata is three by Greenwich: there an hour has just begun."""
    hour_at = datetime(2026, 11, 24, 14, 30, tzinfo=UTC)
    one = a_counter(today=0)
    counter = Counter(
        **{name: getattr(one, name) for name in Counter.__slots__}
        | {"hour_at": hour_at, "hour_count": Decimal(3)}
    )
    caps = Caps(limits=(Limit(period=Period.HOUR, most=3),))
    for zone, expected in (("Asia/Kolkata", 2), ("UTC", 1)):
        limits = Limited(zone=zone, caps=caps)
        assert taker("target", limits, Counted.ATTEMPT, counter) == expected


DUPLICATES: dict[str, tuple[dict[str, Any], Inputs, int]] = {
    "none": ({"scope": "none"}, past(1), 1),
    "this target": ({"scope": "target", "after": "connection"}, past(1), 2),
    "only this target": ({"scope": "target", "after": "connection"}, past(7), 1),
    "all targets of the buyer": ({"scope": "buyer", "after": "connection"}, past(7), 2),
    "after conversion": ({"scope": "target", "after": "conversion"}, past(1), 1),
    "converted": ({"scope": "target", "after": "conversion"}, past(1, converted=True), 2),
    "within its days": (
        {"scope": "target", "after": "connection", "days": 30},
        past(1, days_ago=29.9),
        2,
    ),
    "after its days": (
        {"scope": "target", "after": "connection", "days": 30},
        past(1, days_ago=30.1),
        1,
    ),
    "for ever": ({"scope": "target", "after": "connection"}, past(1, days_ago=3_000), 2),
    "within the campaign": (
        {"scope": "target", "after": "connection", "within_campaign": True},
        past(1),
        2,
    ),
}


@pytest.mark.parametrize("kind", DUPLICATES)
def test_a_duplicate_is_who_the_rule_says(kind: str) -> None:
    given, inputs, expected = DUPLICATES[kind]
    rule = DuplicateRule.model_validate(given)
    plan = a_plan(
        a_target(1, duplicates=rule), a_target(2, buyer_id=OTHER.id), buyers=(BUYER, OTHER)
    )
    decision = decide(plan, caller=CALLER, inputs=inputs)
    assert chosen(decision) == expected
    if expected == 2:
        told = explained(decision.record, plan, heard=True)
        assert "desk 1 had the caller before" in told.sentence


def test_another_campaigns_duplicates_count_unless_the_rule_keeps_to_its_own() -> None:
    calls = past(1).history.calls
    elsewhere = calls[0].model_copy(update={"campaign_id": UUID(int=99)})
    inputs = Inputs(history=past(1).history.model_copy(update={"calls": (elsewhere,)}))
    for within, expected in ((False, 2), (True, 1)):
        rule = DuplicateRule(scope="target", after="connection", within_campaign=within)
        plan = a_plan(a_target(1, duplicates=rule), a_target(2))
        assert chosen(decide(plan, caller=CALLER, inputs=inputs)) == expected


def test_a_targets_word_on_duplicates_outweighs_its_buyers() -> None:
    strict = DuplicateRule(scope="target", after="connection")
    buyer = BUYER.model_copy(update={"duplicates": strict})
    for own, expected in (({}, 2), ({"duplicates": DuplicateRule(scope="none")}, 1)):
        plan = a_plan(a_target(1, **own), a_target(2, buyer_id=OTHER.id), buyers=(buyer, OTHER))
        assert chosen(decide(plan, caller=CALLER, inputs=past(1))) == expected


def test_a_blocklist_may_refuse_who_hides_her_number() -> None:
    plan = a_plan(a_target(1), blocklist=Blocklist(anonymous=True))
    assert chosen(decide(plan, caller=CALLER)) == 1
    decision = decide(plan, caller=WITHHELD)
    assert decision.record.reason is RouteReason.CALLER_BLOCKED
    assert "the caller is blocked" in explained(decision.record, plan, heard=True).sentence


def test_a_call_that_was_diverted_vouches_only_for_where_it_came_in() -> None:
    """Before the third edition of the rules it was taken at its letter."""
    diverted = "TN-Validation-Passed-A-Diverted"
    for least, stir, expected in (
        ("A", "TN-Validation-Passed-A", 1),
        ("A", diverted, None),
        ("C", diverted, 1),
        ("C", "TN-Validation-Failed-A", None),
    ):
        plan = a_plan(a_target(1), attestation_min=least)
        decision = decide(plan, caller=CALLER, stir=stir)
        assert chosen(decision) == expected
        assert repeat(decision.record, plan).record == decision.record
    plan = a_plan(a_target(1), attestation_min="A")
    record = decide(plan, caller=CALLER, stir="TN-Validation-Passed-A").record
    context = record.context.model_copy(update={"stir": diverted})
    older = record.model_copy(update={"edition": 2, "context": context})
    assert repeat(older, plan).record == older


def test_weights_share_a_tier() -> None:
    def firsts(*weights: int) -> float:
        plan = plan_at(*((1, weight) for weight in weights))
        taken = [chosen(decide(plan, seed=seed)) for seed in range(400)]
        return taken.count(0) / len(taken)

    assert 0.4 < firsts(1, 1) < 0.6
    assert 0.85 < firsts(9, 1) < 0.95
    assert 0.7 < firsts(9, 2, 1) < 0.8


RATES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "calls_min": ({"calls_min": 10}, {"calls_min": 50, "newcomer_percent": 100}),
    "prior": ({"prior": usd("1")}, {"prior": usd("9"), "prior_calls": 1_000}),
    "prior_calls": (
        {"prior": usd("9"), "prior_calls": 1},
        {"prior": usd("9"), "prior_calls": 10},
    ),
}


@pytest.mark.parametrize("name", RATES)
def test_the_estimate_is_made_as_set(name: str) -> None:
    """A veteran with 3 a call against somebody with a few calls of 2.50."""
    seen = {
        0: Estimate(calls=100, revenue=Decimal(300)),
        1: Estimate(calls=20, revenue=Decimal(50)),
    }
    base: dict[str, Any] = {"calls_min": 20, "prior": usd("2"), "prior_calls": 10}
    takers = []
    for more in RATES[name]:
        plan = plan_at((1, 1), (1, 1), spread="performance", performance=Performance(**base | more))
        decision = decide(plan, inputs=Inputs(estimates=seen))
        takers.append(chosen(decision))
        assert "the best earning" in explained(decision.record, plan, heard=True).sentence
    assert takers == [0, 1]
