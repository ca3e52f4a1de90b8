"""Code gives what it returns, and what it tries is contained, on the real thing."""

import asyncio
import statistics
import time
from collections.abc import Callable
from typing import Any

import pytest

from libs.runtime.sandbox import limits
from libs.runtime.sandbox.outcome import Failed, Reason, Value
from libs.runtime.sandbox.sandbox import Sandbox
from tests.service.sandbox.stage import NOW, WORKERS, Guest, workers

pytestmark = pytest.mark.asyncio(loop_scope="module")

CALLS = 15  # of which the middle one says how long a call takes
EITHER = {Reason.TIME, Reason.MEMORY}  # whichever ends first on this machine


async def test_code_gives_what_it_returns(guest: Guest) -> None:
    assert await guest.is_well()
    assert await guest.js("return [a, b.c, null, 'é']", a=1.5, b={"c": "x"}) == Value(
        [1.5, "x", None, "é"]
    )
    assert await guest.js("// says nothing") == Value(None)


async def test_the_same_call_gives_the_same_again(guest: Guest) -> None:
    code = "return [Math.random(), Math.random(), Date.now(), '' + new Date(), performance.now()]"

    first = await guest.js(code)

    assert isinstance(first, Value)
    assert first.value[0] != first.value[1]
    assert first.value[2:4] == [NOW.timestamp() * 1_000, "Sat Nov 28 2026 12:00:00 GMT+0000"]
    assert [await guest.js(code) for _ in range(WORKERS * 2)] == [first] * (WORKERS * 2)
    other = await guest.js(code, seed=8)
    assert isinstance(other, Value)
    assert other.value[0] != first.value[0]


async def test_nothing_stays_from_one_call_to_the_next(guest: Guest) -> None:
    spoil = """
        Object.prototype.route = "stolen"; Array.prototype.map = null; JSON.stringify = null;
        globalThis.kept = tags; Math.random = () => 4; Date.now = () => 0; eval = null;
        return 1
    """
    for _ in range(WORKERS):
        assert await guest.js(spoil, tags={"secret": "s"}) == Value(1)
    look = "return [({}).route, typeof kept, typeof Array.prototype.map, typeof JSON.stringify]"
    for _ in range(WORKERS):
        assert await guest.js(look) == Value([None, "undefined", "function", "function"])
        assert await guest.is_well()


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        pytest.param("for (;;);", Reason.TIME, id="endless loop"),
        pytest.param("return /^(a+)+$/.test('a'.repeat(40) + 'b')", Reason.TIME, id="ReDoS"),
        pytest.param(
            "const a = []; for (;;) a.push(new Uint8Array(1e5))", Reason.MEMORY, id="memory bomb"
        ),
        pytest.param("const a = []; for (;;) a.push({})", EITHER, id="memory in small pieces"),
        pytest.param("return new Uint8Array(1e8).length", Reason.MEMORY, id="one large piece"),
        pytest.param(
            "const u = new Uint8Array(8e6); for (;;) u.fill(1)", Reason.TIME, id="long built-ins"
        ),
        pytest.param("(function f() { f() })()", Reason.STACK, id="deep recursion"),
        pytest.param(
            "const f = () => { try { f() } finally { f() } }; f()", Reason.STACK, id="caught depth"
        ),
        pytest.param(f"return {'[' * 9_000}{']' * 9_000}", Reason.STACK, id="deep nesting"),
        pytest.param("return 'x'.repeat(9000)", Reason.SIZE, id="huge output"),
        pytest.param("return 'é'.repeat(5000)", Reason.SIZE, id="huge output in bytes"),
        pytest.param("return 1 //" + "x" * 40_000, Reason.SIZE, id="huge code"),
        pytest.param("let a = [1]; for (;;) a = [a]", Reason.TIME, id="deep data"),
        pytest.param(
            "function f() { Promise.resolve().then(f).then(f) } for (;;) f()",
            EITHER,
            id="promise flood",
        ),
        pytest.param("return Promise.resolve(1)", Reason.RESULT, id="a promise"),
        pytest.param("return import('os')", Reason.RESULT, id="import"),
        pytest.param("import os from 'os'", Reason.SYNTAX, id="static import"),
        pytest.param("return require('fs')", Reason.THREW, id="require"),
        pytest.param("return process.env", Reason.THREW, id="process"),
        pytest.param("return fetch('http://10.0.0.1/')", Reason.THREW, id="fetch"),
        pytest.param("return new Worker('x')", Reason.THREW, id="worker"),
        pytest.param("return new Function('return process')()", Reason.THREW, id="Function"),
        pytest.param("return (0, eval)('std.open(1)')", Reason.THREW, id="std"),
        pytest.param("return WebAssembly", Reason.THREW, id="WebAssembly"),
        pytest.param("const a = {}; a.a = a; return a", Reason.RESULT, id="a circle"),
        pytest.param("return 10n", Reason.RESULT, id="no JSON"),
        pytest.param("return {toJSON() { for (;;); }}", Reason.TIME, id="loop while written"),
        pytest.param("throw {toString() { for (;;); }}", Reason.TIME, id="loop while blamed"),
        pytest.param("throw new Proxy({}, {get() { throw 1 }})", Reason.THREW, id="odd error"),
        pytest.param("throw new Error('x'.repeat(1e6))", Reason.THREW, id="long error"),
    ],
)
async def test_an_attack_is_contained_and_nobody_else_notices(
    guest: Guest, neighbour: Guest, code: str, reason: Reason | set[Reason]
) -> None:
    before = {worker.pid for worker in workers()}

    came, beside = await asyncio.gather(guest.js(code), neighbour.is_well())

    assert isinstance(came, Failed)
    assert came.reason in (reason if isinstance(reason, set) else {reason}), came
    assert len(came.detail) <= limits.DETAIL_MAX
    assert beside
    assert await guest.is_well()
    assert {worker.pid for worker in workers()} == before  # not even a worker was lost


