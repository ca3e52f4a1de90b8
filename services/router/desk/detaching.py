"""The detaching desk: which campaigns hold an RTB router's auctions, and taking it out of them."""

from libs.contracts.configuration import Campaign
from libs.contracts.editing import Actor, Saved
from libs.contracts.finding import Affected, DetachRtb, FindAuctioned, Use
from libs.contracts.ids import RtbRouterId
from services.router.desk.keeping import Keeper, Work


class DetachingDesk:
    """Knows RTB routers by their ids alone: they are kept elsewhere."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper

    async def affected(self, question: FindAuctioned) -> Affected:
        """The campaigns that name a router, and which could not go on without.

        The latter is found by doing it, and undoing it.
        """
        asker = Actor(name="what if", role="rehearsal", via=FindAuctioned.subject)
        async with self._keeper.work(question.account_id, asker, rehearsal=True) as work:
            uses = await _take_out(work, question.rtb_router_id)
        return Affected(uses=tuple(uses), pauses=work.paused)

    async def detach(self, question: DetachRtb) -> Saved:
        """Take a router out of all plans; campaigns that cannot go on without are paused."""
        async with self._keeper.work(question.account_id, question.actor) as work:
            await _take_out(work, question.rtb_router_id)
        return Saved(version=work.version, paused=work.paused)


async def _take_out(work: Work, router_id: RtbRouterId) -> list[Use]:
    uses = []
    for kept in await work.edit.auctioned(router_id):
        campaign = Campaign.model_validate(kept.document)
        rest = tuple(one for one in campaign.assignments if one.rtb_router_id != router_id)
        left = campaign.model_copy(update={"assignments": rest})
        await work.keep(left, kept, detached=True)
        active = kept.document["status"] == "active"
        uses.append(Use(noun=kept.noun, key=kept.key, name=campaign.name, active=active))
    return uses
