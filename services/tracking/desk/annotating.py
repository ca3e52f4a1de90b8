"""The annotating desk: keeps what people add to calls, as facts of these calls."""

from secrets import randbits

from libs.contracts.annotating import AnnotateCalls, CallAnnotated, CallsAnnotated
from libs.contracts.ids import CallId
from libs.runtime.clock import Clock
from libs.runtime.outbox import Announcement, Outbox
from services.tracking.desk.calls import Desk
from services.tracking.domain.annotations import check_room
from services.tracking.domain.call import Heard
from services.tracking.domain.unfit import Missing
from services.tracking.store.journal import Journal

SEQUENCE_BITS = 31  # as wide as the column


class AnnotatingDesk:
    """One per process; holds no state of its own."""

    def __init__(self, desk: Desk, journal: Journal, outbox: Outbox, clock: Clock) -> None:
        self._desk = desk
        self._journal = journal
        self._outbox = outbox
        self._clock = clock

    async def annotate(self, question: AnnotateCalls) -> CallsAnnotated:
        """Keep it with all of these calls, or with none; raise Missing or Unfit."""
        call_ids = sorted(set(question.call_ids))
        heard = [self._heard(question, call_id) for call_id in call_ids]
        told = [Announcement(one.fact.subject, one.payload) for one in heard]
        async with self._journal.entry() as entry:
            for call_id in call_ids:
                if not await entry.is_of(question.account_id, call_id):
                    raise Missing
            await self._desk.enter(entry, heard)
            for now in (await entry.lock(call_ids)).values():
                check_room(now)
            for announcement in told:
                await entry.announce(announcement)
        self._outbox.announce(told)
        return CallsAnnotated(calls=len(call_ids))

    def _heard(self, question: AnnotateCalls, call_id: CallId) -> Heard:
        now = self._clock.now()
        fact = CallAnnotated(
            call_id=call_id,
            account_id=question.account_id,
            sequence=randbits(SEQUENCE_BITS),
            at=now,
            seen_at=now,
            actor=question.actor,
            tags=question.tags,
            note=question.note.strip(),
        )
        return Heard(fact, fact.model_dump_json())
