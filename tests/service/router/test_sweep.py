"""Holds of which nothing is heard: the carrier is asked, and only its own word ends them."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from libs.contracts.carrier import AskLegState, LegState, LineState
from libs.contracts.configuration import Target
from libs.contracts.message import Refusal
from libs.runtime.answers import Answers, Declined
from libs.runtime.broker import Broker
from libs.runtime.deadline import Deadline
from services.router.store.holds import Holds
from tests.kit.hosting import ACCOUNT_SID, eventually, readiness
from tests.service.router.stage import Call, Stage, dial

ASK_NOW = "UPDATE router.hold SET ask_at = now() - interval '1 s' WHERE call_id = %s"
EXPIRE_NOW = "UPDATE router.hold SET expires_at = now() - interval '1 s' WHERE call_id = %s"
CAP_OF_NONE = """UPDATE router.target
    SET document = jsonb_set(document, '{caps}', '{"concurrency": 0}') WHERE id = %s"""
MISCOUNT = "UPDATE router.counter SET live = 3 WHERE scope_id = %s"
ASKED_LATER = "SELECT ask_at > now() + interval '20 s' FROM router.hold"


class PlayedIngress:
    """Says of every leg what it was told to; None: it refuses to."""

    def __init__(self, nats_url: str) -> None:
        self.broker = Broker(nats_url, "ingress")
        self.state: LineState | None = LineState.LIVE
        self.asked: list[AskLegState] = []
        self.listening = False
        self._answers = Answers(self.broker, Refusal)
        self._answers.to(AskLegState, in_flight_max=100)(self._answer)
        self.broker.on_connected(self._ready)

    async def _ready(self) -> None:
        await self.broker.client.flush()
        self.listening = True

    async def _answer(self, question: AskLegState, _: Deadline) -> LegState:
        self.asked.append(question)
        if self.state is None:
            raise Declined("not_found", "no such account")
        return LegState(state=self.state)


@asynccontextmanager
async def played_ingress(nats_url: str) -> AsyncIterator[PlayedIngress]:
    ingress = PlayedIngress(nats_url)
    ingress.broker.open()

    async def listening() -> bool | None:
        return ingress.listening or None

    try:
        await eventually(listening)
        yield ingress
    finally:
        await ingress.broker.close()


@pytest.fixture
async def ingress(nats_url: str) -> AsyncIterator[PlayedIngress]:
    async with played_ingress(nats_url) as running:
        yield running


async def a_dialled_leg(stage: Stage) -> tuple[Call, Target]:
    target = await stage.target(await stage.buyer(), concurrency_cap=1)
    await stage.campaign(target)
    call = Call()
    dial(await stage.ask(call.admit()))
    return call, target


async def test_the_sweeper_ends_what_the_carrier_says_is_over_and_reads_the_books(
    stage: Stage, ingress: PlayedIngress
) -> None:
    ingress.state = LineState.ENDED
    (router,) = stage.routers
    miscounted = await stage.target(await stage.buyer(), "+15550100009")
    await stage.change(MISCOUNT, miscounted.id)
    call, target = await a_dialled_leg(stage)
    await stage.change(ASK_NOW, call.call_id)

    await stage.until_counted(target, live=0, day=1)

    assert ingress.asked == [
        AskLegState(account_sid=ACCOUNT_SID, call_sid=call.call_sid, destination="+15550100001")
    ]

    async def said_so() -> bool | None:
        return True if "holds" in (await readiness(router))["degraded"] else None

    await eventually(said_so)
    assert (await readiness(router))["ready"]


@pytest.mark.parametrize("state", [LineState.LIVE, LineState.UNKNOWN, None])
async def test_a_place_is_kept_until_the_carrier_says_so(
    stage: Stage, ingress: PlayedIngress, state: LineState | None
) -> None:
    call, target = await a_dialled_leg(stage)
    await stage.stop_routers()  # their own sweepers would ask too
    await stage.change(ASK_NOW, call.call_id)
    ingress.state = state
    desk = stage.holds_desk()

    for _ in range(2):  # the second time it is too early to ask again
        await desk.sweep()

    assert len(ingress.asked) == 1
    assert await stage.counted(target) == (1, 1)
    assert await stage.rows(ASKED_LATER) == [(True,)]

    ingress.state = LineState.ENDED
    await stage.change(ASK_NOW, call.call_id)
    await desk.sweep()
    assert await stage.counted(target) == (0, 1)


async def test_a_place_is_kept_while_nobody_can_be_asked(stage: Stage) -> None:
    call, target = await a_dialled_leg(stage)
    await stage.stop_routers()
    await stage.change(ASK_NOW, call.call_id)

    await stage.holds_desk().sweep()

    assert await stage.counted(target) == (1, 1)
    assert await stage.rows(ASKED_LATER) == [(True,)]


async def test_what_no_fact_ended_expires(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    target = await stage.target(await stage.buyer(), concurrency_cap=2)
    await stage.campaign(target)
    forgotten, alive = Call(), Call()
    for call in (forgotten, alive):
        dial(await stage.ask(call.admit()))
    await stage.stop_routers()
    await stage.change(EXPIRE_NOW, forgotten.call_id)

    with caplog.at_level(logging.WARNING, "services.router.desk.holds"):
        await stage.holds_desk().sweep()

    assert await stage.held() == [(alive.call_id, 0)]
    assert await stage.counted(target) == (1, 2)
    assert "holds expired without a fact" in caplog.messages


async def test_many_silent_legs_are_asked_about_in_one_sweep(
    stage: Stage, ingress: PlayedIngress
) -> None:
    target = await stage.target(await stage.buyer())
    await stage.campaign(target)
    calls = [Call() for _ in range(30)]
    for call in calls:
        dial(await stage.ask(call.admit()))
    await stage.stop_routers()
    for call in calls:
        await stage.change(ASK_NOW, call.call_id)
    ingress.state = LineState.ENDED

    await stage.holds_desk().sweep()

    assert {asked.call_sid for asked in ingress.asked} == {call.call_sid for call in calls}
    assert await stage.counted(target) == (0, 30)


async def test_books_that_disagree_are_reported(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    _, target = await a_dialled_leg(stage)
    await stage.stop_routers()
    desk = stage.holds_desk()
    await desk.sweep()
    assert desk.differences == 0

    await stage.change(MISCOUNT, target.id)
    with caplog.at_level(logging.ERROR, "services.router.desk.holds"):
        await desk.sweep()

    assert desk.differences == 1
    assert "a counter disagrees with its places" in caplog.messages


async def test_more_calls_than_a_target_takes_are_seen(stage: Stage) -> None:
    _, target = await a_dialled_leg(stage)
    await stage.stop_routers()
    holds = Holds(stage.database)
    assert await holds.over_caps() == 0

    await stage.change(CAP_OF_NONE, target.id)

    assert await holds.over_caps() == 1
