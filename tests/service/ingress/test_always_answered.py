"""Whatever is away, every webhook is answered 200 with valid TwiML, and no fact is lost.

`Ingress.post` reads each document as strictly as the carrier does, within its patience.
"""

import asyncio
from pathlib import Path

import httpx

from deploy.local.servers import NatsServer
from libs.contracts.calls import (
    CallArrived,
    CallEnded,
    CallFellBack,
    Fact,
    LegAccepted,
    LegEnded,
    RecordingReady,
    RecordingTranscribed,
)
from services.ingress.domain.callbacks import ADDRESSES, Kind
from tests.kit.proxy import Proxy
from tests.service.ingress.played_router import REFUSAL, PlayedRouter, played_router
from tests.service.ingress.stage import (
    ACCOUNT,
    BASE_URL,
    CALL_ID,
    CALL_SID,
    EMPTY,
    LEG_SID,
    NOWHERE,
    RESCUE,
    SHORTEST_MS,
    TARGET,
    VOICE,
    Ingress,
    eventually,
    running_ingress,
)

FIELDS: dict[Kind, dict[str, str]] = {
    Kind.VOICE: {},
    Kind.FALLBACK: {"ErrorCode": "11200", "ErrorUrl": BASE_URL + VOICE},
    Kind.DIAL: {"DialCallStatus": "busy", "DialBridged": "false", "CallStatus": "in-progress"},
    Kind.WHISPER: {"CallSid": LEG_SID, "ParentCallSid": CALL_SID, "CallStatus": "in-progress"},
    Kind.ACCEPT: {"CallSid": LEG_SID, "ParentCallSid": CALL_SID, "Digits": "1"},
    Kind.LEG: {"CallSid": LEG_SID, "ParentCallSid": CALL_SID, "CallStatus": "busy"},
    Kind.RECORDING: {"RecordingSid": "RE1", "RecordingStatus": "completed"},
    Kind.TRANSCRIPT: {"RecordingSid": "RE1", "TranscriptionText": "Please call me."},
    Kind.STATUS: {"CallStatus": "completed", "CallDuration": "9"},
    Kind.TURN: {"Digits": "1"},
}
WAITED_FOR = (Kind.VOICE, Kind.FALLBACK, Kind.DIAL, Kind.TURN)  # a caller hears what is answered
NAMES = {"call_id": CALL_ID, "step": 0, "pool_id": ACCOUNT, "tag_id": 7}
TOLD_ONCE: dict[type[Fact], int] = {
    CallArrived: 1,
    LegAccepted: 1,
    LegEnded: 2,
    CallEnded: 1,
    RecordingReady: 1,
    RecordingTranscribed: 1,
}
TOLD_ALONE: dict[type[Fact], int] = {
    **TOLD_ONCE,
    CallFellBack: 2,
}  # of the call, and of the leg that ended


async def post_all(ingress: Ingress) -> dict[str, httpx.Response]:
    """Every address at once: all that can be said of one call, most of it more than once."""

    async def post(address: str, kind: Kind) -> httpx.Response:
        return await ingress.post(address.format(**NAMES), **FIELDS[kind])

    answers = await asyncio.gather(*(post(*one) for one in ADDRESSES.items()))
    return dict(zip(ADDRESSES, answers, strict=True))


def assert_heard(answers: dict[str, httpx.Response], number: str) -> None:
    """Callers are connected with this number; callbacks are heard."""
    for address, answer in answers.items():
        assert answer.status_code == 200
        if ADDRESSES[address] in WAITED_FOR:
            assert number in answer.text
        else:
            assert answer.text == EMPTY


async def assert_told(router: PlayedRouter, ingress: Ingress, facts: dict[type[Fact], int]) -> None:
    """The stream holds these facts, and each once, after the spool has been emptied."""
    await router.facts_once(sum(facts.values()))
    await ingress.settled()
    told = [type(fact) for fact in await router.facts()]
    assert {kind: told.count(kind) for kind in set(told)} == facts


