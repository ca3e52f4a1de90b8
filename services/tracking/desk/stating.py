"""The stating desk: statements of what a party owed in a time, and the closing of times."""

from collections.abc import Sequence
from itertools import groupby

from libs.contracts.ids import AccountId
from libs.contracts.statements import (
    AskStatement,
    BooksChanged,
    CloseBooks,
    Closings,
    CurrencySum,
    KindSum,
    Statement,
)
from libs.runtime.clock import Clock
from libs.runtime.outbox import Announcement, Outbox
from services.tracking.domain.tally import amount_of
from services.tracking.domain.unfit import Missing
from services.tracking.store.statements import Statements, Summed


class StatingDesk:
    """One per process; holds no state of its own."""

    def __init__(self, statements: Statements, outbox: Outbox, clock: Clock) -> None:
        self._statements = statements
        self._outbox = outbox
        self._clock = clock

    async def state(self, question: AskStatement) -> Statement:
        """A statement; raise Missing where there were no dealings."""
        found = await self._statements.of(question)
        if found is None:
            raise Missing
        name, closed, rows = found
        return Statement(
            **question.model_dump(exclude={"account_id"}),
            name=name,
            closed=closed,
            sums=tuple(
                _sum(currency, list(of_it))
                for currency, of_it in groupby(rows, key=lambda row: row.currency)
            ),
        )

    async def close(self, question: CloseBooks) -> Closings:
        """Close a time, for good; raise Unfit."""
        now = self._clock.now()
        change = BooksChanged(
            account_id=question.account_id,
            key="books",
            version=int(now.timestamp() * 1_000),
            at=now,
            actor=question.actor,
            before=None,
            after={"closed_until": question.until.isoformat()},
            reason=question.reason,
        )
        announcement = Announcement(change.subject, change.model_dump_json())
        await self._statements.close(question, now, announcement)
        self._outbox.announce([announcement])
        return await self.closings(question.account_id)

    async def closings(self, account_id: AccountId) -> Closings:
        """What was closed."""
        return Closings(closings=tuple(await self._statements.closings(account_id)))


def _sum(currency: str, rows: Sequence[Summed]) -> CurrencySum:
    opening = sum(row.before for row in rows)
    within = sum(row.amount for row in rows)
    return CurrencySum(
        currency=currency,
        opening=amount_of(opening),
        kinds=tuple(
            KindSum(kind=row.kind, entries=row.entries, amount=amount_of(row.amount))
            for row in rows
            if row.entries
        ),
        closing=amount_of(opening + within),
        late=sum(row.late for row in rows),
    )
