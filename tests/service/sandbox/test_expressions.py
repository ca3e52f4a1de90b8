"""Expressions give what they are worth, within limits, whatever they try."""

import asyncio

import pytest

from libs.runtime.sandbox.outcome import Failed, Reason, Value
from libs.runtime.sandbox.sandbox import Sandbox
from tests.service.sandbox.stage import Guest, whole

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_an_expression_gives_what_it_is_worth(guest: Guest) -> None:
    tags = {"source": "mail", "age": "64"}
    assert await guest.cel("tags.source == 'mail' && int(tags.age) > 60", tags=tags) == Value(True)
    assert await guest.cel("tags.source + '!'", tags=tags) == Value("mail!")
    assert await guest.cel("has(tags.other) ? 1 : 2.5", tags=tags) == Value(2.5)
    assert await guest.cel("tags.other", tags=tags) == Failed(
        Reason.THREW, "there is no 'other': ask for it with has() first"
    )


async def test_the_first_expression_that_is_true_is_found(sandbox: Sandbox) -> None:
    async def first(*expressions: str) -> Value | Failed:
        return await sandbox.first_true(expressions, {"a": 5}, owner="guest")

    assert await first("a > 7", "a > 4", "nonsense") == Value(1)
    assert await first("a > 7", "a > 6") == Value(None)
    assert await first("a > 7", "b") == Failed(
        Reason.THREW,
        "expression 2: Undefined variable or function: 'b'. Check that the variable is defined in "
        "the context or that the function name is spelled correctly.",
    )
    assert await first("a > 7", "a") == Failed(
        Reason.RESULT, "expression 2 gave int; it must be true or false"
    )


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        pytest.param("a.map(x, a.map(y, a.map(z, x))).size()", Reason.SIZE, id="three loops"),
        pytest.param("b.size()", Reason.SIZE, id="a long list"),
        pytest.param("true || " * 400 + "true", Reason.SIZE, id="a long expression"),
        pytest.param("(" * 300 + "1" + ")" * 300, Reason.SYNTAX, id="300 parentheses"),
        pytest.param("[" * 900 + "]" * 900, Reason.SYNTAX, id="900 brackets"),
        pytest.param("'x'.matches('(a{1000}){1000}')", Reason.THREW, id="a huge pattern"),
        pytest.param("[1, a]", Reason.RESULT, id="a list"),
        pytest.param("null", Reason.RESULT, id="null"),
        pytest.param("1.0 / 0.0", Reason.RESULT, id="infinity"),
        pytest.param("1 / 0", Reason.THREW, id="division by zero"),
    ],
)
async def test_an_expression_that_asks_too_much_gives_a_reason(
    guest: Guest, expression: str, reason: Reason
) -> None:
    more = {"b": [0] * 101} if "b." in expression else {}

    came = await guest.cel(expression, a=[0] * 100, **more)

    assert isinstance(came, Failed)
    assert came.reason == reason, came


async def test_a_pattern_cannot_make_an_expression_slow(guest: Guest) -> None:
    assert await guest.cel("a.matches('^(a+)+$')", a="a" * 5_000 + "b") == Value(False)


async def test_an_expression_without_end_ends_with_its_worker(
    guest: Guest, neighbour: Guest
) -> None:
    long = "[" + "0," * 800 + "0]"
    code = f"{long}.map(x, a.map(y, [x + y, x, y])).size()"

    came, beside = await asyncio.gather(guest.cel(code, a=[0] * 100), neighbour.is_well())

    assert came == Failed(Reason.TIME, "it used too much CPU time")
    assert beside
    await whole(guest.sandbox)
    assert await guest.is_well()


async def test_expressions_are_read_before_they_are_kept(sandbox: Sandbox) -> None:
    assert await sandbox.check_cel("tags.a == 'b'") is None
    broken = await sandbox.check_cel("tags.a ==\n  == 'b'")
    assert broken is not None
    assert (broken.reason, broken.line) == (Reason.SYNTAX, 2)
    assert broken.detail.startswith("extraneous input '=='")
    deep = await sandbox.check_cel("a.all(x, x.all(y, y.all(z, z)))")
    assert deep is not None
    assert deep.reason is Reason.SIZE
