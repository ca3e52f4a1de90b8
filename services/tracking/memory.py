"""Every account's tracking tags and URL parameters in memory: a visit costs no query for them.

The tables are the state.  What is newer than what is known is read every second, after each
edit here, and when somebody names a tag that is not known.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from libs.contracts.configuration import Status
from libs.contracts.dni import TrackingTag, UrlParameter
from libs.contracts.ids import AccountId, CampaignId
from libs.contracts.tracking_edits import TrackingNoun
from libs.runtime.rounds import Rounds
from services.tracking.store.configuration import Configuration, Kept

LOOK_EVERY_SECONDS = 1.0  # how late another process's edit is known here
UNKNOWN_LOOK_SECONDS = 0.2  # names that do not exist cost no more looks than this
PAGE_MAX = 500
PAGES_MAX = 10_000  # of one look; more is left to the next


class Memory:
    """Tags by their code, parameters by account."""

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._versions = dict.fromkeys((TrackingNoun.TRACKING_TAG, TrackingNoun.URL_PARAMETER), 0)
        self._tags: dict[UUID, tuple[AccountId, TrackingTag]] = {}
        self._codes: dict[str, UUID] = {}
        self._parameters: defaultdict[AccountId, dict[UUID, UrlParameter]] = defaultdict(dict)
        self._looked_at = 0.0
        self._looking = asyncio.Lock()
        self._rounds = Rounds("tracking-memory", LOOK_EVERY_SECONDS, self.catch_up)

    def start(self) -> None:
        """Begin to follow the tables."""
        self._rounds.start()
        self._rounds.hurry()

    async def stop(self) -> None:
        """Stop following."""
        await self._rounds.stop()

    async def tag(self, code: str) -> tuple[AccountId, TrackingTag] | None:
        """The tag with this code, and whose it is."""
        known = self._by_code(code)
        if known is None and await self._looked_again():
            known = self._by_code(code)
        return known

    async def tag_of_campaign(
        self, campaign_id: CampaignId
    ) -> tuple[AccountId, TrackingTag] | None:
        """The first active tag of a campaign, for pages that name no tag."""
        known = self._by_campaign(campaign_id)
        if known is None and await self._looked_again():
            known = self._by_campaign(campaign_id)
        return known

    def parameters(self, account_id: AccountId) -> Iterable[UrlParameter]:
        """What an account has registered."""
        return self._parameters[account_id].values() if account_id in self._parameters else ()

    async def catch_up(self) -> None:
        """Read what is newer than what is known."""
        async with self._looking:
            for noun in self._versions:
                for _ in range(PAGES_MAX):
                    rows = await self._configuration.since(noun, self._versions[noun], PAGE_MAX)
                    for account_id, kept in rows:
                        self._take(account_id, kept)
                        self._versions[noun] = kept.version
                    if len(rows) < PAGE_MAX:
                        break
            self._looked_at = time.monotonic()

    def _by_code(self, code: str) -> tuple[AccountId, TrackingTag] | None:
        id = self._codes.get(code)
        return None if id is None else self._tags[id]

    def _by_campaign(self, campaign_id: CampaignId) -> tuple[AccountId, TrackingTag] | None:
        found = [
            one
            for one in self._tags.values()
            if one[1].campaign_id == campaign_id and one[1].status is Status.ACTIVE
        ]
        return min(found, key=lambda one: one[1].id, default=None)

    async def _looked_again(self) -> bool:
        if time.monotonic() - self._looked_at < UNKNOWN_LOOK_SECONDS:
            return False
        await self.catch_up()
        return True

    def _take(self, account_id: AccountId, kept: Kept) -> None:
        if kept.noun is TrackingNoun.URL_PARAMETER:
            parameters = self._parameters[account_id]
            parameters.pop(kept.key, None)
            if not kept.retired:
                parameters[kept.key] = UrlParameter.model_validate(kept.document)
            return
        before = self._tags.pop(kept.key, None)
        if before is not None and self._codes.get(before[1].code) == kept.key:
            del self._codes[before[1].code]
        if not kept.retired:
            tag = TrackingTag.model_validate(kept.document)
            self._tags[kept.key] = (account_id, tag)
            self._codes[tag.code] = kept.key