async def test_endless_loops_hold_up_no_other_owner(guest: Guest, neighbour: Guest) -> None:
    """Were a neighbour to wait for a loop, each call would take what a loop takes."""
    alone = await median_seconds(neighbour)
    attack = asyncio.create_task(ever(lambda: guest.js("for (;;);")))
    second = asyncio.create_task(ever(lambda: guest.cel("a.map(x, a).size() < 0", a=[1] * 100)))

    beside = await median_seconds(neighbour)

    attack.cancel()
    second.cancel()
    await asyncio.wait([attack, second])
    assert beside < alone + limits.CPU_SECONDS / 2


async def median_seconds(guest: Guest) -> float:
    took = []
    for _ in range(CALLS):
        began = time.perf_counter()
        assert await guest.is_well()
        took.append(time.perf_counter() - began)
    return statistics.median(took)


async def ever(call: Callable[[], Any]) -> None:
    while True:
        await call()


async def test_a_fault_names_its_line(guest: Guest) -> None:
    assert await guest.js("const a = 1\n\nnobody(a)\nreturn 1") == Failed(
        Reason.THREW, "ReferenceError: nobody is not defined", 3
    )
    assert await guest.js("const a = 1\n\nreturn a.b.c") == Failed(
        Reason.THREW, "TypeError: cannot read property 'c' of undefined"
    )
    assert await guest.js("throw 'no'") == Failed(Reason.THREW, "no")


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("const a = 1;\nlet b = ;\n", 2),
        ("if (true) {\n  return 1\n", 3),
        ("return 1}); (function () {", 1),
        ("return 1}}); ({ body() {{", 1),
        ("await 1", 1),
    ],
)
async def test_code_that_cannot_be_read_is_told_by_line(
    sandbox: Sandbox, code: str, line: int
) -> None:
    found = await sandbox.check_js(code, ("tags",))

    assert found is not None
    assert (found.reason, found.line) == (Reason.SYNTAX, line), found
    assert found.detail


async def test_code_is_read_without_running(sandbox: Sandbox) -> None:
    assert await sandbox.check_js("for (;;); // here", ("tags",)) is None


async def test_what_a_call_is_given_has_a_limit(guest: Guest) -> None:
    assert await guest.js("return a.length", a="x" * 8_000) == Value(8_000)
    came = await guest.js("return a.length", a="x" * 8_200)
    assert came == Failed(Reason.SIZE, "it is given 8204 bytes of JSON; at most 8192")
    assert await guest.js("return '\ud800'") == Failed(
        Reason.SYNTAX, "the code has half a character in it, which is no text"
    )
    assert await guest.js("return 1", a=1 << 70) == Failed(
        Reason.SIZE, "what it is given is no JSON: Integer exceeds 64-bit range"
    )
    assert await guest.cel("size(a) > 0", a="x" * 8_200) == Failed(
        Reason.SIZE, "it is given 8208 bytes of JSON; at most 8192"
    )
