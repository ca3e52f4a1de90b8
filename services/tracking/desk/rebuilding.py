"""The rebuilding desk: makes what calls come to again, from the facts as they were heard.

Calls go on meanwhile: each portion is locked as a fold locks it, and the sums are made at one
moment.  What is right already stays as it is, word for word.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from libs.contracts.calls import Fact
from libs.contracts.ids import CallId
from libs.contracts.tracking import CallRecord
from services.tracking.domain.call import FACTS, fold
from services.tracking.domain.cells import Told
from services.tracking.domain.parties import parties_of
from services.tracking.domain.record import listed_at, record_of
from services.tracking.domain.tally import lines_of
from services.tracking.store.archive import FIRST, Archive
from services.tracking.store.journal import Entry, Journal
from services.tracking.store.rollups import Rollups
from services.tracking.store.visit_conversions import VisitConversions

PORTION = 200  # calls that are locked together, as long as a batch of facts


@dataclass(slots=True)
class Found:
    """What a rebuild came to: how much was not as the facts have it."""

    calls: int = 0
    records: int = 0
    tallies: int = 0
    bookings: int = 0
    sums: int = 0

    @property
    def differences(self) -> int:
        """All of it; none, if nothing was ever miscounted."""
        return self.records + self.tallies + self.bookings + self.sums


class RebuildingDesk:
    """One for each run of the command."""

    def __init__(
        self, archive: Archive, journal: Journal, rollups: Rollups, conversions: VisitConversions
    ) -> None:
        self._archive = archive
        self._journal = journal
        self._rollups = rollups
        self._conversions = conversions

    async def compare(self) -> Found:
        """Look for what is not as the facts have it; change nothing."""
        found = Found(tallies=await self._conversions.uncounted())
        async for portion in self._portions():
            await self._look_at(portion, found, mend=False)
        found.sums = await self._rollups.differences()
        return found

    async def rebuild(self) -> Found:
        """Make everything again, and say what was different."""
        found = Found(sums=await self._rollups.differences())
        async for portion in self._portions():
            await self._look_at(portion, found, mend=True)
        while counted := await self._conversions.count_some(PORTION):
            found.tallies += counted
        await self._rollups.sum_anew()
        return found

    async def _portions(self) -> AsyncIterator[Sequence[CallId]]:
        for period in await self._archive.periods():
            after = FIRST
            while portion := await self._archive.calls(period, after, PORTION):
                yield portion
                after = portion[-1]

    async def _look_at(self, call_ids: Sequence[CallId], found: Found, *, mend: bool) -> None:
        async with self._journal.entry() as entry:
            known = await entry.reopen(call_ids)
            facts = await facts_of(entry, call_ids)
            unread = await entry.unread(call_ids)
            parties = await entry.parties(call_ids)
            lines: defaultdict[CallId, list[dict[str, Any]]] = defaultdict(list)
            for line in await entry.counted(call_ids):
                lines[line["call_id"]].append(line)
            made = folded_anew(known, facts)
            wrong: list[tuple[CallRecord, Told]] = []
            misbooked = await entry.misbooked(list(made.values()))
            for call_id, (record, told) in made.items():
                mistold = told != known[call_id] or call_id in unread
                mistold = mistold or parties.get(call_id, set()) != parties_of(record)
                miscounted = _lines(record, told) != [_counts(line) for line in lines[call_id]]
                found.records += mistold
                found.tallies += miscounted
                found.bookings += call_id in misbooked
                if mistold or miscounted or call_id in misbooked:
                    wrong.append((record, told))
            found.calls += len(call_ids)
            if mend and wrong:
                await entry.save(wrong)


def folded_anew(
    known: Mapping[CallId, Told], facts: Mapping[CallId, list[Fact]]
) -> dict[CallId, tuple[CallRecord, Told]]:
    """What calls come to by these facts alone."""
    made: dict[CallId, tuple[CallRecord, Told]] = {}
    for call_id, before in known.items():
        told = fold(replace(before, least={}, greatest={}), facts[call_id])
        made[call_id] = (record_of(call_id, told), told)
    return made


async def facts_of(entry: Entry, call_ids: Sequence[CallId]) -> defaultdict[CallId, list[Fact]]:
    """All that was heard of these calls."""
    facts: defaultdict[CallId, list[Fact]] = defaultdict(list)
    for call_id, subject, payload in await entry.heard(call_ids):
        facts[call_id].append(FACTS[subject].model_validate_json(payload))
    return facts


def _lines(record: CallRecord, told: Told) -> list[dict[str, Any]]:
    """What a call should count for; a column that is nothing is left out, as when it is read."""
    lines = lines_of(record, datetime.fromisoformat(listed_at(told)))
    return [{name: value for name, value in line.items() if value is not None} for line in lines]


def _counts(line: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in line.items() if name not in ("call_id", "filed_on")}
