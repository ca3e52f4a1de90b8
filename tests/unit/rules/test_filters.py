"""Tag filters: each operator, groups, and what the finding says."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from libs.contracts.filters import OF_A_LIST, OF_NOTHING, Match, Operator, TagFilter, TagTest
from libs.rules import filters
from libs.rules.filters import compare, evaluate, problems

VALUES = st.one_of(
    st.sampled_from(["", " ", "0", "-0", "007", "7", "7.0", "+7", "NY", "ny", "1e3", "NaN", "."]),
    st.text(max_size=5),
    st.decimals(allow_nan=False, allow_infinity=False, places=2).map(str),
)
WORDS = VALUES.filter(lambda text: bool(text.strip()))


def test_of(operator: Operator, value: str) -> TagTest:
    if operator in OF_A_LIST:
        return TagTest(tag="a", operator=operator, values=(value, "other"))
    return TagTest(tag="a", operator=operator, value="" if operator in OF_NOTHING else value)


test_of.__test__ = False  # type: ignore[attr-defined]


def passes(operator: str, wanted: str, seen: str) -> bool:
    return compare(test_of(Operator(operator), wanted), {"a": seen}).passed


@pytest.mark.parametrize(
    ("seen", "operator", "wanted", "passed"),
    [
        ("NY", "==", " ny ", True),
        ("NY", "==", "NJ", False),
        ("007", "==", "7.0", True),
        ("007", "==", "7a", False),
        ("NaN", "==", "nan", True),
        ("1e3", "==", "1000", False),
        ("NY", "!=", "NJ", True),
        ("", "!=", "NJ", True),
        ("OTHER", "in", "x", True),
        ("7", "in", "7.00", True),
        ("y", "not in", "x", True),
        ("9", "<", "10", True),
        ("9", "<", "10a", False),
        ("-1", "<", ".5", True),
        ("10", ">", "9.99", True),
        ("b", ">", "A", True),
        ("10.0", "<=", "10", True),
        ("10.0", ">=", "10", True),
        ("", "<=", "10", False),
        ("", ">=", "0", False),
        ("x", "exists", "", True),
        (" ", "exists", "", False),
        ("", "not exists", "", True),
        ("+12125550100", "begins with", "+1212", True),
        ("Solar", "begins with", "olar", False),
        ("Rooftop Solar", "contains", "SOLAR", True),
        ("", "contains", "a", False),
        ("10001", "matches regex", "^100[0-9]{2}$", True),
        ("", "matches regex", ".*", False),
    ],
)
def test_an_operator_compares(seen: str, operator: str, wanted: str, passed: bool) -> None:
    assert passes(operator, wanted, seen) is passed


@given(VALUES, WORDS, st.booleans())
def test_a_negated_operator_passes_exactly_where_the_other_does_not(
    seen: str, wanted: str, there: bool
) -> None:
    tags = {"a": seen} if there else {}
    for positive, negative in (("==", "!="), ("in", "not in"), ("exists", "not exists")):
        one = compare(test_of(Operator(positive), wanted), tags)
        other = compare(test_of(Operator(negative), wanted), tags)
        assert one.passed is not other.passed


@given(WORDS, WORDS)
def test_of_two_values_one_is_less_or_they_are_equal(left: str, right: str) -> None:
    less, equal, greater = (passes(operator, right, left) for operator in ("<", "==", ">"))
    assert [less, equal, greater].count(True) == 1
    assert passes("<=", right, left) is (less or equal)
    assert passes(">=", right, left) is (greater or equal)
    assert passes(">", left, right) is less


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3), st.integers())
def test_numbers_compare_as_numbers(left: Decimal, right: int) -> None:
    assert passes("<", str(right), f"{left:f}") is (left < right)
    assert passes("in", str(right), f"{left:f}") is (left == right)


STATE = TagTest(tag="state", operator=Operator.IN, values=("NY", "CT"))
ADULT = TagTest(tag="age", operator=Operator.AT_LEAST, value="18")


def test_all_tells_the_first_that_fails() -> None:
    both = TagFilter(tests=(STATE, ADULT))
    assert evaluate(both, {"state": "NY", "age": "18"}).passed
    found = evaluate(both, {"state": "NY", "age": "17"})
    assert (found.seen, found.needed) == ("age is 17", "age >= 18")


def test_any_tells_all_that_failed() -> None:
    either = TagFilter(match=Match.ANY, tests=(STATE, ADULT))
    assert evaluate(either, {"age": "18"}).passed
    found = evaluate(either, {"age": "17"})
    assert found.seen == "state is missing; age is 17"
    assert found.needed == "state in NY or CT or age >= 18"


def test_groups_are_combined_like_tests() -> None:
    zips = TagTest(tag="zip", operator=Operator.BEGINS_WITH, value="100")
    nested = TagFilter(tests=(ADULT,), groups=(TagFilter(match=Match.ANY, tests=(STATE, zips)),))
    assert evaluate(nested, {"age": "20", "zip": "10001"}).passed
    assert not evaluate(nested, {"age": "20", "zip": "20001"}).passed
    assert not evaluate(nested, {"age": "2", "zip": "10001"}).passed


def test_all_of_nothing_passes() -> None:
    assert evaluate(TagFilter(), {}).passed


FILTERS = st.recursive(
    st.builds(
        TagFilter,
        match=st.just(Match.ALL),
        tests=st.lists(st.builds(test_of, st.sampled_from(Operator), WORDS), max_size=3).map(tuple),
    ),
    lambda inner: st.builds(
        TagFilter,
        match=st.sampled_from(Match),
        tests=st.lists(
            st.builds(test_of, st.sampled_from(Operator), WORDS), min_size=1, max_size=2
        ).map(tuple),
        groups=st.lists(inner, max_size=2).map(tuple),
    ),
    max_leaves=3,
)


@given(FILTERS, VALUES)
def test_a_quick_look_and_a_telling_one_agree(condition: TagFilter, seen: str) -> None:
    tags = {"a": seen}
    assert filters.passes(condition, tags, {}) is evaluate(condition, tags).passed


def test_a_pattern_that_is_not_taken_lets_nobody_through() -> None:
    found = compare(TagTest(tag="a", operator=Operator.MATCHES, value="("), {"a": "x"})
    assert not found.passed
    assert found.needed == "a to match a readable pattern"


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ({"tests": [{"tag": "a", "operator": "~", "value": "x"}]}, "tests.0.operator"),
        ({"tests": [{"tag": "a", "operator": "=="}]}, "tests.0.value"),
        ({"tests": [{"tag": "a", "operator": "begins with", "value": " "}]}, "tests.0.value"),
        ({"tests": [{"tag": "a", "operator": "exists", "value": "x"}]}, "tests.0.value"),
        ({"tests": [{"tag": "a", "operator": "in"}]}, "tests.0.values"),
        (
            {"tests": [{"tag": "a", "operator": "==", "value": "x", "values": ["y"]}]},
            "tests.0.values",
        ),
        ({"tests": [{"tag": "", "operator": "exists"}]}, "tests.0.tag"),
        (
            {"tests": [{"tag": "a", "operator": "matches regex", "value": "x" * 201}]},
            "tests.0.value",
        ),
        ({"groups": [{"match": "any"}]}, "groups.0.tests"),
        ({"groups": [{"groups": [{"groups": [{"groups": [{}]}]}]}]}, "groups"),
        ({"tests": [{"tag": "a", "operator": "exists"}] * 101}, "tests"),
    ],
)
def test_a_filter_that_says_nothing_is_refused_at_its_field(
    document: dict[str, Any], path: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        TagFilter.model_validate(document)
    assert [".".join(map(str, fault["loc"])) for fault in refused.value.errors()] == [path]


def test_problems_name_unknown_tags_and_unsafe_patterns() -> None:
    group = TagFilter(
        tests=(
            TagTest(tag="caller:zipp", operator=Operator.EXISTS),
            TagTest(tag="state", operator=Operator.MATCHES, value=r"(a)\1"),
        )
    )
    found = problems(TagFilter(tests=(STATE,), groups=(group,)), path="filter")
    assert [problem.path for problem in found] == [
        "filter.groups.0.tests.0.tag",
        "filter.groups.0.tests.1.value",
    ]
    assert "RE2" in found[1].problem
    assert problems(TagFilter(tests=(STATE,))) == ()
