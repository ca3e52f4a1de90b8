"""Auctions as calls meet them: what is known before, taking room, and keeping what was decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from libs.contracts.bidding import RtbTarget
from libs.contracts.caps import Period
from libs.contracts.ids import AccountId, CallId, RtbRouterId, RtbTargetId, TargetId
from libs.contracts.screening import EARLIER_CALLS_MAX, CallerHistory, EarlierCall
from libs.runtime.database import Database
from libs.runtime.given import written
from libs.runtime.outbox import Announcement, Outbox
from services.rtb.domain.counters import PERIODS, Counter, begun_at
from services.rtb.domain.record import Auction, Entry
from services.rtb.store.claiming import COUNTERS, KEEP, LOOK, MAY_ASK, PAST, UNLIMITED


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a step before anything is done.

    `answer` is what it was answered before; `auction` the call's auction at this router, and
    `sold_to` the bidders that have had the call.
    """

    version: int
    answer: str | None
    auction: Auction | None
    sold_to: frozenset[RtbTargetId]


@dataclass(frozen=True, slots=True)
class Sold:
    """A place that is taken with a bidder, as it will be kept."""

    entry: Entry
    reservation: Mapping[str, Any]
    sale: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Draft:
    """What one answer writes; `record` is that of `auction`."""

    outcome: Mapping[str, Any]
    auction: Mapping[str, Any] | None = None
    record: str | None = None
    sold: Sold | None = None
    notices: Sequence[Mapping[str, Any]] = field(default=())
    facts: Sequence[Announcement] = field(default=())


class AnsweredMeanwhile(Exception):
    """Somebody else answered this step first; nothing of ours is kept."""


class Auctions:
    """What auctions read and write while a caller waits."""

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database = database
        self._outbox = outbox

    async def look(
        self, account_id: AccountId, call_id: CallId, step: int, router_id: RtbRouterId
    ) -> Seen:
        """Everything that is known of a step."""
        async with self._database.hot() as connection:
            ((version, answer, record, sold_to),) = await LOOK.run(
                connection, account_id=account_id, call_id=call_id, step=step, router_id=router_id
            )
        return Seen(
            version=version or 0,
            answer=answer,
            auction=Auction.model_validate_json(record) if record else None,
            sold_to=frozenset(RtbTargetId(one) for one in sold_to or ()),
        )

    async def counters(
        self, account_id: AccountId, targets: Sequence[RtbTarget]
    ) -> dict[TargetId, Counter]:
        """The counters of those that have caps."""
        capped = [{"target_id": target.id} for target in targets if target.limited]
        if not capped:
            return {}
        async with self._database.hot() as connection:
            rows = await COUNTERS.run(connection, account_id=account_id, targets=written(capped))
        return {TargetId(row[0]): Counter(*row[1:]) for row in rows}

    async def past(self, account_id: AccountId, caller: str, call_id: CallId) -> CallerHistory:
        """What a caller's earlier calls were sold for."""
        async with self._database.hot() as connection:
            rows = await PAST.run(
                connection,
                account_id=account_id,
                caller=caller,
                call_id=call_id,
                most=EARLIER_CALLS_MAX,
            )
        calls = (
            EarlierCall(
                at=row[0],
                campaign_id=row[1],
                target_id=row[2],
                connected_at=row[3],
                converted_at=row[4],
            )
            for row in rows
        )
        return CallerHistory(calls=tuple(calls))

    async def may_ask(
        self, account_id: AccountId, targets: Sequence[RtbTarget]
    ) -> frozenset[RtbTargetId]:
        """Count a request of each bidder with a limit; give those that had room for it."""
        limited = [
            {"target_id": target.id, "most": target.requests_per_minute}
            for target in targets
            if target.requests_per_minute is not None
        ]
        free = frozenset(one.id for one in targets if one.requests_per_minute is None)
        if not limited:
            return free
        async with self._database.hot() as connection:
            rows = await MAY_ASK.run(connection, account_id=account_id, paces=written(limited))
        return free | {RtbTargetId(row[0]) for row in rows}

    async def keep(
        self, account_id: AccountId, draft: Draft, taking: RtbTarget | None, at: datetime
    ) -> bool:
        """Take a place with a bidder, and write an answer with all that belongs to it.

        False: one of the bidder's caps has no room.  Raise AnsweredMeanwhile.
        """
        sold = draft.sold
        async with self._database.hot() as connection:
            ((has_room, is_kept),) = await KEEP.run(
                connection,
                account_id=account_id,
                **_wanted(taking, at),
                outcomes=written([draft.outcome]),
                auctions=written([draft.auction] if draft.auction else []),
                record=draft.record,
                reservations=written([sold.reservation] if sold else []),
                sales=written([sold.sale] if sold else []),
                notices=written(draft.notices),
                facts=written(_fact_row(fact) for fact in draft.facts),
            )
        if has_room and not is_kept:
            raise AnsweredMeanwhile
        return bool(is_kept)

    def announce(self, facts: Sequence[Announcement]) -> None:
        """Tell what has been committed."""
        self._outbox.announce(facts)


def _wanted(target: RtbTarget | None, at: datetime) -> dict[str, Any]:
    """Whose place is taken, within which limits, and when each period began for it."""
    most = {f"{period}_most": UNLIMITED for period in (*PERIODS, Period.TOTAL)}
    if target is None:
        begun = {f"{period}_began": at for period in PERIODS}
        return {"target_id": None, "live_most": UNLIMITED, **begun, **most}
    begun = {f"{period}_began": began for period, began in begun_at(at, target.zone).items()}
    most |= {f"{limit.period}_most": limit.most for limit in target.caps_in_force.limits}
    live_most = target.caps.concurrency or UNLIMITED
    return {"target_id": target.id, "live_most": live_most, **begun, **most}


def _fact_row(fact: Announcement) -> dict[str, Any]:
    return {
        "id": fact.id,
        "subject": fact.subject,
        "payload": fact.payload,
        "headers": dict(fact.headers),
    }
