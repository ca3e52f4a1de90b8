"""Claiming: locks, decides, and writes hold, places, decision and fact in one transaction.

Claims that arrive while a transaction runs share the next one (group commit).
All locks of a transaction are taken by one statement in the order of their keys,
so that claims wait for each other and never in a circle.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from libs.contracts.caps import Counted
from libs.contracts.ids import (
    AccountId,
    BuyerId,
    CallId,
    CampaignId,
    PublisherId,
    QuoteId,
    TargetId,
)
from libs.runtime.batch import Batch
from libs.runtime.database import NOT_NOW, Database
from libs.runtime.deadline import Deadline
from libs.runtime.given import written
from libs.runtime.outbox import Announcement, Outbox
from services.router.domain.counters import Counter, CounterKey, Counters, Periods
from services.router.store.claim_statements import DECIDED, KEEP, LOCK, USE
from services.router.store.hold_statements import FREE_QUOTES

BATCH_MAX = 64  # claims of one transaction; more only hold locks longer
RETRY_MS = 50  # between two tries while the database is away
LANES = 2  # one transaction may be prepared while another waits for the disk


@dataclass(frozen=True, slots=True)
class PlaceDraft:
    """A place in one counter: of attempts, or what the leg may come to count."""

    scope_id: UUID
    measure: Counted
    amount: Decimal
    periods: Periods


@dataclass(frozen=True, slots=True)
class LegDraft:
    """A leg to be dialled, the places it takes, and how long they may be kept (seconds)."""

    campaign_id: CampaignId
    target_id: TargetId
    buyer_id: BuyerId
    publisher_id: PublisherId | None
    caller: str
    account_sid: str
    call_sid: str
    destination: str
    converts_after: int | None
    worth: Decimal | None
    ask_after: int
    lasts: int
    places: tuple[PlaceDraft, ...]


@dataclass(frozen=True, slots=True)
class QuoteDraft:
    """A promise to be kept, with the places that it takes until it expires (and a little on)."""

    row: Mapping[str, Any]
    lasts: int
    places: tuple[PlaceDraft, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """What one claim writes, once it has seen its counters: for a leg, a quote, or neither."""

    outcome: str
    record: str
    snapshot: str | None
    leg: LegDraft | None
    announcement: Announcement | None
    quote: QuoteDraft | None = None

    @property
    def takes(self) -> LegDraft | QuoteDraft | None:
        """What takes places."""
        return self.leg or self.quote


@dataclass(frozen=True, slots=True)
class Claim:
    """One call's wish to be decided.  `settle` is pure; None means: show me more counters.

    `scope_ids` are those whose counters it must see, and nobody may change meanwhile.
    `quote_id` is a quote that the call fulfils: its places are free for this claim.
    """

    call_id: CallId
    step: int
    account_id: AccountId
    at: datetime
    scope_ids: frozenset[UUID]
    settle: Callable[[Counters], Draft | None]
    quote_id: QuoteId | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """What is decided now: by this claim, or by an earlier one for the same step.

    `outcome` None: the ingress fell back before anybody had decided.
    """

    outcome: str | None


class QuoteGone(Exception):
    """The quote has been used, or has ended, since it was looked up."""


class _DecidedMeanwhile(Exception):
    """Somebody else wrote a decision of this group first; nothing of the group is kept."""


@dataclass
class _Books:
    """The counters of a group by account; what one claim takes, the next one sees."""

    by_account: dict[AccountId, dict[CounterKey, Counter]] = field(default_factory=dict)
    changed: set[tuple[AccountId, CounterKey]] = field(default_factory=set)

    def of(self, account_id: AccountId) -> dict[CounterKey, Counter]:
        return self.by_account.setdefault(account_id, {})

    def take(self, account_id: AccountId, taker: LegDraft | QuoteDraft) -> None:
        counters = self.of(account_id)
        quoted = isinstance(taker, QuoteDraft)
        for place in taker.places:
            key = (place.scope_id, place.measure)
            counters[key] = _with(counters[key].on(place.periods), place, quoted=quoted)
            self.changed.add((account_id, key))


def _with(counter: Counter, place: PlaceDraft, *, quoted: bool) -> Counter:
    if place.measure is Counted.ATTEMPT:
        return counter.with_attempt(quoted=quoted)
    return counter.with_possible(place.amount, quoted=quoted)


class Claims:
    """The one place where a call takes a target's room."""

    def __init__(self, database: Database, outbox_relay: Outbox) -> None:
        self._database = database
        self._outbox = outbox_relay
        self._batch = Batch(self._group, BATCH_MAX, LANES)

    async def claim(self, claim: Claim, deadline: Deadline) -> Claimed | None:
        """Decide one step of a call, once; None when `settle` wants more counters.

        A database that comes back before the deadline is waited for.  Raise QuoteGone.
        """
        while True:
            try:
                return await self._batch.add(claim)
            except _DecidedMeanwhile:
                return await self._decided(claim)
            except NOT_NOW:
                if deadline.remaining_ms < RETRY_MS:
                    raise
                await asyncio.sleep(RETRY_MS / 1_000)

    async def _group(self, claims: Sequence[Claim]) -> Sequence[Claimed | None]:
        if len({(claim.call_id, claim.step) for claim in claims}) < len(claims):
            raise _DecidedMeanwhile  # the same call twice: the batch does them one by one
        async with self._database.hot() as connection, connection.transaction():
            books = await self._lock(connection, claims)
            if any(claim.quote_id for claim in claims):
                await self._fulfil(connection, claims)
                books = await self._lock(connection, claims)
            drafts = [_settled(claim, books) for claim in claims]
            decided = [(claim, draft) for claim, draft in zip(claims, drafts, strict=True) if draft]
            await self._keep(connection, decided, books)
        self._outbox.announce(draft.announcement for _, draft in decided if draft.announcement)
        return [None if draft is None else Claimed(draft.outcome) for draft in drafts]

    async def _lock(self, connection: AsyncConnection[Any], claims: Sequence[Claim]) -> _Books:
        books = _Books()
        keys = {(claim.account_id, scope) for claim in claims for scope in claim.scope_ids}
        if keys:
            scopes = written({"account_id": account, "scope_id": scope} for account, scope in keys)
            for account, scope, measure, *counted in await LOCK.run(connection, scopes=scopes):
                books.of(account)[scope, Counted(measure)] = Counter(*counted)
        return books

    async def _fulfil(self, connection: AsyncConnection[Any], claims: Sequence[Claim]) -> None:
        """Free the places of quotes for the calls that they are for; the counters are locked."""
        wanted = [claim for claim in claims if claim.quote_id is not None]
        rows = written(
            {"account_id": claim.account_id, "id": claim.quote_id, "call_id": claim.call_id}
            for claim in wanted
        )
        if len(await USE.run(connection, quotes=rows)) < len(wanted):
            raise QuoteGone
        quotes = written({"call_id": claim.quote_id} for claim in wanted)
        await FREE_QUOTES.run(connection, calls=quotes)

    async def _keep(
        self,
        connection: AsyncConnection[Any],
        decided: Sequence[tuple[Claim, Draft]],
        books: _Books,
    ) -> None:
        if not decided:
            return
        dialled = [(claim, draft.leg) for claim, draft in decided if draft.leg is not None]
        taking = [(claim, draft.takes) for claim, draft in decided if draft.takes is not None]
        kept = await KEEP.run(
            connection,
            decisions=written(_decision_row(claim, draft) for claim, draft in decided),
            holds=written(_hold_row(claim, leg) for claim, leg in dialled),
            places=written(
                _place_row(claim, taker, place) for claim, taker in taking for place in taker.places
            ),
            legs=written(_leg_row(claim, leg) for claim, leg in dialled),
            counters=written(_counter_rows(books)),
            quotes=written(draft.quote.row for _, draft in decided if draft.quote is not None),
            announcements=written(
                _announcement_row(draft.announcement) for _, draft in decided if draft.announcement
            ),
        )
        if len(kept) < len(decided):
            raise _DecidedMeanwhile

    async def _decided(self, claim: Claim) -> Claimed:
        async with self._database.hot() as connection:
            rows = await DECIDED.run(connection, call_id=claim.call_id, step=claim.step)
        return Claimed(rows[0][0])


