"""A plan's rules laid out for many calls: what does not depend on a call is done once.

Equal rules become one object, so that a call asks each of them once, whoever has it.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from libs.contracts.agents import Agent, Skills
from libs.contracts.areas import AreaRule
from libs.contracts.configuration import Selective, Status
from libs.contracts.explaining import Rule
from libs.contracts.filters import TagFilter
from libs.contracts.ids import BuyerId, TargetId
from libs.contracts.schedule import Schedule
from libs.contracts.screening import DuplicateRule, DuplicateScope
from services.router.domain.candidate import Candidate
from services.router.domain.verdicts import Exclusion

Share = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Line:
    """What one candidate asks of a call; rules with whose they are, and all by identity.

    `at` is where it stands in the plan, `needs` the skills that its entry and campaign need.
    """

    candidate_id: UUID
    target_id: TargetId | None
    buyer_id: BuyerId | None
    at: int
    agent: Agent | None
    needs: Skills
    paused: Exclusion | None
    earlier_connections_max: int | None
    schedules: tuple[tuple[str, Schedule], ...]
    filters: tuple[tuple[str, TagFilter], ...]
    areas: tuple[tuple[str, AreaRule], ...]
    rules: frozenset[int]
    duplicates: DuplicateRule | None


def lines_of(candidates: Iterable[Candidate]) -> tuple[Line, ...]:
    """A line for each candidate, in their order."""
    known: dict[Any, Any] = {}

    def share(rule: Any) -> Any:
        return known.setdefault(rule, rule)

    return tuple(_line(at, candidate, share) for at, candidate in enumerate(candidates))


def _line(at: int, candidate: Candidate, share: Share) -> Line:
    rules = list(_selective(candidate))
    duplicates = candidate.settings.duplicates
    off = (
        candidate.target is None  # bidders have duplicates rules of their own
        or duplicates is None
        or duplicates.scope is DuplicateScope.NONE
    )
    schedules = tuple((who, share(of.schedule)) for who, of in rules if of.schedule)
    filters = tuple((who, _shared(of.filter, share)) for who, of in rules if of.filter)
    areas = tuple((who, share(of.area)) for who, of in rules if of.area)
    return Line(
        candidate_id=candidate.id,
        target_id=candidate.target.id if candidate.target else None,
        buyer_id=candidate.buyer.id if candidate.buyer else None,
        at=at,
        agent=candidate.agent,
        needs=candidate.skills,
        paused=_paused(candidate),
        earlier_connections_max=candidate.settings.earlier_connections_max,
        schedules=schedules,
        filters=filters,
        areas=areas,
        rules=frozenset(id(rule) for _, rule in (*schedules, *filters, *areas)),
        duplicates=None if off else share(duplicates),
    )


def _shared(condition: TagFilter, share: Share) -> TagFilter:
    """A filter whose tests are shared with other filters."""
    groups = tuple(_shared(group, share) for group in condition.groups)
    tests = tuple(share(test) for test in condition.tests)
    filter_: TagFilter = share(condition.model_copy(update={"tests": tests, "groups": groups}))
    return filter_


def _paused(candidate: Candidate) -> Exclusion | None:
    """The first of buyer, groups and target that takes no calls."""
    buyer, target = candidate.buyer, candidate.target
    if buyer is None or target is None:
        return None
    if buyer.status is not Status.ACTIVE:
        return _not_active(Rule.BUYER_PAUSED, f"buyer {buyer.name}", buyer.status)
    for group in candidate.groups:
        if group.status is not Status.ACTIVE:
            return _not_active(Rule.GROUP_PAUSED, f"group {group.name}", group.status)
    if target.status is not Status.ACTIVE:
        return _not_active(Rule.TARGET_PAUSED, "", target.status)
    return None


def _not_active(rule: Rule, holder: str, status: Status) -> Exclusion:
    return Exclusion(rule=rule, seen=str(status), needed=str(Status.ACTIVE), holder=holder)


def _selective(candidate: Candidate) -> Iterator[tuple[str, Selective]]:
    if candidate.buyer is None or candidate.target is None:
        return
    yield f"buyer {candidate.buyer.name}", candidate.buyer
    for group in candidate.groups:
        yield f"group {group.name}", group
    yield "", candidate.target
