"""Who is refused at the door, and why."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from libs.contracts.phone import read_caller
from libs.contracts.screening import Attestation, AttestationMinimum, Blocklist
from libs.rules.lists import beginning_of, listed
from libs.rules.screening import check_attestation, check_blocklist, check_domestic

BLOCKLIST = Blocklist(
    numbers=("+12125550199", "+12125550100"),
    prefixes=("+1900", "+44"),
    countries=("JM",),
    anonymous=True,
)


@pytest.mark.parametrize(
    ("caller", "country", "needed"),
    [
        ("+12125550100", "US", "not a blocked number"),
        ("+12125550199", "US", "not a blocked number"),
        ("+19005550100", "US", "not a number that begins with +1900"),
        ("+442071838750", "GB", "not a number that begins with +44"),
        ("+18765550100", "JM", "not a blocked country"),
        ("anonymous", None, "a caller who shows her number"),
        ("+12125550101", "US", None),
        ("+19015550100", "US", None),
        ("sip:ann@example.com", None, None),
    ],
)
def test_a_blocked_caller_is_refused(caller: str, country: str | None, needed: str | None) -> None:
    found = check_blocklist(BLOCKLIST, read_caller(caller), country)
    assert found.passed is (needed is None)
    assert found.needed == (needed or "")


def test_an_empty_list_blocks_nobody() -> None:
    assert check_blocklist(Blocklist(), read_caller("anonymous"), None).passed


def test_equal_lists_are_equal_in_any_order() -> None:
    one = Blocklist(numbers=("+12125550199", "+12125550100", "+12125550199"))
    other = Blocklist(numbers=("+12125550100", "+12125550199"))
    assert one.model_dump_json() == other.model_dump_json()


@given(st.sets(st.text("ab+", min_size=1, max_size=4)), st.text("ab+", max_size=6))
def test_looking_up_by_halves_finds_what_looking_through_finds(texts: set[str], text: str) -> None:
    in_order = sorted(texts)
    assert listed(in_order, text) is (text in texts)
    beginnings = [beginning for beginning in texts if text.startswith(beginning)]
    assert beginning_of(in_order, text) == (min(beginnings, key=len) if beginnings else None)


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ({"numbers": ["555"]}, "numbers.0"),
        ({"prefixes": ["1900"]}, "prefixes.0"),
        ({"countries": ["Jamaica"]}, "countries.0"),
    ],
)
def test_what_cannot_be_blocked_is_refused_at_its_field(
    document: dict[str, Any], path: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        Blocklist.model_validate(document)
    assert [".".join(map(str, fault["loc"])) for fault in refused.value.errors()] == [path]


def test_only_callers_from_home_are_domestic() -> None:
    assert check_domestic(("US", "CA"), "CA").passed
    assert check_domestic(("US",), "CA").seen == "country CA"
    assert check_domestic(("US",), None).seen == "country unknown"


@pytest.mark.parametrize(("minimum", "enough"), [("A", "A"), ("B", "AB"), ("C", "ABC")])
def test_an_attestation_is_enough_from_its_minimum_up(minimum: str, enough: str) -> None:
    passed = {
        attestation
        for attestation in Attestation
        if check_attestation(AttestationMinimum(minimum), attestation).passed
    }
    assert passed == {Attestation(letter) for letter in enough}
