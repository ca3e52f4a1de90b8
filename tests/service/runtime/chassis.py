"""A chassis without a service: connected brokers, and questions that nobody's business is."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, ClassVar, Literal

from pydantic import TypeAdapter

from libs.contracts.message import Question, Refusal, Value, one_of
from libs.runtime.answers import Answers
from libs.runtime.broker import Broker
from tests.kit.hosting import eventually


class Heard(Value):
    outcome: Literal["heard"] = "heard"
    word: str


class Word(Question):
    subject: ClassVar[str] = "ask.owner.word.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Heard)

    word: str


async def is_connected(broker: Broker) -> bool | None:
    return broker.connected or None


@asynccontextmanager
async def broker_at(url: str, name: str) -> AsyncIterator[Broker]:
    """A connected broker."""
    broker = Broker(url, name)
    broker.open()
    await eventually(lambda: is_connected(broker))
    try:
        yield broker
    finally:
        await broker.close()


@asynccontextmanager
async def owner_at(url: str) -> AsyncIterator[Answers]:
    """Somebody who answers; bind handlers before the next broker asks."""
    broker = Broker(url, "owner")
    answers = Answers(broker, Refusal)
    broker.open()
    try:
        yield answers
    finally:
        await answers.stop()
        await broker.close()
