"""Which numbers there are, for those who keep a copy: the router's own knowledge."""

from typing import Any, ClassVar, Literal

from pydantic import Field, TypeAdapter

from libs.contracts.ids import AccountId, CampaignId, NumberId, PoolId
from libs.contracts.message import Instant, Question, Value, one_of


class KnownPool(Value):
    """A pool; `retired`: it was taken out of use."""

    account_id: AccountId
    pool_id: PoolId
    campaign_id: CampaignId | None = None
    campaign_name: str = ""
    retired: bool = False


class KnownNumber(Value):
    """A number with its pool, and the campaign that it serves, by itself or by its pool.

    One that is to leave is told without its pool: who has it keeps it, nobody new gets it.
    """

    account_id: AccountId
    number_id: NumberId
    number: str
    pool_id: PoolId | None = None
    campaign_id: CampaignId | None = None
    campaign_name: str = ""


class KnownNumbers(Value):
    """What changed since the version asked for.

    `version` is what to ask from next time, once `after` is None; until then ask again with it.
    `withdrawn` are numbers that are nobody's any more.
    """

    outcome: Literal["numbers"] = "numbers"
    version: int
    after: str | None = None
    pools: tuple[KnownPool, ...] = ()
    numbers: tuple[KnownNumber, ...] = ()
    withdrawn: tuple[str, ...] = ()


class AskNumbers(Question):
    """All accounts' pools and numbers; `since` 0 asks for everything."""

    subject: ClassVar[str] = "ask.router.numbers.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(KnownNumbers)

    since: int = Field(default=0, ge=0)
    after: str | None = Field(default=None, max_length=60)


class NumberLease(Value):
    """Until when a visitor has a number, as long as her page stays open; None: nobody has it."""

    outcome: Literal["lease"] = "lease"
    until: Instant | None = None


class AskLease(Question):
    """Does a visitor have a number now?  Whoever takes the number away waits for her."""

    subject: ClassVar[str] = "ask.tracking.lease.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(NumberLease)

    account_id: AccountId
    number_id: NumberId
