"""What every owner of tables does to all of its own: takes a caller out, seals secrets anew.

It is done in steps of about a second: an answer says where the next one goes on (`at`).
"""

from typing import Any, ClassVar, Literal

from pydantic import Field, TypeAdapter

from libs.contracts.ids import AccountId
from libs.contracts.message import Question, Value, one_of
from libs.contracts.phone import PhoneNumber

PLACE_MAX = 200


class CallerErased(Value):
    """What a step came to: rows that were changed, by table.  `at` None: all was gone through."""

    outcome: Literal["caller_erased"] = "caller_erased"
    rows: dict[str, int]
    at: str | None = None


class EraseCaller(Question):
    """Put another number, which nobody can have, wherever an account's caller has left hers."""

    answers: ClassVar[TypeAdapter[Any]] = one_of(CallerErased)

    account_id: AccountId
    number: PhoneNumber
    instead: str = Field(pattern=r"^\+999[0-9]{12}$")
    at: str = Field(default="", max_length=PLACE_MAX)


class EraseRouterCaller(EraseCaller):
    subject: ClassVar[str] = "ask.router.erase_caller.v1"


class EraseRtbCaller(EraseCaller):
    subject: ClassVar[str] = "ask.rtb.erase_caller.v1"


class EraseFlowsCaller(EraseCaller):
    subject: ClassVar[str] = "ask.flows.erase_caller.v1"


class EraseTrackingCaller(EraseCaller):
    """Her recordings are deleted first, at the carrier, and what was written down of them.

    `recording_stays`: the carrier does not delete one now; nothing else was done in this step.
    """

    subject: ClassVar[str] = "ask.tracking.erase_caller.v1"


class SecretsResealed(Value):
    """What a step came to: secrets sealed anew, and such as no secret of ours opens."""

    outcome: Literal["secrets_resealed"] = "secrets_resealed"
    anew: int
    lost: int
    at: str | None = None


class Reseal(Question):
    """Seal all that is sealed with the first of the platform's secrets."""

    answers: ClassVar[TypeAdapter[Any]] = one_of(SecretsResealed)

    at: str = Field(default="", max_length=PLACE_MAX)


class ResealRouter(Reseal):
    subject: ClassVar[str] = "ask.router.reseal.v1"


class ResealRtb(Reseal):
    subject: ClassVar[str] = "ask.rtb.reseal.v1"


class ResealTracking(Reseal):
    subject: ClassVar[str] = "ask.tracking.reseal.v1"
