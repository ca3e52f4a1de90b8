"""Work that goes through all owners' tables: how far it is, and what comes next."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from libs.contracts.ids import AccountId

ROUNDS_MAX = 3  # what moves while it is looked for is found by the next round


class SweepKind(StrEnum):
    """What is done."""

    ERASURE = "erasure"
    RESEALING = "resealing"


class SweepState(StrEnum):
    """Whether there is more to do."""

    UNDER_WAY = "under_way"
    DONE = "done"


OWNERS: Mapping[SweepKind, tuple[str, ...]] = {
    SweepKind.ERASURE: ("router", "rtb", "flows", "tracking", "console"),
    SweepKind.RESEALING: ("router", "rtb", "tracking", "console"),
}
"""Who has tables, in the order in which they are asked: tracking after those that need no carrier,
the console last, for its log tells of the work itself."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """One such work.  `at` is where `owner` goes on; `found` counts by owner and table.

    `sealed` is the number that is erased; nobody keeps it once that is done.  `lost` are secrets
    that nothing opens.  `note` says what it waits for.
    """

    account_id: AccountId
    sweep_id: UUID
    kind: SweepKind
    asked_by: str
    asked_at: datetime
    reason: str = ""
    state: SweepState = SweepState.UNDER_WAY
    sealed: bytes | None = None
    instead: str = ""
    owner: str = ""
    at: str = ""
    round: int = 1
    found: dict[str, int] = field(default_factory=dict)
    found_in_round: int = 0
    lost: int = 0
    note: str = ""
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What an owner has done of it, and where it goes on; None: it has gone through all."""

    found: Mapping[str, int]
    at: str | None
    lost: int = 0


def stepped(sweep: Sweep, step: Step, now: datetime) -> Sweep:
    """The work after a step.  An erasure ends with a round that finds nothing."""
    found = dict(sweep.found)
    for table, rows in step.found.items():
        name = f"{sweep.owner}.{table}"
        found[name] = found.get(name, 0) + rows
    further = replace(
        sweep,
        found=found,
        found_in_round=sweep.found_in_round + sum(step.found.values()),
        lost=sweep.lost + step.lost,
        at=step.at or "",
        note="",
    )
    if step.at is not None:
        return further
    owners = OWNERS[sweep.kind]
    behind = owners[owners.index(sweep.owner) + 1 :]
    if behind:
        return replace(further, owner=behind[0])
    again = sweep.kind is SweepKind.ERASURE and further.found_in_round > 0
    if again and sweep.round < ROUNDS_MAX:
        return replace(further, owner=owners[0], round=sweep.round + 1, found_in_round=0)
    return replace(further, state=SweepState.DONE, owner="", sealed=None, finished_at=now)
