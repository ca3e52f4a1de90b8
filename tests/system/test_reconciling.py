"""What an outage of everything but the carrier swallowed is found in the carrier's own list."""

import socket
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deploy.local.carrier import rest
from deploy.local.carrier.clock import VirtualClock
from deploy.local.carrier.ledger import NumberConfig
from deploy.local.carrier.player import Carrier
from deploy.local.carrier.report import CallReport
from deploy.local.carrier.script import parse_script
from libs.contracts.carrier_numbers import CarrierAccount
from libs.contracts.reconciling import (
    Gap,
    GetReconciliation,
    ListReconciliations,
    ReconcileCalls,
    ReconciliationDetail,
    Reconciliations,
    ReconciliationState,
    Started,
)
from libs.contracts.tracking import CallState, ListCalls
from libs.runtime.ask import Refused
from tests.kit.hosting import (
    ACCOUNT_SID,
    AUTH_TOKEN,
    BASE_URL,
    TESTER,
    House,
    call_id,
    eventually,
    running_house,
)
from tests.kit.played_rest import listening

NUMBER, DESK = "+18005550100", "+15550100001"
BEGAN = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
ALONE = f"<Response><Dial><Number>{DESK}</Number></Dial></Response>"
PLATFORM = CarrierAccount(platform=True)


class Outage:
    """A carrier whose list can be read, and whose webhooks may reach nobody who keeps a thing."""

    def __init__(self, house: House, carrier: Carrier, port: socket.socket) -> None:
        self.house, self.carrier, self._port = house, carrier, port

    def listed(self) -> AbstractAsyncContextManager[None]:
        """The list can be read."""
        return listening(rest.create(self.carrier), self._port)

    async def call(self, script: str, *, lost: bool) -> CallReport:
        base = "https://nobody.example.com" if lost else BASE_URL
        number = NumberConfig(
            voice_url=f"{base}/api/webhooks/voice",
            fallback_url=f"{base}/api/webhooks/fallback",
            status_url=f"{base}/api/webhooks/status",
            phone_number=NUMBER,
        )
        return await self.carrier.call(
            number, "+12125550100", NUMBER, parse_script(f"{DESK}={script}")
        )

    async def reconcile(self, **more: Any) -> ReconciliationDetail:
        account_id = self.house.account_id
        question = ReconcileCalls(
            **{
                "account_id": account_id,
                "actor": TESTER,
                "carrier": PLATFORM,
                "since": BEGAN - timedelta(hours=1),
                "until": BEGAN + timedelta(hours=3),
                **more,
            }
        )
        started: Started = await self.house.eventually_ask(question)
        one = started.reconciliation.reconciliation_id

        async def over() -> ReconciliationDetail | None:
            detail: ReconciliationDetail = await self.house.ask(
                GetReconciliation(account_id=account_id, reconciliation_id=one)
            )
            running = detail.reconciliation.state is ReconciliationState.RUNNING
            return None if running else detail

        return await eventually(over)

    async def whole(self, count: int) -> ReconciliationDetail | None:
        """A comparison, once the ingress has heard whose the number is; until then none tells."""
        detail = await self.reconcile()
        return detail if detail.reconciliation.listed == count else None


@pytest.fixture
async def outage(nats_url: str, database_url: str, tmp_path: Path) -> AsyncIterator[Outage]:
    async def answer(_: Request) -> Response:
        return Response(ALONE, media_type="text/xml")

    nobody = Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST"])])
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        api = f"http://127.0.0.1:{taken.getsockname()[1]}"
        async with running_house(nats_url, database_url, tmp_path, carrier_api=api) as house:
            mounts = {
                "https://nobody.example.com": httpx.ASGITransport(app=nobody),
                BASE_URL: httpx.ASGITransport(app=house.ingress),
            }
            async with httpx.AsyncClient(mounts=mounts) as http:
                carrier = Carrier(ACCOUNT_SID, AUTH_TOKEN, VirtualClock(BEGAN), http)
                yield Outage(house, carrier, taken)


async def test_lost_calls_are_found_filled_in_and_marked(outage: Outage) -> None:
    house = outage.house
    await house.campaign(await house.target(await house.buyer(), DESK), number=NUMBER)
    heard = await outage.call("answer:2,talk:30", lost=False)
    lost = await outage.call("answer:2,talk:47", lost=True)
    busy = await outage.call("busy", lost=True)
    before = await house.whole_record(heard)
    async with outage.listed():
        first = await eventually(lambda: outage.whole(3))
        found = {one.call_id: one for one in first.differences}
        assert {one.gap for one in found.values()} == {Gap.MISSING}
        assert found.keys() == {call_id(lost), call_id(busy)}
        done = first.reconciliation
        assert (done.state, done.listed, done.said) == (ReconciliationState.DONE, 3, 6)
        assert done.gaps == {Gap.MISSING: 2}

        detail = await house.record(lost)
        call = detail.call
        assert (call.state, call.reconciled) == (CallState.COMPLETED, True)
        assert (call.dialled, call.caller and call.caller.text) == (NUMBER, "+12125550100")
        assert (call.talk_seconds, call.seconds) == (47, lost.duration)
        assert [leg.step for leg in call.legs] == [0]
        assert (await house.record(busy)).call.state is CallState.NO_ANSWER
        assert (await house.record(heard)).call == before

        again = await outage.reconcile()
        assert again.differences == ()
        assert (again.reconciliation.listed, again.reconciliation.said) == (3, 0)
        listed: Reconciliations = await house.ask(ListReconciliations(account_id=house.account_id))
        assert listed.reconciliations[:2] == (again.reconciliation, first.reconciliation)


async def test_another_account_learns_nothing(outage: Outage) -> None:
    house = outage.house
    await house.campaign(await house.target(await house.buyer(), DESK), number=NUMBER)
    await outage.call("answer:2,talk:47", lost=True)
    async with outage.listed():
        assert await eventually(lambda: outage.whole(1))
        mine, house.account_id = house.account_id, uuid4()  # type: ignore[assignment]
        theirs = await outage.reconcile()
        assert (theirs.reconciliation.listed, theirs.differences) == (0, ())
        calls = await house.ask(ListCalls(account_id=house.account_id))
        assert calls.calls == ()
        with pytest.raises(Refused) as no:
            await house.ask(
                GetReconciliation(
                    account_id=mine,
                    reconciliation_id=theirs.reconciliation.reconciliation_id,
                )
            )
        assert no.value.refusal.code == "not_found"


async def test_a_carrier_that_cannot_be_asked_is_a_failed_comparison(outage: Outage) -> None:
    away = await outage.reconcile(carrier=CarrierAccount(account_sid="AC" + "9" * 32))
    assert away.reconciliation.state is ReconciliationState.FAILED
    assert "credentials" in away.reconciliation.failure
