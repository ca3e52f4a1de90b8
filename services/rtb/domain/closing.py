"""Closing an auction: from what bidders replied to who wins, with a line about each of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from libs.contracts.auction import Loss, Unsold
from libs.contracts.bidding import RtbMember, RtbRouter, RtbTarget
from libs.contracts.ids import AuctionId, CampaignId, RtbTargetId
from libs.rules.finding import Finding
from services.rtb.domain.auction import Ranked, Received, rank, received, to_win
from services.rtb.domain.bid import Bid, NoBid
from services.rtb.domain.offered import Offered
from services.rtb.domain.record import Auction, Entry


@dataclass(frozen=True, slots=True)
class Held:
    """An auction whose time is over: who was asked with which patience, who said what, and when."""

    id: AuctionId
    campaign_id: CampaignId
    offered: Offered
    router: RtbRouter
    targets: Mapping[RtbTargetId, RtbTarget]
    spared: Mapping[RtbTargetId, tuple[Loss, Finding]]
    asked: Mapping[RtbTargetId, int]
    explored: frozenset[RtbTargetId]
    said: Mapping[RtbTargetId, Bid | NoBid]
    took: Mapping[RtbTargetId, float]
    seed: int
    deadline_ms: int
    milliseconds: int


def close(held: Held) -> Auction:
    """Rank the bids, and say of everybody what became of it."""
    members = {member.target_id: member for member in held.router.members}
    bids = [
        received(members[target_id], said, held.offered, held.took[target_id])
        for target_id, said in held.said.items()
        if isinstance(said, Bid)
    ]
    ranked = rank(held.router, bids, held.seed, held.offered.owed)
    places = {one.target_id: place for place, one in enumerate(ranked.order)}
    by_target = {one.target_id: one for one in bids}
    entries = tuple(
        _entry(held, member, held.said.get(member.target_id), by_target, ranked, places)
        for member in held.router.members
        if member.target_id in held.targets
    )
    return Auction.model_construct(  # of values that are checked: to do it again takes longer
        id=held.id,
        campaign_id=held.campaign_id,
        offered=held.offered,
        router=held.router,
        seed=held.seed,
        deadline_ms=held.deadline_ms,
        milliseconds=held.milliseconds,
        entries=entries,
        unsold=Unsold.NOBODY_ELIGIBLE if not held.asked else ranked.unsold,
    )


def _entry(  # noqa: PLR0917 - a line of a table is made of all of it
    held: Held,
    member: RtbMember,
    said: Bid | NoBid | None,
    bids: Mapping[RtbTargetId, Received],
    ranked: Ranked,
    places: Mapping[RtbTargetId, int],
) -> Entry:
    target_id = member.target_id
    target = held.targets[target_id]
    about: dict[str, object] = {
        "target_id": target_id,
        "name": target.name,
        "company": target.company,
    }
    if target_id in held.spared:
        loss, found = held.spared[target_id]
        return Entry.model_validate(
            about | {"loss": loss, "seen": found.seen, "needed": found.needed}
        )
    took = held.took.get(target_id)
    about |= {
        "asked": True,
        "explored": target_id in held.explored,
        "timeout_ms": held.asked[target_id],
        "milliseconds": None if took is None else round(took, 2),
    }
    if said is None:
        about |= {"loss": Loss.LATE, "seen": f"no answer within {held.asked[target_id]} ms"}
    elif isinstance(said, NoBid):
        about |= {"loss": said.loss, "seen": said.note, "code": said.code, "amount": said.amount}
    else:
        about |= _ranked(said, bids[target_id], ranked, places.get(target_id))
    return Entry.model_validate(about)


def _ranked(said: Bid, one: Received, ranked: Ranked, place: int | None) -> dict[str, object]:
    return {
        "loss": ranked.losses.get(one.target_id),
        "amount": said.amount,
        "effective": one.effective,
        "place": place,
        "price": None if place is None else ranked.prices[place],
        "to_win": None if place is None else to_win(ranked.order, place),
        "bid": said,
    }
