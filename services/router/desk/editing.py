"""The editing desk: one thing at a time, by the version that its editor saw."""

from libs.contracts.bidding_edits import GetRtb, RtbNoun
from libs.contracts.configuration import Campaign
from libs.contracts.editing import Edit, Retire, Saved
from libs.contracts.ids import AccountId, RtbRouterId
from libs.contracts.message import Document, FieldProblem
from libs.runtime.ask import Ask, Refused, Unanswered
from libs.runtime.deadline import Deadline
from services.router.desk.keeping import Keeper
from services.router.domain.unfit import PointsNowhere
from services.router.memory import Memory
from services.router.store.kept import InUse, Kept, Missing, Stale

RTB_WITHIN_MS = 700  # an edit's asker waits about a second


class Unavailable(Exception):
    """Somebody who would have to confirm the edit does not answer."""


class KnownRouters:
    """Whether the RTB routers that a campaign names are there: their owner is asked.

    Those that the campaign named before are not asked for again.
    """

    def __init__(self, ask: Ask, memory: Memory) -> None:
        self._ask = ask
        self._memory = memory

    async def check(self, account_id: AccountId, document: Document) -> None:
        """Raise PointsNowhere for routers of nobody, or of another account."""
        if not isinstance(document, Campaign):
            return
        plan = self._memory.plan(account_id, document.id)
        known = {candidate.rtb_router_id for candidate in plan.candidates} if plan else set()
        problems = [
            FieldProblem(path=f"assignments.{at}.rtb_router_id", problem=PointsNowhere.text)
            for at, entry in enumerate(document.assignments)
            if entry.rtb_router_id is not None
            and entry.rtb_router_id not in known
            and not await self._is_there(account_id, entry.rtb_router_id)
        ]
        if problems:
            raise PointsNowhere(problems)

    async def _is_there(self, account_id: AccountId, router_id: RtbRouterId) -> bool:
        question = GetRtb(account_id=account_id, noun=RtbNoun.ROUTER, key=router_id)
        try:
            await self._ask(question, Deadline.within(RTB_WITHIN_MS))
        except Refused as no:
            if no.code == "not_found":
                return False
            raise Unavailable(f"rtb cannot say whether its router is there: {no}") from no
        except Unanswered as fault:
            raise Unavailable(f"rtb does not say whether its router is there: {fault}") from fault
        return True


class EditingDesk:
    """Saves and retires what accounts configure."""

    def __init__(self, keeper: Keeper, known: KnownRouters) -> None:
        self._keeper = keeper
        self._known = known

    async def save(self, question: Edit, document: Document) -> Saved:
        """Keep a document as a new version; raise Stale, Unfit or Unavailable."""
        await self._known.check(question.account_id, document)
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
