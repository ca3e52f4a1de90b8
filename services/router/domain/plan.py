"""A campaign as a call meets it: its candidates, each with all that decides about it."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID, uuid5

from libs.contracts.agents import Skills
from libs.contracts.call_settings import PLATFORM_CALL, PLATFORM_LEG, CallSettings, LegSettings
from libs.contracts.configuration import (
    Assignment,
    Buyer,
    Campaign,
    Defaults,
    Group,
    Limited,
    Sticking,
    Target,
)
from libs.contracts.ids import AccountId, BuyerId, CampaignId, GroupId, TargetId
from libs.contracts.message import Value
from libs.contracts.phone import Destination
from libs.contracts.screening import DuplicateScope
from libs.rules.inherit import Level, resolve
from services.router.domain.candidate import Candidate, Scope
from services.router.domain.sheet import Line, lines_of

GROUP_DEPTH_MAX = 8  # groups within groups; deeper is a mistake


class Plan(Value):
    """What a decision about a campaign's call is taken from.

    `version` is the newest version of anything in it.  `upper` is what a flow sets for its legs.
    """

    account_id: AccountId
    campaign: Campaign
    settings: CallSettings
    candidates: tuple[Candidate, ...]
    defaults: Defaults = Defaults()
    upper: LegSettings | None = None
    version: int

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """What each candidate asks of a call, in their order."""
        return lines_of(self.candidates)

    @cached_property
    def scope(self) -> Scope:
        """The campaign's own caps: every candidate has them among its scopes."""
        return _scope(self.campaign.id, "campaign", self.campaign.name, self.campaign)

    @cached_property
    def capped(self) -> frozenset[Destination]:
        """Destinations where a leg would count for a cap: none is dialled without a hold."""
        return frozenset(
            candidate.target.destination
            for candidate in self.candidates
            if candidate.target is not None
            and any(scope.limits.limited for scope in candidate.scopes)
        )

    @cached_property
    def fallback(self) -> Destination | None:
        """The campaign's own place for calls that nobody takes."""
        place = self.campaign.fallback_destination
        return None if place in self.capped else place

    @cached_property
    def fallback_settings(self) -> LegSettings:
        """How a leg to the campaign's own place is treated; nobody pays for it."""
        levels = leg_levels(self.defaults, self.campaign, None, None)
        return resolve(PLATFORM_LEG, levels).settings.model_copy(update={"conversion": None})

    @cached_property
    def wants_history(self) -> bool:
        """Whether anything in it depends on the caller's earlier calls."""
        if self.settings.repeat_limit is not None or self.campaign.sticking is not Sticking.NONE:
            return True
        return any(
            candidate.target is not None
            and candidate.settings.duplicates is not None
            and candidate.settings.duplicates.scope is not DuplicateScope.NONE
            for candidate in self.candidates
        )

    @cached_property
    def agents(self) -> dict[TargetId, int]:
        """Where each candidate stands who is an agent."""
        return {
            TargetId(one.id): at for at, one in enumerate(self.candidates) if one.agent is not None
        }

    @cached_property
    def text(self) -> str:
        """The plan as canonical JSON: what a snapshot keeps."""
        return self.model_dump_json()

    @cached_property
    def digest(self) -> str:
        """The plan's name by its content."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:32]

    @cached_property
    def index(self) -> dict[UUID, int]:
        """Where each target or RTB router stands among the candidates."""
        return {candidate.id: at for at, candidate in enumerate(self.candidates)}

    def __hash__(self) -> int:
        return hash(self.digest)

    def __eq__(self, other: Any) -> bool:
        return isinstance(other, Plan) and self.digest == other.digest


@dataclass(frozen=True)
class Shelf:
    """An account's things by id: what plans are made from."""

    defaults: Defaults
    buyers: Mapping[BuyerId, Buyer]
    targets: Mapping[TargetId, Target]
    groups: Mapping[GroupId, Group]

    @cached_property
    def groups_of(self) -> Mapping[TargetId, tuple[Group, ...]]:
        """All groups that each target shares caps with, those around them too, each once."""
        found: dict[TargetId, dict[GroupId, Group]] = {}
        for group in self.groups.values():
            for member in group.members:
                mine = found.setdefault(member.target_id, {})
                mine |= {one.id: one for one in self._around(group)}
        return {target_id: tuple(groups.values()) for target_id, groups in found.items()}

    def _around(self, group: Group) -> Iterator[Group]:
        one: Group | None = group
        for _ in range(GROUP_DEPTH_MAX):
            if one is None:
                return
            yield one
            one = self.groups.get(one.parent_id) if one.parent_id else None


def chain_of(group_id: UUID, parents: Mapping[UUID, UUID | None]) -> list[UUID]:
    """A group and those around it, the innermost first; a circle is cut off."""
    chain: list[UUID] = []
    one: UUID | None = group_id
    while one is not None and one not in chain:
        chain.append(one)
        one = parents.get(one)
    return chain


def within_itself(group_id: UUID, parents: Mapping[UUID, UUID | None]) -> bool:
    """Whether following the groups around one leads back to it, or too far.

    >>> a, b = UUID(int=1), UUID(int=2)
    >>> within_itself(a, {a: b, b: a}), within_itself(a, {a: b, b: None})
    (True, False)
    """
    chain = chain_of(group_id, parents)
    return parents.get(chain[-1]) is not None or len(chain) > GROUP_DEPTH_MAX


