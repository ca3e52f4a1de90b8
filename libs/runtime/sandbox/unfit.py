"""What is refused before a worker sees it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from libs.runtime.sandbox import limits
from libs.runtime.sandbox.nesting import nested_loops
from libs.runtime.sandbox.outcome import Failed, Reason

NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]{0,63}")


def unfit_code(code: str, names: Sequence[str]) -> Failed | None:
    """Why code is not even read.  Its parameters are named by us: a wrong name is a fault."""
    assert all(NAME.fullmatch(name) for name in names), names
    return _too_long(code, limits.CODE_BYTES_MAX, "the code")


def unfit_expression(expression: str) -> Failed | None:
    """Why an expression is not even read."""
    wrong = _too_long(expression, limits.EXPRESSION_BYTES_MAX, "the expression")
    if wrong is None and nested_loops(expression) > limits.NESTED_LOOPS_MAX:
        text = "map, filter, all and exists may stand in one another once, not deeper"
        return Failed(Reason.SIZE, text)
    return wrong


def unfit_given(given: Any) -> Failed | None:
    """Why a call is not given this."""
    try:
        length = len(orjson.dumps(given))
    except orjson.JSONEncodeError as fault:
        return Failed(Reason.SIZE, f"what it is given is no JSON: {fault}")
    if length > limits.GIVEN_BYTES_MAX:
        most = limits.GIVEN_BYTES_MAX
        return Failed(Reason.SIZE, f"it is given {length} bytes of JSON; at most {most}")
    return None


def long_list(given: Any, path: str = "") -> Failed | None:
    """Why an expression is not given this: the first list in it that is too long, by its path.

    >>> long_list({"a": [{"b": list(range(101))}]}).detail
    'a[0].b has 101 entries; at most 100'
    """
    if isinstance(given, Mapping):
        parts = [(f"{path}.{name}".lstrip("."), part) for name, part in given.items()]
    elif isinstance(given, list | tuple):
        if len(given) > limits.LIST_LENGTH_MAX:
            most = limits.LIST_LENGTH_MAX
            return Failed(Reason.SIZE, f"{path} has {len(given)} entries; at most {most}")
        parts = [(f"{path}[{at}]", part) for at, part in enumerate(given)]
    else:
        return None
    found = (long_list(part, name) for name, part in parts)
    return next((one for one in found if one is not None), None)


def _too_long(text: str, most: int, what: str) -> Failed | None:
    try:
        length = len(text.encode())
    except UnicodeEncodeError:
        return Failed(Reason.SYNTAX, f"{what} has half a character in it, which is no text")
    if length > most:
        return Failed(Reason.SIZE, f"{what} has {length} bytes; at most {most}")
    return None
