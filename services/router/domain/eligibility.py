"""Who may take this call, and why the others may not: rules that need no counter.

They are tested in the order of `Rule`; the first that fails is told.  A rule that many have
is asked once.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from libs.contracts.agent_states import AgentState
from libs.contracts.agents import Agent
from libs.contracts.areas import AreaRule, Sighting
from libs.contracts.configuration import Sticking
from libs.contracts.explaining import Rule
from libs.contracts.filters import TagFilter
from libs.contracts.schedule import Schedule
from libs.contracts.screening import DuplicateRule, DuplicateScope
from libs.rules import areas, filters, hours, skills
from libs.rules.finding import PASSED, Finding
from libs.rules.history import check_duplicate, served_at_all
from libs.rules.sightings import sightings_of, tags_of
from services.router.domain.choice import served
from services.router.domain.context import AgentSeen, CallContext, Inputs
from services.router.domain.plan import Plan
from services.router.domain.sheet import Line
from services.router.domain.verdicts import Exclusion

NEVER_THERE = AgentSeen()


class Sieve:
    """The rules for one call; what all candidates are tested with is made ready once."""

    def __init__(self, plan: Plan, context: CallContext, inputs: Inputs, now: datetime) -> None:
        self._campaign_id = plan.campaign.id
        self._rtb_enabled = plan.campaign.rtb_enabled
        self._context = context
        self._history = inputs.history
        self._agents = inputs.agents
        self._now = now
        self._tags = tags_of(context)
        self._skills = skills.asked_for(self._tags, plan.campaign.skills_tag)
        another = plan.campaign.sticking is Sticking.ANOTHER
        self._served = frozenset(served(plan.campaign, inputs, now) if another else ())
        self._sightings: tuple[Sighting, ...] | None = None  # few plans ask
        self._passed: set[int] = set()  # by the rule's identity: the plan keeps them
        self._failed: dict[int, Finding] = {}
        self._tested: dict[int, bool] = {}
        self._ask: dict[Rule, Callable[[Any], Finding]] = {
            Rule.CLOSED: self._hours,
            Rule.FILTERED: self._filter,
            Rule.OUT_OF_AREA: self._area,
        }
        self._served_at_all: dict[int, bool] = {}  # by the rule's identity, too
        self._duplicates: dict[tuple[int, UUID], Finding] = {}  # and by whose calls it looks at

    def exclusion(self, line: Line) -> Exclusion | None:
        """The first rule a candidate fails; None: eligible."""
        return (
            line.paused
            or self._of_this_call(line)
            or self._unskilled(line)
            or (self._away(line, line.agent) if line.agent else None)
            or (None if self._passed.issuperset(line.keys) else self._of_rules(line))
            or self._duplicate(line)
        )

    def _of_rules(self, line: Line) -> Exclusion | None:
        for key, rule, holder, of in line.asked:
            if key in self._passed:
                continue
            found = self._failed.get(key) or self._ask[rule](of)
            if not found.passed:
                self._failed[key] = found
                return _excluded(rule, found, holder)
            self._passed.add(key)
        return None

    def _hours(self, schedule: Schedule) -> Finding:
        return hours.check(schedule, self._now)

    def _filter(self, condition: TagFilter) -> Finding:
        if filters.passes(condition, self._tags, self._tested):
            return PASSED
        return filters.evaluate(condition, self._tags)

    def _area(self, rule: AreaRule) -> Finding:
        if self._sightings is None:
            self._sightings = sightings_of(self._context)
        return areas.check(rule, self._sightings)

    def _of_this_call(self, line: Line) -> Exclusion | None:
        if line.target_id is None:
            return self._of_auctions(line)
        if line.target_id in self._context.tried:
            found = Finding(False, "dialled before", "not yet dialled")
            return _excluded(Rule.ALREADY_TRIED, found)
        most, connections = line.earlier_connections_max, self._context.connections
        if most is not None and connections > most:
            seen = f"connected with {connections} others in this call"
            return _excluded(Rule.EARLIER_CONNECTIONS, Finding(False, seen, f"at most {most}"))
        if line.target_id in self._served:
            found = Finding(False, "connected with this caller before", "another target each time")
            return _excluded(Rule.SERVED_BEFORE, found)
        return None

    def _unskilled(self, line: Line) -> Exclusion | None:
        """Only agents have skills: where any are needed, others do not do."""
        if not line.needs and not self._skills:
            return None
        found = skills.check(
            line.agent.skills if line.agent else (), self._skills.union(line.needs)
        )
        return None if found.passed else _excluded(Rule.SKILLS, found)

    def _away(self, line: Line, agent: Agent) -> Exclusion | None:
        """Whether she is there for a call; the place that a quote has with her is for this one."""
        seen = self._agents.get(line.at, NEVER_THERE)
        if seen.state is not AgentState.AVAILABLE:
            found = Finding(False, seen.state.replace("_", " "), AgentState.AVAILABLE)
            return _excluded(Rule.AGENT_AWAY, found)
        quote = self._context.honoured
        live = seen.live - (quote is not None and quote.candidate_id == line.candidate_id)
        if live >= agent.calls_at_once:
            needed = f"fewer than {agent.calls_at_once}"
            return _excluded(Rule.ON_CALL, Finding(False, f"{live} at once", needed))
        if seen.wrap_up_until is not None and seen.wrap_up_until > self._now:
            until = f"until {seen.wrap_up_until:%H:%M:%S} UTC"
            return _excluded(Rule.WRAPPING_UP, Finding(False, until, "her to be done"))
        return None

    def _of_auctions(self, line: Line) -> Exclusion | None:
        if not self._rtb_enabled:
            found = Finding(False, "off for the campaign", "RTB to be enabled")
            return _excluded(Rule.RTB_OFF, found)
        if line.candidate_id in self._context.unsold:
            found = Finding(False, "nobody left in its auction", "a bid that has not been dialled")
            return _excluded(Rule.UNSOLD, found)
        return None

    def _duplicate(self, line: Line) -> Exclusion | None:
        rule = line.duplicates
        if rule is None or not self._history.calls:
            return None
        served = self._served_at_all.get(id(rule))
        if served is None:
            served = served_at_all(rule, self._history, self._now)
            self._served_at_all[id(rule)] = served
        if not served:
            return None
        found = self._checked(rule, line)
        return None if found.passed else _excluded(Rule.DUPLICATE, found)

    def _checked(self, rule: DuplicateRule, line: Line) -> Finding:
        """Whether she is a duplicate there; targets that ask for the same buyer's ask once."""
        assert line.target_id is not None, "an RTB router has no duplicates rule"
        assert line.buyer_id is not None, "a target has a buyer"
        whose = line.buyer_id if rule.scope is DuplicateScope.BUYER else line.target_id
        found = self._duplicates.get((id(rule), whose))
        if found is None:
            found = self._duplicates[id(rule), whose] = check_duplicate(
                rule,
                self._history,
                campaign_id=self._campaign_id,
                target_id=line.target_id,
                buyer_id=line.buyer_id,
                now=self._now,
            )
        return found


def _excluded(rule: Rule, found: Finding, holder: str = "") -> Exclusion:
    return Exclusion(rule=rule, seen=found.seen, needed=found.needed, holder=holder)
