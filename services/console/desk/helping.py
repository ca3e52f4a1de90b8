"""Answers questions, step by step, and keeps what was asked and told.

An assistant answers where there is one; where it does not, the manual does by itself.
"""

import logging
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from libs.runtime.clock import Clock
from services.console.desk.assisting import Assistant, Look
from services.console.desk.counting import QUESTIONS, Counting
from services.console.domain.access import Principal
from services.console.domain.helping import Anew, Answer, Step, Telling, answer_of
from services.console.domain.searching import Index
from services.console.domain.talking import Messages, NotAnswered, briefing_for
from services.console.store.manual import ManualShelf
from services.console.store.questions import Questions

FOUND_MAX = 8
REMEMBERED_MAX = 6  # questions of a conversation that the assistant is told again

log = logging.getLogger(__name__)


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
        counting: Counting,
        manual: ManualShelf,
        clock: Clock,
        *,
        per_hour: int,
        assistant: Assistant | None = None,
    ) -> None:
        self.questions = questions
        self._counting = counting
        self.manual = manual
        self._clock = clock
        self._per_hour = per_hour
        self._assistant = assistant

    async def close(self) -> None:
        """Close what the assistant has open."""
        if self._assistant is not None:
            await self._assistant.close()

    async def admit(self, who: Principal) -> None:
        """Count one more question before it is answered; raise TooOften."""
        key = f"help/{who.account_id}/{asker_of(who)}"
        await self._counting.count(QUESTIONS, key, self._per_hour)

    async def answer(
        self, who: Principal, asked: Asked, look: Look
    ) -> AsyncGenerator[Step | Kept, None]:
        """The steps of an answer, and at the end what was kept of it; `look` has her rights."""
        asked_at = self._clock.now()
        final: Answer | None = None
        async for step in self._steps(who, asked, look):
            yield step
            if isinstance(step, Answer):
                final = step
        assert final is not None, "every way ends with an answer"
        yield await self._keep(who, asked, asked_at, final)

    async def _steps(self, who: Principal, asked: Asked, look: Look) -> AsyncGenerator[Step, None]:
        index = (await self.manual.manual()).index
        note = ""
        if self._assistant is not None:
            told = False
            try:
                async for step in self._assisted(self._assistant, who, asked, look, index):
                    told = told or isinstance(step, Telling)
                    yield step
            except NotAnswered as no:
                log.warning("the assistant has not answered: %s", no, exc_info=True)
                note = f"Claude has not answered ({no}): these parts of the manual fit."
            else:
                return
            if told:
                yield Anew(note)
        yield answer_of(index.search(asked.question, FOUND_MAX), note)

    async def _assisted(
        self, assistant: Assistant, who: Principal, asked: Asked, look: Look, index: Index
    ) -> AsyncGenerator[Step, None]:
        messages = [*await self._earlier(who, asked), _said("user", asked.question)]
        briefing = briefing_for(who, self._clock.now())
        async for step in assistant.answer(briefing, messages, look, index):
            yield step

    async def _earlier(self, who: Principal, asked: Asked) -> Messages:
        """What was said before in the conversation, if it is hers."""
        if asked.conversation_id is None:
            return []
        rows = await self.questions.conversation(
            who.account_id, asker_of(who), asked.conversation_id, REMEMBERED_MAX
        )
        return [
            message
            for question, answer in rows
            for message in (_said("user", question), _said("assistant", answer))
        ]

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
        await self.questions.keep(who.account_id, row)
        return kept


def _said(role: str, text: str) -> dict[str, str]:
    return {"role": role, "content": text}


def asker_of(who: Principal) -> UUID:
    """Who asks: a person or a program."""
    id_ = who.person_id or who.key_id
    assert id_ is not None, "one of them is authenticated"
    return id_
