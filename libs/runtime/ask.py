"""Asking another service: one answer within the time that is left, or a clear no."""

import asyncio
import logging
from collections import defaultdict
from typing import Any, ClassVar, Protocol

from nats.errors import Error as NatsError
from nats.errors import MaxPayloadError, NoRespondersError
from pydantic import TypeAdapter, ValidationError

from libs.runtime.breaker import Breaker
from libs.runtime.broker import Broker, NotConnected
from libs.runtime.deadline import HEADER, Deadline
from libs.runtime.telemetry import span, trace_headers

log = logging.getLogger(__name__)


class Asked(Protocol):
    """A question as the chassis sees it."""

    subject: ClassVar[str]
    answers: ClassVar[TypeAdapter[Any]]

    def model_dump_json(self) -> str:
        """Its payload."""


class Unanswered(Exception):
    """No answer came: nobody listens, time ran out, or the breaker is open."""


class TooLarge(Unanswered):
    """The question does not fit into a message; asking again is no use."""


class Refused(Exception):
    """The owner understood and will not; `refusal` says why."""

    def __init__(self, refusal: Any) -> None:
        super().__init__(f"{refusal.code}: {refusal.text}")
        self.refusal = refusal
        self.code: str = refusal.code


class Ask:
    """Asks over one connection, with a breaker for each subject."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._breakers: defaultdict[str, Breaker] = defaultdict(Breaker)

    async def __call__(self, question: Asked, deadline: Deadline) -> Any:
        """Give the owner's outcome; raise Unanswered or Refused.

        Nobody listening and no connection are known at once, without waiting.
        """
        subject = question.subject
        breaker = self._breakers[subject]
        if breaker.open:
            raise Unanswered(f"{subject}: too many went unanswered")
        if not deadline.remaining_seconds:
            raise Unanswered(f"{subject}: no time was left to ask")
        with span(f"ask {subject}"):
            payload = await self._request(question, deadline, breaker)
        try:
            answer = question.answers.validate_json(payload)
        except ValidationError as fault:
            raise Unanswered(f"{subject}: the answer cannot be read") from fault
        if answer.outcome == "refused":
            raise Refused(answer)
        return answer

    async def _request(self, question: Asked, deadline: Deadline, breaker: Breaker) -> bytes:
        subject = question.subject
        within_seconds = deadline.remaining_seconds
        try:
            # The client's own timeout begins only when the question has left: on a stalled
            # connection that may be never.
            async with asyncio.timeout(within_seconds):
                reply = await self._broker.client.request(
                    subject,
                    question.model_dump_json().encode(),
                    timeout=within_seconds,
                    headers=trace_headers({HEADER: deadline.header()}),
                )
        except MaxPayloadError as fault:
            raise TooLarge(f"{subject}: the question is larger than a message") from fault
        except NoRespondersError as fault:
            raise Unanswered(f"{subject}: nobody listens") from fault
        except NotConnected as fault:
            raise Unanswered(f"{subject}: not connected") from fault
        except (TimeoutError, NatsError) as fault:
            breaker.failed()
            raise Unanswered(f"{subject}: no answer in time") from fault
        breaker.succeeded()
        return reply.data
