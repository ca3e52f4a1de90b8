"""The desk that hears of conversions after their calls: they fill caps, and may pass them."""

from collections.abc import Sequence

from libs.contracts.calls import Fact
from libs.contracts.conversions import ConversionPosted
from services.router.domain.counters import Periods
from services.router.domain.room import scopes_of_leg
from services.router.store.decisions import Decisions
from services.router.store.posted import PostedConversions, Scopes, Word


class PostedDesk:
    """What a leg counts for is read from its decision: whatever is configured since."""

    def __init__(self, posted: PostedConversions, decisions: Decisions) -> None:
        self._posted = posted
        self._decisions = decisions

    async def hear(self, facts: Sequence[Fact]) -> None:
        """Let each conversion that was said count, the earliest first."""
        words = [fact for fact in facts if isinstance(fact, ConversionPosted)]
        for fact in sorted(words, key=lambda fact: fact.at):
            if fact.account_id is None:
                continue
            amount = fact.amount.amount if fact.amount else None
            word = Word(fact.account_id, fact.call_id, fact.at, amount)
            await self._posted.keep(word, await self._scopes(word))

    async def _scopes(self, word: Word) -> dict[int, Scopes]:
        found: dict[int, Scopes] = {}
        for kept in await self._decisions.since(word.account_id, word.call_id, 0):
            plan = await self._decisions.plan(word.account_id, kept.record.snapshot)
            if plan is not None:
                found[kept.step] = [
                    (scope.id, Periods.of(kept.record.at, scope.limits.zone))
                    for scope in scopes_of_leg(kept.record, plan)
                ]
        return found
