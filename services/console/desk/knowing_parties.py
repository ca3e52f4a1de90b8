"""The desk that knows what a buyer's or publisher's record allows its people."""

from dataclasses import replace
from uuid import UUID

from libs.contracts.editing import GetConfiguration, Got, Noun
from libs.contracts.ids import AccountId
from libs.contracts.message import Question
from libs.contracts.portals import BuyerPortal, PublisherPortal
from libs.contracts.tracking_edits import GetTracking, TrackingNoun
from libs.runtime.ask import Ask, Refused
from libs.runtime.deadline import Deadline
from services.console.domain.access import Allowance, Principal, Role

WITHIN_MS = 950  # as long as any look at an owner


class PartyGone(Exception):
    """The buyer or publisher was taken out of use: its people come to nothing."""


class KnowingParties:
    """Asks the owners of records; holds nothing, so that a change counts from the next request."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    async def known(self, principal: Principal) -> Principal:
        """The same with what her party's record allows; raise PartyGone, Refused or Unanswered."""
        assert principal.party_id is not None, "asked for somebody of a portal"
        look = record_of(principal.account_id, principal.role, principal.party_id)
        try:
            got: Got = await self._ask(look, Deadline.within(WITHIN_MS))
        except Refused as no:
            if no.code == "not_found":
                raise PartyGone from no
            raise
        kind = BuyerPortal if principal.role is Role.BUYER else PublisherPortal
        portal = kind.model_validate(got.row.document.get("portal") or {})
        words = {name for name, value in portal if value is True}
        more = frozenset(one for one in Allowance if one.value in words)
        return replace(principal, allowed=principal.allowed | more)


def record_of(account_id: AccountId, role: Role, party_id: UUID) -> Question:
    """What asks for a party's record."""
    if role is Role.BUYER:
        return GetConfiguration(account_id=account_id, noun=Noun.BUYER, key=str(party_id))
    return GetTracking(account_id=account_id, noun=TrackingNoun.PUBLISHER, key=party_id)
