"""The attributing desk: says whose visit a call is, while it comes in; else afterwards."""

from collections.abc import Sequence
from datetime import datetime

from libs.contracts.attributing import CallAttributed
from libs.contracts.calls import CallArrived, CallFellBack, Fact
from libs.contracts.ids import AccountId, CallId
from libs.contracts.known_numbers import AskLease, NumberLease
from libs.contracts.routing import CallRouted
from libs.contracts.visits import Attribution, Confidence, VisitOf
from libs.runtime.clock import Clock
from libs.runtime.outbox import Announcement, Outbox
from services.tracking.domain.attribution import UNKNOWN, by_source, by_visit
from services.tracking.store.attributions import Attributions
from services.tracking.store.numbers import Numbers


class AttributingDesk:
    """One per process; holds no state of its own."""

    def __init__(
        self, attributions: Attributions, numbers: Numbers, outbox: Outbox, clock: Clock
    ) -> None:
        self._attributions = attributions
        self._numbers = numbers
        self._outbox = outbox
        self._clock = clock

    async def visit_of(self, question: VisitOf) -> Attribution:
        """Whose visit holds a number now; the router writes it into its record."""
        return await self._found(question.account_id, question.dialled, None)

    async def lease_of(self, question: AskLease) -> NumberLease:
        """Until when a visitor has a number."""
        until = await self._numbers.leased_until(question.account_id, question.number_id)
        return NumberLease(until=until)

    async def keep(self, facts: Sequence[Fact]) -> None:
        """Keep what the router was told, and find out what it was not.

        What it was told outweighs, in whatever order the facts come; what is found of a call of
        which it was told nothing, or for which it was never heard, is told as a fact of the call.
        """
        for fact in facts:
            if isinstance(fact, CallRouted) and fact.step == 0:
                await self._keep_answer(fact, fact.attribution)
            elif isinstance(fact, CallFellBack) and fact.step == 0:
                await self._keep_answer(fact, None)
            elif isinstance(fact, CallArrived):
                await self._fill_in(fact)

    async def of_call(self, account_id: AccountId, call_id: CallId) -> Attribution | None:
        """Whose a call is, as far as that is known."""
        return await self._attributions.of_call(account_id, call_id)

    async def _keep_answer(self, fact: Fact, told: Attribution | None) -> None:
        if fact.account_id is None:
            return
        if told is not None and told.confidence is not Confidence.UNKNOWN:
            await self._attributions.keep(fact.account_id, fact.call_id, told)
            return
        found = await self._attributions.found_for(fact.account_id, fact.call_id, told or UNKNOWN)
        if found is not None:
            news = self._news(fact.account_id, fact.call_id, found)
            await self._attributions.tell(news)
            self._outbox.announce([news])

    async def _fill_in(self, fact: CallArrived) -> None:
        account_id = await self._numbers.owner_of(fact.dialled)
        if account_id is None:
            return  # the router alone knows whose call it is, and no page shows the number
        found = await self._found(account_id, fact.dialled, fact.at)
        if found.confidence is not Confidence.UNKNOWN:
            news = self._news(account_id, fact.call_id, found)
            if await self._attributions.fill_in(account_id, fact.call_id, found, news):
                self._outbox.announce([news])

    def _news(self, account_id: AccountId, call_id: CallId, found: Attribution) -> Announcement:
        now = self._clock.now()
        fact = CallAttributed(
            call_id=call_id, account_id=account_id, at=now, seen_at=now, attribution=found
        )
        return Announcement(fact.subject, fact.model_dump_json())

    async def _found(self, account_id: AccountId, dialled: str, at: datetime | None) -> Attribution:
        holder, at = await self._attributions.holder(account_id, dialled, at)
        by_its_visit = by_visit(holder, at) if holder else None
        if by_its_visit is not None:
            return by_its_visit
        shown = await self._attributions.tag_of(account_id, dialled)
        return UNKNOWN if shown is None else by_source(shown[0], shared=shown[1])
