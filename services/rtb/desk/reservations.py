"""The reservations desk: ends places kept with bidders, by the rules of holds."""

import asyncio
import logging
from collections.abc import Sequence

from opentelemetry import metrics

from libs.contracts.calls import CallEnded, CallFellBack, Fact, LegAnswered, LegEnded
from libs.contracts.carrier import AskLegState, LegState, LineState
from libs.contracts.routing import CallRouted
from libs.runtime.ask import Ask, Refused, Unanswered
from libs.runtime.deadline import Deadline
from libs.runtime.rounds import Rounds
from services.rtb.store.notices import Notices
from services.rtb.store.pings import Pings
from services.rtb.store.reservations import Doubtful, Known, Leg, Reservations

SWEEP_EVERY_SECONDS = 5.0
ASK_WITHIN_MS = 5_000  # the carrier's REST API, and the way to it
ASKS_AT_ONCE = 10  # one after the other would hold the sweep up; all at once the carrier

log = logging.getLogger(__name__)
_meter = metrics.get_meter("rtb")
_expired = _meter.create_counter(
    "reservations.expired", description="Reservations that no fact had ended"
)
_differing = _meter.create_gauge(
    "reservations.differences",
    description="Counters that disagree with the reservations they count; must be 0",
)


class ReservationsDesk:
    """Ends reservations.  Every way to end one is safe to take twice."""

    def __init__(self, store: Reservations, pings: Pings, notices: Notices, ask: Ask) -> None:
        self._notices = notices
        self._store = store
        self._pings = pings
        self._ask = ask
        self._asking = asyncio.Semaphore(ASKS_AT_ONCE)
        self.differences = 0
        rounds = Rounds("reservations-sweeper", SWEEP_EVERY_SECONDS, self.sweep)
        self.start, self.stop = rounds.start, rounds.stop

    async def hear(self, facts: Sequence[Fact]) -> None:
        """What the carrier said of legs and calls, and what became of the answers given."""
        undone = {(fact.call_id, fact.step) for fact in facts if _sold_nothing(fact)}
        await self._store.cancel(sorted(undone))
        await self._pings.fulfil(
            [
                (fact.account_id, fact.quote_id, fact.call_id)
                for fact in facts
                if isinstance(fact, CallRouted) and fact.quote_id and fact.account_id
            ]
        )
        await self._store.answered(_legs(facts, LegAnswered))
        known = _known(facts)
        await self._store.learn(known)
        await self._notices.bill([(one.call_id, one.step) for one in known])
        await self._store.free_legs(_legs(facts, LegEnded))
        await self._store.free_calls(
            sorted({fact.call_id for fact in facts if isinstance(fact, CallEnded)})
        )

    async def sweep(self) -> None:
        """Ask the carrier about silent legs, end what is over, and compare the books."""
        doubtful = await self._store.doubtful()
        over = await asyncio.gather(*(self._is_over(one) for one in doubtful))
        await self._store.free_legs(
            [
                (one.call_id, one.step)
                for one, is_over in zip(doubtful, over, strict=True)
                if is_over
            ]
        )
        expired = await self._store.expire()
        if expired:
            log.warning("reservations expired without a fact", extra={"reservations": expired})
            _expired.add(expired)
        self.differences = await self._store.differences()
        _differing.set(self.differences)

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


def _sold_nothing(fact: Fact) -> bool:
    """Whether a step went another way than to the bidder that had won it."""
    if isinstance(fact, CallRouted):
        return fact.rtb_target_id is None
    return isinstance(fact, CallFellBack)


def _legs(facts: Sequence[Fact], kind: type[Fact]) -> list[Leg]:
    return sorted({(fact.call_id, fact.step) for fact in facts if isinstance(fact, kind)})


def _known(facts: Sequence[Fact]) -> list[Known]:
    """What became of legs; the same leg may be told of twice, with and without its length."""
    known: dict[Leg, Known] = {}
    for fact in facts:
        if not isinstance(fact, LegEnded) or fact.bridged is None:
            continue
        leg = (fact.call_id, fact.step)
        seconds = max(fact.seconds or 0, known[leg].seconds or 0 if leg in known else 0)
        known[leg] = Known(*leg, connected=fact.bridged, seconds=seconds, at=fact.at)
    return list(known.values())
