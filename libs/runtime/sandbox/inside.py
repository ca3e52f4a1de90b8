"""A worker, seen from inside: one call after the other, until its service goes.

Run by a service, never by people: reads from its standard input, answers on its output.
"""

import os
import resource
import signal
import sys
from typing import Any, BinaryIO

import orjson

from libs.runtime.sandbox import expressions, quickjs
from libs.runtime.sandbox.limits import WORKER_DATA_BYTES
from libs.runtime.sandbox.quickjs import QuickJs
from libs.runtime.sandbox.wire import read_frame, write_frame


def main() -> None:
    """Get ready, say so, serve."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever interrupts the service means the service
    questions, answers = _pipes()
    code = read_frame(questions)
    if code is None:
        return
    made = b"" if code else quickjs.compiled()
    engine = QuickJs(code or made)
    _try_out(engine)
    _shut_in()
    write_frame(answers, made)
    while (question := read_frame(questions)) is not None:
        write_frame(answers, answer(engine, orjson.loads(question)))


def answer(engine: QuickJs, question: dict[str, Any]) -> bytes:
    """What became of one call."""
    match question.pop("do"):
        case "run":
            return engine.run(**question)
        case "check":
            return engine.check(**question)
        case "evaluate":
            return expressions.evaluate(**question)
        case "first_true":
            return expressions.first_true(**question)
        case _:
            return expressions.check(**question)


def _pipes() -> tuple[BinaryIO, BinaryIO]:
    """Our two ends; whatever a library prints goes elsewhere."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return sys.stdin.buffer, answers


def _try_out(engine: QuickJs) -> None:
    """Show that both engines work, and load what they load when first used."""
    assert engine.run("return a + b", ("a", "b"), "[1, 2]", 0, 0) == b'{"value":3}'
    assert engine.run("return /(a+)+b$/.x.y", (), "[]", 0, 0).startswith(b'{"failed":"threw"')
    assert expressions.evaluate("a.all(x, x > 0)", {"a": [1, 2]}) == b'{"value":true}'
    assert expressions.evaluate("a.b", {"a": {}}).startswith(b'{"failed":"threw"')
    assert expressions.check("a +").startswith(b'{"failed":"syntax"')


def _shut_in() -> None:
    """Nothing is opened, written or started from here on, and memory has an end.

    Code of users has no way to try; should it ever find one, this is the next wall.
    """
    in_use = max(int(name) for name in os.listdir("/dev/fd"))
    for what, most in (
        (resource.RLIMIT_NOFILE, in_use),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_DATA, WORKER_DATA_BYTES),
    ):
        resource.setrlimit(what, (most, most))


if __name__ == "__main__":
    main()
