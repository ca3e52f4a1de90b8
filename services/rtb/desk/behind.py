"""Writes behind what no caller waits for: bids with their bodies, and late answers."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial
from typing import Any

from opentelemetry import metrics

from libs.contracts.ids import AccountId, AuctionId, RtbTargetId
from libs.rules.masking import masked_text
from libs.runtime.database import NOT_NOW
from libs.runtime.guard import guarded
from libs.runtime.tasks import ended
from services.rtb.bidders import Heard, WhenLate
from services.rtb.desk.asking import Closed
from services.rtb.domain.books import Books
from services.rtb.domain.offer import Request
from services.rtb.domain.reply import Reply
from services.rtb.store.bodies import Bodies

WAITING_MAX = 500  # auctions, or late answers; beyond it bodies are lost, and counted
EVERY_SECONDS = 0.5
LATE_TRIES_MAX = 12  # rounds in which a late answer looks for its auction, which is kept meanwhile

log = logging.getLogger(__name__)
_lost = metrics.get_meter("rtb").create_counter(
    "bids.lost", description="Auctions whose bids, or late answers, were not kept"
)


Write = Callable[[], Awaitable[None]]


class Behind:
    """What waits to be written."""

    def __init__(self, bodies: Bodies) -> None:
        self._bodies = bodies
        self._waiting: deque[Write] = deque()
        self._again: list[Write] = []
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to write."""
        self._task = asyncio.create_task(self._write_for_ever(), name="rtb-behind")

    async def stop(self) -> None:
        """Write what is there."""
        await ended(self._task)
        await self._write()

    def keep(self, account_id: AccountId, closed: Closed, books: Books) -> None:
        """Keep an auction's bids, and what was said, masked; done when nobody waits for it."""
        self._add(lambda: self._bodies.keep(_rows(account_id, closed, books)))

    def late_of(self, account_id: AccountId, auction_id: AuctionId, books: Books) -> WhenLate:
        """What notes a late answer of this auction."""

        def when_late(target_id: RtbTargetId, late: Heard) -> None:
            row = {
                "account_id": account_id,
                "auction_id": auction_id,
                "target_id": target_id,
                "late_milliseconds": late.reply.milliseconds,
                **_reply(late.reply, books.secrets[target_id]),
            }
            self._add(lambda: self._late(row, LATE_TRIES_MAX))

        return when_late

    async def _late(self, row: Mapping[str, Any], tries: int) -> None:
        """Note a late answer; its auction may still be taking a place with the winner."""
        if not await self._bodies.late(row) and tries > 1:
            self._again.append(lambda: self._late(row, tries - 1))

    def _add(self, write: Write) -> None:
        if len(self._waiting) >= WAITING_MAX:
            _lost.add(1)
            return
        self._waiting.append(write)

    async def _write_for_ever(self) -> None:
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            await self._write()

    async def _write(self) -> None:
        self._waiting.extend(self._again)
        self._again.clear()
        while self._waiting:
            write, lost = self._waiting[0], partial(_lost.add, 1)
            try:
                await guarded(write(), lost, "keep bids of an auction", NOT_NOW)
            except NOT_NOW as fault:
                log.warning("bids wait until they can be kept: %r", fault)
                return
            self._waiting.popleft()


def _rows(account_id: AccountId, closed: Closed, books: Books) -> list[dict[str, Any]]:
    auction, rows = closed.auction, []
    for entry in auction.entries:
        row: dict[str, Any] = {
            "account_id": account_id,
            "auction_id": auction.id,
            "target_id": entry.target_id,
            "at": auction.offered.at,
            "loss": entry.loss,
            "amount": entry.amount.amount if entry.amount else None,
            "milliseconds": entry.milliseconds,
        }
        request = closed.requests.get(entry.target_id)
        if request is not None:
            hidden = books.secrets[entry.target_id]
            row["request"] = _request(request, hidden)
            reply = closed.replies.get(entry.target_id)
            row |= _reply(reply, hidden) if reply is not None else {}
        rows.append(row)
    return rows


def _request(request: Request, secrets: Iterable[str]) -> str:
    text = f"{request.method} {request.url}\n\n{request.body.decode(errors='replace')}"
    return masked_text(text, secrets).replace("\0", "")


def _reply(reply: Reply, secrets: Iterable[str]) -> dict[str, Any]:
    text = reply.body.decode(errors="replace") if reply.status is not None else reply.note
    return {"response": masked_text(text, secrets).replace("\0", ""), "status": reply.status}
