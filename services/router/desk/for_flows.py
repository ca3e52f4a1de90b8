"""The desk that flows ask for somebody to dial, and that takes calls which flows give back."""

from libs.contracts.calls import LegEnded
from libs.contracts.configuration import Campaign, CampaignStatus
from libs.contracts.editing import Noun
from libs.contracts.finding import Affected, FindFlowed, Use
from libs.contracts.flow_routing import FindBuyer, FlowPlan
from libs.contracts.routing import AdmitCall, Close, DialNext, RouteReason, RunFlow, Stop
from libs.rules.tags import merged
from libs.runtime.clock import Clock
from libs.runtime.deadline import Deadline
from services.router.desk.routing import (
    RoutingDesk,
    UnknownCall,
    context_after,
    read,
    recovers,
)
from services.router.domain.context import CallContext, FlowPart, Words
from services.router.domain.flow_plan import without_words, words_of
from services.router.domain.plan import Plan
from services.router.memory import Memory
from services.router.store.claims import Claimed, QuoteGone
from services.router.store.decisions import Decided, Decisions
from services.router.store.flow_counters import FlowCounters

USES_MAX = 200  # campaigns that are named; more only repeat the point
LAST_STEP = 2**31 - 1  # no call has so many


class FlowsDesk:
    """One per process; a call's decisions so far say all that it needs to know."""

    def __init__(
        self,
        routing: RoutingDesk,
        memory: Memory,
        decisions: Decisions,
        counters: FlowCounters,
        clock: Clock,
    ) -> None:
        self._routing = routing
        self._memory = memory
        self._decisions = decisions
        self._counters = counters
        self._clock = clock

    async def find_buyer(self, question: FindBuyer, deadline: Deadline) -> DialNext | Close | Stop:
        """Somebody for a flow's caller; asked again for a step, the answer is the same."""
        latest = await self._decisions.latest(question.account_id, question.call_id, question.step)
        if latest is None:
            raise UnknownCall
        if latest.step == question.step:
            return _dialled_or_closed(read(Claimed(latest.outcome)))
        plan = self._plan(latest.record.context, question.plan)
        if plan is not None and question.plan is not None:
            await self._counters.begin(question.account_id, plan, self._clock.now())
        ended = question.ended
        if ended is not None and _over(ended, latest, plan):
            gone = ended.caller_gone
            reason = RouteReason.CALLER_GONE if gone else RouteReason.CONVERSATION_OVER
            return Stop(account_id=question.account_id, step=question.step, reason=reason)
        context = self._context(latest, question)
        return _dialled_or_closed(await self._decided(context, question.step, plan, deadline))

    async def after_flow(self, question: AdmitCall, deadline: Deadline) -> DialNext | Close | None:
        """The campaign's plan takes a call that its flow does not go on with.

        Whoever the plan or the flow has found for a later step already is dialled.  None: no
        decision about the call is kept.
        """
        if question.account_id is None:
            return None
        latest = await self._decisions.latest(question.account_id, question.call_id, LAST_STEP)
        if latest is None:
            return None
        kept = read(Claimed(latest.outcome)) if latest.outcome is not None else None
        decided_since = latest.step > question.step
        left = latest.record.context.flow is FlowPart.LEFT
        if decided_since and (isinstance(kept, DialNext) or (left and isinstance(kept, Close))):
            return kept
        context = self._routing.as_sent_now(latest.record.context).anew(self._clock.now())
        context = context.model_copy(
            update={
                "flow": FlowPart.LEFT,
                "words": Words(),
                "tags": merged(latest.record.context.tags, question.tags),
            }
        )
        step = max(latest.step, question.step) + 1
        return _dialled_or_closed(
            await self._decided(context, step, self._plan(context, None), deadline)
        )

    def flowed(self, question: FindFlowed) -> Affected:
        """The campaigns that a flow serves."""
        campaigns = self._memory.in_flow(question.account_id, question.flow_id)[:USES_MAX]
        return Affected(
            uses=tuple(_used_by(one) for one in campaigns),
            pauses=(),
        )

    def _plan(self, context: CallContext, wanted: FlowPlan | None) -> Plan | None:
        if context.campaign_id is None:
            return None
        if wanted is None:
            return self._memory.plan(context.account_id, context.campaign_id)
        return self._memory.flow_plan(
            context.account_id, context.campaign_id, without_words(wanted)
        )

    def _context(self, latest: Decided, question: FindBuyer) -> CallContext:
        """The call as this search finds it: as the leg before left it, or anew."""
        if question.ended is not None:
            context = context_after(latest, question.ended)
        else:
            context = latest.record.context.anew(self._clock.now())
        words = words_of(question.plan) if question.plan else Words()
        context = self._routing.as_sent_now(context)
        return context.model_copy(
            update={"words": words, "tags": merged(context.tags, question.tags)}
        )

    async def _decided(
        self, context: CallContext, step: int, plan: Plan | None, deadline: Deadline
    ) -> DialNext | RunFlow | Close:
        basis = plan or RouteReason.NUMBER_WITHOUT_CAMPAIGN
        try:
            return await self._routing.decide(context, step, basis, deadline)
        except QuoteGone:
            return await self._routing.decide(context.without_quote(), step, basis, deadline)


def _used_by(campaign: Campaign) -> Use:
    active = campaign.status is CampaignStatus.ACTIVE
    return Use(noun=Noun.CAMPAIGN, key=str(campaign.id), name=campaign.name, active=active)


def _over(ended: LegEnded, latest: Decided, plan: Plan | None) -> bool:
    """Whether nobody is to be dialled after this leg."""
    if ended.caller_gone:
        return True
    return ended.connected and not recovers(ended, latest, plan)


def _dialled_or_closed(outcome: DialNext | RunFlow | Close) -> DialNext | Close:
    assert not isinstance(outcome, RunFlow), "a flow has the call, or had it"
    return outcome
