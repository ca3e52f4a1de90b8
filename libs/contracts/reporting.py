"""Reports: what calls came to, grouped, filtered, and beside another time."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, TypeAdapter, model_validator

from libs.contracts.ids import AccountId
from libs.contracts.message import Document, Instant, Question, Value, one_of, refused_at
from libs.contracts.money import Currency
from libs.contracts.schedule import Zone

GROUPS_MAX = 2  # at a time; three are no table that anybody reads
FILTERS_MAX = 20
VALUES_MAX = 200  # of one filter
COLUMNS_MAX = 100  # more than there are measures
ROWS_MAX = 1_000  # of one answer
OFFSET_MAX = 1_000_000
QUARTER_SECONDS = 900

Word = Annotated[str, Field(min_length=1, max_length=125, pattern=r"^[a-z_]+(:[^\x00]{1,120})?$")]
"""The name of a dimension, or `tag:` and a tag's name."""

FilterValue = Annotated[str, Field(max_length=254, pattern=r"^[^\x00]*$")]


class TimePart(StrEnum):
    """A part of time by which a report may be grouped, in the asker's time zone."""

    QUARTER_HOUR = "quarter_hour"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Against(StrEnum):
    """The time that a report is compared with; as long as its own."""

    PERIOD_BEFORE = "period_before"
    WEEK_BEFORE = "week_before"


class Filter(Value):
    """Only calls of these values, or all others; an empty text is "there is none"."""

    dimension: Word
    values: tuple[FilterValue, ...] = Field(min_length=1, max_length=VALUES_MAX)
    exclude: bool = False


class ReportShape(Document):
    """What is asked of a report, but for whose calls and which time it is about.

    `group_by` has dimensions and parts of time, in any order.  `columns` are the measures that
    are told, in their order; none named: all.  Without `order_by` rows come in the order of their
    time, else with the most calls first.
    """

    zone: Zone = "UTC"
    group_by: tuple[Word, ...] = Field(default=(), max_length=GROUPS_MAX)
    filters: tuple[Filter, ...] = Field(default=(), max_length=FILTERS_MAX)
    columns: tuple[Annotated[str, Field(max_length=40, pattern="^[a-z_]+$")], ...] = Field(
        default=(), max_length=COLUMNS_MAX
    )
    currency: Currency = "USD"
    against: Against | None = None
    order_by: Annotated[str, Field(max_length=40, pattern="^[a-z_]*$")] = ""
    ascending: bool = False

    @model_validator(mode="after")
    def _has_each_once(self) -> Self:
        for name in ("group_by", "columns"):
            if len(set(getattr(self, name))) < len(getattr(self, name)):
                raise refused_at((name,), "has one thing twice")
        return self


class Report(ReportShape):
    """A report of a time: `since` is inclusive, `until` exclusive; both on a quarter of an hour."""

    since: Instant
    until: Instant

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        for name in ("since", "until"):
            if getattr(self, name).timestamp() % QUARTER_SECONDS:
                raise refused_at((name,), "must be on a quarter of an hour")
        if self.until <= self.since:
            raise refused_at(("until",), "must be after since")
        return self


Measures = dict[str, int | Decimal | None]
"""Counts and seconds as integers, amounts and ratios as decimals; None: nothing to divide by."""


class ReportRow(Value):
    """One group: `keys` in the order of `group_by`, `names` what people call them.

    A part of time has the local beginning as its key.  `before` is the compared time.
    """

    keys: tuple[str, ...]
    names: tuple[str, ...]
    measures: Measures
    before: Measures | None = None


class Reported(Value):
    """A report, or the part of one that was asked for: `total` rows in all.

    There are fewer rows than were asked for where no more fit: go on after the last.
    `other_currencies` names those in which calls had money that is not in these amounts.
    """

    outcome: Literal["report"] = "report"
    since: Instant
    until: Instant
    zone: str
    currency: Currency
    before_since: Instant | None = None
    before_until: Instant | None = None
    rows: tuple[ReportRow, ...]
    total: int
    totals: Measures
    totals_before: Measures | None = None
    other_currencies: tuple[str, ...] = ()


class AskReport(Question):
    """What an account's calls came to, by group.

    What cannot be grouped or filtered by is `malformed`; what would read too many calls one by
    one, or has too many groups, is `too_much`: narrow the time or the filters.
    """

    subject: ClassVar[str] = "ask.tracking.report.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Reported)

    account_id: AccountId
    report: Report
    offset: int = Field(default=0, ge=0, le=OFFSET_MAX)
    limit: int = Field(default=200, ge=1, le=ROWS_MAX)


class AskVisitReport(AskReport):
    """What an account's visits to websites came to, by group: as of calls, by words of its own.

    A visit counts when it began; its calls, and what they earned, with it, whenever they came.
    """

    subject: ClassVar[str] = "ask.tracking.visit_report.v1"


class TagWord(Value):
    """A registered URL parameter as something to group and filter by, and where menus offer it."""

    word: str
    name: str
    menu: str = ""


class ReportWords(Value):
    """What can be grouped and filtered by, and what is measured.

    Any other tag can be grouped by as well; `tags` are those that the account has registered.
    Those in `summed` are kept summed up, one or two at a time as listed: their reports cost the
    same whatever the number of calls.  `visit_…` are those of reports about visits.
    """

    outcome: Literal["report_words"] = "report_words"
    dimensions: tuple[str, ...]
    tags: tuple[TagWord, ...] = ()
    times: tuple[str, ...]
    measures: tuple[str, ...]
    visit_dimensions: tuple[str, ...] = ()
    visit_measures: tuple[str, ...] = ()
    summed: tuple[tuple[str, ...], ...]


class AskReportWords(Question):
    """Which words reports know."""

    subject: ClassVar[str] = "ask.tracking.report_words.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(ReportWords)

    account_id: AccountId


class Presence(Value):
    """Calls of one campaign that are on the line."""

    campaign_id: str
    ringing: int
    connected: int


class Now(Value):
    """What is on the line at this moment, in all and by campaign (the busiest first)."""

    outcome: Literal["now"] = "now"
    at: Instant
    live: int
    ringing: int
    connected: int
    campaigns: tuple[Presence, ...]


class AskNow(Question):
    """How many of an account's calls are on the line."""

    subject: ClassVar[str] = "ask.tracking.now.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Now)

    account_id: AccountId
