"""What came of asking a bidder."""

from dataclasses import dataclass
from datetime import datetime

from libs.contracts.auction import Loss
from libs.contracts.bidding import RtbTarget
from services.rtb.domain.answer import bid_of
from services.rtb.domain.bid import Bid, NoBid


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer's status and body after so many ms, or why there is none."""

    milliseconds: float
    status: int | None = None
    body: bytes = b""
    loss: Loss | None = None
    note: str = ""


def read_reply(
    target: RtbTarget, reply: Reply, now: datetime, own_hosts: frozenset[str]
) -> Bid | NoBid:
    """What a bidder has said."""
    if reply.status is None:
        assert reply.loss is not None, "no answer has a reason"
        return NoBid(loss=reply.loss, note=reply.note)
    return bid_of(target, reply.status, reply.body, now, own_hosts)
