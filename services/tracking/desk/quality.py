"""The quality desk: asks the carrier how calls sounded, where their account wants to know."""

import logging
from datetime import timedelta
from uuid import UUID

from libs.contracts.editing import Saved
from libs.contracts.quality import (
    REASON_LENGTH_MAX,
    CallQualityKnown,
    QualityStatus,
    SaveQualityRule,
    SummarizeCall,
    Summarized,
)
from libs.contracts.tracking_edits import TrackingNoun
from libs.runtime.ask import Ask, Refused, Unanswered
from libs.runtime.clock import Clock
from libs.runtime.deadline import Deadline
from libs.runtime.outbox import Announcement, Outbox
from libs.runtime.rounds import Rounds
from services.tracking.desk.calls import Desk
from services.tracking.desk.keeping import KeepingDesk
from services.tracking.domain.call import Heard
from services.tracking.store.journal import Journal
from services.tracking.store.quality import Due, Qualities

EVERY_SECONDS = 60.0
ROUND_MAX = 20  # calls that the carrier is asked about in one round
ASK_MS = 12_000  # the carrier's own limit is ten seconds
FIRST_AGAIN = timedelta(minutes=10)
AGAIN_AT_MOST = timedelta(hours=2)
TRIES_MAX = 6  # some five hours; then it stays unknown
_FOR_GOOD = "not_enabled"  # asking again is no use

log = logging.getLogger(__name__)


class QualityDesk:
    """One per process; each asks about what it has claimed."""

    def __init__(  # noqa: PLR0917 - wired once
        self,
        keeping: KeepingDesk,
        store: Qualities,
        desk: Desk,
        journal: Journal,
        outbox: Outbox,
        ask: Ask,
        clock: Clock,
    ) -> None:
        self._keeping = keeping
        self._store = store
        self._desk = desk
        self._journal = journal
        self._outbox = outbox
        self._ask = ask
        self._clock = clock
        self._rounds = Rounds("tracking-quality", EVERY_SECONDS, self.round)

    def start(self) -> None:
        """Begin to ask."""
        self._rounds.start()

    async def stop(self) -> None:
        """Stop asking."""
        await self._rounds.stop()

    async def save(self, question: SaveQualityRule) -> Saved:
        """Keep the account's rule, and look at once for what is due; raise Stale."""
        document = question.document.model_dump(mode="json")
        key = UUID(str(question.account_id))
        saved = await self._keeping.save(TrackingNoun.QUALITY_RULE, key, document, question)
        self._rounds.hurry()
        return saved

    async def round(self) -> None:
        """Ask about some; whatever fails is tried again later, and given up in the end."""
        due = await self._store.claim(ROUND_MAX, FIRST_AGAIN, AGAIN_AT_MOST)
        for one in due:
            await self._look(one)
        if len(due) == ROUND_MAX:
            self._rounds.hurry()

    async def _look(self, one: Due) -> None:
        if one.account_sid is None or one.call_sid is None:
            await self._store.forget(one)
            return
        last = one.tries >= TRIES_MAX
        question = SummarizeCall(
            account_id=one.account_id, account_sid=one.account_sid, call_sid=one.call_sid
        )
        try:
            told: Summarized = await self._ask(question, Deadline.within(ASK_MS))
        except Refused as no:
            if last or no.code == _FOR_GOOD:
                await self._tell(one, QualityStatus.UNKNOWN, reason=no.refusal.text)
            return
        except Unanswered as no:
            log.warning("the quality of call %s is not told: %s", one.call_id, no)
            if last:
                await self._tell(one, QualityStatus.UNKNOWN, reason="the carrier was not reached")
            return
        if told.complete or last:
            status = QualityStatus.COMPLETE if told.complete else QualityStatus.PARTIAL
            await self._tell(one, status, told)

    async def _tell(
        self, one: Due, status: QualityStatus, told: Summarized | None = None, reason: str = ""
    ) -> None:
        """Make it a fact of the call, with which the call is asked about no more."""
        now = self._clock.now()
        known = {} if told is None else {"measured": told.measured, "hung_up_by": told.hung_up_by}
        fact = CallQualityKnown(
            call_id=one.call_id,
            account_id=one.account_id,
            at=now,
            seen_at=now,
            status=status,
            reason=reason[:REASON_LENGTH_MAX],
            **known,
        )
        heard = Heard(fact, fact.model_dump_json())
        announcement = Announcement(fact.subject, heard.payload)
        async with self._journal.entry() as entry:
            await self._desk.enter(entry, [heard])
            await entry.announce(announcement)
        self._outbox.announce([announcement])
