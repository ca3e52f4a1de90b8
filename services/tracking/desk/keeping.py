"""The keeping desk: what accounts configure of tracking, by version, with its facts."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

from libs.contracts.dni import TrackingTagChanged, UrlParameterChanged
from libs.contracts.editing import Changed, Edit, Got, Page, Row, Saved
from libs.contracts.pixels import PixelChanged
from libs.contracts.postbacks import PostbackKeyChanged
from libs.contracts.publishers import PublisherChanged
from libs.contracts.quality import QualityRuleChanged
from libs.contracts.recordings import RecordingRuleChanged
from libs.contracts.saved_reports import ReportChanged
from libs.contracts.tracking_edits import GetTracking, ListTracking, RetireTracking, TrackingNoun
from libs.rules.secrets import masked, unmasked, with_secrets
from libs.runtime.clock import Clock
from libs.runtime.outbox import Announcement, Outbox
from libs.runtime.seal import Seal
from services.tracking.domain.unfit import Missing, Stale
from services.tracking.store.configuration import Configuration, Kept
from services.tracking.store.configuration import Edit as Work

Fits = Callable[[Work], Awaitable[None]]

_CHANGES: Mapping[TrackingNoun, type[Changed]] = {
    TrackingNoun.PUBLISHER: PublisherChanged,
    TrackingNoun.PIXEL: PixelChanged,
    TrackingNoun.TRACKING_TAG: TrackingTagChanged,
    TrackingNoun.URL_PARAMETER: UrlParameterChanged,
    TrackingNoun.RECORDING_RULE: RecordingRuleChanged,
    TrackingNoun.QUALITY_RULE: QualityRuleChanged,
    TrackingNoun.REPORT: ReportChanged,
    TrackingNoun.POSTBACK_KEY: PostbackKeyChanged,
}


class KeepingDesk:
    """Saves, lists and retires; every change is told when it is committed.

    Secrets of documents are sealed where they are kept, and masked for everybody.
    """

    def __init__(
        self, configuration: Configuration, outbox: Outbox, clock: Clock, seal: Seal
    ) -> None:
        self._configuration = configuration
        self._outbox = outbox
        self._clock = clock
        self._seal = seal

    async def save(
        self,
        noun: TrackingNoun,
        key: UUID,
        document: dict[str, Any],
        question: Edit,
        fits: Fits | None = None,
    ) -> Saved:
        """Keep a document; raise Stale, or Unfit where something of it is taken or it does not fit.

        `fits` looks while no other edit is under way, and raises Unfit.
        """
        async with self._configuration.editing(question.account_id) as work:
            if fits is not None:
                await fits(work)
            before = await work.current(noun, key)
            _check_version(before, question.expected_version)
            opened = with_secrets(before.document, self._seal.open) if before else None
            whole = with_secrets(unmasked(document, opened), self._seal.close)
            kept = await work.keep(noun, key, whole)
            fact = await self._announce(work, question, before, kept)
        self._outbox.announce([fact])
        return Saved(version=kept.version)

    async def retire(self, question: RetireTracking) -> Saved:
        """Take something out of use; raise Missing or Stale."""
        async with self._configuration.editing(question.account_id) as work:
            before = await work.current(question.noun, question.key)
            if before is None or before.retired:
                raise Missing
            _check_version(before, question.expected_version)
            kept = await work.keep(before.noun, before.key, before.document, retired=True)
            fact = await self._announce(work, question, before, kept)
        self._outbox.announce([fact])
        return Saved(version=kept.version)

    async def get(self, question: GetTracking) -> Got:
        """One thing as it is now; raise Missing."""
        kept = await self._configuration.get(question.account_id, question.noun, question.key)
        if kept is None:
            raise Missing
        return Got(row=_row(kept))

    async def page(self, question: ListTracking) -> Page:
        """One page of one kind."""
        rows = await self._configuration.page(question, question.limit + 1)
        shown = rows[: question.limit]
        more = len(rows) > len(shown)
        return Page(
            rows=tuple(_row(kept) for kept in shown), cursor=str(shown[-1].key) if more else None
        )

    async def _announce(
        self, work: Work, question: Edit, before: Kept | None, after: Kept
    ) -> Announcement:
        there = before is not None and not before.retired
        change = _CHANGES[after.noun](
            account_id=question.account_id,
            key=str(after.key),
            version=after.version,
            at=self._clock.now(),
            actor=question.actor,
            before=masked(before.document) if before is not None and there else None,
            after=None if after.retired else masked(after.document),
        )
        announcement = Announcement(change.subject, change.model_dump_json())
        await work.announce(announcement)
        return announcement


def _check_version(before: Kept | None, expected: int | None) -> None:
    current = None if before is None or before.retired else before.version
    if current != expected:
        raise Stale(current)


def _row(kept: Kept) -> Row:
    return Row(version=kept.version, document=masked(kept.document))
