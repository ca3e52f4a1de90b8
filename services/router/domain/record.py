"""A decision on its way and on record: every value it was taken from, and what it came to."""

from decimal import Decimal
from typing import Annotated, Literal, NamedTuple
from uuid import UUID

from pydantic import Field, TypeAdapter

from libs.contracts.caps import Counted
from libs.contracts.explaining import Rule, Verdict
from libs.contracts.message import Instant, Value
from libs.contracts.money import Money
from libs.contracts.routing import Close, DialNext, RouteReason, RunFlow
from services.router.domain.candidate import Candidate
from services.router.domain.context import CallContext, Inputs
from services.router.domain.plan import Plan
from services.router.domain.verdicts import Exclusion, TurnedAway

FIRST = 1  # edition of the rules, which older records do not name
EDITION = 3
"""Of the rules; what was decided by an earlier one is repeated by that.

2: a call that only auctions could have had, and that nobody bought, is unsold, not capped.
3: what vouches for the caller of a diverted call vouches for whoever diverted it.
"""


class CounterSeen(NamedTuple):
    """A counter as a decision saw it; its numbers stand in the order of `Counter`."""

    scope_id: UUID
    measure: Counted
    live: int
    possible: Decimal
    hour_at: Instant
    hour_count: Decimal
    day_at: Instant
    day_count: Decimal
    week_at: Instant
    week_count: Decimal
    month_at: Instant
    month_count: Decimal
    total_count: Decimal
    quoted: Decimal = Decimal(0)


class Seat(Value):
    """What became of one candidate; `at` is its index in the plan, `place` in the order."""

    at: int
    verdict: Verdict
    rule: Rule
    seen: str = ""
    needed: str = ""
    holder: str = ""
    place: int | None = None


def passed_over(at: int, no: Exclusion, place: int | None = None) -> Seat:
    """The seat of a candidate who may not take the call, or has no room for it."""
    return Seat(
        at=at,
        verdict=Verdict.EXCLUDED,
        rule=no.rule,
        seen=no.seen,
        needed=no.needed,
        holder=no.holder,
        place=place,
    )


class Record(Value):
    """Everything a decision was taken from, and what it came to.

    `given` is a closing that was certain before anybody was considered, `turned_away` why
    the campaign did not take the call; `counters` are those that were looked at.  `seats`
    are those who were looked at, `rest` the others of the order, by their index in the plan.
    `fallback`: nobody took the call, for `reason`, and the campaign's own place is dialled.
    `edition` is that of the rules; a record without one is of the first, and says none again.
    """

    step: int
    at: Instant
    context: CallContext
    inputs: Inputs = Inputs()
    seed: int
    snapshot: str | None
    config_version: int
    given: RouteReason | None = None
    turned_away: TurnedAway | None = None
    ring_seconds_left: int
    counters: tuple[CounterSeen, ...] = ()
    seats: tuple[Seat, ...] = ()
    rest: tuple[int, ...] = ()
    reason: RouteReason
    fallback: bool = False
    edition: int = Field(default=FIRST, exclude_if=lambda edition: edition == FIRST)


class Deliberation(Value):
    """A decision up to the point where counters are needed.

    `closing` is set where the call is closed whatever the counters say; `given` where
    that was certain from the start.
    """

    step: int
    at: Instant
    context: CallContext
    inputs: Inputs
    seed: int
    plan: Plan | None
    given: RouteReason | None
    turned_away: TurnedAway | None = None
    closing: RouteReason | None
    ring_seconds_left: int
    excluded: tuple[Seat, ...] = ()
    order: tuple[Candidate, ...] = ()
    edition: int = EDITION


class Promised(Value):
    """A place is kept for a quote; `worth` is what a conversion there brings."""

    outcome: Literal["promised"] = "promised"
    candidate_id: UUID
    worth: Money | None
    required_seconds: int


Outcome = Annotated[DialNext | RunFlow | Close | Promised, Field(discriminator="outcome")]
OUTCOMES: TypeAdapter[Outcome] = TypeAdapter(Outcome)
"""What may come of a decision, as it is kept."""


class Decision(Value):
    """An outcome with its record; `chosen` is who takes the call."""

    outcome: Outcome
    record: Record
    plan: Plan | None
    chosen: Candidate | None
