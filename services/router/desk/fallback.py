"""The fallback desk: what every ingress must know to answer while the router is away."""

from libs.contracts.fallback import AskFallbackPlans, FallbackPlans, SealedCarrier
from services.router.domain.fallback import fallback_plan
from services.router.memory import Memory

PLANS_MAX = 300  # each may have a closing message of 4 kB at worst, 300 bytes as a rule
ANSWER_BYTES_MAX = 400_000  # below the 512 kB of a message


class FallbackDesk:
    """Answers from memory alone."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    async def plans(self, question: AskFallbackPlans) -> FallbackPlans:
        """What changed since a version, as much as fits into one answer."""
        version = self._memory.version
        changed = [
            entry
            for entry in self._memory.numbers_since(question.since)
            if question.after is None or entry[1].number > question.after
        ]
        plans = []
        room = ANSWER_BYTES_MAX
        for entry in changed[:PLANS_MAX]:
            plan = fallback_plan(*entry)
            room -= len(plan.model_dump_json().encode())
            if room < 0:
                break
            plans.append(plan)
        return FallbackPlans(
            version=version,
            more=len(plans) < len(changed),
            plans=tuple(plans),
            withdrawn=tuple(self._memory.withdrawn_since(question.since)),
            carriers=tuple(
                SealedCarrier.model_validate(kept.document) for kept in self._memory.carriers()
            ),
        )
