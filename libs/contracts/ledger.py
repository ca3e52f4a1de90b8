"""The books of an account: what is owed, entry by entry, and whether all of it is right."""

from typing import Any, ClassVar, Literal

from pydantic import TypeAdapter

from libs.contracts.ids import AccountId
from libs.contracts.message import Instant, Question, Value, one_of

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
