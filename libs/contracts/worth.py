"""What a call came to: who owes whom, how much, and why not."""

from enum import StrEnum

from libs.contracts.message import Value
from libs.contracts.money import Amount, Currency, Money


class EffectKind(StrEnum):
    """What somebody owes for: the buyer us, we the publisher, we the carrier."""

    REVENUE = "revenue"
    PAYOUT = "payout"
    COST = "cost"


class PartyKind(StrEnum):
    """Who owes or is owed: a `seller` is a publisher who is known by name alone."""

    BUYER = "buyer"
    BIDDER = "bidder"
    PUBLISHER = "publisher"
    SELLER = "seller"
    CARRIER = "carrier"


class Party(Value):
    """Somebody with whom an account has dealings; `id` is that of the thing, or a name."""

    kind: PartyKind
    id: str
    name: str = ""


class Effect(Value):
    """One thing that is owed for a call: at most one of a kind for a leg (None: for the call).

    With an `adjustment` it is what somebody has changed of it, by that number, and why.
    """

    kind: EffectKind
    step: int | None = None
    adjustment: int | None = None
    party: Party
    money: Money
    reason: str = ""
    actor: str = ""


class Worth(Value):
    """What a call came to in one currency; `profit` is what is left."""

    currency: Currency
    revenue: Amount
    payout: Amount
    cost: Amount
    profit: Amount


class Unearned(StrEnum):
    """Why something is not owed (yet); empty where it is, or where nothing was agreed."""

    NOTHING = ""
    NOT_DIALLED = "not_dialled"
    NOT_CONNECTED = "not_connected"
    NOT_ACCEPTED = "not_accepted"
    NOT_POSTED = "not_posted"
    NOT_CONVERTED = "not_converted"
    TOO_SHORT = "too_short"
    DUPLICATE = "duplicate"
    CAPPED = "capped"
