"""A call to a pool's number is routed by what its visit told; without an answer it goes on."""

import asyncio
import time
from typing import Any
from uuid import uuid4

from libs.contracts.areas import Area, AreaRule, Source
from libs.contracts.configuration import Assignment
from libs.contracts.ids import PublisherId
from libs.contracts.message import Refusal
from libs.contracts.routing import AdmitCall
from libs.contracts.visits import Attribution, Confidence, Ground, VisitOf
from libs.runtime.answers import Answers
from libs.runtime.broker import Broker
from libs.runtime.deadline import Deadline
from services.router.desk.visits import VISIT_MS
from tests.kit.hosting import eventually
from tests.service.router.stage import Call, Stage, a_campaign, a_number, a_pool, dial

PUBLISHER, ANOTHER = PublisherId(uuid4()), PublisherId(uuid4())
SEEN = Attribution(
    ground=Ground.HELD,
    confidence=Confidence.CERTAIN,
    visit_id=uuid4(),
    publisher_id=PUBLISHER,
    tags={"source": "google", "visit:zip": "10001", "visit:country": "US", "visit:state": "NY"},
)


class PlayedTracking:
    """Says of every call the same, after a while."""

    def __init__(self, stage: Stage, wait_ms: float = 0) -> None:
        self.asked: list[VisitOf] = []
        self._wait_ms = wait_ms
        self._broker = Broker(stage.nats_url, "tracking")
        answers = Answers(self._broker, Refusal)

        @answers.to(VisitOf, in_flight_max=10)
        async def visit_of(question: VisitOf, _: Deadline) -> Attribution:
            self.asked.append(question)
            await asyncio.sleep(self._wait_ms / 1_000)
            return SEEN

    async def open(self, stage: Stage) -> None:
        self._broker.open()
        stage.stack.push_async_callback(self._broker.close)

        async def connected() -> bool | None:
            return self._broker.connected or None

        await eventually(connected)
        await self._broker.client.flush()


async def a_site(stage: Stage, wait_ms: float = 0, **number: Any) -> PlayedTracking:
    """A campaign of a pool, whose first target is for visitors in New York."""
    tracking = PlayedTracking(stage, wait_ms)
    await tracking.open(stage)
    buyer = await stage.buyer()
    here = AreaRule(inside=Area(states=("NY",)), sources=(Source.VISIT,))
    near = await stage.target(buyer, "+15550100001", area=here)
    far = await stage.target(buyer, "+15550100002")
    entries = tuple(Assignment(target_id=one.id, priority=at) for at, one in enumerate((near, far)))
    campaign = a_campaign(assignments=entries)
    pool = a_pool(campaign_id=campaign.id)
    await stage.bring_in(campaign, pool, a_number(pool_id=pool.id, **number))
    return tracking


async def dialled(stage: Stage, question: AdmitCall) -> str:
    return str(dial(await stage.ask(question)).dial.destination.number)  # type: ignore[union-attr]


async def test_the_visits_word_outweighs_the_numbers_and_the_calls_own_outweighs_both(
    stage: Stage,
) -> None:
    tracking = await a_site(stage, tags={"source": "billboard", "city": "Yuma"})
    call, another = Call(), Call()

    assert await dialled(stage, call.admit()) == "+15550100001"  # where the visit is
    fact = await stage.routed(call)
    assert fact["tags"]["source"] == "google"
    assert fact["tags"]["city"] == "Yuma"
    assert fact["publisher_id"] == str(PUBLISHER)
    assert fact["attribution"]["visit_id"] == str(SEEN.visit_id)
    (asked,) = tracking.asked
    assert (asked.call_id, asked.dialled) == (call.call_id, call.dialled)

    await stage.ask(another.admit(tags={"source": "said"}, publisher_id=ANOTHER))
    fact = await stage.routed(another)
    assert (fact["tags"]["source"], fact["publisher_id"]) == ("said", str(ANOTHER))


async def test_a_slow_tracking_is_not_waited_for(stage: Stage) -> None:
    await a_site(stage, wait_ms=1_500)
    call = Call()
    began = time.monotonic()
    assert await dialled(stage, call.admit()) == "+15550100002"
    assert VISIT_MS / 1_000 <= time.monotonic() - began < 1.4
    fact = await stage.routed(call)
    assert fact["attribution"]["ground"] == Ground.UNANSWERED
    await stage.replay_everything()


async def test_numbers_that_no_website_shows_are_not_asked_about(stage: Stage) -> None:
    tracking = await a_site(stage)
    target = await stage.target(await stage.buyer(), "+15550100003")
    await stage.campaign(target, number="+18005550177")
    call = Call(dialled="+18005550177")
    assert await dialled(stage, call.admit()) == "+15550100003"
    assert tracking.asked == []
    assert (await stage.routed(call))["attribution"] is None
