"""The reconciling desk: reads the carrier's list, holds it against ours, has gaps filled.

This is how an outage of everything but the carrier is healed: facts that nobody could keep are
said again by the ingress, from the carrier's own list, and fold like any others.
"""

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from libs.contracts.carrier_calls import (
    CarrierCall,
    CarrierCalls,
    Carriers,
    FactsSaid,
    ListCarrierCalls,
    ListCarriers,
    SayAgain,
    Wanted,
)
from libs.contracts.carrier_numbers import CarrierAccount
from libs.contracts.ids import AccountId
from libs.contracts.reconciling import (
    WINDOW_MAX,
    Difference,
    GetReconciliation,
    ListReconciliations,
    ReconcileCalls,
    Reconciliation,
    ReconciliationChanged,
    ReconciliationDetail,
    Reconciliations,
    ReconciliationState,
    Started,
)
from libs.runtime.ask import Ask, Refused, Unanswered
from libs.runtime.clock import Clock
from libs.runtime.deadline import Deadline
from libs.runtime.outbox import Announcement, Outbox
from libs.runtime.rounds import Rounds
from services.tracking.domain.reconciling import Found, gaps_of, list_of, unlisted
from services.tracking.domain.unfit import Missing
from services.tracking.store.reconciling import Reconciling

