"""Somebody who may be considered for a call, with all that decides about it."""

from functools import cached_property
from typing import Any, Self
from uuid import UUID

from libs.contracts.agents import USUAL_PRIORITY, Agent, Skills
from libs.contracts.auction import AuctionWon
from libs.contracts.call_settings import Conversion, LegSettings
from libs.contracts.configuration import Buyer, Group, Limited, Target
from libs.contracts.ids import RtbRouterId
from libs.contracts.message import Value

AUCTION = "the RTB auction"  # a router's name is known by those who keep it


class Scope(Value):
    """Something whose caps a leg must leave room in, and whose counters it takes a place in."""

    id: UUID
    kind: str
    name: str
    limits: Limited


class Candidate(Value):
    """One entry considered for a call: a target with its buyer, groups, settings and caps.

    `weight` is the entry's, for a group's member its part of the group's.  `scopes` are
    tested in their order: target, groups, buyer, entry, campaign.  An RTB router stands for
    whoever wins its auction: `sold` once that is known.  `skills` are what its entry and the
    campaign need.
    """

    target: Target | None = None
    buyer: Buyer | None = None
    rtb_router_id: RtbRouterId | None = None
    sold: AuctionWon | None = None
    groups: tuple[Group, ...] = ()
    priority: int
    weight: float
    settings: LegSettings
    scopes: tuple[Scope, ...]
    skills: Skills = ()

    @property
    def agent(self) -> Agent | None:
        """What it has that is a person."""
        return self.target.agent if self.target else None

    @property
    def tier(self) -> tuple[int, int]:
        """Lower comes first: the entry's priority, then an agent's own."""
        return self.priority, self.agent.priority if self.agent else USUAL_PRIORITY

    @cached_property
    def id(self) -> UUID:
        """What the entry is known by: its target, or its RTB router."""
        named = self.target.id if self.target else self.rtb_router_id
        assert named is not None, "a candidate is a target or a router"
        return named

    @property
    def name(self) -> str:
        """What people call it."""
        if self.target is not None:
            return self.target.name
        return self.sold.target_name if self.sold else AUCTION

    def won_by(self, sold: AuctionWon) -> Self:
        """The candidate once its auction is over: the bidder's terms are the leg's."""
        conversion = Conversion(after_seconds=sold.required_seconds, revenue=sold.price)
        changes: dict[str, Any] = {"conversion": conversion if sold.target_id else None}
        if sold.ring_seconds is not None:
            changes["ring_seconds"] = sold.ring_seconds
        if sold.digits:
            changes["digits"] = sold.digits
        settings = self.settings.model_copy(update=changes)
        return self.model_copy(update={"sold": sold, "settings": settings})
