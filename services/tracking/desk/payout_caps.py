"""The payout caps' desk: watches what publishers are owed, and tells the router who is capped."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from libs.contracts.editing import Actor
from libs.contracts.ids import AccountId
from libs.contracts.payout_caps import (
    AskPayoutCaps,
    PayoutCap,
    PayoutCapped,
    PayoutCapsUsed,
    PayoutCapUsed,
)
from libs.contracts.publishers import Publisher, PublisherChanged
from libs.contracts.reporting import Filter
from libs.contracts.tracking_edits import TrackingNoun
from libs.contracts.worth import EffectKind
from libs.runtime.clock import Clock
from libs.runtime.outbox import Announcement, Outbox
from libs.runtime.rounds import Rounds
from services.tracking.domain.payout_caps import (
    reached_of,
    says_the_same,
    span_of_cap,
    still_meant,
    use_of,
)
from services.tracking.domain.reports import Asked, TooMuch
from services.tracking.domain.tally import amount_of
from services.tracking.domain.unfit import Missing, Unfit
from services.tracking.store.configuration import Configuration
from services.tracking.store.payout_caps import Capping, PayoutCaps
from services.tracking.store.reports import Reports

log = logging.getLogger(__name__)

LOOK_EVERY_SECONDS = 1.0  # how late a cap that is reached is known, and told
REST = timedelta(minutes=1)  # before it is tried again to sum what was too much
WATCHER = Actor(name="payout caps", role="operator", via="ledger")
_PAYOUT = EffectKind.PAYOUT.value


@dataclass(frozen=True, slots=True)
class _Seen:
    """A publisher's version and entries when last looked, and when one of its periods ends.

    Where that could not be summed, when to try again at the earliest.
    """

    version: int
    entries: int
    until: datetime | None
    not_before: datetime | None = None


class PayoutCapsDesk:
    """Looks again at whoever's book, document or period has changed since it looked."""

    def __init__(
        self,
        store: PayoutCaps,
        configuration: Configuration,
        reports: Reports,
        outbox: Outbox,
        clock: Clock,
    ) -> None:
        self._store = store
        self._configuration = configuration
        self._reports = reports
        self._outbox = outbox
        self._clock = clock
        self._seen: dict[tuple[AccountId, UUID], _Seen] = {}
        self._rounds = Rounds("tracking-payout-caps", LOOK_EVERY_SECONDS, self.look)

    def start(self) -> None:
        """Begin to watch."""
        self._rounds.start()

    async def stop(self) -> None:
        """Stop watching."""
        await self._rounds.stop()

    async def used(self, question: AskPayoutCaps) -> PayoutCapsUsed:
        """What of a publisher's caps is used; raise Missing."""
        kept = await self._configuration.get(
            question.account_id, TrackingNoun.PUBLISHER, question.publisher_id
        )
        if kept is None:
            raise Missing
        publisher = Publisher.model_validate(kept.document)
        return PayoutCapsUsed(caps=await self._used(question.account_id, publisher))

    async def look(self) -> None:
        """Look at everybody of whom something is new."""
        capping = await self._store.capping()
        before, self._seen = self._seen, {}
        for one in capping:
            key = (one.account_id, one.publisher.id)
            seen = before.get(key)
            if seen is None or self._is_news(one, seen):
                try:
                    seen = await self._look_at(one)
                except Unfit as no:
                    log.warning("the caps of publisher %s were not looked at: %s", key[1], no)
                    again = self._clock.now() + REST
                    seen = _Seen(one.version, one.entries, again, not_before=again)
            self._seen[key] = seen

    def _is_news(self, one: Capping, seen: _Seen) -> bool:
        now = self._clock.now()
        if seen.not_before is not None and now < seen.not_before:
            return False
        over = seen.until is not None and now >= seen.until
        return over or (one.version, one.entries) != (seen.version, seen.entries)

    async def _look_at(self, one: Capping) -> _Seen:
        used = await self._used(one.account_id, one.publisher)
        found = reached_of(used)
        version = one.version
        if not says_the_same(found, still_meant(one.capped, one.publisher)):
            version = await self._tell(one, found) or version
        ends = [each.until for each in used if each.until is not None]
        return _Seen(version, one.entries, min(ends, default=None))

    async def _used(self, account_id: AccountId, publisher: Publisher) -> tuple[PayoutCapUsed, ...]:
        now = self._clock.now()
        return tuple(
            [await self._use(account_id, publisher, c, now) for c in publisher.payout_caps]
        )

    async def _use(
        self, account_id: AccountId, publisher: Publisher, cap: PayoutCap, now: datetime
    ) -> PayoutCapUsed:
        span = span_of_cap(cap, publisher.zone, now)
        mine = Filter(dimension="publisher", values=(str(publisher.id),))
        asked = Asked(account_id, span, (), (mine,), cap.most.currency)
        try:
            groups = await self._reports.groups(asked)
        except TooMuch as no:
            raise Unfit("too_much", "payouts of so long a time cannot be summed now") from no
        owed = amount_of(sum(one.sums[_PAYOUT] for one in groups))
        return use_of(cap, publisher.zone, now, owed)

    async def _tell(self, one: Capping, found: tuple[PayoutCapped, ...]) -> int | None:
        """Keep and tell it; None where somebody has edited the publisher since."""
        async with self._store.telling() as telling:
            version = await telling.keep(one, found, one.version)
            if version is None:
                return None
            change = PublisherChanged(
                account_id=one.account_id,
                key=str(one.publisher.id),
                version=version,
                at=self._clock.now(),
                actor=WATCHER,
                before=_shown(one.publisher, still_meant(one.capped, one.publisher)),
                after=_shown(one.publisher, found),
                reason="what it is owed has reached a cap" if found else "no cap is reached now",
            )
            announcement = Announcement(change.subject, change.model_dump_json())
            await telling.announce(announcement)
        self._outbox.announce([announcement])
        return version


def _shown(publisher: Publisher, capped: tuple[PayoutCapped, ...]) -> dict[str, Any]:
    """The publisher for the audit log, with the caps that are reached."""
    reached = [one.model_dump(mode="json") for one in capped]
    return {**publisher.model_dump(mode="json"), "payout_capped": reached}
