"""A plan's rules laid out for many calls: what does not depend on a call is done once.

Equal rules become one object, so that a call asks each of them once, whoever has it.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple
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


class Asked(NamedTuple):
    """Hours, a tag filter or an area that a candidate, or what it belongs to (`holder`), has.

    `key` is the identity of what is asked: those that are equal are one.
    """

    key: int
    rule: Rule
    holder: str
    of: Schedule | TagFilter | AreaRule


@dataclass(frozen=True, slots=True)
class Line:
    """What one candidate asks of a call, in the order in which it is told; `keys` are all its.

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
    asked: tuple[Asked, ...]
    keys: frozenset[int]
    duplicates: DuplicateRule | None


def lines_of(candidates: Iterable[Candidate]) -> tuple[Line, ...]:
    """A line for each candidate, in their order."""
    known: dict[Any, Any] = {}

    def share(rule: Any) -> Any:
        return known.setdefault(rule, rule)

    return tuple(_line(at, candidate, share) for at, candidate in enumerate(candidates))


def _line(at: int, candidate: Candidate, share: Share) -> Line:
    asked = tuple(_asked(candidate, share))
    duplicates = candidate.settings.duplicates
    off = (
        candidate.target is None  # bidders have duplicates rules of their own
        or duplicates is None
        or duplicates.scope is DuplicateScope.NONE
    )
    return Line(
        candidate_id=candidate.id,
        target_id=candidate.target.id if candidate.target else None,
        buyer_id=candidate.buyer.id if candidate.buyer else None,
        at=at,
        agent=candidate.agent,
        needs=candidate.skills,
        paused=_paused(candidate),
        earlier_connections_max=candidate.settings.earlier_connections_max,
        asked=asked,
        keys=frozenset(one.key for one in asked),
        duplicates=None if off else share(duplicates),
    )


def _asked(candidate: Candidate, share: Share) -> Iterator[Asked]:
    """First all hours, then all filters, then all areas."""
    rules = list(_selective(candidate))
    for who, of in rules:
        if of.schedule is not None:
            yield _kept(Rule.CLOSED, who, share(of.schedule))
    for who, of in rules:
        if of.filter is not None:
            yield _kept(Rule.FILTERED, who, _shared(of.filter, share))
    for who, of in rules:
        if of.area is not None:
            yield _kept(Rule.OUT_OF_AREA, who, share(of.area))


def _kept(rule: Rule, holder: str, of: Schedule | TagFilter | AreaRule) -> Asked:
    return Asked(id(of), rule, holder, of)


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
    if not target.taking_calls:
        return _not_active(Rule.TARGET_PAUSED, f"buyer {buyer.name}", Status.PAUSED)
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
