"""A router that answers as a test tells it, and may be silent."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from libs.contracts.calls import Fact
from libs.contracts.catalogue import CATALOGUE
from libs.contracts.fallback import (
    AskFallbackPlans,
    FallbackPlan,
    FallbackPlans,
    SealedCarrier,
)
from libs.contracts.message import Refusal
from libs.contracts.routing import (
    AdmitCall,
    Close,
    ContinueCall,
    DialNext,
    Stop,
)
from libs.contracts.streams import STREAMS
from libs.contracts.voice import Dial
from libs.runtime.answers import Answers
from libs.runtime.broker import Broker
from libs.runtime.deadline import Deadline
from libs.runtime.streams import declare_stream
from tests.service.ingress.stage import ACCOUNT, PLAN, TARGET, WITHIN_SECONDS, eventually

REFUSAL = Refusal(code="internal", text="the database is away")

Decision = DialNext | Close | Stop | Refusal


def dial(step: int = 0, **more: Any) -> DialNext:
    return DialNext(account_id=ACCOUNT, step=step, dial=Dial(destination=TARGET, **more))


class PlayedRouter:
    """Answers as it is told, and remembers what it was asked, and in how many ms to answer."""

    def __init__(self, nats_url: str) -> None:
        self.broker = Broker(nats_url, "router")
        self.asked: list[AdmitCall | ContinueCall] = []
        self.asked_within_ms: list[float] = []
        self.asked_for_plans: list[AskFallbackPlans] = []
        self.decision: Decision | None = dial()  # None: it never answers
        self.plans: tuple[FallbackPlan, ...] = (PLAN,)
        self.withdrawn: tuple[str, ...] = ()
        self.carriers: tuple[SealedCarrier, ...] = ()
        self.version = 1
        self.listening = asyncio.Event()
        self._answers = Answers(self.broker, Refusal)
        for question in (AdmitCall, ContinueCall):
            self._answers.to(question, in_flight_max=100)(self._decide)
        self._answers.to(AskFallbackPlans, in_flight_max=100)(self._tell_plans)
        self.broker.on_connected(self._prepare)

    async def _prepare(self) -> None:
        """Run after the answers' own hook: when the server has heard this, it has heard them."""
        for stream in STREAMS:
            await declare_stream(self.broker, stream)
        await self.broker.client.flush()
        self.listening.set()

    async def _decide(self, question: AdmitCall | ContinueCall, deadline: Deadline) -> Any:
        self.asked.append(question)
        self.asked_within_ms.append(deadline.remaining_ms)
        if self.decision is None:
            await asyncio.sleep(3_600)
        return self.decision

    async def _tell_plans(self, question: AskFallbackPlans, _: Deadline) -> FallbackPlans:
        self.asked_for_plans.append(question)
        after = question.after or ""
        left = [plan for plan in self.plans if plan.number > after]
        return FallbackPlans(
            version=self.version,
            more=len(left) > 1,  # one plan a page
            plans=tuple(left[:1]),
            withdrawn=self.withdrawn,
            carriers=self.carriers,
        )

    async def facts(self) -> list[Fact]:
        """Everything in the stream, in its order."""
        jetstream = self.broker.jetstream
        state = (await jetstream.stream_info("EVENTS")).state
        found = []
        for sequence in range(max(state.first_seq, 1), state.last_seq + 1):
            message = await jetstream.get_msg("EVENTS", sequence)
            kind: Any = CATALOGUE[message.subject or ""]
            fact: Fact = kind.model_validate_json(message.data or b"")
            found.append(fact)
        return found

    async def facts_once(self, count: int) -> list[Fact]:
        """The stream's facts once there are so many."""

        async def look() -> list[Fact] | None:
            found = await self.facts() if self.broker.connected else []
            return found if len(found) >= count else None

        return await eventually(look)


@asynccontextmanager
async def played_router(nats_url: str) -> AsyncIterator[PlayedRouter]:
    router = PlayedRouter(nats_url)
    router.broker.open()
    try:
        async with asyncio.timeout(WITHIN_SECONDS):
            await router.listening.wait()
        yield router
    finally:
        await router.broker.close()
