"""Whether a call's tags pass a filter, with what was seen and what it takes.

Two values that are both plain decimal numbers compare as numbers (`007` is `7`), all others
as texts, without regard to case and to blanks around them.  A missing or empty tag is equal
to nothing, and neither less nor greater than anything.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from operator import ge, gt, le, lt

from libs.contracts.filters import Match, Operator, TagFilter, TagTest
from libs.contracts.message import FieldProblem
from libs.contracts.tags import OF_CALLER
from libs.rules.finding import PASSED, Finding, named
from libs.rules.patterns import PatternRefused, found, refusal

LISTS_MAX = 4_096  # lists of values kept ready to be looked up in
READ_MAX = 16_384  # values kept as read: those of filters come with every call

_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]+)?|\.[0-9]+)")
_ORDERS = {Operator.LESS: lt, Operator.GREATER: gt, Operator.AT_MOST: le, Operator.AT_LEAST: ge}


def evaluate(condition: TagFilter, tags: Mapping[str, str]) -> Finding:
    """Test a filter: of `all`, the first that fails is told; of `any`, all that failed.

    >>> where = TagFilter(tests=(TagTest(tag="state", operator="in", values=("NY", "CT")),))
    >>> evaluate(where, {"state": "nj"})
    Finding(passed=False, seen='state is nj', needed='state in NY or CT')
    """
    findings = _findings(condition, tags)
    if condition.match is Match.ALL:
        return next((finding for finding in findings if not finding.passed), PASSED)
    failures: list[Finding] = []
    for finding in findings:
        if finding.passed:
            return finding
        failures.append(finding)
    seen = dict.fromkeys(finding.seen for finding in failures)
    needed = dict.fromkeys(finding.needed for finding in failures)
    return Finding(False, "; ".join(seen), " or ".join(needed))


def passes(condition: TagFilter, tags: Mapping[str, str], known: dict[int, bool]) -> bool:
    """Whether `evaluate` would pass, without its words.

    `known` keeps what each test came to, by its identity: filters that share a test ask it
    once.  It serves one call, whose tags these are.
    """
    enough = condition.match is Match.ANY
    for test in condition.tests:
        passed = known.get(id(test))
        if passed is None:
            passed = known[id(test)] = compare(test, tags).passed
        if passed is enough:
            return enough
    return any(passes(group, tags, known) is enough for group in condition.groups) is enough


def _findings(condition: TagFilter, tags: Mapping[str, str]) -> Iterator[Finding]:
    for test in condition.tests:
        yield compare(test, tags)
    for group in condition.groups:
        yield evaluate(group, tags)


def compare(test: TagTest, tags: Mapping[str, str]) -> Finding:
    """Test one tag.

    >>> compare(TagTest(tag="age", operator=">=", value="65"), {"age": "70"}).passed
    True
    """
    value = tags.get(test.tag, "").strip()
    needed = ""
    try:
        if _passes(test, value):
            return PASSED
    except PatternRefused:
        needed = f"{test.tag} to match a readable pattern"
    seen = f"{test.tag} is {value}" if value else f"{test.tag} is missing"
    return Finding(False, seen, needed or _needed(test))


def _passes(test: TagTest, value: str) -> bool:
    """A negated operator passes exactly where the other does not."""
    opposite = _OPPOSITES.get(test.operator)
    if opposite is not None:
        return not (value and _COMPARISONS[opposite](test, value))
    return bool(value) and _COMPARISONS[test.operator](test, value)


def _ordered(test: TagTest, value: str) -> bool:
    order = _ORDERS[test.operator]
    left, right = _comparable(value), _comparable(test.value)
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return bool(order(left, right))
    return bool(order(_folded(value), _folded(test.value)))


@lru_cache(maxsize=READ_MAX)
def _comparable(text: str) -> Decimal | str:
    """What stands for a text: equal texts and equal numbers have an equal one."""
    text = text.strip()
    return Decimal(text) if _NUMBER.fullmatch(text) else text.casefold()


def _folded(text: str) -> str:
    return text.strip().casefold()


@lru_cache(maxsize=LISTS_MAX)
def _lookup(values: tuple[str, ...]) -> frozenset[Decimal | str]:
    return frozenset(_comparable(value) for value in values)


_COMPARISONS: Mapping[Operator, Callable[[TagTest, str], bool]] = {
    Operator.EXISTS: lambda test, value: True,
    Operator.EQUAL: lambda test, value: _comparable(value) == _comparable(test.value),
    Operator.IN: lambda test, value: _comparable(value) in _lookup(test.values),
    Operator.BEGINS_WITH: lambda test, value: value.casefold().startswith(_folded(test.value)),
    Operator.CONTAINS: lambda test, value: _folded(test.value) in value.casefold(),
    Operator.MATCHES: lambda test, value: found(test.value, value),
    **dict.fromkeys(_ORDERS, _ordered),
}
_OPPOSITES = {
    Operator.NOT_EXISTS: Operator.EXISTS,
    Operator.NOT_EQUAL: Operator.EQUAL,
    Operator.NOT_IN: Operator.IN,
}


def _needed(test: TagTest) -> str:
    match test.operator:
        case Operator.EXISTS:
            return f"{test.tag} to be there"
        case Operator.NOT_EXISTS:
            return f"{test.tag} to be missing"
        case Operator.IN | Operator.NOT_IN:
            return f"{test.tag} {test.operator} {named(test.values)}"
        case _:
            return f"{test.tag} {test.operator} {test.value}"


def problems(condition: TagFilter, *, path: str = "") -> tuple[FieldProblem, ...]:
    """What is wrong with a filter that its shape alone does not show, by field.

    Patterns that the engine does not take, and tags of callers that no carrier tells.

    >>> problems(TagFilter(tests=(TagTest(tag="a", operator="matches regex", value="("),)))[0].path
    'tests.0.value'
    """
    return tuple(_problems(condition, f"{path}." if path else ""))


def _problems(condition: TagFilter, prefix: str) -> Iterator[FieldProblem]:
    for at, test in enumerate(condition.tests):
        if test.tag.startswith("caller:") and test.tag not in OF_CALLER:
            problem = f"no tag is named {test.tag}: there are {', '.join(OF_CALLER)}"
            yield FieldProblem(path=f"{prefix}tests.{at}.tag", problem=problem)
        why = refusal(test.value) if test.operator is Operator.MATCHES else None
        if why is not None:
            yield FieldProblem(path=f"{prefix}tests.{at}.value", problem=why)
    for at, group in enumerate(condition.groups):
        yield from _problems(group, f"{prefix}groups.{at}.")
