"""Everything an auction was decided from, and what became of each bidder."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Self

from libs.contracts.auction import Loss, Unsold
from libs.contracts.bidding import RtbRouter
from libs.contracts.ids import AuctionId, CampaignId, RtbTargetId
from libs.contracts.message import Instant, Value
from libs.contracts.money import Money
from services.rtb.domain.bid import Bid
from services.rtb.domain.offered import Offered


class Entry(Value):
    """One bidder in an auction; `loss` None: it won.  `explored`: else it would have been spared.

    `amount` is what it bid, `effective` what that ranked as, `price` what it pays or would
    have paid, `to_win` what would have beaten the best; times in milliseconds.
    """

    target_id: RtbTargetId
    name: str
    company: str = ""
    loss: Loss | None = None
    seen: str = ""
    needed: str = ""
    code: str = ""
    asked: bool = False
    explored: bool = False
    timeout_ms: int = 0
    milliseconds: float | None = None
    amount: Money | None = None
    effective: Decimal | None = None
    price: Money | None = None
    to_win: Decimal | None = None
    place: int | None = None
    bid: Bid | None = None

    def is_over(self, now: Instant) -> bool:
        """Whether its bid no longer holds."""
        assert self.bid is not None, "who has a place has bid"
        return self.bid.expires_at <= now


class Auction(Value):
    """An auction as it was decided."""

    id: AuctionId
    campaign_id: CampaignId
    offered: Offered
    router: RtbRouter
    seed: int
    deadline_ms: int
    milliseconds: int
    entries: tuple[Entry, ...]
    unsold: Unsold | None = None

    def for_a_quote(self) -> Self:
        """The auction of a call that may yet come: whoever was best has bought nothing."""
        entries = tuple(
            entry.model_copy(update={"loss": Loss.FOR_A_QUOTE}) if entry.place == 0 else entry
            for entry in self.entries
        )
        unsold = self.unsold or Unsold.FOR_A_QUOTE
        return self.model_copy(update={"entries": entries, "unsold": unsold})

    def settled(
        self, winner: Entry | None, lost: Mapping[RtbTargetId, Loss], *, is_new: bool
    ) -> Self:
        """The auction once a place was looked for: `lost` are those before the winner, with why.

        In an auction of an earlier step nobody is left but whom that step has not had.
        """
        entries = tuple(
            entry.model_copy(update={"loss": lost.get(entry.target_id)})
            if entry.target_id in lost or entry is winner
            else entry
            for entry in self.entries
        )
        unsold = None
        if winner is None:
            nothing = Unsold.ALL_FULL if Loss.FULL in lost.values() else Unsold.NOTHING_LEFT
            unsold = (self.unsold or nothing) if is_new else nothing
        return self.model_copy(update={"entries": entries, "unsold": unsold})

    @property
    def asked(self) -> int:
        """How many bidders were asked."""
        return sum(entry.asked for entry in self.entries)

    @property
    def bids(self) -> int:
        """How many gave a valid bid."""
        return sum(entry.bid is not None for entry in self.entries)

    @property
    def gain(self) -> float:
        """What the best bid adds over the next one, as a part of it; all of it, if alone."""
        ranked = [entry.effective for entry in self.order[:2] if entry.effective]
        if not ranked or ranked[0] <= 0:
            return 0.0
        return float(1 - ranked[1] / ranked[0]) if len(ranked) > 1 else 1.0

    @property
    def order(self) -> tuple[Entry, ...]:
        """Those who may win, the best first."""
        placed = [entry for entry in self.entries if entry.place is not None]
        return tuple(sorted(placed, key=lambda entry: entry.place or 0))
