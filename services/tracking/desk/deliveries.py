"""The desk of deliveries: they are looked at, sent again, and forgotten when long over."""

from datetime import timedelta

from libs.contracts.deliveries import (
    Deliveries,
    DeliveryDetail,
    GetDelivery,
    ListDeliveries,
    ResendDeliveries,
    Resent,
)
from libs.contracts.ids import CallId
from libs.runtime.clock import Clock
from libs.runtime.outbox import Outbox
from libs.runtime.rounds import Rounds
from services.tracking.domain.cursor import Place, read_cursor, write_cursor
from services.tracking.domain.fitting import fitting
from services.tracking.domain.unfit import Missing
from services.tracking.store.delivery_log import DeliveryLog

FORGET_EVERY_SECONDS = 60.0
FORGET_ROUNDS_MAX = 100  # in a row; what is left waits for the next time


class DeliveriesDesk:
    """Shows and renews; forgets what has been over for `kept`."""

    def __init__(
        self, deliveries: DeliveryLog, outbox: Outbox, clock: Clock, kept: timedelta
    ) -> None:
        self._log = deliveries
        self._outbox = outbox
        self._clock = clock
        self._kept = kept
        self._rounds = Rounds("tracking-forgetting", FORGET_EVERY_SECONDS, self.forget)

    def start(self) -> None:
        """Begin to forget."""
        self._rounds.start()

    async def stop(self) -> None:
        """Stop forgetting."""
        await self._rounds.stop()

    async def page(self, question: ListDeliveries) -> Deliveries:
        """One page; raises CursorUnreadable."""
        after = read_cursor(question.cursor) if question.cursor is not None else None
        found = await self._log.page(question, after, question.limit + 1)
        shown = min(fitting(found), question.limit)
        if shown >= len(found):
            return Deliveries(deliveries=tuple(found))
        last = found[shown - 1]
        cursor = write_cursor(Place(last.made_at, CallId(last.delivery_id)))
        return Deliveries(deliveries=tuple(found[:shown]), cursor=cursor)

    async def one(self, question: GetDelivery) -> DeliveryDetail:
        """One with its log; raise Missing."""
        found = await self._log.one(question.account_id, question.delivery_id)
        if found is None:
            raise Missing
        delivery, tries, spared_until = found
        return DeliveryDetail(
            delivery=delivery,
            tries=tries[len(tries) - fitting(tries[::-1]) :],
            paused_until=spared_until,
        )

    async def resend(self, question: ResendDeliveries) -> Resent:
        """Make due again; raise Missing where one was named that is not there."""
        count, announcement = await self._log.resend(question, self._clock.now())
        if not count and question.delivery_id is not None:
            raise Missing
        if count:
            self._outbox.announce([announcement])
        return Resent(count=count)

    async def forget(self) -> None:
        """Forget what is old."""
        for _ in range(FORGET_ROUNDS_MAX):
            if not await self._log.sweep(self._clock.now() - self._kept):
                break
