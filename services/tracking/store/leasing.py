"""Taking numbers of pools for visits: many visitors in one transaction, under row locks.

A visitor's own row is waited for; of the free rows those that somebody else is just taking
are passed over.  What is taken is written with its visit, or nothing is.
"""

import contextlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from psycopg import AsyncConnection
from psycopg.errors import UniqueViolation

from libs.contracts.dni import Rotation, TrackingTag
from libs.contracts.ids import AccountId, NumberId, PoolId, VisitId
from libs.contracts.visits import Showing
from libs.runtime.batch import Batch
from libs.runtime.database import Database
from services.tracking.domain.arrival import Arrival
from services.tracking.domain.pool import Clocks, Given, Line, assign
from services.tracking.domain.sources import traffic_source
from services.tracking.store.lease_statements import (
    BEGIN,
    COUNT,
    FORGET,
    FREE,
    GO_ON,
    NOW,
    OWN,
    TAKE,
)

BATCH_MAX = 64
RACES_MAX = 5  # for one visitor who asks several processes at the same moment
LANES = 2  # while one commits the other looks


@dataclass(frozen=True, slots=True)
class Wish:
    """A visitor who is to have a number of a pool, and from where she comes."""

    account_id: AccountId
    pool_id: PoolId
    tag: TrackingTag
    arrival: Arrival
    household: str
    visit_id: VisitId


@dataclass(frozen=True, slots=True)
class Leased:
    """A number that is hers until `until`, in a new visit or the one she had."""

    number: str
    visit_id: VisitId


@dataclass(frozen=True, slots=True)
class NoneFree:
    """No number for her: the pool is exhausted, or too many were asked for from one place."""

    too_often: bool