PAGE_MS = 12_000  # the carrier's own limit is ten seconds
PAGES_MAX = 2_000  # a million calls and legs
EVERY_SECONDS = 600.0
FIRST = timedelta(hours=3)  # of a carrier account that was never compared
AGAIN = timedelta(hours=1)  # is compared once more: calls that lasted are over by now
EDGE = timedelta(minutes=1)  # clocks differ: at the ends of a time nothing is called unlisted
SETTLED_AFTER = timedelta(minutes=5)  # facts of younger calls may be under way
KEPT_BY_CARRIER = timedelta(days=30)  # an older gap is asked for by hand
UNDER_WAY_MAX = 4  # that people asked for, of one process

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Window:
    """Calls of a carrier account that began within a time."""

    carrier: CarrierAccount
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the carrier's list, and where it began."""

    cursor: str | None
    calls: tuple[CarrierCall, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of comparing: whose calls were listed, and the gaps, by account."""

    account_sid: str
    listed: Counter[AccountId]
    found: dict[AccountId, list[Found]]
    said: Counter[AccountId]


class Busy(Exception):
    """Too many are under way."""


class ReconcilingDesk:
    """One per process."""

    def __init__(self, store: Reconciling, ask: Ask, outbox: Outbox, clock: Clock) -> None:
        self._store = store
        self._ask = ask
        self._outbox = outbox
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()
        self._rounds = Rounds("tracking-reconciling", EVERY_SECONDS, self.round)

    def start(self) -> None:
        """Begin to look every hour."""
        self._rounds.start()

    async def stop(self) -> None:
        """End; who waits for a reconciliation asks again."""
        await self._rounds.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def reconcile(self, question: ReconcileCalls) -> Started:
        """Begin one; raise Busy."""
        if len(self._tasks) >= UNDER_WAY_MAX:
            raise Busy
        one = self._begun(Window(question.carrier, question.since, question.until))
        change = ReconciliationChanged(
            account_id=question.account_id,
            key=str(one.reconciliation_id),
            version=0,
            at=one.began_at,
            actor=question.actor,
            before=None,
            after=one.model_dump(mode="json"),
        )
        announcement = Announcement(change.subject, change.model_dump_json())
        await self._store.begin(question.account_id, one, announcement)
        self._outbox.announce([announcement])
        task = asyncio.create_task(self._run(question, one))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return Started(reconciliation=one)

    async def latest(self, question: ListReconciliations) -> Reconciliations:
        """An account's latest."""
        found = await self._store.latest(question.account_id, question.limit)
        return Reconciliations(reconciliations=tuple(found))

    async def one(self, question: GetReconciliation) -> ReconciliationDetail:
        """One with its gaps; raise Missing."""
        found = await self._store.one(question, question.limit + 1)
        if found is None:
            raise Missing
        one, differences = found
        shown = differences[: question.limit]
        more = len(differences) > len(shown)
        cursor = f"{shown[-1].call_id}/{shown[-1].gap}" if more else None
        return ReconciliationDetail(reconciliation=one, differences=tuple(shown), cursor=cursor)

    async def round(self) -> None:
        """Compare the latest calls of every carrier account; only gaps leave a trace."""
        now = self._clock.now()
        await self._store.sweep(now)
        try:
            known: Carriers = await self._ask(ListCarriers(), Deadline.within(PAGE_MS))
        except (Refused, Unanswered) as no:
            log.warning("the carriers are not known: %s", no)
            return
        for carrier in known.accounts:
            try:
                await self._catch_up(carrier, now)
            except (Refused, Unanswered) as no:
                log.warning("a carrier's calls could not be compared: %s", no)

    async def _catch_up(self, carrier: CarrierAccount, now: datetime) -> None:
        """Compare what has not been; after a long outage in several rounds."""
        key, until = carrier.account_sid or "platform", now - SETTLED_AFTER
        done_until = await self._store.compared_until(key) or until - FIRST
        since = max(done_until - AGAIN, now - KEPT_BY_CARRIER)
        window = Window(carrier, since, min(until, since + WINDOW_MAX))
        outcome = await self._compare(window, None)
        for account_id in outcome.found:
            one = self._begun(window)
            await self._store.begin(account_id, one, None)
            await self._end(account_id, one, outcome)
        await self._store.has_compared(key, window.until)

    async def _run(self, question: ReconcileCalls, one: Reconciliation) -> None:
        window = Window(question.carrier, question.since, question.until)
        try:
            outcome = await self._compare(window, question.account_id)
        except (Refused, Unanswered) as no:
            failed = {"state": ReconciliationState.FAILED, "failure": str(no)}
            ended = one.model_copy(update={**failed, "ended_at": self._clock.now()})
            await self._store.end(question.account_id, ended, ())
            return
        await self._end(question.account_id, one, outcome)

    async def _end(self, account_id: AccountId, one: Reconciliation, outcome: Outcome) -> None:
        differences: Sequence[Difference] = [
            each.difference for each in outcome.found.get(account_id, ())
        ]
        ended = one.model_copy(
            update={
                "account_sid": outcome.account_sid,
                "state": ReconciliationState.DONE,
                "ended_at": self._clock.now(),
                "listed": outcome.listed[account_id],
                "gaps": dict(Counter(each.gap for each in differences)),
                "said": outcome.said[account_id],
            }
        )
        await self._store.end(account_id, ended, differences)

    def _begun(self, window: Window) -> Reconciliation:
        return Reconciliation(
            reconciliation_id=uuid4(),
            account_sid=window.carrier.account_sid,
            since=window.since,
            until=window.until,
            state=ReconciliationState.RUNNING,
            began_at=self._clock.now(),
        )

    async def _compare(self, window: Window, account_id: AccountId | None) -> Outcome:
        """Hold all calls of a time against ours, and have what is missing said again."""
        account_sid, pages = await self._pages(window)
        listed = list_of(account_sid, [call for page in pages for call in page.calls])
        records = await self._store.records(list(listed.calls))
        found: defaultdict[AccountId, list[Found]] = defaultdict(list)
        for gap in gaps_of(listed, records, account_id):
            found[gap.account_id].append(gap)
        if account_id is not None:
            inner = (window.since + EDGE, window.until - EDGE)
            ours = await self._store.within(account_id, *inner)
            found[account_id] += unlisted(listed, ours)
        wanted = {
            one.call_sid: one for gaps in found.values() for gap in gaps for one in gap.wanted
        }
        said: Counter[AccountId] = Counter()
        for page in pages:
            said += await self._say_again(window, page, wanted)
        whose = Counter(
            records[call_id].account_id if call_id in records else call.account_id
            for call_id, call in listed.calls.items()
        )
        counted = Counter({one: count for one, count in whose.items() if one is not None})
        return Outcome(account_sid, counted, dict(found), said)

    async def _pages(self, window: Window) -> tuple[str, list[Page]]:
        pages: list[Page] = []
        cursor: str | None = None
        for _ in range(PAGES_MAX):
            question = ListCarrierCalls(
                account=window.carrier, since=window.since, until=window.until, cursor=cursor
            )
            told: CarrierCalls = await self._ask(question, Deadline.within(PAGE_MS))
            pages.append(Page(cursor, told.calls))
            cursor = told.cursor
            if cursor is None:
                break
        return told.account_sid, pages

    async def _say_again(
        self, window: Window, page: Page, wanted: dict[str, Wanted]
    ) -> Counter[AccountId]:
        """Have the facts of one page said; give how many of each account's calls and legs."""
        mine = tuple(wanted[call.call_sid] for call in page.calls if call.call_sid in wanted)
        if not mine:
            return Counter()
        question = SayAgain(
            account=window.carrier,
            since=window.since,
            until=window.until,
            cursor=page.cursor,
            wanted=mine,
        )
        _: FactsSaid = await self._ask(question, Deadline.within(PAGE_MS))
        facts = (one.arrival + one.end + (one.call_id is not None) for one in mine)
        said: Counter[AccountId] = Counter()
        for one, count in zip(mine, facts, strict=True):
            if one.account_id is not None:
                said[one.account_id] += count
        return said
