"""Which bidders are asked about a call, and why the others are not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from libs.contracts.auction import Loss
from libs.contracts.bidding import RtbTarget
from libs.contracts.configuration import Status
from libs.contracts.ids import BuyerId, CampaignId, TargetId
from libs.contracts.screening import CallerHistory, DuplicateScope
from libs.rules import areas, filters, hours
from libs.rules.finding import Finding
from libs.rules.history import check_duplicate
from libs.rules.sightings import sightings_of, tags_of
from services.rtb.domain.counters import Counter, begun_at, full
from services.rtb.domain.offered import Offered

PUBLISHER = "publisher:id"


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a call meets: how full bidders are, what its caller did before, and when it is."""

    campaign_id: CampaignId
    now: datetime
    counters: dict[TargetId, Counter]
    history: CallerHistory


def not_asked(
    target: RtbTarget, offered: Offered, about: Circumstances
) -> tuple[Loss, Finding] | None:
    """The first rule that keeps a bidder from being asked; None: it is asked."""
    for loss, rule in _RULES:
        found = rule(target, offered, about)
        if found is not None and not found.passed:
            return loss, found
    return None


def wants_history(targets: Sequence[RtbTarget]) -> bool:
    """Whether any bidder refuses callers whom it had before."""
    return any(target.duplicates.scope is not DuplicateScope.NONE for target in targets)


def _status(target: RtbTarget, _: Offered, __: Circumstances) -> Finding | None:
    if not target.paused:
        return None
    by = "itself" if target.status is Status.ACTIVE else "the operator"
    return Finding(False, f"paused by {by}", str(Status.ACTIVE))


def _hours(target: RtbTarget, _: Offered, about: Circumstances) -> Finding | None:
    return hours.check(target.schedule, about.now) if target.schedule else None


def _caps(target: RtbTarget, _: Offered, about: Circumstances) -> Finding | None:
    counter = about.counters.get(TargetId(target.id))
    if not target.limited or counter is None:
        return None
    return full(target, counter.on(begun_at(about.now, target.zone)))


def _publisher(target: RtbTarget, offered: Offered, _: Circumstances) -> Finding | None:
    if not target.publishers:
        return None
    publisher = offered.tags_by_name.get(PUBLISHER, "")
    if publisher in target.publishers:
        return None
    return Finding(False, publisher or "no publisher", "one of its publishers")


def _filter(target: RtbTarget, offered: Offered, _: Circumstances) -> Finding | None:
    return filters.evaluate(target.filter, tags_of(offered)) if target.filter else None


def _area(target: RtbTarget, offered: Offered, _: Circumstances) -> Finding | None:
    return areas.check(target.area, sightings_of(offered)) if target.area else None


def _duplicate(target: RtbTarget, _: Offered, about: Circumstances) -> Finding | None:
    if target.duplicates.scope is DuplicateScope.NONE or not about.history.calls:
        return None
    return check_duplicate(
        target.duplicates,
        about.history,
        campaign_id=about.campaign_id,
        target_id=TargetId(target.id),
        buyer_id=BuyerId(target.id),
        now=about.now,
    )


_RULES = (
    (Loss.TARGET_PAUSED, _status),
    (Loss.CLOSED, _hours),
    (Loss.CAPPED, _caps),
    (Loss.PUBLISHER_NOT_ALLOWED, _publisher),
    (Loss.FILTERED, _filter),
    (Loss.OUT_OF_AREA, _area),
    (Loss.DUPLICATE, _duplicate),
)
"""In the order in which they are asked and told."""
