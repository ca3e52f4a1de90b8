"""The editing desk: one thing at a time, by the version that its editor saw."""

import asyncio
import logging
from collections.abc import Iterable
from uuid import UUID

from libs.contracts.bidding_edits import GetRtb, RtbNoun
from libs.contracts.configuration import Campaign, Number
from libs.contracts.editing import Edit, Noun, Retire, Saved
from libs.contracts.ids import AccountId, NumberId, RtbRouterId
from libs.contracts.known_numbers import AskLease, NumberLease
from libs.contracts.message import Document, FieldProblem
from libs.runtime.ask import Ask, Refused, Unanswered
from libs.runtime.deadline import Deadline
from services.router.desk.keeping import Keeper
from services.router.domain.unfit import Leased, PointsNowhere
from services.router.memory import Memory
from services.router.publishers import PublisherBook
from services.router.store.kept import InUse, Kept, Missing, Stale

LEASED = (
    "a visitor has {number} until {until:%Y-%m-%d %H:%M:%S} UTC or longer: give it a `leaves_at`, "
    "so that nobody new gets it, and do this once she has gone"
)
OWNER_WITHIN_MS = 700  # an edit's asker waits about a second

log = logging.getLogger(__name__)


class Unavailable(Exception):
    """Somebody who would have to confirm the edit does not answer."""


class Elsewhere:
    """Whether what a document names of other services is there: its owner is asked.

    What the document named before is not asked for again.
    """

    def __init__(self, ask: Ask, memory: Memory, publishers: PublisherBook) -> None:
        self._ask = ask
        self._memory = memory
        self._publishers = publishers

    async def check(self, account_id: AccountId, document: Document) -> None:
        """Raise PointsNowhere for what is nobody's, or another account's."""
        match document:
            case Campaign():
                await self._check_routers(account_id, document)
            case Number():
                await self._check_publisher(account_id, document)

    def leaves_pool(self, account_id: AccountId, number: Number) -> bool:
        """Whether an edit takes a number out of the pool that it is in."""
        before = self._memory.number(account_id, number.id)
        return before is not None and before.pool_id not in (None, number.pool_id)

    def in_pool(self, account_id: AccountId, noun: Noun, key: str) -> bool:
        """Whether this is a number that a pool has."""
        if noun is not Noun.NUMBER:
            return False
        number = self._memory.number(account_id, NumberId(UUID(key)))
        return number is not None and number.pool_id is not None

    async def check_leases(
        self, account_id: AccountId, leaving: Iterable[tuple[str, NumberId]]
    ) -> None:
        """Raise Leased for numbers, by where they are named, that visitors have.

        While tracking is away nobody is asked on: what is configured must not wait for it.
        """
        problems = []
        try:
            for path, number_id in leaving:
                question = AskLease(account_id=account_id, number_id=number_id)
                lease: NumberLease = await self._ask(question, Deadline.within(OWNER_WITHIN_MS))
                if lease.until is not None:
                    number = self._memory.number(account_id, number_id)
                    problem = LEASED.format(
                        number=number.number if number else number_id, until=lease.until
                    )
                    problems.append(FieldProblem(path=path, problem=problem))
        except (Unanswered, Refused) as fault:
            log.warning("a number leaves its pool, whoever has it: %s", fault)
        if problems:
            raise Leased(problems)

    async def _check_publisher(self, account_id: AccountId, number: Number) -> None:
        named = number.publisher_id
        before = self._memory.number(account_id, number.id)
        if named is None or (before is not None and before.publisher_id == named):
            return
        if not self._publishers.knows(account_id, named):
            try:
                async with asyncio.timeout(OWNER_WITHIN_MS / 1_000):
                    await self._publishers.catch_up()
            except (Unanswered, Refused, TimeoutError) as fault:
                text = f"tracking does not say whether its publisher is there: {fault}"
                raise Unavailable(text) from fault
        if not self._publishers.knows(account_id, named):
            raise PointsNowhere.field("publisher_id")

    async def _check_routers(self, account_id: AccountId, document: Campaign) -> None:
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
            await self._ask(question, Deadline.within(OWNER_WITHIN_MS))
        except Refused as no:
            if no.code == "not_found":
                return False
            raise Unavailable(f"rtb cannot say whether its router is there: {no}") from no
        except Unanswered as fault:
            raise Unavailable(f"rtb does not say whether its router is there: {fault}") from fault
        return True


class EditingDesk:
    """Saves and retires what accounts configure."""

    def __init__(self, keeper: Keeper, known: Elsewhere) -> None:
        self._keeper = keeper
        self._known = known

    async def save(self, question: Edit, document: Document) -> Saved:
        """Keep a document as a new version; raise Stale, Unfit or Unavailable."""
        await self._known.check(question.account_id, document)
        if isinstance(document, Number) and self._known.leaves_pool(question.account_id, document):
            await self._known.check_leases(question.account_id, [("pool_id", document.id)])
        async with self._keeper.work(question.account_id, question.actor) as work:
            before = await work.current(document)
            check_version(before, question.expected_version)
            kept = await work.keep(document, before)
        return Saved(version=kept.version, paused=work.paused)

    async def retire(self, question: Retire) -> Saved:
        """Take something out of use; raise Missing, or InUse while something else needs it."""
        if self._known.in_pool(question.account_id, question.noun, question.key):
            leaving = [("key", NumberId(UUID(question.key)))]
            await self._known.check_leases(question.account_id, leaving)
        async with self._keeper.work(question.account_id, question.actor) as work:
            before = await work.edit.current(question.noun, question.key)
            if before is None or before.retired:
                raise Missing
            check_version(before, question.expected_version)
            if users := await work.edit.uses_of(question.noun, question.key):
                raise InUse(users)
            kept = await work.retire(before)
        return Saved(version=kept.version, paused=work.paused)


def check_version(before: Kept | None, expected: int | None) -> None:
    """Raise Stale where the thing is another version than its editor saw."""
    current = None if before is None or before.retired else before.version
    if current != expected:
        raise Stale(current)
