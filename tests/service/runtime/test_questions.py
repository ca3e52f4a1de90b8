"""Questions are answered once, in time, or refused with a reason; silence is known at once."""

import asyncio
import logging

import psycopg
import pytest
from nats.aio.msg import Msg

from libs.contracts.message import Refusal
from libs.runtime.answers import Declined
from libs.runtime.ask import Ask, Refused, Unanswered
from libs.runtime.broker import Broker
from libs.runtime.deadline import HEADER, Deadline
from tests.kit.hosting import eventually
from tests.service.runtime.chassis import Heard, Word, broker_at, owner_at

SOON = 5_000


async def test_an_answer_comes_back(nats_url: str) -> None:
    async with owner_at(nats_url) as owner:

        @owner.to(Word, in_flight_max=1)
        async def word(question: Word, deadline: Deadline) -> Heard:
            assert 0 < deadline.remaining_ms <= SOON
            return Heard(word=question.word)

        async with broker_at(nats_url, "asker") as broker:
            ask = Ask(broker)
            answer = await eventually(lambda: ask(Word(word="hello"), Deadline.within(SOON)))
            assert answer == Heard(word="hello")


async def test_handlers_run_side_by_side_up_to_a_limit(nats_url: str) -> None:
    go = asyncio.Event()
    begun = 0
    async with owner_at(nats_url) as owner:

        @owner.to(Word, in_flight_max=2)
        async def word(question: Word, _: Deadline) -> Heard:
            nonlocal begun
            begun += 1
            await go.wait()
            return Heard(word=question.word)

        async with broker_at(nats_url, "asker") as broker:
            ask = Ask(broker)
            waiting = [
                asyncio.create_task(ask(Word(word=str(n)), Deadline.within(SOON))) for n in (1, 2)
            ]

            async def both() -> bool | None:
                return True if begun == 2 else None

            await eventually(both)
            with pytest.raises(Refused) as no:
                await ask(Word(word="3"), Deadline.within(SOON))
            assert no.value.code == "busy"
            go.set()
            assert [answer.word for answer in await asyncio.gather(*waiting)] == ["1", "2"]


async def test_a_question_past_its_deadline_is_not_worked_on(nats_url: str) -> None:
    worked: list[str] = []
    async with owner_at(nats_url) as owner:

        @owner.to(Word, in_flight_max=5)
        async def word(question: Word, _: Deadline) -> Heard:
            worked.append(question.word)
            return Heard(word=question.word)

        async with broker_at(nats_url, "asker") as broker:
            ask = Ask(broker)
            await eventually(lambda: ask(Word(word="first"), Deadline.within(SOON)))
            late = {HEADER: Deadline.within(-1_000).header()}
            await broker.client.publish(Word.subject, b'{"word":"late"}', headers=late)
            await ask(Word(word="last"), Deadline.within(SOON))
            assert worked == ["first", "last"]


async def test_every_fault_becomes_a_refusal(
    nats_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    faults = {
        "declined": Declined("not_found", "no such word", [("word", "unknown")]),
        "away": psycopg.OperationalError("the connection is lost"),
        "broken": ZeroDivisionError("a bug"),
    }
    async with owner_at(nats_url) as owner:

        @owner.to(Word, in_flight_max=5)
        async def word(question: Word, _: Deadline) -> Heard:
            raise faults[question.word]

        async with broker_at(nats_url, "asker") as broker:
            ask = Ask(broker)

            async def refused(text: str) -> Refusal | None:
                try:
                    await ask(Word(word=text), Deadline.within(SOON))
                except Refused as no:
                    refusal: Refusal = no.refusal
                    return refusal
                return None

            declined = await eventually(lambda: refused("declined"))
            assert (declined.code, declined.fields[0].path) == ("not_found", "word")
            caplog.clear()
            with caplog.at_level(logging.WARNING):
                away = await eventually(lambda: refused("away"))
                broken = await eventually(lambda: refused("broken"))
            assert (away.code, broken.code) == ("unavailable", "internal")
            traced = [record.exc_info is not None for record in caplog.records]
            assert traced == [False, True], "an absent database needs no stack trace, a bug does"


async def test_a_malformed_question_names_its_fields(nats_url: str) -> None:
    async with owner_at(nats_url) as owner:

        @owner.to(Word, in_flight_max=5)
        async def word(question: Word, _: Deadline) -> Heard:
            return Heard(word=question.word)

        async with broker_at(nats_url, "asker") as broker:

            async def refusal() -> Refusal | None:
                reply = await broker.client.request(Word.subject, b'{"word": 7}', timeout=1)
                return Refusal.model_validate_json(reply.data)

            await eventually(lambda: Ask(broker)(Word(word="hello"), Deadline.within(SOON)))
            said = await eventually(refusal)
            assert (said.code, [field.path for field in said.fields]) == ("malformed", ["word"])


async def test_nobody_listening_is_known_at_once(nats_url: str) -> None:
    async with broker_at(nats_url, "asker") as broker:
        with pytest.raises(Unanswered, match="nobody listens"):
            await Ask(broker)(Word(word="hello"), Deadline.within(60_000))


async def test_no_connection_is_known_at_once() -> None:
    with pytest.raises(Unanswered, match="not connected"):
        await Ask(Broker("nats://127.0.0.1:1", "asker"))(
            Word(word="hello"), Deadline.within(60_000)
        )


async def test_three_unanswered_questions_open_the_breaker(nats_url: str) -> None:
    async with broker_at(nats_url, "owner") as silent, broker_at(nats_url, "asker") as broker:
        await silent.client.subscribe(Word.subject, cb=says_nothing)
        ask = Ask(broker)
        said = []

        async def unanswered() -> bool | None:
            with pytest.raises(Unanswered) as no:
                await ask(Word(word="hello"), Deadline.within(50))
            said.append(str(no.value))
            return True if "too many" in said[-1] else None

        await eventually(unanswered)
        assert sum("no answer in time" in text for text in said) == 3


async def says_nothing(_: Msg) -> None:
    """Hear a question."""


async def test_a_suspended_owner_is_silent_at_once_and_resumes(nats_url: str) -> None:
    async with owner_at(nats_url) as owner:

        @owner.to(Word, in_flight_max=5)
        async def word(question: Word, _: Deadline) -> Heard:
            return Heard(word=question.word)

        async with broker_at(nats_url, "asker") as broker:
            ask = Ask(broker)
            await eventually(lambda: ask(Word(word="one"), Deadline.within(SOON)))
            await owner.suspend()

            async def silent() -> bool | None:
                try:
                    await ask(Word(word="two"), Deadline.within(SOON))
                except Unanswered as no:
                    return "nobody listens" in str(no)
                return None

            assert await eventually(silent)
            await owner.resume()
            assert await eventually(lambda: ask(Word(word="three"), Deadline.within(SOON)))
