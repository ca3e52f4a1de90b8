"""Claiming: locks, decides, and writes hold, decision and fact in one transaction.

Claims that arrive while a transaction runs share the next one (group commit).
All locks of a transaction are taken by one statement in the order of their keys,
so that claims wait for each other and never in a circle.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from psycopg import AsyncConnection
from sqlalchemy import (
    DateTime,
    Integer,
    Interval,
    SmallInteger,
    Text,
    cast,
    column,
    func,
    insert,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSON, JSONB
from sqlalchemy.dialects.postgresql import UUID as UUID_TYPE
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.sql import bindparam
from sqlalchemy.types import TypeEngine

from libs.contracts.ids import AccountId, CallId, TargetId
from libs.runtime.batch import Batch
from libs.runtime.database import NOT_NOW, Database, Statement
from libs.runtime.deadline import Deadline
from libs.runtime.outbox import Announcement, Outbox
from services.router.domain.holds import Counter
from services.router.tables import counter, decision, hold, outbox

BATCH_MAX = 64  # claims of one transaction; more only hold locks longer
RETRY_MS = 50  # between two tries while the database is away
LANES = 2  # one transaction may be prepared while another waits for the disk

_UUID: TypeEngine[UUID] = UUID_TYPE(as_uuid=True)


@dataclass(frozen=True, slots=True)
class HoldDraft:
    """A place to be kept."""

    target_id: TargetId
    account_sid: str
    call_sid: str
    destination: str
    day_at: datetime
    ask_after: timedelta
    lasts: timedelta


@dataclass(frozen=True, slots=True)
class Draft:
    """What one claim writes, once it has seen its counters."""

    outcome: str
    record: str
    snapshot: str | None
    hold: HoldDraft | None
    announcement: Announcement


@dataclass(frozen=True, slots=True)
class Claim:
    """One call's wish to be decided.  `settle` is pure; None means: show me more counters."""

    call_id: CallId
    step: int
    account_id: AccountId
    at: datetime
    target_ids: tuple[TargetId, ...]
    settle: Callable[[Mapping[TargetId, Counter]], Draft | None]


@dataclass(frozen=True, slots=True)
class Claimed:
    """What is decided now: by this claim, or by an earlier one for the same step.

    `outcome` None: the ingress fell back before anybody had decided.
    """

    outcome: str | None


_Counters = dict[tuple[AccountId, TargetId], Counter]


class _DecidedMeanwhile(Exception):
    """Somebody else wrote a decision of this group first; nothing of the group is kept."""


def _rows(**types: TypeEngine[Any]) -> Any:
    """A table of array parameters, one for each column."""
    arrays = [bindparam(name, type_=ARRAY(type_)) for name, type_ in types.items()]
    columns = [column(name, type_) for name, type_ in types.items()]
    return func.unnest(*arrays).table_valued(*columns).render_derived()


def _lock_statement() -> Statement:
    wanted = _rows(accounts=_UUID, targets=_UUID)
    keys = select(wanted.c.accounts, wanted.c.targets)
    return Statement(
        select(
            counter.c.account_id,
            counter.c.target_id,
            counter.c.live,
            counter.c.day_at,
            counter.c.day_count,
        )
        .where(tuple_(counter.c.account_id, counter.c.target_id).in_(keys))
        .order_by(counter.c.account_id, counter.c.target_id)
        .with_for_update(),
        "claim.lock",
    )


def _keep_statement() -> Statement:
    """Decisions, holds, counters and announcements of a group, in one statement."""
    return Statement(
        _decisions().add_cte(
            _holds().cte("kept"), _counts().cte("counted"), _announcements().cte("announced")
        ),
        "claim.keep",
    )


def _decisions() -> Any:
    rows = _rows(
        call_ids=_UUID,
        steps=SmallInteger(),
        accounts=_UUID,
        ats=DateTime(timezone=True),
        outcomes=Text(),
        records=Text(),
        snapshots=Text(),
    )
    return (
        upsert(decision)
        .from_select(
            ["call_id", "step", "account_id", "at", "outcome", "record", "snapshot"],
            select(
                rows.c.call_ids,
                rows.c.steps,
                rows.c.accounts,
                rows.c.ats,
                cast(rows.c.outcomes, JSON),
                cast(rows.c.records, JSON),
                rows.c.snapshots,
            ),
        )
        .on_conflict_do_nothing()
        .returning(decision.c.call_id)
    )


def _holds() -> Any:
    rows = _rows(
        hold_calls=_UUID,
        hold_steps=SmallInteger(),
        hold_accounts=_UUID,
        hold_targets=_UUID,
        account_sids=Text(),
        call_sids=Text(),
        destinations=Text(),
        hold_days=DateTime(timezone=True),
        ask_afters=Interval(),
        lasts=Interval(),
    )
    columns = (
        (hold.c.call_id, rows.c.hold_calls),
        (hold.c.step, rows.c.hold_steps),
        (hold.c.account_id, rows.c.hold_accounts),
        (hold.c.target_id, rows.c.hold_targets),
        (hold.c.account_sid, rows.c.account_sids),
        (hold.c.call_sid, rows.c.call_sids),
        (hold.c.destination, rows.c.destinations),
        (hold.c.day_at, rows.c.hold_days),
        (hold.c.decided_at, func.now()),
        (hold.c.ask_at, func.now() + rows.c.ask_afters),
        (hold.c.expires_at, func.now() + rows.c.lasts),
    )
    kept = upsert(hold).from_select(
        [into for into, _ in columns], select(*(value for _, value in columns))
    )
    return kept.on_conflict_do_nothing()  # then its decision conflicts too, and nothing is kept


