"""Numbers and auctions as rows of a file: one line here is one column."""

from collections.abc import Callable, Mapping

from libs.contracts.auctions import AuctionShown
from libs.contracts.editing import Row

_OF_NUMBER: Mapping[str, Callable[[Row], object]] = {
    "id": lambda row: row.document["id"],
    "number": lambda row: row.document["number"],
    "serves": lambda row: row.standing and row.standing.availability.value,
    "holder_id": lambda row: row.standing and row.standing.holder_id,
    "holder_name": lambda row: row.standing and row.standing.holder_name,
    "account_sid": lambda row: row.document["account_sid"],
    "at_the_carrier": lambda row: (
        row.standing and row.standing.setup and row.standing.setup.state.value
    ),
    "failure": lambda row: row.standing and row.standing.setup and row.standing.setup.failure,
    "publisher_id": lambda row: row.document.get("publisher_id"),
    "leaves_at": lambda row: row.document.get("leaves_at"),
}
_OF_AUCTION: Mapping[str, Callable[[AuctionShown], object]] = {
    "auction_id": lambda one: one.auction_id,
    "at": lambda one: one.at.isoformat(),
    "call_id": lambda one: one.call_id,
    "step": lambda one: one.step,
    "rtb_router_id": lambda one: one.rtb_router_id,
    "rtb_router_name": lambda one: one.router_name,
    "asked": lambda one: one.asked,
    "bids": lambda one: one.bids,
    "milliseconds": lambda one: one.milliseconds,
    "target_id": lambda one: one.target_id,
    "target_name": lambda one: one.target_name,
    "price": lambda one: one.price and one.price.amount,
    "currency": lambda one: one.price and one.price.currency,
    "unsold": lambda one: one.reason and one.reason.value,
    "connected": lambda one: one.connected,
    "campaign_id": lambda one: one.campaign_id,
}
NUMBER_COLUMNS = tuple(_OF_NUMBER)
AUCTION_COLUMNS = (*_OF_AUCTION, "campaign_name")


def row_of_number(row: Row) -> list[object]:
    """One line of the file of numbers."""
    return [read(row) for read in _OF_NUMBER.values()]


def row_of_auction(auction: AuctionShown, campaign: str) -> list[object]:
    """One line of the file of auctions, with its campaign's name."""
    return [*(read(auction) for read in _OF_AUCTION.values()), campaign]
