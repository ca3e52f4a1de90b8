"""The recordings' desk: has recordings deleted that accounts keep no longer."""

import logging
from datetime import timedelta
from uuid import UUID

from libs.contracts.editing import Saved
from libs.contracts.recordings import DeleteRecording, RecordingGone, SaveRecordingRule
from libs.contracts.tracking_edits import TrackingNoun
from libs.runtime.ask import Ask, Refused, Unanswered
from libs.runtime.deadline import Deadline
from libs.runtime.rounds import Rounds
from services.tracking.desk.keeping import KeepingDesk
from services.tracking.store.recordings import Due, Recordings

EVERY_SECONDS = 60.0
ROUND_MAX = 50  # deletions; more are begun at once after these
ASK_MS = 12_000  # the carrier's own limit is ten seconds
AGAIN_AFTER = timedelta(minutes=15)  # if nobody has said by then that it is gone

log = logging.getLogger(__name__)


class RecordingsDesk:
    """One per process; each deletes what it has claimed."""

    def __init__(
        self,
        keeping: KeepingDesk,
        recordings: Recordings,
        ask: Ask,
        every_seconds: float = EVERY_SECONDS,
    ) -> None:
        self._keeping = keeping
        self._recordings = recordings
        self._ask = ask
        self._rounds = Rounds("tracking-recordings", every_seconds, self.round)

    def start(self) -> None:
        """Begin to delete."""
        self._rounds.start()

    async def stop(self) -> None:
        """Stop deleting."""
        await self._rounds.stop()

    async def save(self, question: SaveRecordingRule) -> Saved:
        """Keep the account's rule, and look at once what it is about; raise Stale."""
        document = question.document.model_dump(mode="json")
        key = UUID(str(question.account_id))
        saved = await self._keeping.save(TrackingNoun.RECORDING_RULE, key, document, question)
        self._rounds.hurry()
        return saved

    async def round(self) -> None:
        """Have some deleted; whatever fails is tried again later."""
        due = await self._recordings.claim(ROUND_MAX, AGAIN_AFTER)
        for one in due:
            try:
                await self.delete(one)
            except Refused as no:
                log.warning("recording %s is not deleted: %s", one.recording_sid, no)
            except Unanswered as no:
                log.warning("recordings are not deleted: %s", no)
                return
        if len(due) == ROUND_MAX:
            self._rounds.hurry()

    async def delete(self, one: Due) -> None:
        """Have the carrier delete one; raise Refused or Unanswered."""
        question = DeleteRecording(
            account_id=one.account_id,
            call_id=one.call_id if one.known else None,
            step=one.step,
            account_sid=one.account_sid,
            recording_sid=one.recording_sid,
        )
        _: RecordingGone = await self._ask(question, Deadline.within(ASK_MS))
        if not one.known:
            await self._recordings.forget(one)
