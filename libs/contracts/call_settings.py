"""How a call is treated: settings that are inherited, the most specific word winning.

Account, campaign, buyer and target may each set them, in this order; what none of them
sets has the platform's own value.  None means: not set here.
"""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from libs.contracts.areas import Country
from libs.contracts.message import Document
from libs.contracts.money import Money
from libs.contracts.payouts import Payout
from libs.contracts.phone import PhoneNumber
from libs.contracts.pricing import Earning, On, Per, Telephony, times
from libs.contracts.screening import AttestationMinimum, DuplicateRule, RepeatLimit
from libs.contracts.voice import RING_TIMEOUT_MAX_SECONDS, TEXT_LENGTH_MAX, TIME_LIMIT_MAX_SECONDS

DIAL_ATTEMPTS_MAX = 20  # legs of one call; a caller has long hung up
RECOVERIES_MAX = 5  # what the trade allows


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("holds the character NUL, which no database keeps")
    return text


Text = Annotated[str, AfterValidator(_without_nul)]
Spoken = Annotated[Text, Field(max_length=TEXT_LENGTH_MAX)]
"""Words for a caller or callee; an empty text says nothing, whatever is inherited."""
Closing = Annotated[Text, Field(min_length=1, max_length=TEXT_LENGTH_MAX)]
"""Words with which a call ends: nobody is hung up on in silence."""


class CallerIdPolicy(StrEnum):
    """Whose number the called person sees."""

    PASSTHROUGH = "passthrough"
    DIALLED = "dialled"
    FIXED = "fixed"


class CallerId(Document):
    """The number shown to the called person; `number` with `fixed` alone."""

    policy: CallerIdPolicy = CallerIdPolicy.PASSTHROUGH
    number: PhoneNumber | None = None

    @model_validator(mode="after")
    def _fixed_has_a_number(self) -> Self:
        if (self.policy is CallerIdPolicy.FIXED) != (self.number is not None):
            raise ValueError("number must be given with policy fixed, and only then")
        return self


class Recovery(Document):
    """Revenue recovery: a callee who hangs up within `seconds` is replaced by the next.

    At most `times` in one call, and never when it was the caller who hung up.
    """

    seconds: int = Field(ge=1, le=300)
    times: int = Field(default=RECOVERIES_MAX, ge=1, le=RECOVERIES_MAX)


class Conversion(Earning):
    """When a leg is worth something to us, and how much its buyer owes then."""

    revenue: Money

    @model_validator(mode="after")
    def _is_no_payout(self) -> Self:
        if self.on is On.CONVERTED:
            raise ValueError("a conversion cannot wait for itself: on converted is a payout's")
        return self

    @property
    def counted_after(self) -> int | None:
        """After how many seconds of a connected leg caps count it.

        They know the leg alone: not what was before its answer, and None where it is posted.
        """
        return None if self.on is On.POSTED else self.after_seconds

    @property
    def least(self) -> Money:
        """What it brings at least: quotes promise no more, caps count it."""
        return self.revenue if self.per is Per.CALL else times(self.revenue, self.after_seconds)


def _is_none(value: object) -> bool:
    """Of what is newer than kept records, nothing is written where nothing is set."""
    return value is None


class CallSettings(Document):
    """How a call is treated before somebody is dialled: account, then campaign.

    The `closing_message` is said where nobody takes a call; instead of it `closed_message`
    outside of hours, and `refused_message` to callers who are not wanted.
    `countries` are those whose callers are taken (ISO 3166, two letters).  `attestation_min`
    is asked only of calls that carry an attestation.  `payout` is what publishers are paid who
    have no rule of their own; `telephony` what the carrier takes.
    """

    closing_message: Closing | None = None
    closed_message: Closing | None = None
    refused_message: Closing | None = None
    ring_budget_seconds: int | None = Field(default=None, ge=5, le=RING_TIMEOUT_MAX_SECONDS)
    dial_attempts: int | None = Field(default=None, ge=1, le=DIAL_ATTEMPTS_MAX)
    recovery: Recovery | None = None
    block_anonymous: bool | None = None
    countries: tuple[Country, ...] | None = Field(default=None, min_length=1, max_length=250)
    attestation_min: AttestationMinimum | None = None
    repeat_limit: RepeatLimit | None = None
    payout: Payout | None = Field(default=None, exclude_if=_is_none)
    telephony: Telephony | None = Field(default=None, exclude_if=_is_none)


class LegSettings(Document):
    """How a leg is treated: account, campaign, buyer, target.

    `earlier_connections_max`: a target does not take a caller who has been connected to
    more others in this call already.
    """

    recording: bool | None = None
    recording_notice: Spoken | None = None
    connecting_message: Spoken | None = None
    caller_id: CallerId | None = None
    ring_seconds: int | None = Field(default=None, ge=5, le=RING_TIMEOUT_MAX_SECONDS)
    limit_seconds: int | None = Field(default=None, ge=1, le=TIME_LIMIT_MAX_SECONDS)
    whisper: Spoken | None = None
    press_to_accept: bool | None = None
    digits: str | None = Field(default=None, pattern=r"^[0-9*#wW]{0,64}$")
    duplicates: DuplicateRule | None = None
    earlier_connections_max: int | None = Field(default=None, ge=0, le=RECOVERIES_MAX)
    conversion: Conversion | None = None


CLOSING_MESSAGE = "Sorry, nobody can take your call right now. Please call again later. Goodbye."

PLATFORM_CALL = CallSettings(
    closing_message=CLOSING_MESSAGE,
    ring_budget_seconds=60,
    dial_attempts=DIAL_ATTEMPTS_MAX,
    block_anonymous=False,
)
PLATFORM_LEG = LegSettings(
    recording=True,
    recording_notice="",
    connecting_message="",
    caller_id=CallerId(),
    ring_seconds=25,
    limit_seconds=7_200,
    whisper="",
    press_to_accept=False,
    digits="",
    duplicates=DuplicateRule(),
    earlier_connections_max=RECOVERIES_MAX,
)
"""The platform's own values.  What has none there (recovery, conversion, countries, ...) is off
until somebody sets it."""
