"""Reconciliation: the carrier's own list of calls is held against ours, and gaps are filled."""

from datetime import timedelta
from enum import StrEnum
from typing import Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import Field, TypeAdapter, model_validator

from libs.contracts.carrier_numbers import CarrierAccount
from libs.contracts.editing import Changed, Edit
from libs.contracts.ids import AccountId, CallId, Sid
from libs.contracts.message import Instant, Question, Value, one_of, refused_at

WINDOW_MAX = timedelta(days=7)  # of one reconciliation
PAGE_MAX = 200


class Gap(StrEnum):
    """How a call with the carrier differs from ours.

    `missing`: we never heard that it came.  `unfinished`: we never heard that it, or one of its
    legs, ended.  `length`: its seconds differ.  `unlisted`: we know it, the carrier does not.
    """

    MISSING = "missing"
    UNFINISHED = "unfinished"
    LENGTH = "length"
    UNLISTED = "unlisted"


class ReconciliationState(StrEnum):
    """Where a reconciliation stands; `failed` says why in `failure`, and can be asked again."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Reconciliation(Value):
    """One comparison: how many calls the carrier listed, and how many gaps there were.

    `said` facts have been published to fill them.
    """

    reconciliation_id: UUID
    account_sid: Sid | None = None
    since: Instant
    until: Instant
    state: ReconciliationState
    began_at: Instant
    ended_at: Instant | None = None
    listed: int = 0
    gaps: dict[Gap, int] = Field(default_factory=dict)
    said: int = 0
    failure: str = ""


class Difference(Value):
    """One gap: what the carrier says, and what we had."""

    call_id: CallId
    call_sid: Sid
    gap: Gap
    carrier: str
    ours: str


class Started(Value):
    """The reconciliation is under way."""

    outcome: Literal["started"] = "started"
    reconciliation: Reconciliation


class ReconcileCalls(Edit):
    """Hold an account's calls of a time against the carrier's list, and fill what is missing.

    Of the platform's carrier account only calls to the account's own numbers count.
    """

    subject: ClassVar[str] = "ask.tracking.reconcile.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Started)

    carrier: CarrierAccount
    since: Instant
    until: Instant

    @model_validator(mode="after")
    def _a_time(self) -> Self:
        if not timedelta() < self.until - self.since <= WINDOW_MAX:
            raise refused_at(("until",), f"up to {WINDOW_MAX.days} days after since")
        return self


class Reconciliations(Value):
    """Reconciliations, the newest first."""

    outcome: Literal["reconciliations"] = "reconciliations"
    reconciliations: tuple[Reconciliation, ...]


class ListReconciliations(Question):
    """An account's latest reconciliations, those of every hour among them."""

    subject: ClassVar[str] = "ask.tracking.list_reconciliations.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Reconciliations)

    account_id: AccountId
    limit: int = Field(default=50, ge=1, le=PAGE_MAX)


class ReconciliationDetail(Value):
    """A reconciliation with its gaps, in the order of their calls; `cursor` None ends them."""

    outcome: Literal["reconciliation"] = "reconciliation"
    reconciliation: Reconciliation
    differences: tuple[Difference, ...]
    cursor: str | None = None


class GetReconciliation(Question):
    """One of an account's reconciliations; another account's is `not_found`."""

    subject: ClassVar[str] = "ask.tracking.get_reconciliation.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(ReconciliationDetail)

    account_id: AccountId
    reconciliation_id: UUID
    cursor: str | None = Field(default=None, pattern=r"^[0-9a-f-]{36}/[a-z]{1,20}$")
    limit: int = Field(default=PAGE_MAX, ge=1, le=PAGE_MAX)


class ReconciliationChanged(Changed):
    """Somebody had calls reconciled."""

    subject: ClassVar[str] = "event.reconciliation.changed.v1"
    publisher: ClassVar[str] = "tracking"
