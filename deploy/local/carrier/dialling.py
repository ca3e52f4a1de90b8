"""One Dial: its legs ring together, one is bridged, and the action is told how it ended.

Nothing here runs side by side: the next thing that happens on any leg is looked up, time
passes until then, and it happens.  So a Dial is the same every time it is played.
"""

import contextlib
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urljoin

from deploy.local.carrier import forms
from deploy.local.carrier.callee import Callee
from deploy.local.carrier.destinations import Destination, caller_id, destination
from deploy.local.carrier.ledger import CallEntry, new_sid
from deploy.local.carrier.line import CallerGone, Line, Redirected
from deploy.local.carrier.refusals import Refused
from deploy.local.carrier.report import LegReport
from deploy.local.carrier.tape import Listener, Tape
from deploy.local.carrier.verbs import Dial, Document, Noun, NounKind

Fetch = Callable[[str, str, str, dict[str, str]], Awaitable[Document]]
Whisper = Callable[[CallEntry, Callee, str, str], Awaitable[bool]]


@dataclass(slots=True)
class _Leg:
    """One dialled destination; `events` is what its phone is yet to do, and when."""

    noun: Noun
    destination: Destination
    callee: Callee
    entry: CallEntry
    started_at: float
    events: list[tuple[float, str]]
    bridged: bool = False

    @property
    def next_at(self) -> float:
        return self.events[0][0] if self.events else math.inf


