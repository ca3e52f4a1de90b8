"""Places calls: so many callers, each with a connection of its own, one call after the other.

A caller sends a call's three webhooks in order and waits for each answer; the dial action
goes where the TwiML says.  `voice` times are of the first webhook alone, `call` times the
sum of a call's three answers; a load with another program between them has no such sum.
TwiML is kept and read as XML after the clock has stopped.
"""

import asyncio
import gc
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import uvloop

from tests.bench.forms import Book, Doors, PlannedCall
from tests.bench.wire import Answer, Broken, Connection, action_path, is_twiml

SILENCE_MAX_S = 20.0  # the carrier itself gives up after 15 s: a load that hangs longer is void
REOPEN_AFTER_S = 0.01  # callers who find nobody do not spin


@dataclass
class Tally:
    """What happened to the calls of a load; times in seconds, of the measured window only.

    `routed` calls were told to dial, `ended` ones got their last callback answered.
    """

    placed: int = 0
    routed: int = 0
    ended: int = 0
    non_2xx: int = 0
    broken: int = 0
    voice_seconds: list[float] = field(default_factory=list)
    call_seconds: list[float] = field(default_factory=list)
    twiml: list[bytes] = field(default_factory=list)

    def unparsable(self) -> int:
        """Count the answers that the carrier could not have read."""
        return sum(not is_twiml(body) for body in self.twiml)


@dataclass(frozen=True)
class Load:
    """How calls are placed: so many callers, for so long; only what ends in `seconds` counts."""

    callers: int
    warm_seconds: float
    seconds: float

    @property
    def lasts(self) -> float:
        """Seconds from the first call to the end."""
        return self.warm_seconds + self.seconds


@dataclass(frozen=True)
class Ringing:
    """A call on the line, and where the end of its dialled leg is reported, if one was dialled."""

    call: PlannedCall
    action: str | None
    seconds: float | None  # of the voice webhook; None: it got no good answer


class Line:
    """One caller's connection, opened again when it breaks."""

    def __init__(self, doors: Doors, tally: Tally) -> None:
        self._doors = doors
        self._tally = tally
        self._connection: Connection | None = None

    async def begin(self, call: PlannedCall) -> Ringing:
        """Send the voice webhook and read what to do."""
        self._tally.placed += 1
        answer = await self._ask(call.voice)
        if answer is None:
            return Ringing(call, None, None)
        self._tally.twiml.append(answer.body)
        self._tally.routed += b"<Dial" in answer.body
        return Ringing(call, action_path(answer.body, self._doors.base), answer.seconds)

    async def end(self, ringing: Ringing) -> float | None:
        """Report the leg's end, then the call's; give the seconds of both, None: no such sum."""
        seconds = 0.0 if ringing.action is not None else None
        if ringing.action is not None:
            action = await self._ask(ringing.call.action(self._doors, ringing.action))
            if action is None:
                seconds = None
            else:
                self._tally.twiml.append(action.body)
                seconds = action.seconds
        status = await self._ask(ringing.call.status)
        if status is None:
            return None
        self._tally.ended += 1
        return None if seconds is None else seconds + status.seconds

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()

    async def _ask(self, request: bytes) -> Answer | None:
        try:
            if self._connection is None:
                self._connection = await Connection.open(self._doors)
            answer = await self._connection.ask(request)
        except (Broken, OSError):
            self._tally.broken += 1
            self.close()
            self._connection = None
            await asyncio.sleep(REOPEN_AFTER_S)
            return None
        if 200 <= answer.status < 300:
            return answer
        self._tally.non_2xx += 1
        return None


def place(doors: Doors, book: Book, load: Load) -> Tally:
    """Place calls until the time is over; each call that was begun is also ended."""
    with undisturbed():
        return uvloop.run(_place(doors, book, load))


def ring(doors: Doors, book: Book, load: Load) -> Tally:
    """As `place`, but send voice webhooks only: what a caller hears first, whoever is down."""
    with undisturbed():
        return uvloop.run(_place(doors, book, load, whole=False))


def rush(doors: Doors, calls: Iterable[PlannedCall]) -> tuple[Tally, tuple[Ringing, ...]]:
    """Place calls all at once, each over its own connection, and leave them on the line."""
    tally = Tally()
    return tally, uvloop.run(_rush(doors, tuple(calls), tally))


def hang_up(doors: Doors, calls: Iterable[Ringing], tally: Tally) -> None:
    """End the calls that a rush left on the line."""
    uvloop.run(_hang_up(doors, tuple(calls), tally))


async def _place(doors: Doors, book: Book, load: Load, whole: bool = True) -> Tally:
    tally = Tally()
    opens = time.perf_counter() + load.warm_seconds
    closes = opens + load.seconds

    async def caller() -> None:
        line = Line(doors, tally)
        while time.perf_counter() < closes:
            ringing = await line.begin(book.take())
            rest = await line.end(ringing) if whole else None
            if ringing.seconds is not None and opens <= time.perf_counter() < closes:
                tally.voice_seconds.append(ringing.seconds)
                if rest is not None:
                    tally.call_seconds.append(ringing.seconds + rest)
        line.close()

    async with asyncio.timeout(load.lasts + SILENCE_MAX_S):
        await asyncio.gather(*(caller() for _ in range(load.callers)))
    return tally


async def _rush(doors: Doors, calls: tuple[PlannedCall, ...], tally: Tally) -> tuple[Ringing, ...]:
    async def begin(call: PlannedCall) -> Ringing:
        line = Line(doors, tally)
        ringing = await line.begin(call)
        line.close()
        return ringing

    async with asyncio.timeout(SILENCE_MAX_S):
        return tuple(await asyncio.gather(*(begin(call) for call in calls)))


async def _hang_up(doors: Doors, calls: tuple[Ringing, ...], tally: Tally) -> None:
    line = Line(doors, tally)
    async with asyncio.timeout(SILENCE_MAX_S):
        for ringing in calls:
            await line.end(ringing)
    line.close()


@contextmanager
def undisturbed() -> Iterator[None]:
    """Keep our own garbage collector out of the measured seconds; what is there is no garbage."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()
