"""The desk of conversions without a call: attributes them as calls are, lists and sums them."""

from collections import defaultdict
from dataclasses import dataclass
from uuid import uuid4

from libs.contracts.ids import AccountId, CallId, VisitId
from libs.contracts.money import Money
from libs.contracts.origins import Origin
from libs.contracts.visit_conversions import (
    ROWS_MAX,
    ConversionKind,
    ConversionReport,
    ConversionRow,
    ListVisitConversions,
    ReportVisitConversions,
    VisitConversion,
    VisitConversions,
    VisitConverted,
)
from libs.contracts.visits import Attribution, Confidence, Ground
from libs.runtime.clock import Clock
from libs.runtime.outbox import Announcement, Outbox
from services.tracking.domain.cursor import Place, read_cursor, write_cursor
from services.tracking.domain.fitting import fitting
from services.tracking.domain.origins import origin
from services.tracking.domain.unfit import Missing
from services.tracking.store.visit_conversions import VisitConversions as Store
from services.tracking.store.visits import Visits

OF_VISIT_MAX = 50  # conversions: a page that is out of its mind is told so


class TooManyOfVisit(Exception):
    """The visit has converted as often as one may."""


@dataclass(frozen=True, slots=True)
class Happened:
    """What a page or its server says that a visitor did."""

    visit_id: VisitId | None
    visitor: str
    kind: ConversionKind
    amount: Money | None
    external_id: str


class ConvertingVisitsDesk:
    """One per process; holds no state of its own."""

    def __init__(self, store: Store, visits: Visits, outbox: Outbox, clock: Clock) -> None:
        self._store = store
        self._visits = visits
        self._outbox = outbox
        self._clock = clock

    async def convert(self, account_id: AccountId, happened: Happened) -> bool:
        """Keep it, False where it had been; raise Missing or TooManyOfVisit."""
        visit = await self._store.visit(account_id, happened.visit_id, happened.visitor)
        if visit is None:
            raise Missing
        first, last = await self._visits.touches(account_id, visit)
        attribution = Attribution(
            ground=Ground.HELD,
            confidence=Confidence.CERTAIN,
            visit_id=visit.visit_id,
            tracking_tag_id=visit.tracking_tag_id,
            first=first,
            last=last,
        )
        one = VisitConversion(
            conversion_id=uuid4(),
            visit_id=visit.visit_id,
            visitor=visit.visitor,
            kind=happened.kind,
            at=self._clock.now(),
            amount=happened.amount,
            external_id=happened.external_id,
            tracking_tag_id=visit.tracking_tag_id,
            campaign_id=visit.campaign_id,
            publisher_id=visit.publisher_id,
            origin=Origin.model_validate(origin(visit.tags, attribution)),
            tags=visit.tags,
        )
        event = VisitConverted(account_id=account_id, conversion=one)
        told = Announcement(event.subject, event.model_dump_json())
        kept = await self._store.keep(account_id, one, told, OF_VISIT_MAX)
        if kept is None:
            raise TooManyOfVisit
        if kept:
            self._outbox.announce([told])
        return kept

    async def page(self, question: ListVisitConversions) -> VisitConversions:
        """One page; raise CursorUnreadable."""
        after = read_cursor(question.cursor) if question.cursor is not None else None
        found = await self._store.page(question, after, question.limit + 1)
        shown = found[: min(fitting(found), question.limit)]
        if len(shown) == len(found):
            return VisitConversions(conversions=tuple(shown))
        last = Place(shown[-1].at, CallId(shown[-1].conversion_id))
        return VisitConversions(conversions=tuple(shown), cursor=write_cursor(last))

    async def report(self, question: ReportVisitConversions) -> ConversionReport:
        """The groups with the most conversions first."""
        counts: defaultdict[tuple[str, ...], int] = defaultdict(int)
        amounts: defaultdict[tuple[str, ...], list[Money]] = defaultdict(list)
        for keys, count, money in await self._store.groups(question, ROWS_MAX + 1):
            counts[keys] += count
            amounts[keys] += [money] if money else []
        rows = [
            ConversionRow(keys=keys, conversions=count, amounts=tuple(amounts[keys]))
            for keys, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        ]
        shown = rows[: min(fitting(rows), ROWS_MAX)]
        return ConversionReport(rows=tuple(shown), complete=len(shown) == len(rows))