async def test_by_the_router(ingress: Ingress, router: PlayedRouter) -> None:
    assert_heard(await post_all(ingress), TARGET.number)
    await assert_told(router, ingress, TOLD_ONCE)


async def test_while_the_router_is_silent(
    nats_url: str, router: PlayedRouter, tmp_path: Path
) -> None:
    async with running_ingress(nats_url, tmp_path, webhook_deadline_ms=SHORTEST_MS) as ingress:
        await ingress.settled()
        router.decision = None
        assert_heard(await post_all(ingress), RESCUE.number)
        await assert_told(router, ingress, TOLD_ALONE)


async def test_while_the_router_refuses(ingress: Ingress, router: PlayedRouter) -> None:
    router.decision = REFUSAL
    assert_heard(await post_all(ingress), RESCUE.number)
    await assert_told(router, ingress, TOLD_ALONE)


async def test_while_there_is_no_router(
    nats_url: str, ingress: Ingress, router: PlayedRouter
) -> None:
    await router.broker.close()
    assert_heard(await post_all(ingress), RESCUE.number)
    async with played_router(nats_url) as later:
        await assert_told(later, ingress, TOLD_ALONE)


async def test_while_nats_is_down_from_the_start_and_by_the_next_process(
    nats_url: str, router: PlayedRouter, tmp_path: Path
) -> None:
    async with running_ingress(nats_url, tmp_path) as ingress:
        await ingress.settled()
    async with running_ingress(NOWHERE, tmp_path) as ingress:
        assert_heard(await post_all(ingress), RESCUE.number)
        await ingress.settled("nats", "spool", "fallback-plans")
        assert (await ingress.ready())["status"] == 200
    async with running_ingress(nats_url, tmp_path) as ingress:
        await assert_told(router, ingress, TOLD_ALONE)


async def test_while_nats_dies_under_the_question(own_nats: NatsServer, tmp_path: Path) -> None:
    more = {"webhook_deadline_ms": SHORTEST_MS * 2}
    async with (
        played_router(own_nats.url) as router,
        running_ingress(own_nats.url, tmp_path, **more) as ingress,
    ):
        await ingress.settled()
        router.decision = None
        answering = asyncio.create_task(post_all(ingress))

        async def asked() -> bool | None:
            return len(router.asked) > 0 or None

        await eventually(asked)
        await asyncio.to_thread(own_nats.kill)
        assert_heard(await answering, RESCUE.number)
        await asyncio.to_thread(own_nats.start)
        await assert_told(router, ingress, TOLD_ALONE)


async def test_while_nats_is_killed_before_it_is_asked(
    own_nats: NatsServer, tmp_path: Path
) -> None:
    async with (
        played_router(own_nats.url) as router,
        running_ingress(own_nats.url, tmp_path) as ingress,
    ):
        await ingress.settled()
        await asyncio.to_thread(own_nats.kill)
        assert_heard(await post_all(ingress), RESCUE.number)
        await ingress.settled("nats", "spool")
        assert (await ingress.ready())["status"] == 200
        await asyncio.to_thread(own_nats.start)
        await assert_told(router, ingress, TOLD_ALONE)


async def test_while_a_connection_is_half_open(own_nats: NatsServer, tmp_path: Path) -> None:
    """Everything is sent, nothing comes back, no error tells of it; and in the end it arrives."""
    async with Proxy(own_nats.port) as proxy, played_router(own_nats.url) as router:
        url = f"nats://127.0.0.1:{proxy.port}"
        more = {"webhook_deadline_ms": SHORTEST_MS}
        async with running_ingress(url, tmp_path, **more) as ingress:
            await ingress.settled()
            proxy.freeze()
            assert_heard(await post_all(ingress), RESCUE.number)
            assert not (await ingress.check("spool"))["well"]
            proxy.thaw()
            await assert_told(router, ingress, TOLD_ALONE)
