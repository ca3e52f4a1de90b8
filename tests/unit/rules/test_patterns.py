"""No pattern, and no text, makes the engine work longer than the text is long."""

import pytest

from libs.contracts.filters import PATTERN_LENGTH_MAX
from libs.rules.patterns import TEXT_LENGTH_MAX, PatternRefused, found, refusal


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a)\1",
        r"(?=a)b",
        r"(?!a)b",
        r"(?<=a)b",
        r"(?>a)",
        "(",
        "a**",
        "[b-a]",
        "a{1001}",
        "((a{100}){100}){100}",
        "a" * (PATTERN_LENGTH_MAX + 1),
    ],
)
def test_what_could_backtrack_or_cannot_be_read_is_refused_with_a_reason(pattern: str) -> None:
    assert refusal(pattern)
    with pytest.raises(PatternRefused):
        found(pattern, "a")


@pytest.mark.parametrize(
    "pattern", [r"(a+)+$", r"(a|a)*b", r"(a|aa)+$", r"(.*a){20}$", r"^(\w+\s?)*$"]
)
def test_what_ruins_other_engines_is_answered(pattern: str) -> None:
    """A backtracking engine would need longer than the universe has, so no clock is needed."""
    assert refusal(pattern) is None
    assert found(pattern, "a" * (TEXT_LENGTH_MAX - 1) + "!") is False


@pytest.mark.parametrize(
    ("pattern", "text", "is_found"),
    [
        ("^[A-Z]{2}$", "NY", True),
        ("^[A-Z]{2}$", "NYC", False),
        ("olar", "Solar", True),
        ("solar", "Solar", False),
        ("(?i)solar", "Solar", True),
        ("^.$", "é", True),
        (r"^\+1(212|646)", "+16465550100", True),
    ],
)
def test_a_pattern_is_looked_for_anywhere(pattern: str, text: str, is_found: bool) -> None:
    assert found(pattern, text) is is_found


def test_a_text_is_looked_at_up_to_its_limit() -> None:
    assert found("b", "a" * (TEXT_LENGTH_MAX - 1) + "b")
    assert not found("b", "a" * TEXT_LENGTH_MAX + "b")
