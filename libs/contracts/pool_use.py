"""How far a pool's numbers are used: what tells whether it is large enough."""

from typing import Any, ClassVar, Literal

from pydantic import TypeAdapter

from libs.contracts.ids import AccountId, PoolId
from libs.contracts.message import Instant, Question, Value, one_of


class PoolUse(Value):
    """A pool's numbers now.

    Of `numbers`, visitors have `held`, `resting` are not lent yet after a visit, `free` are.
    `free_at` is when the next becomes free, unless its page stays open; None: some are.
    `visits` began in the last hour at the tags that lend from the pool; for `unserved` of
    them no number was free.
    """

    outcome: Literal["pool_use"] = "pool_use"
    numbers: int
    held: int
    resting: int
    free: int
    free_at: Instant | None = None
    visits: int
    unserved: int


class AskPoolUse(Question):
    """How far are a pool's numbers used?  Another account's pool is `not_found`."""

    subject: ClassVar[str] = "ask.tracking.pool_use.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(PoolUse)

    account_id: AccountId
    pool_id: PoolId
