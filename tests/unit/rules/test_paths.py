"""A path leads where the library's own reader says, and never takes longer than it may."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonpath_rfc9535 import find_one

from libs.rules.paths import BadPath, Looks, TooLong, read_path

NAMES = ("a", "b", "c")
LEAVES = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from((0.5, 1.0, "a", "b", ""))
TREES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3)
    ),
    max_leaves=25,
)
PATHS = (
    "$",
    "$.a",
    "$.a.b",
    "$[0]",
    "$[-1].a",
    "$[1:3]",
    "$[::-1]",
    "$[::0]",
    "$['a','b',0]",
    "$.*",
    "$[*][*]",
    "$..a",
    "$..*",
    "$..[0]",
    "$..a..b",
    "$[?@.a]",
    "$[?!@.a && @.b || @.c]",
    "$[?(@.a || @.b) && @.c]",
    "$[?@.a == 1]",
    "$[?@ == @]",
    "$[?@.a != @.b]",
    "$[?@.a < 1].b",
    "$[?@.a >= 'a']",
    "$[?@.a <= $[0].a]",
    "$[?@ == $[0]]",
    "$..[?@.a == null]",
    "$[?length(@) == 1]",
    "$[?count(@.*) > 1]",
    "$[?value(@..a) == 'b']",
    "$[?@[?@.a > 0]]",
)


@given(tree=TREES, path=st.sampled_from(PATHS))
def test_a_path_leads_where_the_library_says(tree: Any, path: str) -> None:
    node = find_one(path, tree)
    expected = None if node is None else node.value
    found = Looks(tree).first(path)
    assert (type(found), found) == (type(expected), expected)


def nested(depth: int, inner: Any = 1) -> Any:
    for _ in range(depth):
        inner = [inner]
    return inner


LARGE = {"a": [{"b": at, "c": [1, 2, {"d": "x"}]} for at in range(1_500)]}
TWINS = {"a": [1] * 5_000, "b": [1] * 5_000, "c": [[at] for at in range(5_000)]}
COSTLY: list[tuple[str, Any]] = [
    ("$..[?count($..*) > 9]", LARGE),
    ("$..[?@..none]", LARGE),
    ("$..a..b..c..none", nested(900, LARGE)),
    ("$..*..*..*..*.none", nested(900, LARGE)),
    ("$.a[?count($.a[?@.b == @.b]) == 0]", LARGE),
    ("$.c[?$.a != $.b]", TWINS),
    ("$" + "[0,0]" * 50 + ".none", nested(60)),
]


@pytest.mark.parametrize(("path", "answer"), COSTLY, ids=[path[:30] for path, _ in COSTLY])
def test_a_path_that_would_take_for_ever_is_given_up(path: str, answer: Any) -> None:
    with pytest.raises(TooLong):
        Looks(answer).first(path)


def test_paths_into_one_answer_share_its_looks() -> None:
    looks = Looks(LARGE)
    assert looks.first("$.a[?@.b == 1400].c[2].d") == "x"
    with pytest.raises(TooLong):
        looks.first("$.a[?@.b == 1400].c[2].d")


@pytest.mark.parametrize(
    "path",
    [
        '$[?match(@.a, "(a+)+$")]',
        "$[?search(@, 'x')]",
        "a[",
        "$..[",
        "$[?@.a == 1e999]",
        "$[99999999999999999999]",
        "$[?!true]",
        "$[?!length(@.a)]",
        "$[?@.a == @.b == true]",
        "$[?@.a == !@.b]",
        "$[?" + "(" * 2_000 + "@" + ")" * 2_000 + "]",
    ],
)
def test_a_path_that_cannot_be_used_is_refused(path: str) -> None:
    with pytest.raises(BadPath):
        read_path(path)
