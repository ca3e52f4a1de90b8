"""The erasing desk: takes a caller out of all that tracking has of her, in steps.

Her recordings first, at the carrier, then what was written down of them, while her calls can
still be found by her number; then the number itself, wherever it stands.
"""

import time
from uuid import UUID

from libs.contracts.sweeping import EraseTrackingCaller
from libs.rules.erasing import pattern_of
from libs.runtime.ask import Refused, Unanswered
from libs.runtime.replacing import Replacing
from libs.runtime.sweeping import STEP_SECONDS, Swept
from services.tracking.desk.rebuilding import facts_of, folded_anew
from services.tracking.desk.recordings import RecordingsDesk
from services.tracking.domain.unfit import Unfit
from services.tracking.store.erasing import Erasing, unsay
from services.tracking.store.journal import Journal

PORTION = 50  # calls whose facts are read together
NOBODY = UUID(int=0)


class ErasingDesk:
    """One per process."""

    def __init__(
        self, erasing: Erasing, recordings: RecordingsDesk, journal: Journal, texts: Replacing
    ) -> None:
        self._erasing = erasing
        self._recordings = recordings
        self._journal = journal
        self._texts = texts

    async def step(self, question: EraseTrackingCaller) -> Swept:
        """Go on from a place; raise Unfit where the carrier does not delete a recording."""
        phase, _, at = question.at.partition("/")
        if phase == "texts":
            return await self._replace(question, at)
        if phase == "transcripts":
            return await self._unsay(question, UUID(at))
        return await self._delete(question, at)

    async def _delete(self, question: EraseTrackingCaller, at: str) -> Swept:
        call_id, _, sid = at.partition("/")
        after = (UUID(call_id) if call_id else NOBODY, sid)
        over_at, deleted = time.monotonic() + STEP_SECONDS, 0
        mine = (question.account_id, question.number)
        while time.monotonic() < over_at:
            due = await self._erasing.recordings(*mine, after, 1)
            if not due:
                return Swept(_counted("recording", deleted), f"transcripts/{NOBODY}")
            try:
                await self._recordings.delete(due[0])
            except (Refused, Unanswered) as no:
                text = f"recording {due[0].recording_sid} is not deleted: {no}"
                raise Unfit("recording_stays", text) from no
            after, deleted = (due[0].call_id, due[0].recording_sid), deleted + 1
        return Swept(_counted("recording", deleted), f"recordings/{after[0]}/{after[1]}")

    async def _unsay(self, question: EraseTrackingCaller, after: UUID) -> Swept:
        mine = (question.account_id, question.number)
        call_ids = await self._erasing.written(*mine, after, PORTION)
        if not call_ids:
            return Swept({}, "texts/")
        async with self._journal.entry() as entry:
            known = await entry.reopen(call_ids)
            await unsay(entry.connection, question.account_id, call_ids)
            facts = await facts_of(entry, call_ids)
            await entry.save(list(folded_anew(known, facts).values()))
        return Swept({"transcript": len(call_ids)}, f"transcripts/{call_ids[-1]}")

    async def _replace(self, question: EraseTrackingCaller, at: str) -> Swept:
        pattern, instead = pattern_of(question.number), question.instead.removeprefix("+")
        swept = await self._texts.step(question.account_id, pattern, instead, at)
        return Swept(swept.found, None if swept.at is None else f"texts/{swept.at}")


def _counted(what: str, number: int) -> dict[str, int]:
    return {what: number} if number else {}
