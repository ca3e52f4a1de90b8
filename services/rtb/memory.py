"""Accounts' books as this process last read them; who needs them learns whether they are new."""

from collections import OrderedDict

from libs.contracts.ids import AccountId
from services.rtb.domain.books import Books
from services.rtb.store.configuration import Configuration

ACCOUNTS_MAX = 500  # in memory; others are read when they are needed


class Memory:
    """Reads an account's books once for each of its versions."""

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._books: OrderedDict[AccountId, Books] = OrderedDict()

    async def latest(self, account_id: AccountId) -> Books:
        """The account's books as they are now."""
        return await self.books(account_id, await self._configuration.version(account_id))

    async def books(self, account_id: AccountId, version: int) -> Books:
        """The account's books, at least as new as `version`."""
        known = self._books.get(account_id)
        if known is None or known.version < version:
            known = self._books[account_id] = await self._configuration.books(account_id)
        self._books.move_to_end(account_id)
        while len(self._books) > ACCOUNTS_MAX:
            self._books.popitem(last=False)
        return known
