"""The explaining desk: what was decided, in words, and the same decision taken again."""

import orjson

from libs.contracts.explaining import (
    Configuration,
    ExplainCall,
    ExplainedStep,
    Explanation,
    ReplayDecision,
    Replayed,
)
from services.router.desk.routing import UnknownCall
from services.router.domain.explain import explained
from services.router.domain.plan import Plan
from services.router.domain.record import OUTCOMES, Decision, Record
from services.router.domain.replay import reconsider, repeat
from services.router.memory import Memory
from services.router.store.decisions import Decided, Decisions


class NoCampaign(Exception):
    """The decision was not about a campaign, or that one is retired."""


class ExplainingDesk:
    """Reads decisions; changes nothing."""

    def __init__(self, decisions: Decisions, memory: Memory) -> None:
        self._decisions = decisions
        self._memory = memory

    async def explain(self, question: ExplainCall) -> Explanation:
        """Every decision of a call, with its table and its sentence."""
        kept = await self._decisions.since(question.account_id, question.call_id, 0)
        if not kept:
            raise UnknownCall
        steps = []
        for decided in kept:
            plan = await self._decisions.plan(question.account_id, decided.record.snapshot)
            steps.append(explained(decided.record, plan, heard=decided.outcome is not None))
        return Explanation(call_id=question.call_id, steps=tuple(steps))

    async def replay(self, question: ReplayDecision) -> Replayed:
        """Take one decision again from its record, and compare to the letter."""
        kept = await self._decisions.since(question.account_id, question.call_id, question.step)
        if not kept or kept[0].step != question.step:
            raise UnknownCall
        plan = await self._decisions.plan(question.account_id, kept[0].record.snapshot)
        recorded = _recorded(kept[0])
        repeated = _repeated(repeat(kept[0].record, plan), with_outcome=kept[0].outcome is not None)
        now = None
        if question.configuration is Configuration.CURRENT:
            now = self._by_current(question, kept[0].record, plan)
        return Replayed(
            identical=recorded == repeated, recorded=recorded, repeated=repeated, now=now
        )

    def _by_current(
        self, question: ReplayDecision, record: Record, then: Plan | None
    ) -> ExplainedStep:
        """The decision by the campaign as it is today; raise NoCampaign where there is none."""
        campaign_id = record.context.campaign_id
        now = self._memory.plan(question.account_id, campaign_id) if campaign_id else None
        if now is None or then is None:
            raise NoCampaign
        decision = reconsider(record, then, now)
        return explained(decision.record, decision.plan, heard=True)


def _recorded(decided: Decided) -> str:
    outcome = (
        None
        if decided.outcome is None
        else OUTCOMES.validate_json(decided.outcome).model_dump(mode="json")
    )
    return _canonical(outcome, decided.record.model_dump(mode="json"))


def _repeated(decision: Decision, *, with_outcome: bool) -> str:
    outcome = decision.outcome.model_dump(mode="json") if with_outcome else None
    return _canonical(outcome, decision.record.model_dump(mode="json"))


def _canonical(outcome: object, record: object) -> str:
    both = {"outcome": outcome, "record": record}
    return orjson.dumps(both, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS).decode()
