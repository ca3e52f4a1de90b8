"""The reporting desk: cuts a report's time, reads its sums, names and measures its groups."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Protocol

from libs.contracts.dni import UrlParameter
from libs.contracts.ids import AccountId
from libs.contracts.reporting import (
    AskNow,
    AskReport,
    AskReportWords,
    Now,
    Presence,
    Report,
    Reported,
    ReportRow,
    ReportWords,
    TagWord,
    TimePart,
)
from libs.runtime.clock import Clock
from services.tracking.domain.dimensions import DIMENSIONS, NAMED, TAG
from services.tracking.domain.fitting import fitting
from services.tracking.domain.formulas import Formulas, Sums
from services.tracking.domain.reports import (
    CALLS,
    PARTS,
    VISITS,
    Asked,
    Group,
    Topic,
    dimensions_of,
    keys_of,
    part_of,
)
from services.tracking.domain.spans import Span, before, key_of, span_of

CAMPAIGNS_MAX = 100  # of those on the line that are told one by one


class SumsOf(Protocol):
    """Where sums are read, one account at a time."""

    async def groups(self, asked: Asked) -> list[Group]:
        """All groups that have something in them; raises TooMuch."""

    async def currencies(self, account_id: AccountId, span: Span) -> list[str]:
        """The currencies in which calls had money."""

    async def names(
        self, account_id: AccountId, dimension: str, values: Sequence[str]
    ) -> Mapping[str, str]:
        """What people call these."""

    async def summed(self) -> tuple[tuple[str, ...], ...]:
        """What is kept summed up."""

    async def parameters(self, account_id: AccountId) -> list[UrlParameter]:
        """What is registered to become a tag."""

    async def now(self, account_id: AccountId) -> list[tuple[str, int, int]]:
        """Calls on the line by campaign: ringing, connected."""


class ReportingDesk:
    """One per process for each topic; holds no state of its own."""

    def __init__(self, sums: SumsOf, clock: Clock, topic: Topic = CALLS) -> None:
        self._sums = sums
        self._clock = clock
        self._topic = topic

    async def report(self, question: AskReport) -> Reported:
        """A report, or a part of its rows; raises TooMuch, TooManyPeriods."""
        report, account_id = question.report, question.account_id
        formulas = self._topic.formulas
        part = part_of(report)
        span = span_of(report.since, report.until, part, report.zone)
        groups = await self._groups(account_id, report, span)
        earlier, was = None, {}
        if report.against is not None:
            since, until = before(report.since, report.until, report.against, report.zone)
            earlier = span_of(since, until, part, report.zone)
            was = {
                (group.period, group.keys): group.sums
                for group in await self._groups(account_id, report, earlier)
            }
        there = {(group.period, group.keys): group.sums for group in groups}
        if part is not None and not dimensions_of(report):
            there = {
                (at, ()): there.get((at, ()), formulas.nothing) for at in range(len(span.starts))
            }
        periods = [key_of(start, part, report.zone) for start in span.starts] if part else [""]
        rows = [
            (keys_of(Group(*key, sums), report, periods), sums, was.get(key, formulas.nothing))
            for key, sums in there.items()
        ]
        _put_in_order(rows, report, self._topic)
        shown = rows[question.offset : question.offset + question.limit]
        names = await self._names(account_id, report, [keys for keys, _, _ in shown])
        made = [
            ReportRow(
                keys=keys,
                names=_named(keys, report, names),
                measures=formulas.measured(sums, report.columns),
                before=None if earlier is None else formulas.measured(past, report.columns),
            )
            for keys, sums, past in shown
        ]
        return Reported(
            since=report.since,
            until=report.until,
            zone=report.zone,
            currency=report.currency,
            before_since=earlier and earlier.since,
            before_until=earlier and earlier.until,
            rows=tuple(made[: fitting(made)]),
            total=len(rows),
            totals=formulas.measured(
                formulas.together([group.sums for group in groups]), report.columns
            ),
            totals_before=None
            if earlier is None
            else formulas.measured(formulas.together(list(was.values())), report.columns),
            other_currencies=tuple(
                each
                for each in await self._sums.currencies(account_id, span)
                if each != report.currency
            ),
        )

    async def words(self, question: AskReportWords) -> ReportWords:
        """What reports know."""
        parameters = await self._sums.parameters(question.account_id)
        return ReportWords(
            dimensions=tuple(DIMENSIONS),
            tags=tuple(
                TagWord(word=f"{TAG}{one.tag}", name=one.name, menu=one.menu) for one in parameters
            ),
            times=tuple(part.value for part in TimePart),
            measures=CALLS.formulas.names,
            visit_dimensions=VISITS.dimensions,
            visit_measures=VISITS.formulas.names,
            summed=await self._sums.summed(),
        )

    async def now(self, question: AskNow) -> Now:
        """What is on the line."""
        campaigns = await self._sums.now(question.account_id)
        ringing = sum(each[1] for each in campaigns)
        connected = sum(each[2] for each in campaigns)
        return Now(
            at=self._clock.now(),
            live=ringing + connected,
            ringing=ringing,
            connected=connected,
            campaigns=tuple(
                Presence(campaign_id=campaign_id, ringing=rings, connected=talks)
                for campaign_id, rings, talks in campaigns[:CAMPAIGNS_MAX]
            ),
        )

    async def _groups(self, account_id: AccountId, report: Report, span: Span) -> list[Group]:
        return await self._sums.groups(
            Asked(account_id, span, dimensions_of(report), report.filters, report.currency)
        )

    async def _names(
        self, account_id: AccountId, report: Report, rows: Sequence[tuple[str, ...]]
    ) -> Mapping[str, Mapping[str, str]]:
        """By dimension, what the values in these rows are called."""
        return {
            word: await self._sums.names(account_id, word, sorted({keys[at] for keys in rows}))
            for at, word in enumerate(report.group_by)
            if word in NAMED and rows
        }


def _named(
    keys: tuple[str, ...], report: Report, names: Mapping[str, Mapping[str, str]]
) -> tuple[str, ...]:
    return tuple(
        names.get(word, {}).get(key, key) for word, key in zip(report.group_by, keys, strict=True)
    )


def _put_in_order(
    rows: list[tuple[tuple[str, ...], Sums, Sums]], report: Report, topic: Topic
) -> None:
    """By the measure that was asked for, else by time, else the most first."""
    rows.sort(key=lambda row: row[0])
    timed = any(word in PARTS for word in report.group_by)
    if report.order_by or not timed:
        name = report.order_by or topic.first
        rows.sort(key=lambda row: _rank(topic.formulas, row[1], name), reverse=not report.ascending)


def _rank(formulas: Formulas, sums: Sums, name: str) -> tuple[bool, int | Decimal]:
    value = formulas.measure_of(sums, name)
    return (value is not None, value or 0)
