"""A call's webhooks: documents fetched, callbacks sent, and the faults that befall them.

Callbacks go out in order and one at a time, so that a played call is repeatable; it is
the script's faults that lose, double, delay or swap them.
"""

import asyncio
import math
from collections.abc import Callable
from dataclasses import replace

from deploy.local.carrier import twiml
from deploy.local.carrier.clock import Clock
from deploy.local.carrier.fetch import Errand, Fetcher
from deploy.local.carrier.refusals import Refused
from deploy.local.carrier.report import Step
from deploy.local.carrier.script import Script
from deploy.local.carrier.verbs import Document

TWIML_FETCHES_MAX = 100  # a call that asks for more documents runs in a circle

Narrate = Callable[[str], None]


class Mail:
    """Everything one call sends.  Times are scripted seconds of the clock."""

    def __init__(self, fetcher: Fetcher, clock: Clock, script: Script, narrate: Narrate) -> None:
        self._fetcher = fetcher
        self._clock = clock
        self._script = script
        self._narrate = narrate
        self._began = clock.seconds()
        self._due: list[tuple[float, Errand]] = []
        self._held: list[Errand] = []  # reordered: each waits for the next one to go first
        self._documents = 0
        self.steps: list[Step] = []

    def say(self, text: str) -> None:
        """Narrate, with the second of the call before it."""
        self._narrate(f"{self._clock.seconds() - self._began:7.1f}s  {text}")

    async def document(self, errand: Errand) -> Document:
        """Fetch TwiML, or raise `Refused`."""
        self._documents += 1
        if self._documents > TWIML_FETCHES_MAX:
            raise Refused(11215, f"more than {TWIML_FETCHES_MAX} documents in one call")
        copies = 2 if self._script.fault("duplicate", errand.event) else 1
        step, *_ = await self._send(errand, copies=copies, retried=True)
        where = len(self.steps) - copies
        try:
            return _read(step)
        except Refused as refused:
            self.steps[where] = replace(step, error=refused.number)
            raise

    def delay(self, event: str) -> float:
        """How many seconds late this event is, by the script."""
        fault = self._script.fault("delay", event)
        return fault.seconds if fault else 0.0

    async def callback(self, errand: Errand, *, after: float = 0.0) -> None:
        """Send a callback now, or so many seconds later; its answer changes nothing."""
        if self._script.fault("drop", errand.event):
            self.say(f"lost        {errand.event} callback")
            return
        after += self.delay(errand.event)
        if after:
            self._due.append((self._clock.seconds() + after, errand))
        elif self._script.fault("reorder", errand.event):
            self._held.append(errand)
        else:
            await self._deliver(errand)

    @property
    def next_due(self) -> float:
        """When the next delayed callback is to go; infinity if there is none."""
        return min((at for at, _ in self._due), default=math.inf)

    async def deliver_due(self) -> bool:
        """Send what has come due; False if nothing had."""
        now = self._clock.seconds()
        due = sorted((one for one in self._due if one[0] <= now), key=lambda one: one[0])
        self._due = [one for one in self._due if one[0] > now]
        for _, errand in due:
            await self._deliver(errand)
        return bool(due)

    async def deliver_all(self) -> None:
        """After the call: send whatever is left, each in its time."""
        while self._due:
            await self._clock.alarm(self.next_due)
            await self.deliver_due()
        held, self._held = self._held, []
        for errand in held:
            await self._deliver(errand)

    async def _deliver(self, errand: Errand) -> None:
        held, self._held = self._held, []
        for one in (errand, *held):
            copies = 2 if self._script.fault("duplicate", one.event) else 1
            await self._send(one, copies=copies, retried=False)

    async def _send(self, errand: Errand, *, copies: int, retried: bool) -> list[Step]:
        """Send one errand, or several copies at the same moment."""
        at = self._clock.seconds() - self._began
        one = (self._fetcher.send(errand, at, retried=retried) for _ in range(copies))
        steps = await asyncio.gather(*one)
        self.steps += steps
        for step in steps:
            self.say(_line(step))
        return steps


def _read(step: Step) -> Document:
    if step.error is not None:
        answer = f"HTTP {step.status}" if step.status else "no answer"
        raise Refused(step.error, f"{answer} from {step.url}")
    return twiml.parse(step.body, step.content_type, step.url)


def _line(step: Step) -> str:
    told = (
        "DialCallStatus",
        "DialBridged",
        "CallStatus",
        "RecordingStatus",
        "TranscriptionStatus",
        "Digits",
        "SpeechResult",
    )
    facts = " ".join(
        f"{name}={_shown(name, step.params[name])}" for name in told if name in step.params
    )
    came = f"{step.status}" if step.status else f"no answer, {step.error}"
    return (
        f"{step.event:<11} {step.method} {step.url}  {facts}  -> {came} ({step.latency_ms:.0f} ms)"
    )


def _shown(name: str, value: str) -> str:
    """What a caller gave may be a secret: a menu's key is told, of all else only how much it was.

    >>> _shown("Digits", "1"), _shown("Digits", "4111"), _shown("SpeechResult", "it is four")
    ('1', '****', '(3 words)')
    """
    if name == "Digits" and len(value) > 1:
        return "*" * len(value)
    return f"({len(value.split())} words)" if name == "SpeechResult" else value
