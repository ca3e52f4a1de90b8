"""Tracking's desk: facts go in, records come out.  Holds the order of the I/O."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from libs.contracts.calls import Fact
from libs.contracts.ids import AccountId, CallId
from libs.contracts.recordings import FindRecording, RecordingFound
from libs.contracts.tracking import (
    CallDetail,
    CallRecord,
    Calls,
    CallState,
    GetCall,
    ListCalls,
    ListLiveCalls,
    TimelineEntry,
)
from services.tracking.domain.call import Heard, fold
from services.tracking.domain.cells import Told
from services.tracking.domain.cursor import Place, read_cursor, write_cursor
from services.tracking.domain.firing import Fired, fired
from services.tracking.domain.fitting import fitting
from services.tracking.domain.record import record_of
from services.tracking.domain.recordings import find
from services.tracking.domain.unfit import Missing
from services.tracking.store.calls import Listed

TIMELINE_MAX = 1_000  # facts; a call that rings for ten minutes at 5 s a leg has some 600
_LIVE = tuple(state for state in CallState if state.live)


class Entry(Protocol):
    """One transaction of the journal."""

    async def remember(self, heard: Sequence[Heard]) -> list[Heard]:
        """Keep facts; give the new ones."""

    async def lock(self, call_ids: Sequence[CallId]) -> Mapping[CallId, Told]:
        """What was told of these calls; nobody else adds to it until the end."""

    async def save(self, calls: Sequence[tuple[CallRecord, Told]]) -> None:
        """Replace what was told of these calls, and what they count for."""

    async def fire(self, all_fired: Sequence[Fired]) -> None:
        """Have pixels told that calls have reached these points."""


class Journal(Protocol):
    """Where facts are written down."""

    def entry(self) -> AbstractAsyncContextManager[Entry]:
        """Begin a transaction."""


class CallsOf(Protocol):
    """Where calls are read, one account at a time."""

    async def page(self, question: ListCalls, after: Place | None, limit: int) -> list[Listed]:
        """The next calls of a list."""

    async def one(
        self, account_id: AccountId, call_id: CallId, facts_max: int
    ) -> tuple[Told, list[TimelineEntry]] | None:
        """One call with its facts."""


class Desk:
    """One per process; holds no state of its own."""

    def __init__(self, journal: Journal, calls: CallsOf) -> None:
        self._journal = journal
        self._calls = calls

    async def keep(self, heard: Sequence[Heard]) -> None:
        """Keep facts and fold the new ones into their calls, all in one transaction."""
        async with self._journal.entry() as entry:
            await self.enter(entry, heard)

    async def enter(self, entry: Entry, heard: Sequence[Heard]) -> None:
        """The same within a transaction that does something else besides."""
        facts: defaultdict[CallId, list[Fact]] = defaultdict(list)
        for new in await entry.remember(heard):
            facts[new.fact.call_id].append(new.fact)
        if not facts:
            return
        known = await entry.lock(list(facts))
        told = {call_id: fold(known[call_id], facts[call_id]) for call_id in facts}
        records = {call_id: record_of(call_id, now) for call_id, now in told.items()}
        await entry.save([(records[call_id], now) for call_id, now in told.items()])
        await entry.fire(
            [
                one
                for call_id, now in told.items()
                for one in fired(call_id, known[call_id], records[call_id], now)
            ]
        )

    async def list_calls(self, question: ListCalls) -> Calls:
        """One page; raises CursorUnreadable."""
        after = read_cursor(question.cursor) if question.cursor is not None else None
        listed = await self._calls.page(question, after, question.limit + 1)
        records = [record_of(one.place.call_id, one.told) for one in listed[: question.limit]]
        shown = fitting(records)
        if shown == len(listed):
            return Calls(calls=tuple(records))
        cursor = write_cursor(listed[shown - 1].place)
        return Calls(calls=tuple(records[:shown]), cursor=cursor)

    async def live_calls(self, question: ListLiveCalls) -> Calls:
        """One page of the calls that are on the line; raises CursorUnreadable."""
        return await self.list_calls(
            ListCalls(
                account_id=question.account_id,
                states=_LIVE,
                cursor=question.cursor,
                limit=question.limit,
            )
        )

    async def call(self, question: GetCall) -> CallDetail | None:
        """One call with its timeline; None where the account has no such call."""
        found = await self._calls.one(question.account_id, question.call_id, TIMELINE_MAX + 1)
        if found is None:
            return None
        told, timeline = found
        record = record_of(question.call_id, told)
        shown = min(fitting([record, *timeline]) - 1, TIMELINE_MAX)
        return CallDetail(
            call=record,
            timeline=tuple(timeline[:shown]),
            complete=shown == len(timeline),
        )

    async def recording(self, question: FindRecording) -> RecordingFound:
        """One recording that can be heard; raise Missing or Unfit."""
        found = await self._calls.one(question.account_id, question.call_id, 0)
        if found is None:
            raise Missing
        return find(found[0], question.recording_sid)
