"""What a quote promises to pay, from what the call is worth to us."""

from decimal import ROUND_HALF_EVEN, Decimal

from libs.contracts.money import PLACES, Money
from libs.contracts.quoting import NotQuoted, Pricing, Unquoted


def priced(pricing: Pricing, worth: Money | None) -> Money | NotQuoted:
    """The price; or why none can be promised.

    >>> priced(Pricing(margin_percent=20), Money(amount=30)).amount
    Decimal('24.0000')
    >>> priced(Pricing(price=Money(amount=9), maximum=5), None).amount
    Decimal('5')
    """
    price = pricing.price or _less_the_margin(pricing, worth)
    if price is None:
        text = "nobody who would take the call pays for a conversion, and no price is set"
        return NotQuoted(why=Unquoted.UNPROFITABLE, text=text)
    if price.currency != pricing.currency:
        text = f"the call is worth {price.currency}, and quotes are in {pricing.currency}"
        return NotQuoted(why=Unquoted.UNPROFITABLE, text=text)
    if price.amount < pricing.minimum or not price.amount:
        text = f"{price.amount:f} is less than {pricing.minimum:f}"
        return NotQuoted(why=Unquoted.UNPROFITABLE, text=text)
    return Money(amount=min(price.amount, pricing.maximum), currency=price.currency)


def _less_the_margin(pricing: Pricing, worth: Money | None) -> Money | None:
    if worth is None:
        return None
    less = worth.amount * (Decimal(100) - pricing.margin_percent) / 100
    kept = max(Decimal(0), less * pricing.multiplier + pricing.bump)
    return Money(amount=kept.quantize(PLACES, ROUND_HALF_EVEN), currency=worth.currency)
