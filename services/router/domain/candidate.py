"""Somebody who may be considered for a call, with all that decides about it."""

from uuid import UUID

from libs.contracts.call_settings import LegSettings
from libs.contracts.configuration import Buyer, Group, Limited, Target
from libs.contracts.message import Value


class Scope(Value):
    """Something whose caps a leg must leave room in, and whose counters it takes a place in."""

    id: UUID
    kind: str
    name: str
    limits: Limited


class Candidate(Value):
    """One entry considered for a call: a target with its buyer, groups, settings and caps.

    `weight` is the entry's, for a group's member its part of the group's.  `scopes` are
    tested in their order: target, groups, buyer, entry, campaign.
    """

    target: Target
    buyer: Buyer
    groups: tuple[Group, ...] = ()
    priority: int
    weight: float
    settings: LegSettings
    scopes: tuple[Scope, ...]
