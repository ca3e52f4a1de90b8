"""Keys of outside bidders: each opens what is a company's own, and nothing else."""

from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter

from libs.contracts.call_settings import Text
from libs.contracts.calls import Fact
from libs.contracts.editing import Changed, Edit
from libs.contracts.ids import AccountId, AuctionId, RtbTargetId
from libs.contracts.message import Instant, Question, Value, one_of
from libs.contracts.money import Money

KEYS_MAX = 200  # of one account

Company = Annotated[Text, Field(min_length=1, max_length=256)]
KeyName = Annotated[Text, Field(min_length=1, max_length=120)]


class BidderKeyShown(Value):
    """A key as people tell it apart; never the key itself."""

    key_id: UUID
    company: str
    name: str
    made_at: Instant
    used_at: Instant | None = None


class BidderKeys(Value):
    """Keys that open something, the newest first."""

    outcome: Literal["bidder_keys"] = "bidder_keys"
    keys: tuple[BidderKeyShown, ...]


class ListBidderKeys(Question):
    """An account's keys for outside bidders."""

    subject: ClassVar[str] = "ask.rtb.list_keys.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(BidderKeys)

    account_id: AccountId


class BidderKeyMade(Value):
    """A new key; `key` is told this once."""

    outcome: Literal["bidder_key_made"] = "bidder_key_made"
    shown: BidderKeyShown
    key: str


class MakeBidderKey(Edit):
    """Let a company in: that of at least one RTB target, else `points_nowhere`."""

    subject: ClassVar[str] = "ask.rtb.make_key.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(BidderKeyMade)

    company: Company
    name: KeyName


class EndBidderKey(Edit):
    """End a key, at once."""

    subject: ClassVar[str] = "ask.rtb.end_key.v1"
    key_id: UUID


class BidderKeyChanged(Changed):
    subject: ClassVar[str] = "event.bidder_key.changed.v1"
    publisher: ClassVar[str] = "rtb"


class SaleConverted(Fact):
    """An outside bidder has said that a leg it bought has converted, and what for."""

    subject: ClassVar[str] = "event.sale.converted.v1"
    publisher: ClassVar[str] = "rtb"

    auction_id: AuctionId
    rtb_target_id: RtbTargetId
    amount: Money
