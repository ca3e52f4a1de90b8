"""Targets as their buyer's own people see them, and what they may change of them."""

from decimal import Decimal
from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter

from libs.contracts.caps import Bounds, Caps, Counted, Period
from libs.contracts.configuration import Status
from libs.contracts.editing import PAGE_MAX, Actor
from libs.contracts.ids import AccountId, TargetId
from libs.contracts.message import Question, Value, one_of
from libs.contracts.phone import Destination
from libs.contracts.portals import Viewer


class Used(Value):
    """What is used of a limit in the period of now; `possible` is what calls in flight may add."""

    counts: Counted
    period: Period
    most: int
    used: Decimal
    possible: Decimal


class PartyTarget(Value):
    """A target of the buyer's: `caps` are the account's, `own` what the buyer has set itself.

    What holds is the tighter of both; `live` and `used` are counted against that.
    """

    id: TargetId
    version: int
    name: str
    destination: Destination
    status: Status
    paused: bool
    caps: Caps
    own: Bounds
    live: int
    used: tuple[Used, ...]


class PartyTargets(Value):
    """Targets in the order of their ids; `cursor` asks for the next page, None ends the list."""

    outcome: Literal["party_targets"] = "party_targets"
    targets: tuple[PartyTarget, ...]
    cursor: UUID | None = None


class ListPartyTargets(Question):
    """One page of a buyer's targets; a publisher has none."""

    subject: ClassVar[str] = "ask.router.list_party_targets.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(PartyTargets)

    account_id: AccountId
    viewer: Viewer
    cursor: UUID | None = None
    limit: int = Field(default=100, ge=1, le=PAGE_MAX)


class PartyTargetFound(Value):
    """One of a buyer's targets."""

    outcome: Literal["party_target"] = "party_target"
    target: PartyTarget


class GetPartyTarget(Question):
    """One of a buyer's targets; anybody else's is `not_found`."""

    subject: ClassVar[str] = "ask.router.get_party_target.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(PartyTargetFound)

    account_id: AccountId
    viewer: Viewer
    target_id: TargetId


class SetPartyTarget(Question):
    """Pause a target or let it go on, set caps of the buyer's own; what is None stays as it is.

    A cap above the account's own is refused, and so is whatever the account has paused: it stays.
    """

    subject: ClassVar[str] = "ask.router.set_party_target.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(PartyTargetFound)

    account_id: AccountId
    actor: Actor
    viewer: Viewer
    target_id: TargetId
    expected_version: int = Field(ge=1)
    paused: bool | None = None
    caps: Bounds | None = None
