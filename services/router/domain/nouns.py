"""The kinds of configuration: how each is read, and what it points to."""

from collections.abc import Mapping
from typing import Any

from libs.contracts.configuration import Buyer, Campaign, Carrier, Document, Number, Pool, Target
from libs.contracts.editing import (
    BuyerChanged,
    CampaignChanged,
    CarrierChanged,
    Changed,
    Noun,
    NumberChanged,
    PoolChanged,
    TargetChanged,
)

DOCUMENTS: Mapping[Noun, type[Document]] = {
    Noun.CAMPAIGN: Campaign,
    Noun.BUYER: Buyer,
    Noun.TARGET: Target,
    Noun.NUMBER: Number,
    Noun.POOL: Pool,
    Noun.CARRIER: Carrier,
}

CHANGES: Mapping[Noun, type[Changed]] = {
    Noun.CAMPAIGN: CampaignChanged,
    Noun.BUYER: BuyerChanged,
    Noun.TARGET: TargetChanged,
    Noun.NUMBER: NumberChanged,
    Noun.POOL: PoolChanged,
    Noun.CARRIER: CarrierChanged,
}

SECRETS = frozenset(("token", "token_next", "token_sealed", "token_next_sealed"))
MASK = "********"


def masked(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document for other eyes: a secret shows only whether it is set.

    >>> masked({"account_sid": "AC1", "token_sealed": "x", "token_next_sealed": None})
    {'account_sid': 'AC1', 'token_sealed': '********', 'token_next_sealed': None}
    """
    return {
        key: MASK if key in SECRETS and value is not None else value
        for key, value in document.items()
    }
