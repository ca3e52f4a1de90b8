"""A target's hours, tags and places decide about a call, each kind of them, and are named."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from libs.contracts.areas import AreaRule
from libs.contracts.calls import Geography
from libs.contracts.explaining import Rule
from libs.contracts.filters import TagFilter
from libs.contracts.phone import read_caller
from libs.contracts.schedule import Schedule
from services.router.domain.explain import explained
from tests.unit.router.plans import CALLER, a_plan, a_target, chosen, decide

WORKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday"]
DAILY = [*WORKDAYS, "saturday", "sunday"]


def hours(opens: str, closes: str, *days: str, **more: Any) -> dict[str, Any]:
    return {"days": list(days) or DAILY, "opens": opens, "closes": closes, **more}


def in_turn(setting: dict[str, Any], about: dict[str, Any]) -> tuple[int | None, str]:
    """Who of two takes the call, and what is said of the first, which has the setting."""
    plan = a_plan(a_target(1, **setting), a_target(2))
    decision = decide(plan, **{"caller": CALLER, **about})
    told = explained(decision.record, plan, heard=True)
    (first,) = (row for row in told.candidates if row.target_name == "desk 1")
    if chosen(decision) == 2:
        assert "desk 1" in told.sentence
        assert first.rule in (Rule.CLOSED, Rule.FILTERED, Rule.OUT_OF_AREA)
        assert first.otherwise
    return chosen(decision), first.seen


@dataclass(frozen=True)
class Hours:
    """A schedule, an instant at which it is open, one at which it is not, and what is said then."""

    zone: str
    rules: dict[str, Any]
    open_at: str
    closed_at: str
    said: str


OFFICE = [hours("09:00", "17:00")]
HOURS = {
    "weekly": Hours(
        "America/New_York",
        {"hours": [hours("09:00", "17:00", *WORKDAYS)]},
        "2026-11-24T14:00Z",
        "2026-11-22T15:00Z",
        "closed, outside its hours",
    ),
    "several ranges of a day": Hours(
        "America/New_York",
        {"hours": [hours("09:00", "12:00"), hours("14:00", "17:00")]},
        "2026-11-24T19:00Z",
        "2026-11-24T18:00Z",
        "closed, outside its hours",
    ),
    "break": Hours(
        "America/New_York",
        {"hours": [hours("09:00", "17:00", breaks=[{"opens": "12:00", "closes": "12:30"}])]},
        "2026-11-24T17:30Z",
        "2026-11-24T17:00Z",
        "closed, in a break",
    ),
    "overnight": Hours(
        "America/New_York",
        {"hours": [hours("22:00", "30:00", "monday")]},
        "2026-11-24T10:59Z",
        "2026-11-24T11:00Z",
        "closed, outside its hours",
    ),
    "holiday of a calendar": Hours(
        "America/New_York",
        {"hours": OFFICE, "calendars": [{"calendar": "us_federal"}]},
        "2026-11-27T15:00Z",
        "2026-11-26T15:00Z",
        "closed for Thanksgiving",
    ),
    "own day closed": Hours(
        "America/New_York",
        {"hours": OFFICE, "own_days": [{"name": "Stocktaking", "date": "2026-11-24"}]},
        "2026-11-25T15:00Z",
        "2026-11-24T15:00Z",
        "closed for Stocktaking",
    ),
    "own day open": Hours(
        "America/New_York",
        {
            "hours": [hours("09:00", "17:00", "monday")],
            "own_days": [
                {
                    "name": "Open house",
                    "date": "2026-11-24",
                    "treatment": "open",
                    "hours": [{"opens": "10:00", "closes": "14:00"}],
                }
            ],
        },
        "2026-11-24T15:00Z",
        "2026-11-25T15:00Z",
        "closed, outside its hours",
    ),
    "own day of reduced hours": Hours(
        "America/New_York",
        {
            "hours": OFFICE,
            "own_days": [
                {
                    "name": "Christmas Eve",
                    "date": "2020-12-24",
                    "yearly": True,
                    "treatment": "reduced",
                    "hours": [{"opens": "09:00", "closes": "12:00"}],
                }
            ],
        },
        "2026-12-24T16:59Z",
        "2026-12-24T17:00Z",
        "closed, outside its hours of Christmas Eve",
    ),
    "day of 23 hours": Hours(  # at two the clock shows three: one hour of the range is skipped
        "America/New_York",
        {"hours": [hours("01:00", "04:00")]},
        "2026-03-08T07:59Z",
        "2026-03-08T08:00Z",
        "closed, outside its hours",
    ),
    "day of 25 hours": Hours(  # one to two is there twice, and open twice
        "America/New_York",
        {"hours": [hours("01:00", "02:00")]},
        "2026-11-01T06:59Z",
        "2026-11-01T07:00Z",
        "closed, outside its hours",
    ),
    "zone of half an hour": Hours(
        "Asia/Kolkata",
        {"hours": OFFICE},
        "2026-11-24T03:30Z",
        "2026-11-24T03:29Z",
        "closed, outside its hours",
    ),
}


@pytest.mark.parametrize("kind", HOURS)
def test_hours_of_each_kind_decide(kind: str) -> None:
    of = HOURS[kind]
    schedule = Schedule.model_validate({"zone": of.zone, **of.rules})
    open_at, closed_at = map(datetime.fromisoformat, (of.open_at, of.closed_at))
    assert in_turn({"schedule": schedule}, {"now": open_at})[0] == 1
    assert in_turn({}, {"now": closed_at})[0] == 1, "without hours it is never closed"
    taker, seen = in_turn({"schedule": schedule}, {"now": closed_at})
    assert taker == 2
    assert of.said in seen


TESTS: dict[str, tuple[dict[str, Any], str, str]] = {
    "==": ({"value": "solar"}, "Solar", "roof"),
    "!=": ({"value": "solar"}, "roof", "solar"),
    "in": ({"values": ["solar", "roof"]}, "roof", "pool"),
    "not in": ({"values": ["solar", "roof"]}, "pool", "roof"),
    "<": ({"value": "10"}, "9", "10"),
    ">": ({"value": "10"}, "11", "10"),
    "<=": ({"value": "10"}, "10", "11"),
    ">=": ({"value": "10"}, "10", "9"),
    "exists": ({}, "any", ""),
    "not exists": ({}, "", "any"),
    "begins with": ({"value": "so"}, "solar", "also"),
    "contains": ({"value": "la"}, "solar", "roof"),
    "matches regex": ({"value": "^s.*r$"}, "solar", "roofs"),
}


@pytest.mark.parametrize("operator", TESTS)
def test_tags_by_each_operator_decide(operator: str) -> None:
    wanted, passes, fails = TESTS[operator]
    test = {"tag": "product", "operator": operator, **wanted}
    rule = {"filter": TagFilter.model_validate({"tests": [test]})}
    assert in_turn(rule, {"tags": {"product": passes}})[0] == 1
    assert in_turn({}, {"tags": {"product": fails}})[0] == 1
    taker, seen = in_turn(rule, {"tags": {"product": fails}})
    assert taker == 2
    assert "product" in seen


def test_tests_are_combined_as_set() -> None:
    tests = [{"tag": name, "operator": "==", "value": "yes"} for name in ("owner", "insured")]
    half = {"tags": {"owner": "yes"}}
    for match, taker in (("all", 2), ("any", 1)):
        rule = TagFilter.model_validate({"match": match, "tests": tests})
        assert in_turn({"filter": rule}, half)[0] == taker


CARRIER = Geography(city="New York", state="NY", zip="10001", country="US")
NEW_YORK = {"latitude": 40.71, "longitude": -74.01, "radius_km": 50}
PLACES: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any], str]] = {
    "state": (
        {"states": ["NY"]},
        {"geography": CARRIER},
        {"geography": Geography(state="CA")},
        "state CA (carrier)",
    ),
    "ZIP code": (
        {"zips": ["100"]},
        {"geography": CARRIER},
        {"geography": Geography(zip="94105")},
        "ZIP code 94105 (carrier)",
    ),
    "ZIP code gathered": (
        {"zips": ["100"]},
        {"geography": CARRIER},
        {"geography": CARRIER, "tags": {"gathered:zip": "94105"}},
        "ZIP code 94105 (gathered)",
    ),
    "ZIP code of the visit": (
        {"zips": ["100"]},
        {"geography": CARRIER},
        {"geography": CARRIER, "tags": {"visit:zip": "94105"}},
        "ZIP code 94105 (visit)",
    ),
    "state of a ZIP code": (
        {"states": ["NY"]},
        {"tags": {"gathered:zip": "10001"}},
        {"tags": {"gathered:zip": "94105"}},
        "state CA (gathered)",
    ),
    "area code": (
        {"area_codes": ["212"]},
        {},
        {"caller": read_caller("+14155550100")},
        "area code 415 (number)",
    ),
    "country": (
        {"countries": ["US"]},
        {"geography": CARRIER},
        {"geography": Geography(country="CA")},
        "country CA (carrier)",
    ),
    "radius": (
        {"circles": [NEW_YORK]},
        {"tags": {"visit:latitude": "40.8", "visit:longitude": "-74.0"}},
        {"tags": {"visit:latitude": "42.36", "visit:longitude": "-71.06"}},
        "km away (visit)",
    ),
}


@pytest.mark.parametrize("kind", PLACES)
def test_places_of_each_kind_and_source_decide(kind: str) -> None:
    area, inside, outside, said = PLACES[kind]
    rule = {"area": AreaRule.model_validate({"inside": area})}
    assert in_turn(rule, inside)[0] == 1
    assert in_turn({}, outside)[0] == 1
    taker, seen = in_turn(rule, outside)
    assert taker == 2
    assert said in seen
    turned = {"area": AreaRule.model_validate({"outside": area})}
    assert (in_turn(turned, inside)[0], in_turn(turned, outside)[0]) == (2, 1)


def test_only_the_sources_that_are_set_are_believed() -> None:
    about = {"geography": CARRIER, "tags": {"gathered:zip": "94105"}}
    area = {"inside": {"states": ["NY"]}}
    for sources, taker in ((["gathered", "carrier"], 2), (["carrier"], 1)):
        rule = AreaRule.model_validate({**area, "sources": sources})
        assert in_turn({"area": rule}, about)[0] == taker


def test_a_caller_of_whom_nothing_is_known_is_treated_as_set() -> None:
    for unknown, taker in (("refuse", 2), ("admit", 1)):
        rule = AreaRule.model_validate({"inside": {"zips": ["100"]}, "unknown": unknown})
        assert in_turn({"area": rule}, {})[0] == taker
