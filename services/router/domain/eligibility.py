"""Who may take this call, and why the others may not: rules that need no counter.

They are tested in the order of `Rule`; the first that fails is told.
"""

from collections.abc import Iterator
from datetime import datetime

from libs.contracts.configuration import Selective, Status, Sticking
from libs.contracts.explaining import Rule
from libs.rules import areas, filters, hours
from libs.rules.finding import Finding
from libs.rules.history import check_duplicate
from services.router.domain.choice import served
from services.router.domain.context import CallContext, Inputs
from services.router.domain.plan import Candidate, Plan
from services.router.domain.sightings import sightings_of, tags_of
from services.router.domain.verdicts import Exclusion


class Sieve:
    """The rules for one call; what all candidates are tested with is made ready once."""

    def __init__(self, plan: Plan, context: CallContext, inputs: Inputs, now: datetime) -> None:
        self._plan = plan
        self._context = context
        self._inputs = inputs
        self._now = now
        self._tags = tags_of(context)
        self._sightings = sightings_of(context)
        another = plan.campaign.sticking is Sticking.ANOTHER
        self._served = frozenset(served(plan.campaign, inputs, now) if another else ())

    def exclusion(self, candidate: Candidate) -> Exclusion | None:
        """The first rule a candidate fails; None: eligible."""
        for rule, holder, finding in self._findings(candidate):
            if not finding.passed:
                return Exclusion(rule=rule, seen=finding.seen, needed=finding.needed, holder=holder)
        return None

    def _findings(self, candidate: Candidate) -> Iterator[tuple[Rule, str, Finding]]:
        yield from _statuses(candidate)
        yield from self._of_this_call(candidate)
        for holder, of in _selective(candidate):
            if of.schedule is not None:
                yield Rule.CLOSED, holder, hours.check(of.schedule, self._now)
        for holder, of in _selective(candidate):
            if of.filter is not None:
                yield Rule.FILTERED, holder, filters.evaluate(of.filter, self._tags)
        for holder, of in _selective(candidate):
            if of.area is not None:
                yield Rule.OUT_OF_AREA, holder, areas.check(of.area, self._sightings)
        yield from self._duplicates(candidate)

    def _of_this_call(self, candidate: Candidate) -> Iterator[tuple[Rule, str, Finding]]:
        target_id, settings = candidate.target.id, candidate.settings
        if target_id in self._context.tried:
            yield Rule.ALREADY_TRIED, "", Finding(False, "dialled before", "not yet dialled")
        most, connections = settings.earlier_connections_max, self._context.connections
        if most is not None and connections > most:
            seen = f"connected with {connections} others in this call"
            yield Rule.EARLIER_CONNECTIONS, "", Finding(False, seen, f"at most {most}")
        if target_id in self._served:
            yield (
                Rule.SERVED_BEFORE,
                "",
                Finding(False, "connected with this caller before", "another target each time"),
            )

    def _duplicates(self, candidate: Candidate) -> Iterator[tuple[Rule, str, Finding]]:
        rule = candidate.settings.duplicates
        if rule is not None:
            yield (
                Rule.DUPLICATE,
                "",
                check_duplicate(
                    rule,
                    self._inputs.history,
                    campaign_id=self._plan.campaign.id,
                    target_id=candidate.target.id,
                    buyer_id=candidate.buyer.id,
                    now=self._now,
                ),
            )


def _statuses(candidate: Candidate) -> Iterator[tuple[Rule, str, Finding]]:
    yield Rule.BUYER_PAUSED, f"buyer {candidate.buyer.name}", _active(candidate.buyer.status)
    for group in candidate.groups:
        yield Rule.GROUP_PAUSED, f"group {group.name}", _active(group.status)
    yield Rule.TARGET_PAUSED, "", _active(candidate.target.status)


def _active(status: Status) -> Finding:
    return Finding(status is Status.ACTIVE, str(status), str(Status.ACTIVE))


def _selective(candidate: Candidate) -> Iterator[tuple[str, Selective]]:
    yield f"buyer {candidate.buyer.name}", candidate.buyer
    for group in candidate.groups:
        yield f"group {group.name}", group
    yield "", candidate.target