class Dialling:
    """Performs one Dial of a caller."""

    def __init__(
        self, line: Line, verb: Dial, document: Document, fetch: Fetch, whisper: Whisper
    ) -> None:
        self._line = line
        self._verb = verb
        self._document = document
        self._fetch = fetch
        self._whisper = whisper
        self._ringing: list[_Leg] = []
        self._last: _Leg | None = None  # the leg that ended last: the action tells of it
        self._tape: Tape | None = None
        self._deadline = line.now + verb.timeout

    async def perform(self) -> Document | None:
        """Dial, and return the document to go on with; None: the next verb."""
        if not self._verb.answer_on_bridge:
            self._line.answer()
        try:
            await self._dial_all()
            winner = await self._ring()
            if winner is not None:
                await self._talk(winner)
        except CallerGone as gone:
            self._line.close(gone)
            await self._hang_up()
            if not self._line.script.action_lost:
                with contextlib.suppress(Refused):  # noted; there is nobody to fall back for
                    await self._action(gone=True)
            raise
        except Redirected:
            await self._hang_up()
            raise
        await self._stop_tape()
        return await self._action(gone=False)

    async def _dial_all(self) -> None:
        line = self._line
        ours = {line.entry.called, *(one.phone_number for one in line.ledger.numbers.values())}
        for noun in self._verb.nouns:
            try:
                target = destination(noun)
                shown = caller_id(noun, self._verb.caller_id, line.entry.caller, ours)
            except Refused as refused:
                line.note(refused, self._document.url)
                continue
            self._ringing.append(self._leg(noun, target, shown))
        if self._ringing and self._verb.record.startswith("record-from-ringing"):
            await self._start_tape()
        for leg in self._ringing:
            await self._tell(leg, "initiated")

    def _leg(self, noun: Noun, target: Destination, shown: str) -> _Leg:
        line = self._line
        callee = line.script.callee(target.address)
        entry = CallEntry(
            sid=new_sid("CA"),
            caller=shown,
            called=target.address,
            direction="outbound-dial",
            created=line.clock.now(),
            status="initiated",
            parent_sid=line.entry.sid,
        )
        line.ledger.open(entry)
        line.mail.say(f"dials       {target.address} as {shown}")
        return _Leg(noun, target, callee, entry, line.now, callee.events(line.now))

    async def _ring(self) -> _Leg | None:
        """Ring until somebody wants the caller, or nobody is left."""
        line = self._line
        while self._ringing:
            leg = min(self._ringing, key=lambda one: one.next_at)
            at = min(leg.next_at, self._deadline)
            if cut := [one for one in self._ringing if one.entry.sid in line.cut]:
                await self._end(cut[0], "canceled")
            elif line.now < at:
                await line.wait_until(at)
            elif leg.next_at > self._deadline:
                await self._end(leg, "no-answer")
            elif await self._happen(leg):
                return leg
        return None

    async def _happen(self, leg: _Leg) -> bool:
        """What a phone does next; True once the caller is bridged to it."""
        _, event = leg.events.pop(0)
        if event == "ringing":
            leg.entry.status = "ringing"
            await self._tell(leg, "ringing")
        elif event != "answered":
            await self._end(leg, event)
        elif leg.callee.declines and leg.noun.url is None:
            await self._end(leg, "busy")
        else:
            return await self._pick_up(leg)
        return False

    async def _pick_up(self, leg: _Leg) -> bool:
        line = self._line
        leg.entry.answer(line.now)
        line.mail.say(f"answers     {leg.destination.address}")
        await self._tell(leg, "answered")
        if self._tape is None and self._verb.record.startswith("record-from-answer"):
            await self._start_tape()
        if not await self._accepts(leg) or leg.entry.sid in line.cut:
            await self._end(leg, "completed")
            return False
        leg.bridged = True
        line.answer()
        line.mail.say(f"bridged     {leg.destination.address}")
        for other in [one for one in self._ringing if one is not leg]:
            await self._end(other, "canceled")
        return True

    async def _accepts(self, leg: _Leg) -> bool:
        if leg.noun.url is None:
            return True
        url = urljoin(self._document.url, leg.noun.url)
        return await self._whisper(leg.entry, leg.callee, url, leg.noun.method)

    async def _talk(self, leg: _Leg) -> None:
        """Let the two talk until one hangs up, or the time limit or the REST API ends it."""
        line = self._line
        assert leg.entry.answered_at is not None
        limit = leg.entry.answered_at + self._verb.time_limit
        talked, stays_until = line.now + leg.callee.talk, line.hangs_up_at
        if leg.callee.hangs_up:
            limit = min(limit, talked)
        else:
            line.hangs_up_at = min(stays_until, talked)
        while line.now < limit and leg.entry.sid not in line.cut:
            await line.wait_until(limit)
        line.hangs_up_at = stays_until
        await self._end(leg, "completed")

    async def _hang_up(self) -> None:
        """Nobody is there to be connected: end whatever rings or talks."""
        for leg in list(self._ringing):
            await self._end(leg, "completed" if leg.entry.answered else "canceled")
        await self._stop_tape()

    async def _end(self, leg: _Leg, status: str) -> None:
        line, entry = self._line, leg.entry
        self._ringing.remove(leg)
        self._last = leg
        entry.end(status, line.now, line.clock.now())
        line.legs.append(_report(leg, line.began))
        line.mail.say(f"leg ends    {leg.destination.address}: {status}, {entry.duration} s")
        await self._tell(leg, "completed")

    async def _tell(self, leg: _Leg, event: str) -> None:
        noun = leg.noun
        if noun.status_callback is None or event not in noun.status_callback_event:
            return
        url = urljoin(self._document.url, noun.status_callback)
        await self._line.status_callback(event, leg.entry, url, noun.status_callback_method)

    async def _start_tape(self) -> None:
        verb = self._verb
        told = verb.recording_status_callback
        url = None if told is None else urljoin(self._document.url, told)
        method, events = verb.recording_status_callback_method, verb.recording_status_callback_event
        channels = 2 if verb.record.endswith("-dual") else 1
        self._tape = Tape(self._line, "DialVerb", channels, Listener(url, method, events))
        await self._tape.start()

    async def _stop_tape(self) -> None:
        if self._tape is not None:
            await self._tape.stop()

    async def _action(self, *, gone: bool) -> Document | None:
        if self._verb.action is None:
            return None
        leg = self._last
        recording = self._tape.recording if self._tape else None
        bridged = leg is not None and leg.bridged
        entry = leg.entry if leg else None
        params = forms.dial_action(entry, bridged=bridged, recording=recording)
        if leg is not None and leg.noun.kind is NounKind.SIP:
            code = leg.callee.answer_code(leg.entry.status)
            params |= {"DialSipCallId": f"{leg.entry.sid}@sip", "DialSipResponseCode": code}
        if gone:
            params["CallStatus"] = "completed"  # also of a caller whose line nobody answered
        url = urljoin(self._document.url, self._verb.action)
        return await self._fetch("action", url, self._verb.method, params)


def _report(leg: _Leg, began: float) -> LegReport:
    entry = leg.entry
    assert entry.ended_at is not None
    return LegReport(
        sid=entry.sid,
        destination=entry.called,
        caller_id=entry.caller,
        headers=leg.destination.headers,
        status=entry.status,
        bridged=leg.bridged,
        started_at=leg.started_at - began,
        answered_at=None if entry.answered_at is None else entry.answered_at - began,
        ended_at=entry.ended_at - began,
        duration=entry.duration,
    )
