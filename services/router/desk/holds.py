"""The holds desk: ends holds as facts arrive, and looks after those that none arrives for."""

import asyncio
import logging
from collections.abc import Sequence

from opentelemetry import metrics

from libs.contracts.calls import CallEnded, CallFellBack, Fact, LegAnswered, LegEnded
from libs.contracts.carrier import AskLegState, LegState, LineState
from libs.runtime.ask import Ask, Refused, Unanswered
from libs.runtime.deadline import Deadline
from libs.runtime.rounds import Rounds
from services.router.store.agent_calls import AgentCalls
from services.router.store.holds import Doubtful, Holds, Known, Leg
from services.router.store.quotes import Quotes

SWEEP_EVERY_SECONDS = 5.0
ASK_WITHIN_MS = 5_000  # the carrier's REST API, and the way to it
ASKS_AT_ONCE = 10  # one after the other would hold the sweep up; all at once the carrier

log = logging.getLogger(__name__)
_meter = metrics.get_meter("router")
_expired = _meter.create_counter("holds.expired", description="Holds that no fact had ended")
_differing = _meter.create_gauge(
    "holds.differences", description="Counters that disagree with the holds they count; must be 0"
)
_over_caps = _meter.create_gauge(
    "holds.over_caps", description="Targets with more calls at once than they take; must be 0"
)


class HoldsDesk:
    """Ends holds.  Every way to end one is safe to take twice."""

    def __init__(self, holds: Holds, quotes: Quotes, agent_calls: AgentCalls, ask: Ask) -> None:
        self._holds = holds
        self._quotes = quotes
        self._agent_calls = agent_calls
        self._ask = ask
        self._asking = asyncio.Semaphore(ASKS_AT_ONCE)
        self.differences = 0
        rounds = Rounds("holds-sweeper", SWEEP_EVERY_SECONDS, self.sweep)
        self.start, self.stop = rounds.start, rounds.stop

    async def hear(self, facts: Sequence[Fact]) -> None:
        """What the carrier said of legs and calls, and what the ingress did alone."""
        await self._holds.cancel(_legs(facts, CallFellBack))
        await self._holds.answered(_legs(facts, LegAnswered))
        await self._holds.free_legs(_legs(facts, LegEnded))
        await self._holds.free_calls(
            sorted({fact.call_id for fact in facts if isinstance(fact, CallEnded)})
        )
        known = _known(facts)
        await self._holds.resolve(known)
        await self._agent_calls.learn(known)

    async def sweep(self) -> None:
        """Ask the carrier about silent legs, end what is over, and compare the books."""
        doubtful = await self._holds.doubtful()
        over = await asyncio.gather(*(self._is_over(one) for one in doubtful))
        await self._holds.free_legs(
            [
                (one.call_id, one.step)
                for one, is_over in zip(doubtful, over, strict=True)
                if is_over
            ]
        )
        expired = await self._holds.expire()
        if expired:
            log.warning("holds expired without a fact", extra={"holds": expired})
            _expired.add(expired)
        await self._quotes.forget()
        await self._agent_calls.over()
        differences = await self._holds.differences()
        self.differences = len(differences)
        _differing.set(len(differences))
        _over_caps.set(await self._holds.over_caps())
        for difference in differences:
            log.error("a counter disagrees with its places", extra={"difference": difference})

    async def _is_over(self, doubtful: Doubtful) -> bool:
        question = AskLegState(
            account_sid=doubtful.account_sid,
            call_sid=doubtful.call_sid,
            destination=doubtful.destination,
        )
        try:
            async with self._asking:
                answer: LegState = await self._ask(question, Deadline.within(ASK_WITHIN_MS))
        except (Unanswered, Refused) as fault:
            log.info("the carrier's word about a leg is not to be had: %s", fault)
            return False
        return answer.state is LineState.ENDED


def _legs(facts: Sequence[Fact], kind: type[Fact]) -> list[Leg]:
    return sorted({(fact.call_id, fact.step) for fact in facts if isinstance(fact, kind)})


def _known(facts: Sequence[Fact]) -> list[Known]:
    """What became of legs; who only says that a leg is over does not know whether people spoke.

    The same leg may be told of twice in one batch, with and without its length.
    """
    known: dict[Leg, Known] = {}
    for fact in facts:
        if not isinstance(fact, LegEnded) or fact.bridged is None:
            continue
        leg = (fact.call_id, fact.step)
        seconds = max(fact.seconds or 0, known[leg].seconds or 0 if leg in known else 0)
        known[leg] = Known(*leg, connected=fact.bridged, seconds=seconds, at=fact.at)
    return list(known.values())
