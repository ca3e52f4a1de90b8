"""Who has a part in a call, and what each of them may see of it."""

from collections import defaultdict
from decimal import Decimal
from uuid import UUID

from libs.contracts.ids import NOBODY
from libs.contracts.money import PLACES, Money
from libs.contracts.party_calls import BuyerCall, BuyerLeg, PartyRecording, PublisherCall
from libs.contracts.portals import Viewer
from libs.contracts.recordings import Recording
from libs.contracts.tracking import CallRecord, Leg
from libs.contracts.worth import EffectKind, PartyKind


def parties_of(call: CallRecord) -> set[tuple[PartyKind, UUID]]:
    """The buyers to whom it was dialled, and the publisher who sent it."""
    if call.account_id == NOBODY:
        return set()
    parties = {(PartyKind.BUYER, leg.buyer_id) for leg in call.legs if leg.buyer_id is not None}
    sender = {(PartyKind.PUBLISHER, call.publisher_id)} if call.publisher_id is not None else set()
    return parties | sender


def seen_by(viewer: Viewer, call: CallRecord) -> BuyerCall | PublisherCall | None:
    """What a party may see of a call; None where it has no part in it."""
    if (viewer.kind, viewer.id) not in parties_of(call):
        return None
    if viewer.kind is PartyKind.BUYER:
        return _of_buyer(viewer, call)
    return _of_publisher(viewer, call)


def _of_buyer(viewer: Viewer, call: CallRecord) -> BuyerCall:
    return BuyerCall(
        call_id=call.call_id,
        arrived_at=call.arrived_at,
        campaign_id=call.campaign_id,
        campaign_name=call.campaign_name,
        caller=call.caller if viewer.sees_callers else None,
        publisher_id=call.publisher_id if viewer.sees_publishers else None,
        geography=call.geography,
        converted=_owes(viewer, call, EffectKind.REVENUE),
        charges=_money(viewer, call, EffectKind.REVENUE),
        legs=tuple(_leg(leg) for leg in call.legs if leg.buyer_id == viewer.id),
        recordings=_told(viewer, call),
    )


def _leg(leg: Leg) -> BuyerLeg:
    """Without its step, which would tell how many others were dialled before."""
    return BuyerLeg.model_validate(leg.model_dump(include=set(BuyerLeg.model_fields)))


def _of_publisher(viewer: Viewer, call: CallRecord) -> PublisherCall:
    never = set() if viewer.sees_callers else {"caller"}
    plain = set(PublisherCall.model_fields) - {"party", "payouts", "recordings"} - never
    return PublisherCall(
        **call.model_dump(include=plain),
        payouts=_money(viewer, call, EffectKind.PAYOUT),
        recordings=_told(viewer, call),
    )


def heard_by(viewer: Viewer, call: CallRecord) -> tuple[Recording, ...]:
    """The recordings that a party may hear: a buyer those of its own legs, a publisher all."""
    if not viewer.hears_recordings or (viewer.kind, viewer.id) not in parties_of(call):
        return ()
    if viewer.kind is PartyKind.PUBLISHER:
        return call.recordings
    own = {leg.step for leg in call.legs if leg.buyer_id == viewer.id}
    return tuple(one for one in call.recordings if one.step in own)


def _told(viewer: Viewer, call: CallRecord) -> tuple[PartyRecording, ...]:
    known = set(PartyRecording.model_fields)
    return tuple(PartyRecording(**one.model_dump(include=known)) for one in heard_by(viewer, call))


def _owes(viewer: Viewer, call: CallRecord, kind: EffectKind) -> bool:
    return any(
        one.kind is kind
        and one.adjustment is None
        and (one.party.kind, one.party.id) == (viewer.kind, str(viewer.id))
        for one in call.effects
    )


def _money(viewer: Viewer, call: CallRecord, kind: EffectKind) -> tuple[Money, ...]:
    """The sums of what is owed to or by the party alone, adjustments among them."""
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for one in call.effects:
        if one.kind is kind and (one.party.kind, one.party.id) == (viewer.kind, str(viewer.id)):
            sums[one.money.currency] += one.money.amount
    return tuple(
        Money(amount=sums[currency].quantize(PLACES), currency=currency)
        for currency in sorted(sums)
    )