def _settled(claim: Claim, books: _Books) -> Draft | None:
    draft = claim.settle(books.of(claim.account_id))
    if draft is not None and draft.takes is not None:
        books.take(claim.account_id, draft.takes)
    return draft


def _key(claim: Claim) -> dict[str, Any]:
    return {"call_id": claim.call_id, "step": claim.step, "account_id": claim.account_id}


def _decision_row(claim: Claim, draft: Draft) -> dict[str, Any]:
    return _key(claim) | {
        "at": claim.at,
        "outcome": draft.outcome,
        "record": draft.record,
        "snapshot": draft.snapshot,
    }


def _hold_row(claim: Claim, leg: LegDraft) -> dict[str, Any]:
    return _key(claim) | {
        "target_id": leg.target_id,
        "account_sid": leg.account_sid,
        "call_sid": leg.call_sid,
        "destination": leg.destination,
        "ask_after": leg.ask_after,
        "lasts": leg.lasts,
    }


def _place_row(claim: Claim, taker: LegDraft | QuoteDraft, place: PlaceDraft) -> dict[str, Any]:
    return _key(claim) | {
        "scope_id": place.scope_id,
        "measure": place.measure,
        "amount": place.amount,
        "hour_at": place.periods.hour_at,
        "day_at": place.periods.day_at,
        "week_at": place.periods.week_at,
        "month_at": place.periods.month_at,
        "quoted": isinstance(taker, QuoteDraft),
        "lasts": taker.lasts,
    }


def _leg_row(claim: Claim, leg: LegDraft) -> dict[str, Any]:
    return _key(claim) | {
        "campaign_id": leg.campaign_id,
        "target_id": leg.target_id,
        "buyer_id": leg.buyer_id,
        "publisher_id": leg.publisher_id,
        "caller": leg.caller,
        "at": claim.at,
        "converts_after": leg.converts_after,
        "worth": leg.worth,
    }


def _counter_rows(books: _Books) -> list[dict[str, Any]]:
    rows = []
    for account_id, (scope_id, measure) in sorted(books.changed):
        seen = books.of(account_id)[scope_id, measure]
        key = {"account_id": account_id, "scope_id": scope_id, "measure": measure}
        rows.append(key | {name: getattr(seen, name) for name in Counter.__slots__})
    return rows


def _announcement_row(announcement: Announcement) -> dict[str, Any]:
    return {
        "id": announcement.id,
        "subject": announcement.subject,
        "payload": announcement.payload,
        "headers": dict(announcement.headers),
    }
