"""What a plan wants to know for a decision, and nothing that it does not ask for."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from libs.contracts.configuration import Spread, Target
from libs.contracts.ids import AccountId, CampaignId, TargetId
from libs.contracts.screening import CallerHistory
from libs.runtime.clock import Clock
from services.router.domain.context import AgentSeen, CallContext, Estimate, Inputs, Load
from services.router.domain.paying import pays_by_history
from services.router.domain.plan import Plan
from services.router.store.history import History

EARNED_FOR = timedelta(seconds=30)  # how long an estimate serves: it moves by days
ESTIMATES_KEPT_MAX = 5_000  # campaigns; then all are looked up anew

_Earned = Mapping[TargetId, Estimate]


class Lookups:
    """Gathers a decision's inputs; keeps estimates for a moment."""

    def __init__(self, history: History, clock: Clock) -> None:
        self._history = history
        self._clock = clock
        self._earned: dict[tuple[AccountId, CampaignId], tuple[datetime, _Earned]] = {}

    async def inputs(self, plan: Plan, context: CallContext, *, take_turn: bool = True) -> Inputs:
        """Everything that this plan decides by, as it is now; a rehearsal takes no turn."""
        turn, loads, estimates = 0, {}, {}
        match plan.campaign.spread:
            case Spread.ROUND_ROBIN:
                next_turn = self._history.next_turn if take_turn else self._history.coming_turn
                turn = await next_turn(plan.account_id, plan.campaign.id)
            case Spread.LEAST_BUSY | Spread.MOST_FREE:
                loads = await self._loads(plan)
            case Spread.PERFORMANCE:
                estimates = await self._estimates(plan)
            case Spread.WEIGHT:
                pass
        return Inputs(
            history=await self._past(plan, context),
            turn=turn,
            loads=loads,
            estimates=estimates,
            agents=await self._agents(plan),
        )

    async def _past(self, plan: Plan, context: CallContext) -> CallerHistory:
        wanted = plan.wants_history or pays_by_history(plan, context)
        if context.caller.number is None or not wanted:
            return CallerHistory()
        return await self._history.past(plan.account_id, context.caller.number, context.call_id)

    async def _agents(self, plan: Plan) -> dict[int, AgentSeen]:
        if not plan.agents:
            return {}
        seen = await self._history.agents(plan.account_id, tuple(plan.agents))
        return {plan.agents[agent_id]: one for agent_id, one in seen.items()}

    async def _loads(self, plan: Plan) -> dict[int, Load]:
        targets = [TargetId(one.id) for one in plan.candidates if one.target is not None]
        live = await self._history.live(plan.account_id, targets)
        return {
            at: _load(candidate.target, live.get(candidate.target.id, 0))
            for at, candidate in enumerate(plan.candidates)
            if candidate.target is not None
        }

    async def _estimates(self, plan: Plan) -> dict[int, Estimate]:
        earned = await self._earned_lately(plan)
        return {
            at: earned[TargetId(candidate.id)]
            for at, candidate in enumerate(plan.candidates)
            if candidate.id in earned
        }

    async def _earned_lately(self, plan: Plan) -> _Earned:
        key, now = (plan.account_id, plan.campaign.id), self._clock.now()
        kept = self._earned.get(key)
        if kept is not None and now - kept[0] < EARNED_FOR:
            return kept[1]
        if len(self._earned) >= ESTIMATES_KEPT_MAX:
            self._earned.clear()
        since = now - timedelta(days=plan.campaign.performance.days)
        earned = await self._history.earned(plan.account_id, plan.campaign.id, since)
        self._earned[key] = (now, earned)
        return earned


def _load(target: Target, live: int) -> Load:
    most = target.at_once
    return Load(live=live, free=None if most is None else max(0, most - live))
