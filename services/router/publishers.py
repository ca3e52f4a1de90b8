"""Who sends calls, in memory: asked of tracking, kept in our own table, so that calls ask nobody.

Tracking's tables are the state.  Its word of a change makes every replica ask for what is newer
than what it has; so does each start, each reconnection, and some time.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping

from libs.contracts.configuration import Limited
from libs.contracts.ids import AccountId, CampaignId, PublisherId
from libs.contracts.portals import PublisherPortal
from libs.contracts.publishers import (
    AskPublishers,
    KnownPublisher,
    KnownPublishers,
    Publisher,
    PublisherChanged,
    WhenRefused,
)
from libs.contracts.tags import SUB_ID
from libs.runtime.ask import Ask
from libs.runtime.broker import Broker
from libs.runtime.clock import Clock
from libs.runtime.deadline import Deadline
from services.router.domain.context import PublisherSeen
from services.router.following import Follower
from services.router.store.publishers import Publishers

ASK_EVERY_SECONDS = 15.0  # what a lost announcement can delay a change by
ASK_WITHIN_MS = 2_000  # nobody waits but this memory


class PublisherBook:
    """All accounts' publishers, as this process knows them."""

    def __init__(self, store: Publishers, ask: Ask, broker: Broker, clock: Clock) -> None:
        self._store = store
        self._ask = ask
        self._clock = clock
        self._known: dict[tuple[AccountId, PublisherId], KnownPublisher] = {}
        self._meant: dict[AccountId, Mapping[str, PublisherId]] = {}
        self._version = 0
        self._loaded = False
        self._catching_up = asyncio.Lock()
        self._follower = Follower(
            broker, PublisherChanged.subject, self.catch_up, ASK_EVERY_SECONDS
        )
        self.start, self.stop = self._follower.start, self._follower.stop

    async def catch_up(self) -> None:
        """Know what is newer than what is known; raise Unanswered while tracking is away."""
        async with self._catching_up:
            if not self._loaded:
                for one in await self._store.all():
                    self._take(one)
                self._loaded = True
            more = True
            while more:
                question = AskPublishers(since=self._version)
                told: KnownPublishers = await self._ask(question, Deadline.within(ASK_WITHIN_MS))
                if told.publishers:
                    await self._store.keep(told.publishers, self._clock.now())
                for one in told.publishers:
                    self._take(one)
                more = told.more

    def knows(self, account_id: AccountId, publisher_id: PublisherId) -> bool:
        """Whether it is a publisher of the account."""
        return (account_id, publisher_id) in self._known

    def portal(self, account_id: AccountId, publisher_id: PublisherId) -> PublisherPortal | None:
        """What a publisher's record allows its own people; None: there is none in use."""
        known = self._known.get((account_id, publisher_id))
        return None if known is None or known.document is None else known.document.portal

    def meant(self, account_id: AccountId, text: str) -> PublisherId | None:
        """Whom a text means: an id, a code, or a name that one publisher alone has."""
        if account_id not in self._meant:
            self._meant[account_id] = _meanings(
                one.document
                for one in self._known.values()
                if one.account_id == account_id and one.document is not None
            )
        return self._meant[account_id].get(text.strip().lower())

    def seen(
        self,
        account_id: AccountId,
        publisher_id: PublisherId | None,
        tags: Mapping[str, str],
        campaign_id: CampaignId | None,
    ) -> PublisherSeen | None:
        """What routing must know of who sent a call; None where nobody is known."""
        if publisher_id is None:
            return None
        known = self._known.get((account_id, publisher_id))
        return None if known is None else _seen(known, tags.get(SUB_ID, ""), campaign_id)

    def _take(self, one: KnownPublisher) -> None:
        key = (one.account_id, one.publisher_id)
        self._meant.pop(one.account_id, None)
        if one.document is None:
            self._known.pop(key, None)
        else:
            self._known[key] = one
        self._version = max(self._version, one.version)


def _meanings(publishers: Iterable[Publisher]) -> Mapping[str, PublisherId]:
    """What each publisher may be called; an id outweighs a code, a code a name."""
    publishers = tuple(publishers)
    shared = Counter(one.name.lower() for one in publishers)
    names = {one.name.lower(): one.id for one in publishers if shared[one.name.lower()] == 1}
    codes = {one.code.lower(): one.id for one in publishers if one.code}
    return names | codes | {str(one.id): one.id for one in publishers}


def _seen(known: KnownPublisher, sub_id: str, campaign_id: CampaignId | None) -> PublisherSeen:
    publisher = known.document
    assert publisher is not None, "who is out of use is not known"
    return PublisherSeen(
        id=publisher.id,
        name=publisher.name,
        status=publisher.status,
        blocked_sub_id=sub_id if sub_id and publisher.blocks(sub_id) else "",
        schedule=publisher.schedule,
        limits=Limited(zone=publisher.zone, caps=publisher.caps),
        falls_back=publisher.when_refused is WhenRefused.FALLBACK,
        payouts=tuple(
            rule
            for wanted in (campaign_id, None)
            for rule in publisher.payouts
            if rule.campaign_id == wanted
        ),
        payout_capped=known.payout_capped,
    )
