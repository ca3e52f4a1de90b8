"""Money: an exact amount in a currency, never a float."""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Annotated, Self

from pydantic import Field

from libs.contracts.message import Value

PLACES = Decimal("0.0001")  # what columns, goldens and the wire keep

Amount = Annotated[Decimal, Field(max_digits=14, decimal_places=4)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class CurrencyMismatch(Exception):
    """Amounts of different currencies were put together."""


class Money(Value):
    """An amount with at most four places; making one never rounds.

    >>> usd("4.51") + usd("0.0001")
    Money(amount=Decimal('4.5101'), currency='USD')
    """

    amount: Amount
    currency: Currency = "USD"

    def __add__(self, other: "Money") -> "Money":
        """The sum; raises CurrencyMismatch."""
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency}")
        return self.model_copy(update={"amount": self.amount + other.amount})

    def share(self, part: Decimal) -> Self:
        """A part of it, rounded half to even: the one place where money is rounded.

        >>> usd("10").share(Decimal("0.333333")).amount
        Decimal('3.3333')
        """
        amount = (self.amount * part).quantize(PLACES, ROUND_HALF_EVEN)
        return self.model_copy(update={"amount": amount})


def usd(amount: str) -> Money:
    """Dollars.

    >>> usd("2.5").currency
    'USD'
    """
    return Money(amount=Decimal(amount))
