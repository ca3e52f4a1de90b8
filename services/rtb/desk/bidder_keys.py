"""The keys desk: keys that let outside companies in, as operators make and end them."""

import secrets
from typing import Any
from uuid import UUID, uuid4

from libs.contracts.bidder_keys import (
    BidderKeyChanged,
    BidderKeyMade,
    BidderKeys,
    BidderKeyShown,
    EndBidderKey,
    ListBidderKeys,
    MakeBidderKey,
)
from libs.contracts.editing import Edit, Saved
from libs.runtime.clock import Clock
from libs.runtime.outbox import Announcement
from services.rtb.domain.own import KEY_PREFIX, digest_of
from services.rtb.domain.unfit import Missing, Unfit
from services.rtb.memory import Memory
from services.rtb.store.bidders_own import BiddersOwn

KEY_BYTES = 32


class BidderKeysDesk:
    """One per process; holds no state of its own."""

    def __init__(self, own: BiddersOwn, memory: Memory, clock: Clock) -> None:
        self._own = own
        self._memory = memory
        self._clock = clock

    async def make_key(self, question: MakeBidderKey) -> BidderKeyMade:
        """Make a key; raise Unfit where no target is of that company."""
        books = await self._memory.latest(question.account_id)
        companies = {one.company for one in books.targets.values()}
        if question.company not in companies:
            problem = ("company", "no RTB target is of this company")
            raise Unfit("points_nowhere", "the company is not there", [problem])
        key = KEY_PREFIX + secrets.token_urlsafe(KEY_BYTES)
        shown = BidderKeyShown(
            key_id=uuid4(),
            company=question.company,
            name=question.name,
            made_at=self._clock.now(),
        )
        row = {
            "account_id": question.account_id,
            "id": shown.key_id,
            "company": shown.company,
            "name": shown.name,
            "digest": digest_of(key),
            "made_at": shown.made_at,
        }
        fact = self._fact(question, shown.key_id, before=None, after=shown)
        await self._own.keep_key(row, fact)
        return BidderKeyMade(shown=shown, key=key)

    async def keys(self, question: ListBidderKeys) -> BidderKeys:
        """An account's keys."""
        rows = await self._own.keys(question.account_id)
        return BidderKeys(keys=tuple(_shown(row) for row in rows))

    async def end_key(self, question: EndBidderKey) -> Saved:
        """End a key; raise Missing."""
        rows = await self._own.keys(question.account_id)
        before = next((_shown(row) for row in rows if row.id == question.key_id), None)
        fact = self._fact(question, question.key_id, before=before, after=None)
        if before is None or not await self._own.end_key(
            question.account_id, question.key_id, fact
        ):
            raise Missing
        return Saved(version=0)

    def _fact(
        self,
        question: Edit,
        key_id: UUID,
        *,
        before: BidderKeyShown | None,
        after: BidderKeyShown | None,
    ) -> Announcement:
        change = BidderKeyChanged(
            account_id=question.account_id,
            key=str(key_id),
            version=0,
            at=self._clock.now(),
            actor=question.actor,
            before=before.model_dump(mode="json") if before else None,
            after=after.model_dump(mode="json") if after else None,
        )
        return Announcement(change.subject, change.model_dump_json())


def _shown(row: Any) -> BidderKeyShown:
    return BidderKeyShown(
        key_id=row.id,
        company=row.company,
        name=row.name,
        made_at=row.made_at,
        used_at=row.used_at,
    )
