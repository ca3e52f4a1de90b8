"""The transcribing desk: has recordings written down that people want to read."""

import logging
from datetime import timedelta

from libs.contracts.ids import CallId
from libs.contracts.transcribing import (
    TranscribeCalls,
    Transcribed,
    TranscribeRecording,
    Transcribing,
    TranscriptionState,
)
from libs.runtime.ask import Ask, Refused, Unanswered
from libs.runtime.deadline import Deadline
from libs.runtime.rounds import Rounds
from services.tracking.domain.recordings import to_be_written
from services.tracking.domain.unfit import Missing
from services.tracking.store.calls import Calls
from services.tracking.store.transcribing import Transcribing as Store
from services.tracking.store.transcribing import Wanted

EVERY_SECONDS = 5.0
ROUND_MAX = 20  # recordings that the carrier is asked about in one round
ASK_MS = 12_000  # the carrier's own limit is ten seconds
FIRST_AGAIN = timedelta(seconds=5)  # the carrier needs about a minute
AGAIN_AT_MOST = timedelta(minutes=10)
TRIES_MAX = 60  # some nine hours; then nobody waits for it any more

log = logging.getLogger(__name__)


class TranscribingDesk:
    """One per process; each asks about what it has claimed."""

    def __init__(
        self, calls: Calls, store: Store, ask: Ask, every_seconds: float = EVERY_SECONDS
    ) -> None:
        self._calls = calls
        self._store = store
        self._ask = ask
        self._rounds = Rounds("tracking-transcribing", every_seconds, self.round)

    def start(self) -> None:
        """Begin to ask."""
        self._rounds.start()

    async def stop(self) -> None:
        """Stop asking."""
        await self._rounds.stop()

    async def transcribe(self, question: TranscribeCalls) -> Transcribing:
        """Have the recordings of these calls written down; raise Missing."""
        wanted: list[tuple[CallId, str]] = []
        nothing: list[CallId] = []
        for call_id in dict.fromkeys(question.call_ids):
            found = await self._calls.one(question.account_id, call_id, 0)
            if found is None:
                raise Missing
            sids = to_be_written(found[0])
            wanted += [(call_id, sid) for sid in sids]
            nothing += [] if sids else [call_id]
        count = await self._store.want(question.account_id, wanted) if wanted else 0
        self._rounds.hurry()
        return Transcribing(recordings=count, nothing=tuple(nothing))

    async def round(self) -> None:
        """Ask about some; whatever fails is tried again later."""
        due = await self._store.claim(ROUND_MAX, FIRST_AGAIN, AGAIN_AT_MOST)
        for one in due:
            try:
                await self._look(one)
            except Refused as no:
                log.warning("recording %s is not written down: %s", one.recording_sid, no)
            except Unanswered as no:
                log.warning("recordings are not written down: %s", no)
                return
        if len(due) == ROUND_MAX:
            self._rounds.hurry()

    async def _look(self, one: Wanted) -> None:
        if one.tries > TRIES_MAX:
            log.warning("recording %s was never written down", one.recording_sid)
            await self._store.over(one)
            return
        question = TranscribeRecording(
            account_id=one.account_id,
            call_id=one.call_id,
            step=one.step,
            account_sid=one.account_sid,
            recording_sid=one.recording_sid,
        )
        answer: Transcribed = await self._ask(question, Deadline.within(ASK_MS))
        if answer.state is TranscriptionState.OVER:
            await self._store.over(one)
