"""How a number stands: whom it serves, and whether the carrier sends us its calls."""

from enum import StrEnum
from uuid import UUID

from libs.contracts.message import Instant, Value


class SetupState(StrEnum):
    """How far the carrier's configuration of a number is.

    `pending`: due, or being tried again; `configured`: as it should be when it was last looked
    at; `failed`: the carrier refuses, which is tried again now and then; `draining`: it is given
    back when `due_at` has come; `releasing`: it is being given back.
    """

    PENDING = "pending"
    CONFIGURED = "configured"
    FAILED = "failed"
    DRAINING = "draining"
    RELEASING = "releasing"


class NumberSetup(Value):
    """The carrier's configuration of a number.

    `repaired` are the settings that the latest look found otherwise, and put right.
    """

    state: SetupState
    since: Instant
    due_at: Instant | None = None
    checked_at: Instant | None = None
    tries: int = 0
    failure: str = ""
    repaired: tuple[str, ...] = ()


class Availability(StrEnum):
    """Whether a number may be placed, or whom it serves already."""

    AVAILABLE = "available"
    CAMPAIGN = "campaign"
    POOL = "pool"


class NumberStanding(Value):
    """What is known of a number beside its document; no `setup`: nobody has looked yet."""

    availability: Availability
    holder_id: UUID | None = None
    holder_name: str = ""
    setup: NumberSetup | None = None