def _counts() -> Any:
    rows = _rows(
        count_accounts=_UUID,
        count_targets=_UUID,
        lives=Integer(),
        count_days=DateTime(timezone=True),
        day_counts=Integer(),
    )
    return (
        update(counter)
        .values(live=rows.c.lives, day_at=rows.c.count_days, day_count=rows.c.day_counts)
        .where(counter.c.account_id == rows.c.count_accounts)
        .where(counter.c.target_id == rows.c.count_targets)
    )


def _announcements() -> Any:
    rows = _rows(ids=_UUID, subjects=Text(), payloads=Text(), headers=Text())
    return insert(outbox).from_select(
        ["id", "subject", "payload", "headers", "created_at"],
        select(
            rows.c.ids, rows.c.subjects, rows.c.payloads, cast(rows.c.headers, JSONB), func.now()
        ),
    )


_LOCK = _lock_statement()
_KEEP = _keep_statement()
_DECIDED = Statement(
    select(cast(decision.c.outcome, Text)).where(
        decision.c.call_id == bindparam("call_id", type_=_UUID),
        decision.c.step == bindparam("step", type_=SmallInteger()),
    ),
    "claim.decided",
)


class Claims:
    """The one place where a call takes a target's room."""

    def __init__(self, database: Database, outbox_relay: Outbox) -> None:
        self._database = database
        self._outbox = outbox_relay
        self._batch = Batch(self._group, BATCH_MAX, LANES)

    async def claim(self, claim: Claim, deadline: Deadline) -> Claimed | None:
        """Decide one step of a call, once; None when `settle` wants more counters.

        A database that comes back before the deadline is waited for.
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
            counters = await self._lock(connection, claims)
            drafts = [_settled(claim, counters) for claim in claims]
            decided = [(claim, draft) for claim, draft in zip(claims, drafts, strict=True) if draft]
            await self._keep(connection, decided, counters)
        self._outbox.announce(draft.announcement for _, draft in decided)
        return [None if draft is None else Claimed(draft.outcome) for draft in drafts]

    async def _lock(self, connection: AsyncConnection[Any], claims: Sequence[Claim]) -> _Counters:
        keys = {(claim.account_id, target) for claim in claims for target in claim.target_ids}
        if not keys:
            return {}
        rows = await _LOCK.run(
            connection,
            accounts=[account for account, _ in keys],
            targets=[target for _, target in keys],
        )
        return {(row[0], row[1]): Counter(row[2], row[3], row[4]) for row in rows}

    async def _keep(
        self,
        connection: AsyncConnection[Any],
        decided: Sequence[tuple[Claim, Draft]],
        counters: _Counters,
    ) -> None:
        if not decided:
            return
        taken = {(claim.account_id, draft.hold.target_id) for claim, draft in decided if draft.hold}
        rows = await _KEEP.run(
            connection,
            **_decision_rows(decided),
            **_hold_rows(decided),
            **_counter_rows({key: counters[key] for key in sorted(taken)}),
            **_announcement_rows([draft.announcement for _, draft in decided]),
        )
        if len(rows) < len(decided):
            raise _DecidedMeanwhile

    async def _decided(self, claim: Claim) -> Claimed:
        async with self._database.hot() as connection:
            rows = await _DECIDED.run(connection, call_id=claim.call_id, step=claim.step)
        return Claimed(rows[0][0])


def _settled(claim: Claim, counters: _Counters) -> Draft | None:
    """Let one claim see its counters; the next in the group sees what it took."""
    seen = {target: counters[claim.account_id, target] for target in claim.target_ids}
    draft = claim.settle(seen)
    if draft is not None and draft.hold is not None:
        key = (claim.account_id, draft.hold.target_id)
        counters[key] = counters[key].on(draft.hold.day_at).with_one_more()
    return draft


def _decision_rows(decided: Sequence[tuple[Claim, Draft]]) -> dict[str, list[Any]]:
    return {
        "call_ids": [claim.call_id for claim, _ in decided],
        "steps": [claim.step for claim, _ in decided],
        "accounts": [claim.account_id for claim, _ in decided],
        "ats": [claim.at for claim, _ in decided],
        "outcomes": [draft.outcome for _, draft in decided],
        "records": [draft.record for _, draft in decided],
        "snapshots": [draft.snapshot for _, draft in decided],
    }


def _hold_rows(decided: Sequence[tuple[Claim, Draft]]) -> dict[str, list[Any]]:
    held = [(claim, draft.hold) for claim, draft in decided if draft.hold is not None]
    return {
        "hold_calls": [claim.call_id for claim, _ in held],
        "hold_steps": [claim.step for claim, _ in held],
        "hold_accounts": [claim.account_id for claim, _ in held],
        "hold_targets": [kept.target_id for _, kept in held],
        "account_sids": [kept.account_sid for _, kept in held],
        "call_sids": [kept.call_sid for _, kept in held],
        "destinations": [kept.destination for _, kept in held],
        "hold_days": [kept.day_at for _, kept in held],
        "ask_afters": [kept.ask_after for _, kept in held],
        "lasts": [kept.lasts for _, kept in held],
    }


def _counter_rows(counters: _Counters) -> dict[str, list[Any]]:
    return {
        "count_accounts": [account for account, _ in counters],
        "count_targets": [target for _, target in counters],
        "lives": [seen.live for seen in counters.values()],
        "count_days": [seen.day_at for seen in counters.values()],
        "day_counts": [seen.day_count for seen in counters.values()],
    }


def _announcement_rows(announcements: Sequence[Announcement]) -> dict[str, list[Any]]:
    return {
        "ids": [announcement.id for announcement in announcements],
        "subjects": [announcement.subject for announcement in announcements],
        "payloads": [announcement.payload for announcement in announcements],
        "headers": [orjson.dumps(dict(one.headers)).decode() for one in announcements],
    }
