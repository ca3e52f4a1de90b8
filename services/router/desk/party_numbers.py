"""The desk of publishers' own people: their numbers, taken from the pools that they may use."""

import asyncio
from uuid import UUID

from libs.contracts.configuration import Number
from libs.contracts.editing import Noun
from libs.contracts.ids import AccountId, CampaignId, NumberId, PublisherId
from libs.contracts.party_numbers import (
    ListPartyNumbers,
    PartyNumber,
    PartyNumbers,
    TakePartyNumber,
)
from libs.contracts.portals import PublisherPortal, Viewer
from libs.contracts.worth import PartyKind
from libs.runtime.ask import Refused, Unanswered
from services.router.desk.editing import OWNER_WITHIN_MS, Elsewhere, Unavailable
from services.router.desk.keeping import Keeper
from services.router.domain.unfit import Leased, NoneFree, NotAllowed, PointsNowhere, TooMany
from services.router.publishers import PublisherBook
from services.router.store.kept import Missing
from services.router.store.party_numbers import PartyNumbers as Store

TRIED_MAX = 5  # numbers of a pool for one wish; visitors may have the first ones


class PartyNumbersDesk:
    """One per process; holds no state of its own."""

    def __init__(
        self, numbers: Store, keeper: Keeper, known: Elsewhere, publishers: PublisherBook
    ) -> None:
        self._numbers = numbers
        self._keeper = keeper
        self._known = known
        self._publishers = publishers

    async def page(self, question: ListPartyNumbers) -> PartyNumbers:
        """One page; raise Missing or Unavailable."""
        account_id = question.account_id
        publisher_id, portal = await self._portal(account_id, question.viewer)
        found = await self._numbers.page(
            account_id, publisher_id, question.cursor, question.limit + 1
        )
        shown = found[: question.limit]
        pools = await self._numbers.pools(account_id, portal.campaign_ids)
        return PartyNumbers(
            numbers=tuple(shown),
            pools=tuple(pools) if portal.takes_numbers else (),
            cursor=shown[-1].id if len(shown) < len(found) else None,
        )

    async def take(self, question: TakePartyNumber) -> PartyNumber:
        """Take one; raise Missing, Unfit or Unavailable."""
        account_id = question.account_id
        publisher_id, portal = await self._portal(account_id, question.viewer)
        if not portal.takes_numbers:
            raise NotAllowed.at("pool_id", "your record does not let you take numbers")
        pools = await self._numbers.pools(account_id, portal.campaign_ids)
        serves = {one.pool_id: one.campaign_id for one in pools}
        if question.pool_id not in serves:
            raise PointsNowhere.at("pool_id", "serves none of the campaigns that you may use")
        for number_id in await self._numbers.free(account_id, question.pool_id, TRIED_MAX):
            try:
                await self._known.check_leases(account_id, [("pool_id", number_id)])
            except Leased:
                continue
            campaign_id = serves[question.pool_id]
            if await self._taken(question, number_id, campaign_id, publisher_id, portal):
                return await self._numbers.one(account_id, number_id)
        raise NoneFree.at("pool_id", "no number is free there now")

    async def _taken(
        self,
        question: TakePartyNumber,
        number_id: NumberId,
        campaign_id: CampaignId,
        publisher_id: PublisherId,
        portal: PublisherPortal,
    ) -> bool:
        """Make it the publisher's, unless somebody was quicker; raise Unfit."""
        async with self._keeper.work(question.account_id, question.actor) as work:
            if await work.edit.numbers_of_publisher(publisher_id) >= portal.numbers_most:
                most = f"you have {portal.numbers_most} numbers, as many as you may"
                raise TooMany.at("pool_id", most)
            before = await work.edit.current(Noun.NUMBER, str(number_id))
            if before is None or before.retired:
                return False
            was = Number.model_validate(before.document)
            if was.pool_id != question.pool_id or was.publisher_id is not None:
                return False
            its = {"pool_id": None, "campaign_id": campaign_id, "publisher_id": publisher_id}
            await work.keep(Number.model_validate({**before.document, **its}), before)
        return True

    async def _portal(
        self, account_id: AccountId, viewer: Viewer
    ) -> tuple[PublisherId, PublisherPortal]:
        """Who asks, and what the record allows; raise Missing or Unavailable."""
        if viewer.kind is not PartyKind.PUBLISHER:
            raise Missing
        try:
            async with asyncio.timeout(OWNER_WITHIN_MS / 1_000):
                await self._publishers.catch_up()
        except (Unanswered, Refused, TimeoutError) as fault:
            text = f"tracking does not say what the publisher may: {fault}"
            raise Unavailable(text) from fault
        publisher_id = PublisherId(UUID(str(viewer.id)))
        portal = self._publishers.portal(account_id, publisher_id)
        if portal is None:
            raise Missing
        return publisher_id, portal
