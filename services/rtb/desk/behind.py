"""Writes behind what no caller waits for: bodies of requests and answers, and late answers."""

import asyncio
import logging
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any

from opentelemetry import metrics
from sqlalchemy.exc import DBAPIError

from libs.contracts.ids import AccountId, AuctionId, RtbTargetId
from libs.runtime.database import NOT_NOW
from libs.runtime.tasks import ended
from services.rtb.bidders import WhenLate
from services.rtb.desk.asking import Closed
from services.rtb.domain.books import Books
from services.rtb.domain.masking import masked_text
from services.rtb.domain.offer import Request
from services.rtb.domain.reply import Reply
from services.rtb.domain.secrets import secrets_in
from services.rtb.store.bodies import Bodies

ROWS_MAX = 20_000  # that wait; beyond it bodies are lost, and counted
BATCH_MAX = 200
EVERY_SECONDS = 0.5

log = logging.getLogger(__name__)
_lost = metrics.get_meter("rtb").create_counter(
    "bodies.lost", description="Bodies of requests and answers that were not kept"
)


class Behind:
    """What waits to be written."""

    def __init__(self, bodies: Bodies) -> None:
        self._bodies = bodies
        self._rows: deque[dict[str, Any]] = deque()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to write."""
        self._task = asyncio.create_task(self._write_for_ever(), name="rtb-behind")

    async def stop(self) -> None:
        """Write what is there."""
        await ended(self._task)
        await self._write()

    def keep(self, account_id: AccountId, closed: Closed, books: Books) -> None:
        """Keep what was said in an auction, masked."""
        for target_id, request in closed.requests.items():
            target = books.targets[target_id]
            hidden = list(secrets_in(target.model_dump(mode="json")).values())
            row = self._row(account_id, closed.auction.id, target_id)
            row["request"] = _request(request, hidden)
            reply = closed.replies.get(target_id)
            if reply is not None:
                row |= _reply(reply, hidden)
            self._add(row)

    def late_of(self, account_id: AccountId, auction_id: AuctionId) -> WhenLate:
        """What notes a late answer of this auction."""

        def when_late(target_id: RtbTargetId, reply: Reply) -> None:
            row = self._row(account_id, auction_id, target_id)
            self._add(row | _reply(reply, ()) | {"late_milliseconds": reply.milliseconds})

        return when_late

    def _row(
        self, account_id: AccountId, auction_id: AuctionId, target_id: RtbTargetId
    ) -> dict[str, Any]:
        return {"account_id": account_id, "auction_id": auction_id, "target_id": target_id}

    def _add(self, row: Mapping[str, Any]) -> None:
        if len(self._rows) >= ROWS_MAX:
            _lost.add(1)
            return
        self._rows.append(dict(row))

    async def _write_for_ever(self) -> None:
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            await self._write()

    async def _write(self) -> None:
        while self._rows:
            batch = [self._rows.popleft() for _ in range(min(BATCH_MAX, len(self._rows)))]
            try:
                await self._bodies.write(batch)
            except (*NOT_NOW, DBAPIError) as fault:
                log.warning("bodies of auctions could not be kept: %r", fault)
                _lost.add(len(batch))
                return


def _request(request: Request, secrets: Iterable[str]) -> str:
    text = f"{request.method} {request.url}\n\n{request.body.decode(errors='replace')}"
    return masked_text(text, secrets).replace("\0", "")


def _reply(reply: Reply, secrets: Iterable[str]) -> dict[str, Any]:
    text = reply.body.decode(errors="replace") if reply.status is not None else reply.note
    return {"response": masked_text(text, secrets).replace("\0", ""), "status": reply.status}
