"""Having a call sold: what a decision asks of `rtb` when its order comes to an auction."""

import logging

from libs.contracts.auction import AuctionResult, AuctionUnsold, HoldAuction, Unsold
from libs.contracts.ids import RtbRouterId
from libs.runtime.ask import Ask, Refused, Unanswered
from libs.runtime.deadline import Deadline
from services.router.domain.record import Deliberation

CLAIM_RESERVE_MS = 300  # left for taking the place here, and the way back
AUCTION_MIN_MS = 100  # less time than this reaches no bidder

log = logging.getLogger(__name__)


class AuctionHouse:
    """Asks `rtb`; whatever becomes of that, the plan goes on."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    async def hold(
        self, deliberation: Deliberation, router_id: RtbRouterId, deadline: Deadline
    ) -> AuctionResult:
        """Hold an auction within the time that is left."""
        plan, context = deliberation.plan, deliberation.context
        assert plan is not None, "an order without a plan"
        within = deadline.less(CLAIM_RESERVE_MS)
        if within.remaining_ms < AUCTION_MIN_MS:
            return AuctionUnsold(reason=Unsold.UNANSWERED)
        limit = plan.candidates[plan.index[router_id]].settings.limit_seconds
        assert limit is not None, "the platform sets it"
        question = HoldAuction.model_construct(
            call_id=context.call_id,
            step=deliberation.step,
            account_id=context.account_id,
            account_sid=context.account_sid,
            call_sid=context.call_sid,
            rtb_router_id=router_id,
            campaign_id=plan.campaign.id,
            campaign_rtb_id=plan.campaign.rtb_id or "",
            caller=context.caller,
            dialled=context.dialled,
            geography=context.geography,
            tags=context.tags,
            owed=context.honoured.price if context.honoured else None,
            limit_seconds=limit,
        )
        try:
            result: AuctionResult = await self._ask(question, within)
        except (Unanswered, Refused) as fault:
            log.warning("no auction could be held: %s", fault)
            return AuctionUnsold(reason=Unsold.UNANSWERED)
        return result
