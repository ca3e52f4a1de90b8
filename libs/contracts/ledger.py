"""The books of an account: what is owed, entry by entry, and whether all of it is right."""

from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter

from libs.contracts.editing import PAGE_MAX
from libs.contracts.ids import AccountId, CallId
from libs.contracts.message import Instant, Question, Value, one_of
from libs.contracts.money import Money

PartyName = Annotated[str, Field(max_length=300, pattern=r"^[^\x00]*$")]


class Book(StrEnum):
    """Whose entries: of a kind of party, or one of our own, which has the other sides."""

    BUYER = "buyer"
    BIDDER = "bidder"
    PUBLISHER = "publisher"
    SELLER = "seller"
    CARRIER = "carrier"
    REVENUE = "revenue"
    PAYOUT = "payout"
    COST = "cost"
    ADJUSTMENT = "adjustment"
    PAYMENT = "payment"


DIFFERENCES_SHOWN_MAX = 100


class Difference(Value):
    """Two figures that must be equal and are not, in ten-thousandths.

    `check`: a posting's sides sum to nothing; a balance is the sum of its entries; what is booked
    of an effect is the sum of its entries; a call's worth is what is booked of it.
    """

    check: Literal["posting", "balance", "booking", "call"]
    what: str
    currency: str
    expected: int
    found: int


class BooksProved(Value):
    """What a proof has compared, and every difference it found, the first of them shown."""

    outcome: Literal["proved"] = "proved"
    at: Instant
    entries: int
    balances: int
    bookings: int
    differences: int
    shown: tuple[Difference, ...] = ()


class ProveBooks(Question):
    """Compare an account's entries with its balances, bookings and calls, at one moment."""

    subject: ClassVar[str] = "ask.tracking.prove_books.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(BooksProved)

    account_id: AccountId


class Balance(Value):
    """What one party owes us in one currency (negative: we owe them), or one of our own books."""

    book: str
    party: str
    name: str
    money: Money
    entries: int


class Balances(Value):
    """Balances in the order of book, party and currency; `cursor` asks for the next page."""

    outcome: Literal["balances"] = "balances"
    balances: tuple[Balance, ...]
    cursor: str | None = None


class AskBalances(Question):
    """An account's balances: of parties, of one book, of one party; `own` books only when named."""

    subject: ClassVar[str] = "ask.tracking.balances.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Balances)

    account_id: AccountId
    book: Book | None = None
    party: PartyName = ""
    cursor: str | None = Field(default=None, max_length=1_000)
    limit: int = Field(default=100, ge=1, le=PAGE_MAX)


class LedgerEntry(Value):
    """One side of a posting, in the book of a party (positive: they owe us) or one of our own.

    `reverses`: it takes the same version back.  `late`: it belongs to a time whose period was
    closed, and counts when it was written.
    """

    id: int
    posting: UUID
    book: str
    party: str
    money: Money
    kind: str
    call_id: CallId | None
    part: str
    version: int
    reverses: bool
    belongs_at: Instant
    booked_at: Instant
    late: bool
    reason: str
    actor: str


class LedgerEntries(Value):
    """Entries in the order in which they count; `cursor` asks for the next page."""

    outcome: Literal["entries"] = "entries"
    entries: tuple[LedgerEntry, ...]
    cursor: str | None = None


class AskEntries(Question):
    """Entries of a party, of all of a book, or of all parties' books; our own only when named.

    `since` is inclusive, `until` exclusive.
    """

    subject: ClassVar[str] = "ask.tracking.entries.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(LedgerEntries)

    account_id: AccountId
    book: Book | None = None
    party: PartyName = ""
    call_id: CallId | None = None
    since: Instant | None = None
    until: Instant | None = None
    cursor: str | None = Field(default=None, max_length=200)
    limit: int = Field(default=100, ge=1, le=PAGE_MAX)
