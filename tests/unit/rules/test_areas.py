"""Where a caller is, who said so, and whether she is where a rule wants her."""

from math import isclose
from typing import Any

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from libs.contracts.areas import STATES, Area, AreaRule, Circle, Nowhere, Sighting, Source
from libs.contracts.calls import Geography
from libs.rules.area_codes import area_codes, country_of_state
from libs.rules.areas import check, distance_km
from libs.rules.places import (
    country_of_number,
    sighting,
    sighting_of_carrier,
    sighting_of_number,
)
from libs.rules.zip_states import state_of_zip

NEW_YORK, PHILADELPHIA = (40.7128, -74.0060), (39.9526, -75.1652)
POINTS = st.tuples(st.floats(-90, 90), st.floats(-180, 180))
TERRITORIES = {"AS", "GU", "MP", "PR", "VI"}


def test_area_codes_lie_in_the_countries_that_the_numbering_plan_gives_them_to() -> None:
    """Against the metadata of phonenumbers, which is kept up to date by others."""
    for code, (country, state) in area_codes().items():
        regions = {
            phonenumbers.region_code_for_number(phonenumbers.parse(f"+1{code}{rest}"))
            for rest in ("2345678", "2222222", "9876543")
        } - {None}
        expected = state if state in TERRITORIES else country
        assert regions in ({expected}, set()), code


def test_every_state_has_an_area_code_or_shares_one() -> None:
    shared = {"NS", "PE", "NT", "NU", "YT"}
    assert {state for _, state in area_codes().values() if state} == STATES - shared


@pytest.mark.parametrize(
    ("number", "country", "state"),
    [
        ("+12125550100", "US", "NY"),
        ("+13105550100", "US", "CA"),
        ("+14165550100", "CA", "ON"),
        ("+19025550100", "CA", None),
        ("+17875550100", "US", "PR"),
        ("+18765550100", "JM", None),
        ("+18005550100", "US", None),
        ("+19995550100", None, None),
        ("+447911123456", "GG", None),
        ("+77012345678", "KZ", None),
        ("+4930123456", "DE", None),
        ("+80012345678", None, None),
        ("+2101234567", None, None),
    ],
)
def test_a_number_tells_country_and_state(
    number: str, country: str | None, state: str | None
) -> None:
    assert country_of_number(number) == country
    found = sighting_of_number(number)
    assert (found.country, found.state, found.source) == (country, state, Source.NUMBER)


@given(st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True))
def test_any_number_has_a_country_or_none(number: str) -> None:
    country = country_of_number(number)
    assert country is None or (len(country) == 2 and country.isupper())


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("00501", "NY"),
        ("06390", "NY"),
        ("06391", "CT"),
        ("20001", "DC"),
        ("33101", "FL"),
        ("73960", "TX"),
        ("90210", "CA"),
        ("96799", "AS"),
        ("96913", "GU"),
        ("96950", "MP"),
        ("99501", "AK"),
        ("34012", None),
        ("96940", None),
        ("00000", None),
        ("H0H0H0", "QC"),
        ("X0A0H0", "NU"),
        ("X1A2B3", "NT"),
        ("Z1A", None),
    ],
)
def test_a_zip_code_tells_its_state(code: str, state: str | None) -> None:
    assert state_of_zip(code) == state


def test_every_state_has_zip_codes() -> None:
    found = {state_of_zip(f"{number:05}") for number in range(100_000)}
    assert found - {None} == {state for state in STATES if country_of_state(state) == "US"}


@pytest.mark.parametrize(
    ("told", "country", "state", "code"),
    [
        ({"state": " ny "}, "US", "NY", None),
        ({"zip_code": "M5V 2T6"}, "CA", "ON", "M5V2T6"),
        ({"zip_code": "100012345"}, "US", "NY", "10001"),
        ({"state": "NJ", "zip_code": "10001"}, "US", "NJ", "10001"),
        ({"country": "PR"}, "US", "PR", None),
        ({"country": "DE", "state": "BE", "zip_code": "10115"}, "DE", None, None),
        ({"country": "DE", "state": "NY"}, "DE", None, None),
        ({"country": "Germany", "state": "Sonora", "zip_code": "1"}, None, None, None),
        ({}, None, None, None),
    ],
)
def test_a_source_is_read_for_what_it_says(
    told: dict[str, str], country: str | None, state: str | None, code: str | None
) -> None:
    found = sighting(Source.VISIT, **told)  # type: ignore[arg-type]
    assert (found.country, found.state, found.zip) == (country, state, code)


def test_the_carrier_is_a_source() -> None:
    told = Geography(city="New York", state="NY", zip="10001", country="US")
    found = sighting_of_carrier(told)
    assert (found.source, found.state, found.zip) == (Source.CARRIER, "NY", "10001")


