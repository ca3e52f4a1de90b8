"""An assistant's answer is bounded: rounds, look-ups, tokens, and what one look-up gives."""

import json
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from services.console.desk.assisting import (
    LOOKS_MAX,
    RESULT_LETTERS_MAX,
    ROUNDS_MAX,
    TOKENS_MAX,
    Assistant,
)
from services.console.domain.helping import Answer
from services.console.domain.lookups import ApiRequest
from services.console.domain.searching import Index
from services.console.domain.talking import Messages, NotAnswered, Turn, Wanted

LIVE = Wanted("1", "list_live_calls", {})


@dataclass
class Model:
    """Says what the test wants, and keeps how it was asked."""

    says: Callable[[bool], Turn]
    asked: list[bool] = field(default_factory=list)
    told: list[Any] = field(default_factory=list)

    async def close(self) -> None:
        """Nothing is open."""

    async def turn(
        self,
        briefing: str,
        messages: Messages,
        tools: Sequence[Mapping[str, Any]],
        *,
        must_answer: bool,
    ) -> AsyncGenerator[str | Turn, None]:
        self.asked.append(must_answer)
        self.told = list(messages)
        yield self.says(must_answer)


def looking(*wanted: Wanted, tokens: int = 1) -> Callable[[bool], Turn]:
    """Looks things up until it must answer."""
    answer = Turn([{"type": "text", "text": "Enough."}], (), tokens)
    return lambda must: answer if must else Turn([], wanted, tokens)


async def answered(model: Model) -> Answer:
    async def look(_: ApiRequest) -> tuple[int, str]:
        return 200, "x" * (RESULT_LETTERS_MAX + 1)

    messages = [{"role": "user", "content": "How many?"}]
    steps = Assistant(model, seconds=60).answer("", messages, look, Index([]))
    (answer,) = [step async for step in steps if isinstance(step, Answer)]
    return answer


async def test_it_looks_so_many_rounds_and_answers_then() -> None:
    model = Model(looking(LIVE))
    assert (await answered(model)).text == "Enough."
    assert model.asked == [False] * ROUNDS_MAX + [True]
    with pytest.raises(NotAnswered, match="only looks things up"):
        await answered(Model(lambda _: Turn([], (LIVE,), 1)))


async def test_it_looks_so_much_up() -> None:
    model = Model(looking(*[LIVE] * (LOOKS_MAX + 1)))
    await answered(model)
    results = model.told[-1]["content"]
    assert [one["is_error"] for one in results] == [False] * LOOKS_MAX + [True]
    assert model.asked == [False, True]


async def test_it_says_so_much() -> None:
    model = Model(looking(LIVE, tokens=TOKENS_MAX // 2))
    await answered(model)
    assert model.asked == [False, False, True]


async def test_a_look_up_gives_so_much() -> None:
    model = Model(looking(LIVE))
    await answered(model)
    told = json.loads(model.told[-1]["content"][0]["content"])
    assert len(told["data"]) == RESULT_LETTERS_MAX
    assert "cut: ask more narrowly" in told["what"]
