"""The controlling desk: finds the line of a live call, and has the ingress do what is wanted."""

from libs.contracts.controlling import ControlCall, Controlled
from libs.contracts.tracking import GetCall
from libs.runtime.ask import Ask
from libs.runtime.clock import Clock
from libs.runtime.deadline import Deadline
from services.tracking.desk.calls import Desk
from services.tracking.domain.controlling import line_of
from services.tracking.domain.unfit import Missing


class ControllingDesk:
    """One per process; holds no state of its own."""

    def __init__(self, calls: Desk, ask: Ask, clock: Clock) -> None:
        self._calls = calls
        self._ask = ask
        self._clock = clock

    async def control(self, question: ControlCall, deadline: Deadline) -> Controlled:
        """Have it done; raise Missing or Unfit, or as the ingress answers: Refused, Unanswered."""
        found = await self._calls.call(
            GetCall(account_id=question.account_id, call_id=question.call_id)
        )
        if found is None:
            raise Missing
        line = line_of(question, found.call, found.timeline, self._clock.now())
        done: Controlled = await self._ask(line, deadline)
        return done
