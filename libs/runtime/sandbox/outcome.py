"""What a call in the sandbox comes to: a value, or why there is none."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson

from libs.runtime.sandbox.limits import DETAIL_MAX


class Reason(StrEnum):
    """Why a call gave no value."""

    BUSY = "busy"  # no worker was free in time
    DIED = "died"  # its worker ended in the middle of it
    MEMORY = "memory"
    RESULT = "result"  # it gave what cannot be read
    SIZE = "size"  # of what it was given, or gave back
    STACK = "stack"  # it called itself too deep
    SYNTAX = "syntax"
    THREW = "threw"  # an error of its own, which nobody caught
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Value:
    """What the code gave, as JSON has it."""

    value: Any


@dataclass(frozen=True, slots=True)
class Failed:
    """No value.  `line` is the line of the user's code, from 1, where one is to blame."""

    reason: Reason
    detail: str
    line: int | None = None


def read_answer(text: bytes) -> Value | Failed:
    """What a worker said; it may have been taken over, so nothing of it is believed unseen."""
    try:
        said = orjson.loads(text)
    except orjson.JSONDecodeError:
        return Failed(Reason.RESULT, "what it gave is no JSON, or nested too deep")
    match said:
        case {"value": value}:
            return Value(value)
        case {"failed": reason, "detail": str(detail)} if reason in list(Reason):
            line = said.get("line")
            where = line if isinstance(line, int) else None
            return Failed(Reason(reason), detail[:DETAIL_MAX], where)
        case _:
            return Failed(Reason.RESULT, "its worker gave something else than an answer")


def failure(reason: Reason, detail: str, line: int | None = None) -> bytes:
    """A failure as a worker says it."""
    return orjson.dumps({"failed": reason, "detail": detail[:DETAIL_MAX], "line": line})


def success(value: bytes) -> bytes:
    """A value, which is JSON already, as a worker says it."""
    return b'{"value":' + value + b"}"
