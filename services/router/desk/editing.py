"""The editing desk: one thing at a time, by the version that its editor saw."""

from libs.contracts.editing import Edit, Retire, Saved
from libs.contracts.message import Document
from services.router.desk.keeping import Keeper
from services.router.store.kept import InUse, Kept, Missing, Stale


class EditingDesk:
    """Saves and retires what accounts configure."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper

    async def save(self, question: Edit, document: Document) -> Saved:
        """Keep a document as a new version; raise Stale or Unfit."""
        async with self._keeper.work(question.account_id, question.actor) as work:
            before = await work.current(document)
            _check_version(before, question.expected_version)
            kept = await work.keep(document, before)
        return Saved(version=kept.version, paused=work.paused)

    async def retire(self, question: Retire) -> Saved:
        """Take something out of use; raise Missing, or InUse while something else needs it."""
        async with self._keeper.work(question.account_id, question.actor) as work:
            before = await work.edit.current(question.noun, question.key)
            if before is None or before.retired:
                raise Missing
            _check_version(before, question.expected_version)
            if users := await work.edit.uses_of(question.noun, question.key):
                raise InUse(users)
            kept = await work.retire(before)
        return Saved(version=kept.version, paused=work.paused)


def _check_version(before: Kept | None, expected: int | None) -> None:
    current = None if before is None or before.retired else before.version
    if current != expected:
        raise Stale(current)
