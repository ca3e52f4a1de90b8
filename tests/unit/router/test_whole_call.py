"""What holds for a whole call: its campaign's and publisher's room, and where it goes without."""

from typing import Any
from uuid import UUID

import pytest

from libs.contracts.call_settings import Conversion, Recovery
from libs.contracts.caps import Caps, Counted, Limit, Period
from libs.contracts.configuration import Limited
from libs.contracts.explaining import Rule
from libs.contracts.filters import TagFilter, TagTest
from libs.contracts.ids import PublisherId
from libs.contracts.money import usd
from libs.contracts.phone import PhoneDestination
from libs.contracts.publishers import PublisherStatus
from libs.contracts.routing import Close, DialNext, RouteReason
from libs.contracts.schedule import Schedule, WeeklyShift
from services.router.domain.context import PublisherSeen
from services.router.domain.explain import explained
from services.router.domain.plan import Plan
from services.router.domain.record import Decision, Record
from services.router.domain.replay import repeat
from tests.unit.router.plans import a_counter, a_plan, a_target, chosen, decide

PLACE = PhoneDestination(number="+15550199999")
NIGHT = Schedule(zone="UTC", hours=(WeeklyShift(days=("monday",), opens="22:00", closes="23:00"),))
DAILY = Caps(limits=(Limit(period=Period.DAY, most=3),))
SOLAR = TagFilter(tests=(TagTest(tag="product", operator="==", value="solar"),))
CAMPAIGN, PUBLISHER = UUID(int=4), UUID(int=60)
NEW_YORK = "America/New_York"
FULL = a_counter(live=3, today=3)

Case = tuple[dict[str, Any], dict[str, Any], RouteReason]

WITHOUT_ROOM: dict[str, Case] = {
    "closed": ({"schedule": NIGHT}, {}, RouteReason.CAMPAIGN_CLOSED),
    "capped": (
        {"caps": DAILY},
        {"counted": {(CAMPAIGN, Counted.ATTEMPT): FULL}},
        RouteReason.CAMPAIGN_CAPPED,
    ),
    "concurrency": (
        {"caps": Caps(concurrency=3)},
        {"counted": {(CAMPAIGN, Counted.ATTEMPT): FULL}},
        RouteReason.CAMPAIGN_CAPPED,
    ),
    "all tried": ({}, {"tried": (UUID(int=101),), "step": 1}, RouteReason.NOBODY_ELIGIBLE),
}


def told(decision: Decision, plan: Plan) -> str:
    return explained(decision.record, plan, heard=True).sentence


def repeated(decision: Decision) -> None:
    """The same comes out of the record alone."""
    kept = Record.model_validate_json(decision.record.model_dump_json())
    assert decision.plan is not None
    again = repeat(kept, Plan.model_validate_json(decision.plan.text))
    assert (again.outcome, again.record) == (decision.outcome, decision.record)


@pytest.mark.parametrize("name", WITHOUT_ROOM)
def test_a_call_that_nobody_can_take_goes_to_the_campaigns_own_place(name: str) -> None:
    settings, call, reason = WITHOUT_ROOM[name]
    closed = decide(a_plan(a_target(1), **settings), **call)
    assert isinstance(closed.outcome, Close)
    assert closed.record.reason is reason

    plan = a_plan(a_target(1), fallback_destination=PLACE, ring_seconds=13, **settings)
    decision = decide(plan, **call)

    assert isinstance(decision.outcome, DialNext)
    assert decision.outcome.dial.destination == PLACE
    assert decision.outcome.dial.ring_seconds == 13
    assert (decision.record.reason, decision.record.fallback) == (reason, True)
    assert told(decision, plan).startswith(
        "The campaign's fallback destination +15550199999 was dialled because "
    )
    repeated(decision)
    again = decide(plan, **{**call, "sent_on": True})
    assert isinstance(again.outcome, Close), "once in a call"


def test_a_caller_whom_the_campaign_does_not_want_has_no_place_there() -> None:
    plan = a_plan(a_target(1), fallback_destination=PLACE, filter=SOLAR)
    assert isinstance(decide(plan).outcome, Close)


def test_a_capped_targets_number_is_no_place_for_calls_without_a_hold() -> None:
    capped = a_target(1, concurrency_cap=1)
    plan = a_plan(capped, fallback_destination=capped.destination)
    assert isinstance(decide(plan, {1: 1}).outcome, Close)


def test_a_full_campaign_says_so_before_anybody_is_looked_at() -> None:
    plan = a_plan(a_target(1), a_target(2), caps=DAILY)
    decision = decide(plan, counted={(CAMPAIGN, Counted.ATTEMPT): FULL})
    assert told(decision, plan) == (
        "The call was closed because the campaign had reached a cap: "
        "3 attempts today, wanted at most 3 attempts with this call."
    )
    assert decision.record.seats == ()
    repeated(decision)


