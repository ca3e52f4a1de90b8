"""What a report asks of the sums, and how its groups become rows in an order."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from libs.contracts.ids import AccountId
from libs.contracts.reporting import Filter, Report, ReportShape, TimePart
from services.tracking.domain.dimensions import DIMENSIONS, TAG, is_tag
from services.tracking.domain.formulas import OF_CALLS, OF_VISITS, Formulas, Sums
from services.tracking.domain.spans import Span

PARTS = frozenset(part.value for part in TimePart)


class TooMuch(Exception):
    """The report has more groups, or reads more calls, than one answer may cost."""


@dataclass(frozen=True, slots=True)
class Topic:
    """What one kind of report is about: what is grouped by, what is measured, what comes first."""

    dimensions: tuple[str, ...]
    formulas: Formulas
    first: str

    def knows(self, word: str) -> bool:
        """Whether it can be grouped and filtered by."""
        return word in self.dimensions or is_tag(word)


CALLS = Topic(tuple(DIMENSIONS), OF_CALLS, "incoming")
VISITS = Topic(
    (
        *("campaign", "tracking_tag", "publisher", "showing", "source", "first_source", "chain"),
        *("landing_page", "referrer", "utm_source", "utm_medium", "utm_campaign"),
    ),
    OF_VISITS,
    "visits",
)
"""`chain`: the sources of a visitor's visits up to this one, the oldest first."""


class Group(NamedTuple):
    """One group's sums: its period, what it is grouped by, and the sums."""

    period: int
    keys: tuple[str, ...]
    sums: Sums


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of the sums."""

    account_id: AccountId
    span: Span
    by: tuple[str, ...]
    filters: tuple[Filter, ...]
    currency: str

    @property
    def dimensions(self) -> frozenset[str]:
        """Everything that its sums must tell apart."""
        return frozenset((*self.by, *(each.dimension for each in self.filters)))


def part_of(report: ReportShape) -> TimePart | None:
    """The part of time by which it is grouped."""
    return next((TimePart(word) for word in report.group_by if word in PARTS), None)


def dimensions_of(report: ReportShape) -> tuple[str, ...]:
    """What it is grouped by beside time."""
    return tuple(word for word in report.group_by if word not in PARTS)


def unknown_words(report: ReportShape, topic: Topic = CALLS) -> list[tuple[str, str]]:
    """The fields that say something that reports do not know, and what they may say."""
    known, measures = ", ".join((*topic.dimensions, f"{TAG}<name>")), topic.formulas.names
    problems = [
        (f"group_by.{at}", f"not one of: {known}, {', '.join(TimePart)}")
        for at, word in enumerate(report.group_by)
        if not topic.knows(word) and word not in PARTS
    ]
    if sum(word in PARTS for word in report.group_by) > 1:
        problems.append(("group_by", "has two parts of time"))
    problems += [
        (f"filters.{at}.dimension", text) for at, text in unknown_filters(report.filters, topic)
    ]
    problems += [
        (f"columns.{at}", f"not one of: {', '.join(measures)}")
        for at, word in enumerate(report.columns)
        if word not in measures
    ]
    if report.order_by and report.order_by not in measures:
        problems.append(("order_by", f"not one of: {', '.join(measures)}"))
    return problems


def unknown_filters(filters: Sequence[Filter], topic: Topic = CALLS) -> list[tuple[int, str]]:
    """The filters by words that cannot be filtered by, and those that can."""
    known = ", ".join((*topic.dimensions, f"{TAG}<name>"))
    return [
        (at, f"not one of: {known}")
        for at, each in enumerate(filters)
        if not topic.knows(each.dimension)
    ]


def keys_of(group: Group, report: Report, periods: Sequence[str]) -> tuple[str, ...]:
    """A group's keys in the order in which they were asked for."""
    rest = iter(group.keys)
    return tuple(periods[group.period] if word in PARTS else next(rest) for word in report.group_by)
