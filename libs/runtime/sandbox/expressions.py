"""CEL: conditions over values.  Whatever takes too long ends with its process."""

import re
from collections.abc import Sequence
from typing import Any

import cel
import orjson

from libs.runtime.sandbox.allowance import killed_after
from libs.runtime.sandbox.limits import ANSWER_BYTES_MAX, CPU_SECONDS
from libs.runtime.sandbox.outcome import Reason, failure, success

_WHERE = re.compile(r"<input>:(\d+):\d+: (?:Syntax error: )?([^\n]*)")
_GIVES = "an expression gives true or false, a text or a number"


class _Fault(Exception):
    """No value; its argument is the failure as a worker says it."""


def evaluate(expression: str, variables: dict[str, Any]) -> bytes:
    """What an expression is worth."""
    try:
        with killed_after(CPU_SECONDS):
            return success(_told(_value(expression, variables)))
    except _Fault as fault:
        return bytes(fault.args[0])


def first_true(expressions: Sequence[str], variables: dict[str, Any]) -> bytes:
    """The place of the first expression that is true; null where none is."""
    try:
        with killed_after(CPU_SECONDS):
            for place, expression in enumerate(expressions):
                if _holds(_value(expression, variables, place), place):
                    return success(str(place).encode())
    except _Fault as fault:
        return bytes(fault.args[0])
    return success(b"null")


def check(expression: str) -> bytes:
    """Read an expression without evaluating it."""
    try:
        with killed_after(CPU_SECONDS):
            _read(expression, "")
    except _Fault as fault:
        return bytes(fault.args[0])
    return success(b"null")


def _value(expression: str, variables: dict[str, Any], place: int | None = None) -> Any:
    which = "" if place is None else f"expression {place + 1}: "
    program = _read(expression, which)
    try:
        return program.execute(variables)
    except Exception as fault:
        raise _Fault(failure(Reason.THREW, which + _said(fault))) from fault


def _read(expression: str, which: str) -> cel.Program:
    try:
        return cel.compile(expression)
    except ValueError as fault:
        where = _WHERE.search(str(fault))
        text, line = (where[2], int(where[1])) if where else (str(fault), None)
        raise _Fault(failure(Reason.SYNTAX, which + text, line)) from fault


def _holds(value: Any, place: int) -> bool:
    if isinstance(value, bool):
        return value
    text = f"expression {place + 1} gave {type(value).__name__}; it must be true or false"
    raise _Fault(failure(Reason.RESULT, text))


def _told(value: Any) -> bytes:
    if not isinstance(value, bool | int | float | str):
        raise _Fault(failure(Reason.RESULT, f"it gave {type(value).__name__}; {_GIVES}"))
    if isinstance(value, float) and not -float("inf") < value < float("inf"):
        raise _Fault(failure(Reason.RESULT, f"it gave {value}; {_GIVES}"))
    told = orjson.dumps(value)
    if len(told) > ANSWER_BYTES_MAX:
        raise _Fault(failure(Reason.SIZE, f"it gave more than {ANSWER_BYTES_MAX} bytes"))
    return told


def _said(fault: Exception) -> str:
    """What a fault means to whoever wrote the expression."""
    if isinstance(fault, KeyError):
        return f"there is no {fault.args[0]!r}: ask for it with has() first"
    return str(fault)
