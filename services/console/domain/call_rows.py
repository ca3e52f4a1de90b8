"""A call as a row of a file: one line here is one column.

Files of portals have columns of their own, of what a party may see.
"""

from collections.abc import Callable, Mapping

from libs.contracts.money import Money
from libs.contracts.party_calls import BuyerCall, PublisherCall
from libs.contracts.tracking import CallRecord
from libs.contracts.worth import PartyKind

_COLUMNS: Mapping[str, Callable[[CallRecord], object]] = {
    "call_id": lambda call: call.call_id,
    "arrived_at": lambda call: call.arrived_at and call.arrived_at.isoformat(),
    "ended_at": lambda call: call.ended_at and call.ended_at.isoformat(),
    "caller": lambda call: call.caller and call.caller.text,
    "caller_state": lambda call: call.geography.state,
    "dialled": lambda call: call.dialled,
    "pool_id": lambda call: call.pool_id,
    "state": lambda call: call.state.value,
    "status": lambda call: call.status and call.status.value,
    "sub_status": lambda call: call.sub_status and call.sub_status.value,
    "hung_up_by": lambda call: call.hung_up_by and call.hung_up_by.value,
    "reason": lambda call: call.reason,
    "quality": lambda call: call.quality and call.quality.status.value,
    "mos": lambda call: call.quality and call.quality.mos,
    "jitter_ms": lambda call: call.quality and call.quality.jitter_ms,
    "packet_loss_percent": lambda call: call.quality and call.quality.packet_loss_percent,
    "quality_tags": lambda call: call.quality and " ".join(call.quality.tags),
    "seconds": lambda call: call.seconds,
    "ring_seconds": lambda call: call.ring_seconds,
    "talk_seconds": lambda call: call.talk_seconds,
    "campaign_id": lambda call: call.campaign_id,
    "campaign_name": lambda call: call.campaign_name,
    "buyer_id": lambda call: call.buyer_id,
    "buyer_name": lambda call: call.buyer_name,
    "target_id": lambda call: call.target_id,
    "target_name": lambda call: call.target_name,
    "rtb_target_id": lambda call: call.rtb_target_id,
    "publisher_id": lambda call: call.publisher_id,
    "source": lambda call: call.origin.source,
    "landing_page": lambda call: call.origin.landing_page,
    "utm_source": lambda call: call.origin.utm_source,
    "utm_medium": lambda call: call.origin.utm_medium,
    "utm_campaign": lambda call: call.origin.utm_campaign,
    "duplicate": lambda call: call.duplicate,
    "attempts": lambda call: len(call.legs),
    "fell_back": lambda call: call.fell_back,
    "converted": lambda call: call.converted,
    "paid": lambda call: call.paid,
    "currency": lambda call: call.worth[0].currency if call.worth else None,
    "revenue": lambda call: call.worth[0].revenue if call.worth else None,
    "payout": lambda call: call.worth[0].payout if call.worth else None,
    "cost": lambda call: call.worth[0].cost if call.worth else None,
    "profit": lambda call: call.worth[0].profit if call.worth else None,
}

CALL_COLUMNS = tuple(_COLUMNS)


def row_of_call(call: CallRecord) -> list[object]:
    """Its cells, in the order of the columns."""
    return [of(call) for of in _COLUMNS.values()]


_OF_BUYER: Mapping[str, Callable[[BuyerCall], object]] = {
    "call_id": lambda call: call.call_id,
    "arrived_at": lambda call: call.arrived_at and call.arrived_at.isoformat(),
    "campaign_name": lambda call: call.campaign_name,
    "caller": lambda call: call.caller and call.caller.text,
    "caller_state": lambda call: call.geography.state,
    "publisher_name": lambda call: call.publisher_name,
    "target_name": lambda call: call.legs[-1].target_name if call.legs else None,
    "attempts": lambda call: len(call.legs),
    "connected": lambda call: any(leg.connected for leg in call.legs),
    "talk_seconds": lambda call: sum(leg.seconds or 0 for leg in call.legs if leg.connected),
    "converted": lambda call: call.converted,
    "currency": lambda call: _of(call.charges, "currency"),
    "charge": lambda call: _of(call.charges, "amount"),
}
_OF_PUBLISHER: Mapping[str, Callable[[PublisherCall], object]] = {
    "call_id": lambda call: call.call_id,
    "arrived_at": lambda call: call.arrived_at and call.arrived_at.isoformat(),
    "ended_at": lambda call: call.ended_at and call.ended_at.isoformat(),
    "dialled": lambda call: call.dialled,
    "campaign_name": lambda call: call.campaign_name,
    "caller": lambda call: call.caller and call.caller.text,
    "caller_state": lambda call: call.geography.state,
    "status": lambda call: call.status and call.status.value,
    "seconds": lambda call: call.seconds,
    "talk_seconds": lambda call: call.talk_seconds,
    "duplicate": lambda call: call.duplicate,
    "converted": lambda call: call.converted,
    "currency": lambda call: _of(call.payouts, "currency"),
    "payout": lambda call: _of(call.payouts, "amount"),
}


def columns_of(party: PartyKind) -> tuple[str, ...]:
    """The columns of a portal's file."""
    return tuple(_OF_BUYER if party is PartyKind.BUYER else _OF_PUBLISHER)


def row_of_party_call(call: BuyerCall | PublisherCall) -> list[object]:
    """Its cells, in the order of its party's columns."""
    if isinstance(call, BuyerCall):
        return [of(call) for of in _OF_BUYER.values()]
    return [of(call) for of in _OF_PUBLISHER.values()]


def _of(money: tuple[Money, ...], field: str) -> object:
    return getattr(money[0], field) if money else None
