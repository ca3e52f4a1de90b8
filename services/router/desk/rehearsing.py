"""The rehearsing desk: a decision without effects, for any instant, caller and counters."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID, uuid4

from libs.contracts.agent_states import AgentState
from libs.contracts.ids import CallId
from libs.contracts.message import FieldProblem
from libs.contracts.rehearsing import CounterGiven, Rehearse, Rehearsed
from libs.contracts.routing import RouteReason
from libs.rules.tags import merged
from libs.runtime.clock import Clock
from services.router.desk.lookups import Lookups
from services.router.domain.candidate import Scope
from services.router.domain.context import AgentSeen, CallContext, Inputs
from services.router.domain.counters import Counter, CounterKey, Periods
from services.router.domain.decision import conclude
from services.router.domain.deliberation import deliberate
from services.router.domain.explain import explained
from services.router.domain.plan import Plan, incomplete_entries, plan_of
from services.router.domain.replay import with_auctions, with_targets
from services.router.domain.room import beside
from services.router.domain.sender import tags_of_sender
from services.router.domain.unfit import PointsNowhere
from services.router.memory import Found, Memory
from services.router.publishers import PublisherBook
from services.router.store.history import History

THERE = AgentSeen(state=AgentState.AVAILABLE)
NO_CARRIER = "REHEARSAL"  # a rehearsed call is nobody's at the carrier


class RehearsingDesk:
    """Reads what is; holds, counts and records nothing."""

    def __init__(  # noqa: PLR0917 - wired once, in app.py
        self,
        memory: Memory,
        publishers: PublisherBook,
        lookups: Lookups,
        history: History,
        clock: Clock,
        draw_seed: Callable[[], int],
    ) -> None:
        self._memory = memory
        self._publishers = publishers
        self._lookups = lookups
        self._history = history
        self._clock = clock
        self._draw_seed = draw_seed

    async def rehearse(self, question: Rehearse) -> Rehearsed:
        """Decide as if the call were there; raise Missing or PointsNowhere."""
        found = self._found(question)
        now = question.at or self._clock.now()
        context = self._as_sent(_context(question, found, now))
        plan = found.plan
        deliberation = deliberate(
            context,
            len(question.tried),
            plan,
            await self._inputs(question, plan, context),
            now=now,
            seed=self._draw_seed() if question.seed is None else question.seed,
        )
        scopes = [scope for candidate in deliberation.order for scope in candidate.scopes]
        scopes += beside(context)
        counters = dict(
            await self._history.counters(question.account_id, {scope.id for scope in scopes})
        )
        counters |= _given(question.counters, scopes, now)
        decision = conclude(deliberation, with_targets(counters, deliberation.order, now))
        return Rehearsed(
            decision=explained(decision.record, decision.plan, heard=True),
            answer=decision.outcome,
        )

    def _as_sent(self, context: CallContext) -> CallContext:
        publisher = self._publishers.seen(
            context.account_id, context.publisher_id, context.tags, context.campaign_id
        )
        tags = merged(context.tags, tags_of_sender(publisher, context.tags))
        return context.model_copy(update={"publisher": publisher, "tags": tags})

    def _found(self, question: Rehearse) -> Found:
        if question.dialled is not None:
            return self._memory.find_within(question.account_id, question.dialled)
        plan: Plan | None
        if question.campaign is not None:
            shelf = self._memory.shelf(question.account_id)
            if nowhere := incomplete_entries(question.campaign, shelf):
                raise PointsNowhere(
                    [
                        FieldProblem(path=f"campaign.{path}", problem=PointsNowhere.text)
                        for path in nowhere
                    ]
                )
            version = self._memory.version
            plan = plan_of(question.account_id, question.campaign, shelf, version)
        else:
            assert question.campaign_id is not None, "the question has one way in"
            plan = self._memory.plan(question.account_id, question.campaign_id)
            if plan is None:
                raise PointsNowhere.field("campaign_id")
        return Found(question.account_id, None, plan)

    async def _inputs(
        self, question: Rehearse, plan: Plan | RouteReason, context: CallContext
    ) -> Inputs:
        if not isinstance(plan, Plan):
            return Inputs()
        inputs = with_auctions(await self._lookups.inputs(plan, context, take_turn=False), plan)
        if question.everybody_there:
            there = dict.fromkeys(plan.agents.values(), THERE)
            inputs = inputs.model_copy(update={"agents": there})
        if question.history is None:
            return inputs
        return inputs.model_copy(update={"history": question.history})


def _context(question: Rehearse, found: Found, now: datetime) -> CallContext:
    return CallContext.model_validate(
        {
            "call_id": CallId(uuid4()),
            "account_id": question.account_id,
            "account_sid": NO_CARRIER,
            "call_sid": NO_CARRIER,
            "caller": question.caller,
            "dialled": question.dialled or "",
            "number_id": found.number_id,
            "campaign_id": found.plan.campaign.id if isinstance(found.plan, Plan) else None,
            "geography": question.geography,
            "stir": question.stir,
            "tags": merged(found.tags, question.tags),
            "publisher_id": question.publisher_id or found.publisher_id,
            "ring_began_at": now,
            "tried": question.tried,
        }
    )


def _given(
    counters: tuple[CounterGiven, ...], scopes: list[Scope], now: datetime
) -> dict[CounterKey, Counter]:
    """The counters that the question sets, in the periods of the things they belong to."""
    zones: dict[UUID, str] = {scope.id: scope.limits.zone for scope in scopes}
    return {
        (one.scope_id, one.measure): _counter(one, Periods.of(now, zones[one.scope_id]))
        for one in counters
        if one.scope_id in zones
    }


def _counter(given: CounterGiven, periods: Periods) -> Counter:
    return Counter(
        live=given.live,
        possible=given.possible,
        hour_at=periods.hour_at,
        hour_count=given.hour,
        day_at=periods.day_at,
        day_count=given.day,
        week_at=periods.week_at,
        week_count=given.week,
        month_at=periods.month_at,
        month_count=given.month,
        total_count=given.total,
    )
