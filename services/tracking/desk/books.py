"""The books' desk: shows balances and entries, page by page."""

from libs.contracts.ledger import AskBalances, AskEntries, Balances, Book, LedgerEntries
from libs.contracts.party_money import AskPartyEntries, PartyEntries, PartyEntry
from services.tracking.domain.fitting import fitting
from services.tracking.store.books import Ledger, cursor_of


class BooksDesk:
    """One per process; holds no state of its own."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def balances(self, question: AskBalances) -> Balances:
        """One page; raises CursorUnreadable."""
        found = await self._ledger.balances(question, question.limit + 1)
        shown = found[: min(question.limit, fitting(found))]
        last = shown[-1] if len(shown) < len(found) else None
        cursor = cursor_of(last.book, last.party, last.money.currency) if last else None
        return Balances(balances=tuple(shown), cursor=cursor)

    async def entries(self, question: AskEntries) -> LedgerEntries:
        """One page; raises CursorUnreadable."""
        found = await self._ledger.entries(question, question.limit + 1)
        shown = found[: min(question.limit, fitting(found))]
        last = shown[-1] if len(shown) < len(found) else None
        cursor = cursor_of(last.booked_at.isoformat(), last.id) if last else None
        return LedgerEntries(entries=tuple(shown), cursor=cursor)

    async def party_entries(self, question: AskPartyEntries) -> PartyEntries:
        """One page of a party's own; raises CursorUnreadable."""
        viewer = question.viewer
        own = AskEntries(
            **question.model_dump(exclude={"viewer"}),
            book=Book(viewer.kind.value),
            party=str(viewer.id),
        )
        page = await self.entries(own)
        told = set(PartyEntry.model_fields)
        entries = [PartyEntry(**entry.model_dump(include=told)) for entry in page.entries]
        return PartyEntries(entries=tuple(entries), cursor=page.cursor)
