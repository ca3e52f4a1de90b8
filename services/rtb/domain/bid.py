"""A bid, and what an answer is that is none."""

from libs.contracts.auction import Loss
from libs.contracts.message import Instant, Value
from libs.contracts.money import Money
from libs.contracts.phone import Destination


class Bid(Value):
    """A valid bid: what it is worth, where its call goes, and until when it holds."""

    amount: Money
    destination: Destination
    required_seconds: int = 0
    expires_at: Instant


class NoBid(Value):
    """Why an answer is no bid; `code` is the bidder's own."""

    loss: Loss
    note: str = ""
    code: str = ""
    amount: Money | None = None
