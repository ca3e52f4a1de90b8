"""What bidders are told of their bids: addresses to fetch, filled from the auction."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any
from uuid import UUID

from libs.contracts.auction import Loss
from libs.contracts.bidding import RtbTarget
from libs.contracts.ids import RtbTargetId
from libs.rules.macros import BadTemplate, Place, Template, read_template
from services.rtb.domain.offer import TEMPLATES_KEPT
from services.rtb.domain.offered import is_known, request_id_of
from services.rtb.domain.record import Auction, Entry

_NAMES = frozenset(("price", "currency", "lossreason", "amounttowin"))


class NoticeKind(StrEnum):
    """Of what a bidder is told."""

    WIN = "win"
    LOSS = "loss"
    BILLING = "billing"


@dataclass(frozen=True, slots=True)
class Notice:
    """One address to be fetched; billing waits until the call is owed for."""

    auction_id: UUID
    target_id: RtbTargetId
    kind: NoticeKind
    url: str
    at: datetime

    def row(self) -> dict[str, Any]:
        """The columns that it has of its own."""
        due_at = None if self.kind is NoticeKind.BILLING else self.at
        return {
            "auction_id": self.auction_id,
            "target_id": self.target_id,
            "kind": self.kind,
            "url": self.url,
            "due_at": due_at,
        }


def notices_of(
    auction: Auction,
    winner: Entry | None,
    targets: Mapping[RtbTargetId, RtbTarget],
    *,
    is_new: bool,
) -> Iterator[Notice]:
    """Who is told what: the winner that it won, and later what it owes; others, once, why not."""
    for entry in auction.entries:
        target = targets.get(entry.target_id)
        if target is None or entry.bid is None:
            continue
        urls = {NoticeKind.WIN: target.notices.win, NoticeKind.BILLING: target.notices.billing}
        if winner is None or entry.target_id != winner.target_id:
            urls = {NoticeKind.LOSS: target.notices.loss} if is_new else {}
        for kind, url in urls.items():
            if url:
                filled = _template(url).fill(_told(auction, entry, target))
                yield Notice(auction.id, entry.target_id, kind, filled, auction.offered.at)


def check_notices(target: RtbTarget) -> Iterator[tuple[str, str]]:
    """Each address that cannot be read, with what is wrong."""
    for kind in NoticeKind:
        try:
            _template(getattr(target.notices, kind))
        except BadTemplate as fault:
            yield f"notices.{kind}", str(fault)


def _told(auction: Auction, entry: Entry, target: RtbTarget) -> dict[str, str]:
    request_id = request_id_of(auction.id, entry.target_id)
    price = entry.price.amount if entry.price else None
    loss: Loss | None = entry.loss
    return {
        **auction.offered.macros,
        "requestid": request_id,
        "inboundcallid": request_id,
        "currency": target.currency,
        "price": f"{price:f}" if price is not None and loss is None else "",
        "lossreason": str(loss or ""),
        "amounttowin": "" if entry.to_win is None else f"{entry.to_win:f}",
    }


def _is_known(name: str) -> bool:
    return name in _NAMES or is_known(name)


@lru_cache(maxsize=TEMPLATES_KEPT)
def _template(text: str) -> Template:
    return read_template(text, Place.URL, _is_known)
