"""Answers questions about the product, step by step, and keeps what was asked and told."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from libs.runtime.clock import Clock
from services.console.domain.access import Principal
from services.console.domain.helping import Answer, Step, answer_of
from services.console.store.limits import Limits
from services.console.store.manual import ManualShelf
from services.console.store.questions import Questions

WINDOW = timedelta(hours=1)
FOUND_MAX = 8


class TooManyQuestions(Exception):
    """Somebody asks too often; `seconds` until she may again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"wait {seconds} seconds")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and the conversation that it goes on with."""

    question: str
    conversation_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it is kept."""

    question_id: UUID
    conversation_id: UUID
    asked_at: datetime
    answer: Answer


class HelpDesk:
    """Takes questions."""

    def __init__(
        self,
        questions: Questions,
        limits: Limits,
        manual: ManualShelf,
        clock: Clock,
        *,
        per_hour: int,
    ) -> None:
        self._questions = questions
        self._limits = limits
        self._manual = manual
        self._clock = clock
        self._per_hour = per_hour

    async def admit(self, who: Principal) -> None:
        """Count one more question before it is answered; raise TooManyQuestions."""
        now, seconds = self._clock.now(), WINDOW.total_seconds()
        window = datetime.fromtimestamp(now.timestamp() // seconds * seconds, UTC)
        key = f"help/{who.account_id}/{asker_of(who)}"
        if await self._limits.count(key, window) > self._per_hour:
            raise TooManyQuestions(int((window + WINDOW - now).total_seconds()) + 1)

    async def answer(self, who: Principal, asked: Asked) -> AsyncGenerator[Step | Kept, None]:
        """The steps of an answer, and at the end what was kept of it."""
        asked_at = self._clock.now()
        final: Answer | None = None
        async for step in self._steps(asked):
            yield step
            if isinstance(step, Answer):
                final = step
        assert final is not None, "every way ends with an answer"
        yield await self._keep(who, asked, asked_at, final)

    async def _steps(self, asked: Asked) -> AsyncGenerator[Step, None]:
        manual = await self._manual.manual()
        yield answer_of(manual.index.search(asked.question, FOUND_MAX))

    async def _keep(self, who: Principal, asked: Asked, asked_at: datetime, answer: Answer) -> Kept:
        kept = Kept(uuid4(), asked.conversation_id or uuid4(), asked_at, answer)
        row = {
            "question_id": kept.question_id,
            "conversation_id": kept.conversation_id,
            "asker_id": asker_of(who),
            "asker": who.name,
            "role": who.role.value,
            "asked_at": asked_at,
            "answered_at": self._clock.now(),
            "question": asked.question,
            **answer.shown(),
        }
        await self._questions.keep(who.account_id, row)
        return kept


def asker_of(who: Principal) -> UUID:
    """Who asks: a person or a program."""
    id_ = who.person_id or who.key_id
    assert id_ is not None, "one of them is authenticated"
    return id_