def rule(**document: Any) -> AreaRule:
    return AreaRule.model_validate(document)


CARRIER_NJ = sighting(Source.CARRIER, state="NJ", zip_code="07030")
GATHERED_NY = sighting(Source.GATHERED, zip_code="10001", point=NEW_YORK)


@pytest.mark.parametrize(
    ("inside", "passed"),
    [
        ({"states": ["NY"]}, True),
        ({"states": ["NJ"]}, False),
        ({"zips": ["100"]}, True),
        ({"zips": ["10001", "070"]}, True),
        ({"zips": ["1000", "070"]}, True),
        ({"zips": ["11"]}, False),
        ({"countries": ["US"]}, True),
        ({"countries": ["CA"]}, False),
        ({"states": ["CT"], "countries": ["US"]}, True),
        (
            {"circles": [{"latitude": 39.9526, "longitude": -75.1652, "radius_km": 131}]},
            True,
        ),
        (
            {"circles": [{"latitude": 39.9526, "longitude": -75.1652, "radius_km": 129}]},
            False,
        ),
    ],
)
def test_an_area_holds_whom_any_of_its_places_holds(inside: dict[str, Any], passed: bool) -> None:
    sightings = [CARRIER_NJ, GATHERED_NY]
    assert check(rule(inside=inside), sightings).passed is passed
    assert check(rule(outside=inside), sightings).passed is not passed


def test_the_first_source_that_says_it_is_believed_and_named() -> None:
    wants = {"inside": {"states": ["CT"]}}
    sightings = [CARRIER_NJ, GATHERED_NY, sighting_of_number("+12035550100")]
    assert check(rule(**wants), sightings).seen == "state NY (gathered)"
    assert check(rule(**wants, sources=["carrier", "gathered"]), sightings).seen == (
        "state NJ (carrier)"
    )
    assert check(rule(**wants, sources=["number"]), sightings).passed


def test_what_no_source_says_is_left_to_the_setting() -> None:
    wants = {"inside": {"area_codes": ["212"], "states": ["CT"]}}
    found = check(rule(**wants), [GATHERED_NY])
    assert not found.passed
    assert found.seen == "state NY (gathered), area code unknown"
    assert found.needed == "state CT or area code 212"
    assert check(rule(**wants, unknown=Nowhere.ADMIT), [GATHERED_NY]).passed
    assert not check(rule(outside={"area_codes": ["212"]}), [GATHERED_NY]).passed
    assert check(rule(outside={"area_codes": ["212"]}, unknown="admit"), [GATHERED_NY]).passed


def test_a_distance_is_told() -> None:
    near = Circle(latitude=PHILADELPHIA[0], longitude=PHILADELPHIA[1], radius_km=50)
    found = check(AreaRule(inside=Area(circles=(near,))), [GATHERED_NY])
    assert (found.seen, found.needed) == ("130 km away (gathered)", "within 50 km")


@given(POINTS, POINTS, POINTS)
def test_distances_are_distances(
    one: tuple[float, float], two: tuple[float, float], three: tuple[float, float]
) -> None:
    assert isclose(distance_km(one, two), distance_km(two, one), abs_tol=1e-6)
    assert distance_km(one, one) == 0
    assert 0 <= distance_km(one, two) <= 20_016
    assert distance_km(one, three) <= distance_km(one, two) + distance_km(two, three) + 1e-6


def test_a_degree_of_latitude_has_sixty_nautical_miles() -> None:
    assert isclose(distance_km((0, 0), (1, 0)), 60 * 1.852, rel_tol=0.002)
    assert isclose(distance_km((0, 179.5), (0, -179.5)), distance_km((0, 0), (0, 1)))


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ({"inside": {}}, "inside.states"),
        ({"inside": {"states": ["ZZ"]}}, "inside.states.0"),
        ({"inside": {"area_codes": ["112"]}}, "inside.area_codes.0"),
        ({"inside": {"countries": ["usa"]}}, "inside.countries.0"),
        (
            {"inside": {"circles": [{"latitude": 91, "longitude": 0, "radius_km": 1}]}},
            "inside.circles.0.latitude",
        ),
        (
            {"inside": {"circles": [{"latitude": 0, "longitude": 0, "radius_km": 0}]}},
            "inside.circles.0.radius_km",
        ),
        ({"sources": []}, "sources"),
    ],
)
def test_what_is_no_place_is_refused_at_its_field(document: dict[str, Any], path: str) -> None:
    with pytest.raises(ValidationError) as refused:
        AreaRule.model_validate(document)
    assert [".".join(map(str, fault["loc"])) for fault in refused.value.errors()] == [path]


def test_a_sighting_survives_the_record() -> None:
    assert Sighting.model_validate_json(GATHERED_NY.model_dump_json()) == GATHERED_NY