class Leasing:
    """Takes numbers for visitors; those who come together are served together."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._batch: Batch[Wish, Leased | NoneFree] = Batch(self._take, BATCH_MAX, lanes=LANES)

    async def take(self, wish: Wish) -> Leased | NoneFree:
        """A number that nobody else holds, committed; or why there is none."""
        return await self._batch.add(wish)

    async def _take(self, wishes: Sequence[Wish]) -> Sequence[Leased | NoneFree]:
        for _ in range(RACES_MAX):
            with contextlib.suppress(UniqueViolation):  # another process has just given her one
                async with self._database.hot() as connection, connection.transaction():
                    return await _Taking(connection, wishes).done()
        return [NoneFree(too_often=False)] * len(wishes)


@dataclass(frozen=True, slots=True)
class _Key:
    """Where a visitor wants a number."""

    account_id: AccountId
    pool_id: PoolId


class _Taking:
    """One transaction for some wishes."""

    def __init__(self, connection: AsyncConnection[Any], wishes: Sequence[Wish]) -> None:
        self._connection = connection
        self._wishes = wishes

    async def done(self) -> list[Leased | NoneFree]:
        own = await self._own()
        ((now,),) = await NOW.run(self._connection)
        seeking = [
            wish for wish in self._wishes if not ((mine := own.get(_who(wish))) and mine.hers(now))
        ]
        refused = await self._refused(seeking)
        served = [wish for wish in self._wishes if id(wish) not in refused]
        free = await self._free([wish for wish in seeking if id(wish) not in refused])
        given = _assigned(served, own, free, now)
        await self._write(given, own, now)
        return [self._said(wish, given.get(id(wish)), id(wish) in refused) for wish in self._wishes]

    async def _own(self) -> dict[tuple[_Key, str], Line]:
        """The lines that these visitors had last; nobody changes them until we are done."""
        rows = await OWN.run(
            self._connection,
            account_id=[wish.account_id for wish in self._wishes],
            pool_id=[wish.pool_id for wish in self._wishes],
            visitor=[wish.arrival.visitor for wish in self._wishes],
        )
        return {
            (_Key(account_id, pool_id), visitor): Line(*rest)
            for account_id, pool_id, visitor, *rest in rows
        }

    async def _refused(self, seeking: Sequence[Wish]) -> set[int]:
        """Those who come from where too many numbers were taken in this minute."""
        counts = Counter(rate_key(wish) for wish in seeking)
        if not counts:
            return set()
        keys = sorted(counts)
        rows = await COUNT.run(self._connection, key=keys, count=[counts[key] for key in keys])
        before = {key: count - counts[key] for key, count in rows}
        refused = set()
        for wish in seeking:
            key = rate_key(wish)
            before[key] += 1
            if before[key] > wish.tag.leases_per_minute:
                refused.add(id(wish))
        return refused

    async def _free(self, seeking: Sequence[Wish]) -> dict[_Key, list[Line]]:
        """As many free lines of each pool as are sought."""
        wanted: dict[Rotation, Counter[_Key]] = defaultdict(Counter)
        for wish in seeking:
            wanted[wish.tag.rotation][_Key(wish.account_id, wish.pool_id)] += 1
        free: dict[_Key, list[Line]] = defaultdict(list)
        for rotation, counts in sorted(wanted.items()):
            rows = await FREE[rotation].run(
                self._connection,
                accounts=[key.account_id for key in counts],
                pools=[key.pool_id for key in counts],
                counts=list(counts.values()),
            )
            for account_id, pool_id, *rest in rows:
                free[_Key(account_id, pool_id)].append(Line(*rest))
        return free

    async def _write(
        self, given: Mapping[int, Given], own: Mapping[tuple[_Key, str], Line], now: datetime
    ) -> None:
        """Each line once, each visit with it."""
        taken: dict[NumberId, tuple[Wish, Given]] = {}
        for wish in self._wishes:
            if (one := given.get(id(wish))) is not None:
                taken.setdefault(one.line.number_id, (wish, one))
        stale = {
            mine.number_id: wish.account_id
            for wish, one in taken.values()
            if (mine := own.get(_who(wish))) is not None and mine.number_id != one.line.number_id
        }
        if stale:
            await FORGET.run(
                self._connection, account_id=list(stale.values()), number_id=list(stale)
            )
        pairs = sorted(taken.values(), key=lambda pair: pair[1].line.number_id)
        rows = [_taken_row(wish, one, now) for wish, one in pairs]
        if rows:
            await TAKE.run(self._connection, **arrays_of(rows))
        begun = [begun_row(wish, one.line, now) for wish, one in pairs if not one.goes_on]
        if begun:
            await BEGIN.run(self._connection, **arrays_of(begun))
        on = [_on_row(wish, one, now) for wish, one in pairs if one.goes_on]
        if on:
            await GO_ON.run(self._connection, **arrays_of(on))
        self._visits = {
            number_id: one.line.visit_id if one.goes_on else wish.visit_id
            for number_id, (wish, one) in taken.items()
        }

    def _said(self, wish: Wish, one: Given | None, too_often: bool) -> Leased | NoneFree:
        if one is None:
            return NoneFree(too_often)
        visit_id = self._visits[one.line.number_id]
        assert visit_id is not None, "a lease is a visit's"
        return Leased(one.line.number, VisitId(visit_id))


def _who(wish: Wish) -> tuple[_Key, str]:
    return _Key(wish.account_id, wish.pool_id), wish.arrival.visitor


def rate_key(wish: Wish) -> str:
    """Whose new numbers and visits are counted together."""
    return f"{wish.tag.id}/{wish.household}"


def _assigned(
    wishes: Sequence[Wish],
    own: Mapping[tuple[_Key, str], Line],
    free: Mapping[_Key, Sequence[Line]],
    now: datetime,
) -> dict[int, Given]:
    by_key: dict[_Key, list[Wish]] = defaultdict(list)
    for wish in wishes:
        by_key[_Key(wish.account_id, wish.pool_id)].append(wish)
    given: dict[int, Given] = {}
    for key, these in by_key.items():
        mine = {visitor: one for (where, visitor), one in own.items() if where == key}
        visitors = [wish.arrival.visitor for wish in these]
        sources = [wish.arrival.source for wish in these]
        got = assign(visitors, sources, mine, free.get(key, ()), now)
        given |= {id(wish): one for wish, one in zip(these, got, strict=True) if one is not None}
    return given


def _taken_row(wish: Wish, one: Given, now: datetime) -> dict[str, Any]:
    clocks = Clocks.of(wish.tag)
    until = now + clocks.idle
    return {
        "account_id": wish.account_id,
        "number_id": one.line.number_id,
        "free_at": until + clocks.cooldown,
        "until": until,
        "sticky_until": until + clocks.sticky,
        "visitor": wish.arrival.visitor,
        "visit_id": one.line.visit_id if one.goes_on else wish.visit_id,
    }


def begun_row(
    wish: Wish, taken: Line | None, now: datetime, showing: Showing = Showing.LEASED
) -> dict[str, Any]:
    """A new visit."""
    tag, arrival = wish.tag, wish.arrival
    return {
        "account_id": wish.account_id,
        "id": wish.visit_id,
        "tag_id": tag.id,
        "campaign_id": tag.campaign_id,
        "publisher_id": tag.publisher_id,
        "visitor": arrival.visitor,
        "showing": showing.value,
        "number_id": taken.number_id if taken else None,
        "number": taken.number if taken else None,
        "began_at": now,
        "seen_at": now,
        "until": now + timedelta(seconds=tag.idle_seconds),
        "pages": 1,
        "landing": arrival.page,
        "referrer": arrival.referrer,
        "page": arrival.page,
        "user_agent": arrival.user_agent,
        "source": arrival.source,
        "came_from": traffic_source(arrival.tags, arrival.referrer, arrival.page),
        "tags": orjson.dumps(arrival.tags).decode(),
    }


def _on_row(wish: Wish, one: Given, now: datetime) -> dict[str, Any]:
    return {
        "account_id": wish.account_id,
        "id": one.line.visit_id,
        "until": now + timedelta(seconds=wish.tag.idle_seconds),
        "page": wish.arrival.page,
    }


def arrays_of(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Rows as one array a column."""
    return {name: [row[name] for row in rows] for name in rows[0]}