def a_publisher(**more: Any) -> PublisherSeen:
    return PublisherSeen(id=PublisherId(PUBLISHER), name="Mail House", **more)


def capped(caps: Caps, counted: Counted = Counted.ATTEMPT) -> dict[str, Any]:
    """A publisher whose caps are full by the clock of its own zone."""
    full = a_counter(live=3, today=3, zone=NEW_YORK)
    limits = Limited(zone=NEW_YORK, caps=caps)
    return {"publisher": {"limits": limits}, "counted": {(PUBLISHER, counted): full}}


CONVERSIONS = Caps(limits=(Limit(period=Period.DAY, counts=Counted.CONVERSION, most=3),))
OF_PUBLISHER: dict[str, tuple[dict[str, Any], RouteReason, str]] = {
    "paused": (
        {"publisher": {"status": PublisherStatus.PAUSED}},
        RouteReason.PUBLISHER_PAUSED,
        "the publisher Mail House is paused",
    ),
    "pending": (
        {"publisher": {"status": PublisherStatus.PENDING}},
        RouteReason.PUBLISHER_PAUSED,
        "the publisher Mail House is pending",
    ),
    "source blocked": (
        {"publisher": {"blocked_sub_id": "b7"}},
        RouteReason.PUBLISHER_PAUSED,
        "the source b7 of the publisher Mail House is blocked",
    ),
    "closed": (
        {"publisher": {"schedule": NIGHT}},
        RouteReason.PUBLISHER_CLOSED,
        "the publisher Mail House was not open (Tuesday",
    ),
    "attempts": (
        capped(DAILY),
        RouteReason.PUBLISHER_CAPPED,
        "the publisher Mail House had reached a cap: 3 attempts today",
    ),
    "concurrency": (
        capped(Caps(concurrency=3)),
        RouteReason.PUBLISHER_CAPPED,
        "the publisher Mail House had reached a cap: 3 at once",
    ),
    "conversions": (
        capped(CONVERSIONS, Counted.CONVERSION),
        RouteReason.PUBLISHER_CAPPED,
        "the publisher Mail House had reached a cap: 3 conversions today",
    ),
}
WORTH_5 = Conversion(after_seconds=60, revenue=usd("5"))


@pytest.mark.parametrize("name", OF_PUBLISHER)
@pytest.mark.parametrize("falls_back", [True, False])
def test_a_publishers_rule_blocks_or_falls_back_as_set(name: str, falls_back: bool) -> None:
    case, reason, why = OF_PUBLISHER[name]
    plan = a_plan(a_target(1, conversion=WORTH_5), fallback_destination=PLACE)
    assert chosen(decide(plan, publisher=a_publisher(falls_back=falls_back))) == 1, "without"

    publisher = a_publisher(falls_back=falls_back, **case["publisher"])
    decision = decide(plan, counted=case.get("counted"), publisher=publisher)

    assert decision.record.reason is reason
    assert why in told(decision, plan)
    assert isinstance(decision.outcome, DialNext if falls_back else Close)
    repeated(decision)


def test_what_a_publisher_may_still_earn_decides_among_targets() -> None:
    """A cap of revenue that one target's calls would pass leaves room for a cheaper one's."""
    dear = a_target(1, conversion=Conversion(after_seconds=60, revenue=usd("30")))
    cheap = a_target(2, conversion=WORTH_5)
    caps = Caps(limits=(Limit(period=Period.DAY, counts=Counted.REVENUE, most=10),))
    publisher = a_publisher(limits=Limited(caps=caps))
    counters = {(PUBLISHER, Counted.REVENUE): a_counter(today=3)}

    decision = decide(a_plan(dear, cheap), counted=counters, publisher=publisher)

    assert chosen(decision) == 2
    assert decision.record.seats[0].holder == "publisher Mail House"
    alone = a_plan(dear)
    refused = decide(alone, counted=counters, publisher=publisher)
    assert refused.record.reason is RouteReason.PUBLISHER_CAPPED
    assert refused.record.seats[0].rule is Rule.CAP


@pytest.mark.parametrize(
    ("call", "left"), [({}, True), ({"recoveries": 1, "connections": 1, "step": 1}, True)]
)
def test_the_whole_calls_places_are_seen_at_every_step(call: dict[str, Any], left: bool) -> None:
    plan = a_plan(a_target(1), recovery=Recovery(seconds=20))
    limits = Limited(caps=DAILY)
    decision = decide(
        plan,
        counted={(PUBLISHER, Counted.ATTEMPT): FULL},
        publisher=a_publisher(limits=limits),
        **call,
    )
    assert (decision.record.reason is RouteReason.PUBLISHER_CAPPED) is left
