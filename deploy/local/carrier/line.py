"""A caller's line while it lives: how time passes on it, and who may end it."""

import asyncio
import math
from dataclasses import dataclass, field

from deploy.local.carrier import forms
from deploy.local.carrier.clock import Clock
from deploy.local.carrier.fetch import Errand
from deploy.local.carrier.ledger import CallEntry, Ledger, NumberConfig
from deploy.local.carrier.mail import Mail
from deploy.local.carrier.refusals import Refused
from deploy.local.carrier.report import LegReport, Mishap, Params
from deploy.local.carrier.script import Script
from deploy.local.carrier.verbs import Document

CALL_SECONDS_MAX = 14_400  # Twilio ends every call after four hours
UNANSWERED_SECONDS_MAX = 120  # callers' own carriers drop an unanswered call after 60 to 120 s


class LineEnded(Exception):
    """The call is over; `status` is its end where no answer decides it."""

    def __init__(self, status: str) -> None:
        super().__init__(status)
        self.status = status


class CallerGone(LineEnded):
    """It is over because the caller, time or the REST API ended it."""


class Redirected(Exception):
    """The REST API gave the call another document."""

    def __init__(self, document: Document | None, url: str, method: str) -> None:
        super().__init__(url)
        self.document = document
        self.url = url
        self.method = method


@dataclass(slots=True)
class Line:
    """One inbound call.  All times are scripted seconds of the clock."""

    account_sid: str
    entry: CallEntry
    number: NumberConfig
    script: Script
    extra: Params  # goes with every request about the caller's line
    clock: Clock
    ledger: Ledger
    mail: Mail
    recordings_url: str
    began: float = field(init=False)
    hangs_up_at: float = field(init=False)
    legs: list[LegReport] = field(default_factory=list)
    spoken: list[str] = field(default_factory=list)
    whispered: list[str] = field(default_factory=list)
    mishaps: list[Mishap] = field(default_factory=list)
    cut: set[str] = field(default_factory=set)  # legs that the REST API ended
    _order: CallerGone | Redirected | None = None
    _poked: bool = False
    _alarm: "asyncio.Future[None] | None" = None

    def __post_init__(self) -> None:
        self.began = self.clock.seconds()
        after = self.script.hangup_after
        self.hangs_up_at = math.inf if after is None else self.began + after

    @property
    def now(self) -> float:
        """The present scripted second."""
        return self.clock.seconds()

    def answer(self) -> None:
        """Pick up, if nobody has."""
        if self.entry.status == "ringing":
            self.entry.answer(self.now)
            self.mail.say("the caller's line is answered")

    def form(self, entry: CallEntry) -> dict[str, str]:
        """The parameters that every request about the call, or one of its legs, has."""
        extra = self.extra if entry is self.entry else {}
        return forms.voice(self.account_sid, entry, extra)

    def close(self, ended: LineEnded) -> None:
        """Nobody is on the line any more."""
        if self.entry.ended_at is None:
            status = "completed" if self.entry.answered else ended.status
            self.entry.end(status, self.now, self.clock.now())
            self.mail.say(f"the caller's line is closed: {status}")

    async def document(self, event: str, url: str, method: str, params: Params) -> Document:
        """Fetch a document; a failure is noted, then raised as `Refused`."""
        late = self.mail.delay(event)
        if late and self.entry.ended_at is None:
            await self.pass_time(late)
        elif late:  # the caller has gone and ends nothing any more
            await self.clock.alarm(self.now + late)
        try:
            return await self.mail.document(Errand(event, url, method, params))
        except Refused as refused:
            self.note(refused, url)
            raise

    def note(self, refused: Refused, url: str) -> None:
        """Write a refusal into the report, as Twilio does into its debugger."""
        self.mishaps.append(Mishap(refused.number, str(refused), url))
        self.mail.say(f"error       {refused}")

    async def status_callback(self, event: str, entry: CallEntry, url: str, method: str) -> None:
        """Tell how a call or a leg stands."""
        params = self.form(entry) | forms.status(entry, self.clock.now())
        if entry.parent_sid is not None and "CallDuration" in params:
            params["SipResponseCode"] = self.script.callee(entry.called).answer_code(entry.status)
        await self.mail.callback(Errand(event, url, method, params))

    async def pass_time(self, seconds: float) -> None:
        """Let time pass; raises what ends or turns the call in the meantime."""
        at = self.now + seconds
        while self.now < at:
            await self.wait_until(at)

    async def wait_until(self, at: float) -> None:
        """As `pass_time`, but returns early when something about a leg has changed."""
        while True:
            self.heed()
            if await self.mail.deliver_due():
                continue
            if self._poked or self.now >= at:
                self._poked = False
                return
            self._alarm = self.clock.alarm(min(at, self.mail.next_due, self._leaves_at))
            await self._alarm

    def order(self, order: CallerGone | Redirected) -> None:
        """Turn or end the call, from outside."""
        self._order = order
        self._poke()

    def cut_leg(self, sid: str) -> None:
        """End one leg, from outside."""
        self.cut.add(sid)
        self._poke()

    def _poke(self) -> None:
        self._poked = True
        if self._alarm is not None and not self._alarm.done():
            self._alarm.set_result(None)

    def heed(self) -> None:
        """Raise what has ended or turned the call since somebody last looked."""
        order, self._order = self._order, None
        if order is not None:
            self._poked = False
            raise order
        if self.now >= self._leaves_at:
            raise CallerGone(self.script.abandoned)

    @property
    def _leaves_at(self) -> float:
        limit = CALL_SECONDS_MAX if self.entry.answered else UNANSWERED_SECONDS_MAX
        return min(self.hangs_up_at, self.began + limit)