def entry_id_of(campaign_id: CampaignId, entry: Assignment) -> UUID:
    """The name of an entry's own counters."""
    return uuid5(campaign_id, str(entry.names))


def plan_of(
    account_id: AccountId,
    campaign: Campaign,
    shelf: Shelf,
    version: int,
    upper: LegSettings | None = None,
) -> Plan:
    """Resolve a campaign: its entries to targets, its settings to values."""
    candidates: dict[UUID, Candidate] = {}
    for entry in campaign.assignments:
        if entry.rtb_router_id is not None:
            candidates[entry.rtb_router_id] = _auctioned(campaign, entry, shelf, upper)
            continue
        for target, weight in _targets_of(entry, shelf):
            # A target that stands in the plan twice keeps its first place.
            candidates.setdefault(
                target.id, _candidate(campaign, entry, target, weight, shelf, upper)
            )
    return Plan(
        account_id=account_id,
        campaign=campaign,
        settings=resolve(PLATFORM_CALL, call_levels(shelf.defaults, campaign)).settings,
        candidates=tuple(candidates.values()),
        defaults=shelf.defaults,
        upper=upper,
        version=version,
    )


def incomplete_entries(campaign: Campaign, shelf: Shelf) -> list[str]:
    """The entries that name what is not there, by their path."""
    return [
        f"assignments.{at}"
        for at, entry in enumerate(campaign.assignments)
        if entry.rtb_router_id is None
        and entry.target_id not in shelf.targets
        and entry.group_id not in shelf.groups
    ]


def call_levels(defaults: Defaults, campaign: Campaign) -> dict[Level, CallSettings | None]:
    """Who may set how a call is treated."""
    return {Level.ACCOUNT: defaults, Level.CAMPAIGN: campaign}


def leg_levels(
    defaults: Defaults,
    campaign: Campaign,
    buyer: Buyer | None,
    target: Target | None,
    upper: LegSettings | None = None,
) -> dict[Level, LegSettings | None]:
    """Who may set how a leg is treated."""
    return {
        Level.ACCOUNT: defaults,
        Level.CAMPAIGN: campaign,
        Level.BUYER: buyer,
        Level.TARGET: target,
        Level.FLOW: upper,
    }


def _auctioned(
    campaign: Campaign, entry: Assignment, shelf: Shelf, upper: LegSettings | None
) -> Candidate:
    """An RTB router: the account's and campaign's settings, the entry's and campaign's caps."""
    levels = leg_levels(shelf.defaults, campaign, None, None, upper)
    return Candidate(
        rtb_router_id=entry.rtb_router_id,
        priority=entry.priority,
        weight=float(entry.weight),
        settings=resolve(PLATFORM_LEG, levels).settings,
        skills=_skills(campaign, entry),
        scopes=(
            _scope(entry_id_of(campaign.id, entry), "entry", campaign.name, entry),
            _scope(campaign.id, "campaign", campaign.name, campaign),
        ),
    )


def _targets_of(entry: Assignment, shelf: Shelf) -> Iterator[tuple[Target, float]]:
    if entry.target_id is not None:
        yield shelf.targets[entry.target_id], float(entry.weight)
        return
    assert entry.group_id is not None, "an entry names one thing"
    members = shelf.groups[entry.group_id].members
    whole = sum(member.weight for member in members)
    for member in members:
        yield shelf.targets[member.target_id], entry.weight * member.weight / whole


def _candidate(  # noqa: PLR0917 - one place, where a plan is put together
    campaign: Campaign,
    entry: Assignment,
    target: Target,
    weight: float,
    shelf: Shelf,
    upper: LegSettings | None,
) -> Candidate:
    buyer = shelf.buyers[target.buyer_id]
    groups = shelf.groups_of.get(target.id, ())
    levels = leg_levels(shelf.defaults, campaign, buyer, target, upper)
    scopes = (
        _scope(target.id, "target", target.name, _at_once(target)),
        *(_scope(group.id, "group", group.name, group) for group in groups),
        _scope(buyer.id, "buyer", buyer.name, buyer),
        _scope(entry_id_of(campaign.id, entry), "entry", campaign.name, entry),
        _scope(campaign.id, "campaign", campaign.name, campaign),
    )
    return Candidate(
        target=target,
        buyer=buyer,
        groups=groups,
        priority=entry.priority,
        weight=weight,
        settings=resolve(PLATFORM_LEG, levels).settings,
        scopes=scopes,
        skills=_skills(campaign, entry),
    )


def _skills(campaign: Campaign, entry: Assignment) -> Skills:
    return tuple(sorted({*campaign.skills, *entry.skills}))


def _at_once(target: Target) -> Limited:
    """A target's limits; an agent takes no more calls at once than she can."""
    caps = target.bounds.model_copy(update={"concurrency": target.at_once})
    return Limited(zone=target.zone, caps=caps)


def _scope(id_: UUID, kind: str, name: str, limits: Limited) -> Scope:
    own = Limited(zone=limits.zone, caps=limits.caps)
    return Scope(id=id_, kind=kind, name=name, limits=own)
