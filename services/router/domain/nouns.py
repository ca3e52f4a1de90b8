"""The kinds of configuration: how each is read, and what it points to."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from libs.contracts.bulk import EXPORTED
from libs.contracts.configuration import (
    Buyer,
    Campaign,
    Carrier,
    Defaults,
    Group,
    Number,
    Pool,
    Target,
)
from libs.contracts.editing import (
    BuyerChanged,
    CampaignChanged,
    CarrierChanged,
    Changed,
    DefaultsChanged,
    GroupChanged,
    Noun,
    NumberChanged,
    PoolChanged,
    TargetChanged,
)
from libs.contracts.message import Document

DOCUMENTS: Mapping[Noun, type[Document]] = {
    Noun.CAMPAIGN: Campaign,
    Noun.BUYER: Buyer,
    Noun.TARGET: Target,
    Noun.NUMBER: Number,
    Noun.POOL: Pool,
    Noun.CARRIER: Carrier,
    Noun.DEFAULTS: Defaults,
    Noun.GROUP: Group,
}

NOUNS: Mapping[type[Document], Noun] = {kind: noun for noun, kind in DOCUMENTS.items()}

LISTS: Mapping[Noun, str] = {
    noun: "defaults" if noun is Noun.DEFAULTS else f"{noun}s" for noun in EXPORTED
}
"""The field of an account's configuration that each kind stands in."""

CHANGES: Mapping[Noun, type[Changed]] = {
    Noun.CAMPAIGN: CampaignChanged,
    Noun.BUYER: BuyerChanged,
    Noun.TARGET: TargetChanged,
    Noun.NUMBER: NumberChanged,
    Noun.POOL: PoolChanged,
    Noun.CARRIER: CarrierChanged,
    Noun.DEFAULTS: DefaultsChanged,
    Noun.GROUP: GroupChanged,
}


class Reference(NamedTuple):
    """A field of a document that names something else of the account."""

    field: str
    noun: Noun
    id: UUID


def references(document: Document) -> tuple[Reference, ...]:
    """Everything a document points to; fields by their path in it."""
    match document:
        case Target():
            return (Reference("buyer_id", Noun.BUYER, document.buyer_id),)
        case Campaign():
            return _entries(document)
        case Group():
            members = (
                Reference(f"members.{at}.target_id", Noun.TARGET, member.target_id)
                for at, member in enumerate(document.members)
            )
            around = document.parent_id
            parent = (Reference("parent_id", Noun.GROUP, around),) if around else ()
            return (*parent, *members)
        case Pool() | Number():
            return _places(document)
        case _:
            return ()


def _entries(document: Campaign) -> tuple[Reference, ...]:
    """Targets first, then groups: each kind is looked up at once."""
    targets = (
        Reference(f"assignments.{at}.target_id", Noun.TARGET, entry.target_id)
        for at, entry in enumerate(document.assignments)
        if entry.target_id is not None
    )
    groups = (
        Reference(f"assignments.{at}.group_id", Noun.GROUP, entry.group_id)
        for at, entry in enumerate(document.assignments)
        if entry.group_id is not None
    )
    return (*targets, *groups)


def _places(document: Pool | Number) -> tuple[Reference, ...]:
    named = {"campaign_id": Noun.CAMPAIGN, "pool_id": Noun.POOL}
    return tuple(
        Reference(field, noun, id)
        for field, noun in named.items()
        if (id := getattr(document, field, None)) is not None
    )


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
