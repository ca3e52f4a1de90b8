"""Users' JSONPaths (RFC 9535) over what outsiders answer, at a cost that has an upper bound.

A library reads the path.  Following it is ours: a path of twenty letters over an answer of a
few kilobytes can be made to take minutes (`$..[?count($..*) > 9]`), so each look is counted.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from jsonpath_rfc9535 import JSONPathEnvironment, JSONPathError, JSONPathQuery
from jsonpath_rfc9535.filter_expressions import (
    ComparisonExpression,
    Expression,
    FilterExpressionLiteral,
    FilterQuery,
    FunctionExtension,
    LogicalExpression,
    PrefixExpression,
    RelativeFilterQuery,
)
from jsonpath_rfc9535.segments import JSONPathRecursiveDescentSegment, JSONPathSegment
from jsonpath_rfc9535.selectors import (
    FilterSelector,
    IndexSelector,
    JSONPathSelector,
    NameSelector,
    SliceSelector,
)

LOOKS_MAX = 10_000  # of all paths into one answer: some milliseconds; answers have dozens of values
PATHS_KEPT = 4_096

_ENVIRONMENT = JSONPathEnvironment()
for _slow in ("match", "search"):  # their patterns may take for ever
    del _ENVIRONMENT.function_extensions[_slow]


class BadPath(ValueError):
    """A path that no answer can be read with; its text says why."""


class TooLong(Exception):
    """To follow the paths in this answer takes more looks than `LOOKS_MAX`."""

    def __init__(self) -> None:
        super().__init__(f"its paths take more than {LOOKS_MAX} looks in this answer")


@lru_cache(maxsize=PATHS_KEPT)
def read_path(text: str) -> JSONPathQuery:
    """A path ready to be followed; raise BadPath.  A bare `a.b` is read as `$.a.b`."""
    try:
        query = _ENVIRONMENT.compile(text if text.startswith("$") else f"$.{text}")
        _check(query)
    except (JSONPathError, RecursionError, OverflowError) as fault:
        raise BadPath(str(fault).partition(", line")[0]) from fault
    return query


def _check(query: JSONPathQuery) -> None:
    """Raise BadPath where a filter has a value for a test, or a test for a value."""
    for segment in query.segments:
        for selector in segment.selectors:
            if isinstance(selector, FilterSelector):
                _check_test(selector.expression.expression)


def _check_test(test: Expression) -> None:
    match test:
        case LogicalExpression():
            _check_test(test.left)
            _check_test(test.right)
        case PrefixExpression():
            _check_test(test.right)
        case ComparisonExpression():
            _check_value(test.left)
            _check_value(test.right)
        case FilterQuery():
            _check(test.query)
        case _:
            raise BadPath(f"{test} must be compared")


def _check_value(value: Expression) -> None:
    match value:
        case FilterExpressionLiteral():
            pass
        case FilterQuery():
            _check(value.query)
        case FunctionExtension():
            for argument in value.args:
                _check_value(argument)
        case _:
            raise BadPath(f"{value} has no value")


_NOTHING = object()  # what a query has found that has found nothing: equal to itself alone


class Looks:
    """The looks into one answer; whoever follows paths in it shares them."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer
        self._left = LOOKS_MAX

    def first(self, path: str) -> Any:
        """The first value that a path leads to; None: nothing, or null; raise TooLong."""
        try:
            return next(self._followed(read_path(path), self._answer), None)
        except RecursionError as fault:
            raise TooLong from fault

    def _look(self, times: int = 1) -> None:
        self._left -= times
        if self._left < 0:
            raise TooLong

    def _followed(self, query: JSONPathQuery, start: Any) -> Iterator[Any]:
        found: Iterator[Any] = iter((start,))
        for segment in query.segments:
            found = self._along(segment, found)
        return found

    def _along(self, segment: JSONPathSegment, values: Iterator[Any]) -> Iterator[Any]:
        deep = isinstance(segment, JSONPathRecursiveDescentSegment)
        for value in values:
            for one in self._within(value) if deep else (value,):
                for selector in segment.selectors:
                    self._look()
                    yield from self._selected(selector, one)

    def _within(self, value: Any) -> Iterator[Any]:
        """A value and all that is in it, whatever is outside before what is inside."""
        waiting = [value]
        while waiting:
            one = waiting.pop()
            self._look()
            yield one
            waiting.extend(reversed(_children(one)))

    def _selected(self, selector: JSONPathSelector, value: Any) -> Iterator[Any]:
        match selector:
            case NameSelector():
                if isinstance(value, dict) and selector.name in value:
                    yield value[selector.name]
            case IndexSelector():
                if isinstance(value, list) and -len(value) <= selector.index < len(value):
                    yield value[selector.index]
            case SliceSelector():
                if isinstance(value, list) and selector.slice.step != 0:
                    yield from self._each(value[selector.slice])
            case FilterSelector():
                test = selector.expression.expression
                yield from (one for one in self._each(_children(value)) if self._passes(test, one))
            case _:
                yield from self._each(_children(value))

    def _each(self, values: list[Any]) -> Iterator[Any]:
        for value in values:
            self._look()
            yield value

    def _passes(self, test: Expression, current: Any) -> bool:
        match test:
            case LogicalExpression():
                left = self._passes(test.left, current)
                if left == (test.operator == "||"):
                    return left
                return self._passes(test.right, current)
            case PrefixExpression():
                return not self._passes(test.right, current)
            case ComparisonExpression():
                return self._compares(test, current)
            case FilterQuery():
                return next(self._queried(test, current), _NOTHING) is not _NOTHING
        raise AssertionError(f"{test} was let in as a test")

    def _queried(self, query: FilterQuery, current: Any) -> Iterator[Any]:
        self._look()
        start = current if isinstance(query, RelativeFilterQuery) else self._answer
        return self._followed(query.query, start)

    def _compares(self, test: ComparisonExpression, current: Any) -> bool:
        left, right = self._value(test.left, current), self._value(test.right, current)
        match test.operator:
            case "==":
                return self._equal(left, right)
            case "!=":
                return not self._equal(left, right)
            case "<":
                return _less(left, right)
            case ">":
                return _less(right, left)
            case "<=":
                return _less(left, right) or self._equal(left, right)
            case _:
                return _less(right, left) or self._equal(left, right)

    def _value(self, said: Expression, current: Any) -> Any:
        match said:
            case FilterExpressionLiteral():
                return said.value
            case FilterQuery():
                return next(self._queried(said, current), _NOTHING)
            case FunctionExtension():
                return self._called(said, current)
        raise AssertionError(f"{said} was let in as a value")

    def _called(self, function: FunctionExtension, current: Any) -> Any:
        (argument,) = function.args
        if function.name == "length":
            value = self._value(argument, current)
            return len(value) if isinstance(value, str | list | dict) else _NOTHING
        assert isinstance(argument, FilterQuery), "count() and value() take a query"
        values = list(self._queried(argument, current))
        if function.name == "count":
            return len(values)
        return values[0] if len(values) == 1 else _NOTHING

    def _equal(self, left: Any, right: Any) -> bool:
        """As JSON is: 1 is 1.0, and neither is true."""
        self._look()
        if isinstance(left, list) and isinstance(right, list):
            return len(left) == len(right) and all(map(self._equal, left, right))
        if isinstance(left, dict) and isinstance(right, dict):
            return left.keys() == right.keys() and all(
                self._equal(value, right[name]) for name, value in left.items()
            )
        return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _less(left: Any, right: Any) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return left < right
    return _is_number(left) and _is_number(right) and bool(left < right)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
