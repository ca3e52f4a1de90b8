"""How a call sounded and who hung up, by the carrier's own measurements afterwards.

They cost an account a feature of the carrier's (Twilio's Voice Insights), so an account's rule says
whether they are asked for.
"""

from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, TypeAdapter

from libs.contracts.calls import Fact
from libs.contracts.editing import Changed, Edit
from libs.contracts.ids import AccountId, Sid
from libs.contracts.message import Document, Question, Value, one_of
from libs.contracts.outcomes import HungUpBy

TAGS_MAX = 20  # the carrier has about ten
REASON_LENGTH_MAX = 500

Tag = Annotated[str, Field(max_length=64)]


class QualityStatus(StrEnum):
    """How much is known: `partial` where the carrier had not finished; `unknown` says why."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    UNKNOWN = "unknown"


class Measured(Value):
    """What the carrier received of the caller's line; None: it did not say.

    `mos`: mean opinion score, 1 bad to 5 good; `jitter_ms` on average; `tags`: the carrier's own
    words for what was wrong (`silence`, `high_jitter`).
    """

    mos: float | None = Field(default=None, ge=1, le=5)
    jitter_ms: float | None = Field(default=None, ge=0)
    packet_loss_percent: float | None = Field(default=None, ge=0, le=100)
    tags: tuple[Tag, ...] = Field(default=(), max_length=TAGS_MAX)


class Quality(Measured):
    """What a call's record says of it; `reason`: why nothing is known."""

    status: QualityStatus
    reason: str = ""


class Summarized(Value):
    """The carrier's summary of a call; not `complete`: it still works on it.

    `hung_up_by` is None where the carrier does not say, or what it says does not tell.
    """

    outcome: Literal["summarized"] = "summarized"
    complete: bool
    measured: Measured
    hung_up_by: HungUpBy | None = None


class SummarizeCall(Question):
    """The carrier's summary of an account's call that is over.

    `not_enabled`: the carrier account has not that feature; `no_summary`: there is none (yet);
    else the carrier's own refusals, which may pass.
    """

    subject: ClassVar[str] = "ask.ingress.summarize_call.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Summarized)

    account_id: AccountId
    account_sid: Sid
    call_sid: Sid


class CallQualityKnown(Fact):
    """The carrier's summary of a call has come, or will not: then `reason` says why."""

    subject: ClassVar[str] = "event.call.quality_known.v1"
    publisher: ClassVar[str] = "tracking"

    status: QualityStatus
    measured: Measured = Measured()
    hung_up_by: HungUpBy | None = None
    reason: str = Field(default="", max_length=REASON_LENGTH_MAX)


class QualityRule(Document):
    """Whether the carrier is asked for the quality of an account's calls that end from now on."""

    ask: bool = False


class SaveQualityRule(Edit):
    """Change the account's rule; there is one."""

    subject: ClassVar[str] = "ask.tracking.save_quality_rule.v1"
    document: QualityRule


class QualityRuleChanged(Changed):
    subject: ClassVar[str] = "event.quality_rule.changed.v1"
    publisher: ClassVar[str] = "tracking"
