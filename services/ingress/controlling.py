"""An operator's hand on a live line: the carrier does it, and a fact of the call says who."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from libs.contracts.calls import CallStatus, Fact, LegEnded
from libs.contracts.controlling import CallControlled, Controlled, ControlLine, LegLeft
from libs.contracts.voice import Dial, DialRecording
from libs.runtime.clock import Clock
from libs.runtime.deadline import Deadline
from services.ingress.carrier.lines import CarrierLines
from services.ingress.domain.callbacks import Leg
from services.ingress.twilio_forms import DIAL_ACTION_SEQUENCE
from services.ingress.twiml import Scene, render

Tell = Callable[[Fact], Awaitable[None]]


class Controlling:
    """One per process; holds no state of its own."""

    def __init__(self, lines: CarrierLines, base_url: str, tell: Tell, clock: Clock) -> None:
        self._lines = lines
        self._base_url = base_url
        self._tell = tell
        self._clock = clock

    async def control(self, question: ControlLine, deadline: Deadline) -> Controlled:
        """Have the carrier do it, and tell; raise Declined."""
        order = question.account_sid, question.call_sid, question.control
        await self._lines.control(*order, self._transfer(question), deadline)
        now = self._clock.now()
        about = question.model_dump(include=set(CallControlled.model_fields))
        await self._tell(CallControlled(**about, at=now, seen_at=now))
        if question.leaves is not None:
            await self._tell(_left(question, question.leaves, now))
        return Controlled(control=question.control, step=question.step, at=now)

    def _transfer(self, question: ControlLine) -> str:
        """A leg that the router did not decide; where nobody takes it, the fallback plan does."""
        if question.destination is None:
            return ""
        recording = DialRecording.DUAL if question.record else DialRecording.NOT
        leg = Leg(question.call_id, question.step, question.account_id, fell_back=0)
        scene = Scene(self._base_url, question.caller, question.dialled, leg)
        return render(
            (Dial(destination=question.destination, recording=recording),), scene
        ).decode()


def _left(question: ControlLine, leg: LegLeft, now: datetime) -> LegEnded:
    """What else the dial action says, to which a caller who is led away does not come back."""
    return LegEnded(
        call_id=question.call_id,
        account_id=question.account_id,
        step=leg.step,
        sequence=DIAL_ACTION_SEQUENCE,
        at=now,
        seen_at=now,
        status=CallStatus.COMPLETED,
        bridged=True,
        seconds=leg.seconds,
    )
