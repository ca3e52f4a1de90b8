"""What was agreed about a call when it was routed, step by step, and what was posted later."""

from pydantic import Field

from libs.contracts.bidder_keys import SaleConverted
from libs.contracts.conversions import ConversionPosted
from libs.contracts.flows import FlowConverted
from libs.contracts.ids import PublisherId
from libs.contracts.message import Value
from libs.contracts.money import Money
from libs.contracts.payouts import PayoutTerms
from libs.contracts.pricing import On, Telephony
from libs.contracts.routing import CallRouted, Terms
from services.tracking.domain.cells import Cells, Told

_NAME = "deal."
_CONFIRMED = "confirmed."


class Deal(Value):
    """The money part of one decision of the router.  A `seller` is owed the `quoted` price."""

    terms: Terms | None = None
    payout: PayoutTerms | None = None
    telephony: Telephony | None = None
    publisher_id: PublisherId | None = None
    publisher_name: str = ""
    seller: str = ""
    quoted: Money | None = None

    @property
    def owed(self) -> PayoutTerms | None:
        """What the publisher is paid: a quote is a promise, which outweighs every rule."""
        if self.quoted is None:
            return self.payout
        on = On.CONVERTED if self.terms else On.CONNECTED
        return PayoutTerms(on=on, amount=self.quoted)


class Post(Value):
    """A conversion that was posted; without an amount it is worth what was agreed.

    A `payout` is what the publisher is paid instead of what was agreed.
    """

    amount: Money | None
    payout: Money | None = Field(default=None, exclude_if=lambda value: value is None)


def agreed(fact: CallRouted) -> Cells:
    """The cell of what was agreed; none where it was nothing."""
    deal = Deal(**{name: getattr(fact, name) for name in Deal.model_fields})
    if not (deal.terms or deal.payout or deal.telephony or deal.quoted):
        return {}
    return {f"{_NAME}{fact.step}": [fact.sequence, deal.model_dump_json(exclude_defaults=True)]}


def deals_of(told: Told) -> dict[int, Deal]:
    """Everything agreed, by step."""
    return {
        int(name.removeprefix(_NAME)): Deal.model_validate_json(str(cell[1]))
        for name, cell in told.greatest.items()
        if name.startswith(_NAME)
    }


def posted(fact: ConversionPosted | FlowConverted) -> Cells:
    """The cell of a conversion that somebody says afterwards; a partner outweighs our own flow."""
    by_partner = isinstance(fact, ConversionPosted)
    amount = fact.amount if isinstance(fact, ConversionPosted) else fact.value
    payout = fact.payout if isinstance(fact, ConversionPosted) else None
    said = Post(amount=amount, payout=payout).model_dump_json()
    return {"posted": [int(by_partner), fact.sequence, fact.at.isoformat(), said]}


def last_posted(told: Told) -> int:
    """The sequence of the latest conversion that somebody posted; 0 where nobody did."""
    cell = told.greatest.get("posted")
    return int(cell[1]) if cell is not None and cell[0] else 0


def confirmed(fact: SaleConverted) -> Cells:
    """The cell of a bidder's own word that a leg it bought has converted."""
    return {f"{_CONFIRMED}{fact.step}": [fact.at.isoformat()]}


def is_confirmed(told: Told, step: int) -> bool:
    """Whether the bidder that bought a leg has said that it converted."""
    return f"{_CONFIRMED}{step}" in told.least


def post_of(told: Told) -> Post | None:
    """The conversion that was posted, if one was."""
    cell = told.greatest.get("posted")
    return None if cell is None else Post.model_validate_json(str(cell[3]))
