"""The attributing desk: says whose visit a call is, while it comes in; else afterwards."""

from collections.abc import Sequence
from datetime import datetime

from libs.contracts.calls import CallArrived, Fact
from libs.contracts.ids import AccountId, CallId
from libs.contracts.known_numbers import AskLease, NumberLease
from libs.contracts.routing import CallRouted
from libs.contracts.visits import Attribution, Confidence, VisitOf
from services.tracking.domain.attribution import UNKNOWN, by_source, by_visit
from services.tracking.store.attributions import Attributions
from services.tracking.store.numbers import Numbers


class AttributingDesk:
    """One per process; holds no state of its own."""

    def __init__(self, attributions: Attributions, numbers: Numbers) -> None:
        self._attributions = attributions
        self._numbers = numbers

    async def visit_of(self, question: VisitOf) -> Attribution:
        """Whose visit holds a number now; the router writes it into its record."""
        return await self._found(question.account_id, question.dialled, None)

    async def lease_of(self, question: AskLease) -> NumberLease:
        """Until when a visitor has a number."""
        until = await self._numbers.leased_until(question.account_id, question.number_id)
        return NumberLease(until=until)

    async def keep(self, facts: Sequence[Fact]) -> None:
        """Keep what the router was told, and find out what it was not.

        What it was told outweighs, in whatever order the facts come.
        """
        for fact in facts:
            if isinstance(fact, CallRouted) and fact.step == 0:
                await self._keep_answer(fact)
            elif isinstance(fact, CallArrived):
                await self._fill_in(fact)

    async def of_call(self, account_id: AccountId, call_id: CallId) -> Attribution | None:
        """Whose a call is, as far as that is known."""
        return await self._attributions.of_call(account_id, call_id)

    async def _keep_answer(self, fact: CallRouted) -> None:
        told = fact.attribution
        if told is None or told.confidence is Confidence.UNKNOWN or fact.account_id is None:
            return
        await self._attributions.keep(fact.account_id, fact.call_id, told, answered=True)

    async def _fill_in(self, fact: CallArrived) -> None:
        account_id = await self._numbers.owner_of(fact.dialled)
        if account_id is None:
            return  # the router alone knows whose call it is, and no page shows the number
        found = await self._found(account_id, fact.dialled, fact.at)
        if found.confidence is not Confidence.UNKNOWN:
            await self._attributions.keep(account_id, fact.call_id, found, answered=False)

    async def _found(self, account_id: AccountId, dialled: str, at: datetime | None) -> Attribution:
        holder, at = await self._attributions.holder(account_id, dialled, at)
        by_its_visit = by_visit(holder, at) if holder else None
        if by_its_visit is not None:
            return by_its_visit
        shown = await self._attributions.tag_of(account_id, dialled)
        return UNKNOWN if shown is None else by_source(shown[0], shared=shown[1])
