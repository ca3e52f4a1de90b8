"""Callers who are not wanted, not believed, or were here before."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from libs.contracts.areas import Country, InOrder
from libs.contracts.ids import BuyerId, CallId, CampaignId, TargetId
from libs.contracts.message import Document, Instant, Value
from libs.contracts.phone import PhoneNumber

BLOCKED_MAX = 10_000  # entries of one list; a longer one belongs to a spam service
DAYS_MAX = 3_650  # ten years; longer is for ever
EARLIER_CALLS_MAX = 1_000  # of one caller that a decision looks at, the newest


NumberPrefix = Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{0,14}$")]


class Blocklist(Document):
    """Callers who are refused: by number, by its beginning, by country, or for hiding it."""

    numbers: Annotated[tuple[PhoneNumber, ...], InOrder] = Field(default=(), max_length=BLOCKED_MAX)
    prefixes: Annotated[tuple[NumberPrefix, ...], InOrder] = Field(
        default=(), max_length=BLOCKED_MAX
    )
    countries: Annotated[tuple[Country, ...], InOrder] = Field(default=(), max_length=BLOCKED_MAX)
    anonymous: bool = False


class Attestation(StrEnum):
    """How far the caller's carrier vouches for the number (STIR/SHAKEN).

    A: the caller and her right to the number are known; B: the caller is; C: only where the
    call came in.  A signature that does not hold is `failed`.
    """

    A = "A"
    B = "B"
    C = "C"
    MISSING = "missing"
    FAILED = "failed"


class AttestationMinimum(StrEnum):
    """The least that a caller's carrier must vouch for."""

    A = "A"
    B = "B"
    C = "C"


class RepeatLimit(Document):
    """So many calls of one caller within so many days; further ones are refused."""

    calls_max: int = Field(ge=1, le=EARLIER_CALLS_MAX)
    days: int = Field(ge=1, le=DAYS_MAX)


class DuplicateScope(StrEnum):
    """Whose earlier calls make a caller a duplicate: nobody's, the target's, or the buyer's."""

    NONE = "none"
    TARGET = "target"
    BUYER = "buyer"


class DuplicateAfter(StrEnum):
    """What must have become of the earlier call."""

    CONNECTION = "connection"
    CONVERSION = "conversion"


class DuplicateRule(Document):
    """Who was served before is not sold again, for so many days; None: for ever.

    `within_campaign` counts only earlier calls of the same campaign.
    """

    scope: DuplicateScope = DuplicateScope.NONE
    after: DuplicateAfter = DuplicateAfter.CONVERSION
    days: int | None = Field(default=None, ge=1, le=DAYS_MAX)
    within_campaign: bool = False


class EarlierCall(Value):
    """A leg of an earlier call of the same caller: where it went, and what became of it there.

    Legs of one call have its `call_id`; older records do not name it.
    """

    at: Instant
    campaign_id: CampaignId | None = None
    target_id: TargetId | None = None
    buyer_id: BuyerId | None = None
    connected_at: Instant | None = None
    converted_at: Instant | None = None
    call_id: CallId | None = Field(default=None, exclude_if=lambda call_id: call_id is None)


class CallerHistory(Value):
    """What a decision knows of a caller's earlier calls; who hides her number has none."""

    calls: tuple[EarlierCall, ...] = Field(default=(), max_length=EARLIER_CALLS_MAX)
