"""The publishers' desk: who sends calls, for those who edit them and for the router."""

from libs.contracts.editing import Saved
from libs.contracts.publishers import AskPublishers, KnownPublishers, SavePublisher
from libs.contracts.tracking_edits import TrackingNoun
from services.tracking.desk.keeping import KeepingDesk
from services.tracking.domain.fitting import fitting
from services.tracking.store.payout_caps import PayoutCaps

PUBLISHERS_MAX = 500  # of one answer; few are longer than 800 bytes


class PublishersDesk:
    """Saves publishers, and tells the router of all."""

    def __init__(self, keeping: KeepingDesk, caps: PayoutCaps) -> None:
        self._keeping = keeping
        self._caps = caps

    async def save(self, question: SavePublisher) -> Saved:
        """Keep a publisher; raise Stale, or Unfit where its code is taken."""
        publisher = question.document
        document = publisher.model_dump(mode="json")
        return await self._keeping.save(TrackingNoun.PUBLISHER, publisher.id, document, question)

    async def known(self, question: AskPublishers) -> KnownPublishers:
        """What changed since a version, as much as fits into one answer."""
        known = await self._caps.since(question.since, PUBLISHERS_MAX + 1)
        shown = known[: min(fitting(known), PUBLISHERS_MAX)]
        return KnownPublishers(
            version=shown[-1].version if shown else question.since,
            more=len(shown) < len(known),
            publishers=tuple(shown),
        )
