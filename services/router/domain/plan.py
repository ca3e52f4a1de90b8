"""A campaign as a call meets it: its candidates, each with its buyer, at one moment."""

import hashlib
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Self

from libs.contracts.configuration import Buyer, Campaign, Target
from libs.contracts.ids import AccountId, BuyerId, TargetId
from libs.contracts.message import Value


class Candidate(Value):
    """One entry considered for a call: a target with its buyer and its place in the plan."""

    target: Target
    buyer: Buyer
    priority: int
    weight: int


class Plan(Value):
    """What a decision about a campaign's call is taken from.

    `version` is the newest version of anything in it.
    """

    account_id: AccountId
    campaign: Campaign
    candidates: tuple[Candidate, ...]
    version: int

    @classmethod
    def of(
        cls,
        account_id: AccountId,
        campaign: Campaign,
        targets: Mapping[TargetId, Target],
        buyers: Mapping[BuyerId, Buyer],
        version: int,
    ) -> Self:
        """Resolve a campaign's assignments."""
        candidates = tuple(
            Candidate(
                target=targets[assignment.target_id],
                buyer=buyers[targets[assignment.target_id].buyer_id],
                priority=assignment.priority,
                weight=assignment.weight,
            )
            for assignment in campaign.assignments
        )
        return cls(account_id=account_id, campaign=campaign, candidates=candidates, version=version)

    @cached_property
    def text(self) -> str:
        """The plan as canonical JSON: what a snapshot keeps."""
        return self.model_dump_json()

    @cached_property
    def digest(self) -> str:
        """The plan's name by its content."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:32]

    @cached_property
    def index(self) -> dict[TargetId, int]:
        """Where each target stands among the candidates."""
        return {candidate.target.id: at for at, candidate in enumerate(self.candidates)}

    def __hash__(self) -> int:
        return hash(self.digest)

    def __eq__(self, other: Any) -> bool:
        return isinstance(other, Plan) and self.digest == other.digest
