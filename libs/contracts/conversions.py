"""Conversions that are said afterwards: by a partner, by a person, or by a flow."""

from typing import Any, ClassVar, Literal, Self

from pydantic import Field, TypeAdapter

from libs.contracts.calls import Fact
from libs.contracts.editing import Actor
from libs.contracts.ids import AccountId, CallId
from libs.contracts.message import Instant, Question, Value, one_of
from libs.contracts.money import Money

SOURCE_LENGTH_MAX = 256
_EPOCH = 1_700_000_000  # sequences are 32 bits wide: seconds since November 2023


class ConversionPosted(Fact):
    """Somebody says that a call has converted, and what for; None: what was agreed.

    It counts for the leg whose terms wait for it (`posted`).  Of several the latest counts, so
    that a later word corrects an earlier one.  `source` says who.
    A `payout` takes the place of what the publisher would be paid for it.
    """

    subject: ClassVar[str] = "event.conversion.posted.v1"
    publisher: ClassVar[str] = "tracking"

    amount: Money | None = None
    payout: Money | None = None
    source: str = Field(default="", max_length=SOURCE_LENGTH_MAX)

    @classmethod
    def said(
        cls,
        account_id: AccountId,
        call_id: CallId,
        amount: Money | None,
        *,
        at: Instant,
        after: int = 0,
        source: str = "",
    ) -> Self:
        """The fact of what was said at a time, by our clock, after the sequence `after`."""
        return cls(
            call_id=call_id,
            account_id=account_id,
            sequence=max(int(at.timestamp()) - _EPOCH, after + 1),
            at=at,
            seen_at=at,
            amount=amount,
            source=source,
        )


class Posted(Value):
    """It was kept."""

    outcome: Literal["posted"] = "posted"
    call_id: CallId


class PostConversion(Question):
    """Say that a call has converted; another account's call is `not_found`."""

    subject: ClassVar[str] = "ask.tracking.post_conversion.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Posted)

    account_id: AccountId
    actor: Actor
    call_id: CallId
    amount: Money | None = None
