"""Counting conversions that are said after their leg, each word of one once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from libs.contracts.caps import Counted
from libs.contracts.ids import AccountId, CallId
from libs.runtime.database import Database
from libs.runtime.given import written
from services.router.domain.counters import Periods
from services.router.store.posted_statements import COUNT, POST, WAITING


@dataclass(frozen=True, slots=True)
class Word:
    """That a call has converted, said at a time; `amount` None: for what was agreed."""

    account_id: AccountId
    call_id: CallId
    at: datetime
    amount: Decimal | None


Scopes = Sequence[tuple[UUID, Periods]]
"""What a leg counts for, and in which periods."""


class PostedConversions:
    """Writes late conversions down with their legs, and counts what is new of them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, word: Word, scopes_by_step: Mapping[int, Scopes]) -> None:
        """Let a word count, unless a later one did: it corrects whatever was said before."""
        about = {"account_id": word.account_id, "call_id": word.call_id}
        async with self._database.hot() as connection, connection.transaction():
            rows = await WAITING.run(connection, **about)
            if not rows:
                return
            step, worth, revenue, converted_at, posted_at = rows[0]
            if posted_at is not None and posted_at >= word.at:
                return
            now_worth = worth if word.amount is None else word.amount
            news = {
                Counted.CONVERSION: Decimal(0 if converted_at else 1),
                Counted.REVENUE: now_worth - (revenue or 0),
            }
            this = {**about, "step": step}
            await POST.run(connection, **this, at=word.at, worth=now_worth)
            scopes = scopes_by_step.get(step, ())
            if not scopes:
                return
            more = written(
                {
                    "account_id": word.account_id,
                    "scope_id": scope_id,
                    "measure": measure,
                    "amount": amount,
                    "hour_at": periods.hour_at,
                    "day_at": periods.day_at,
                    "week_at": periods.week_at,
                    "month_at": periods.month_at,
                }
                for scope_id, periods in scopes
                for measure, amount in news.items()
            )
            await COUNT.run(connection, **this, more=more)
