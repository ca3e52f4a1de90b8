"""Whatever a worker says, its service reads it without a fault."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.runtime.sandbox.limits import DETAIL_MAX
from libs.runtime.sandbox.nesting import nested_loops
from libs.runtime.sandbox.outcome import Failed, Reason, Value, failure, read_answer, success

PIECES = ("a", ".map(", "x, ", "(", ")", "'", '"', "'''", "\\", "//", "\n", "r'", ".all (", " ")


def test_what_a_worker_says_is_read() -> None:
    assert read_answer(success(b'{"a":[1,null]}')) == Value({"a": [1, None]})
    said = failure(Reason.THREW, "x" * 1_000, 3)
    assert read_answer(said) == Failed(Reason.THREW, "x" * DETAIL_MAX, 3)


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"[]",
        b"3",
        b"{}",
        b'{"failed":"odd","detail":""}',
        b'{"failed":[],"detail":""}',
        b'{"failed":"time","detail":3}',
        b'{"value":',
        b'{"value":' + b"[" * 5_000 + b"]" * 5_000 + b"}",
        b"\xff",
    ],
)
def test_what_no_worker_of_ours_says_is_a_failure(said: bytes) -> None:
    came = read_answer(said)

    assert isinstance(came, Failed)
    assert came.reason is Reason.RESULT


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_any_text_has_a_depth(expression: str) -> None:
    assert 0 <= nested_loops(expression) <= expression.count(".")


@given(st.integers(1, 6), st.sampled_from(["map", "all", "exists", "filter", "exists_one"]))
def test_each_loop_within_another_counts(deep: int, loop: str) -> None:
    expression = "true"
    for _ in range(deep):
        expression = f"a.{loop}(x, ({expression}) || b == '.map(')"

    assert nested_loops(f"{expression} && c.map(x, x) == c") == deep - 1
