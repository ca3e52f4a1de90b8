"""The numbers desk: tells those who keep a copy which pools and numbers there are."""

from typing import Any

from libs.contracts.known_numbers import AskNumbers, KnownNumber, KnownNumbers, KnownPool
from services.router.domain.plan import Plan
from services.router.memory import Memory

ENTRIES_MAX = 500  # of one answer; each takes at most 700 bytes


class NumbersDesk:
    """Answers from memory alone."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    async def numbers(self, question: AskNumbers) -> KnownNumbers:
        """What changed since a version: pools before numbers, as much as fits into one answer."""
        version = self._memory.version
        entries = [
            entry for entry in self._changed(question.since) if entry[0] > (question.after or "")
        ]
        shown = entries[:ENTRIES_MAX]
        things = [thing for _, thing in shown]
        return KnownNumbers(
            version=version,
            after=shown[-1][0] if len(shown) < len(entries) else None,
            pools=tuple(one for one in things if isinstance(one, KnownPool)),
            numbers=tuple(one for one in things if isinstance(one, KnownNumber)),
            withdrawn=tuple(self._memory.withdrawn_since(question.since)),
        )

    def _changed(self, since: int) -> list[tuple[str, KnownPool | KnownNumber]]:
        """Everything that changed, each with its place in the list."""
        if since >= self._memory.version:
            return []
        changed: list[tuple[str, KnownPool | KnownNumber]] = []
        for owner, pool_id, plan, in_use in self._memory.pools_since(since):
            served = _served(plan)
            pool = KnownPool(account_id=owner, pool_id=pool_id, retired=not in_use, **served)
            changed.append((f"pool {pool_id}/{owner}", pool))
        for account_id, number, plan in self._memory.numbers_since(since):
            known = KnownNumber(
                account_id=account_id,
                number_id=number.id,
                number=number.number,
                pool_id=number.pool_id if number.leaves_at is None else None,
                **_served(plan),
            )
            changed.append((f"to {number.number}", known))
        return sorted(changed, key=lambda entry: entry[0])


def _served(plan: Plan | None) -> dict[str, Any]:
    if plan is None:
        return {}
    return {"campaign_id": plan.campaign.id, "campaign_name": plan.campaign.name}
