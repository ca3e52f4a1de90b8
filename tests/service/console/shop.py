"""A campaign that can be pinged, a publisher's client, and the calls that come."""

from typing import Any
from uuid import uuid4

import httpx

from libs.contracts.ids import call_id_of
from libs.contracts.phone import read_caller
from libs.contracts.routing import AdmitCall, Close, DialNext
from libs.runtime.deadline import Deadline
from tests.kit.hosting import ACCOUNT_SID
from tests.service.console.stage import Stage, a_routed_campaign

NUMBER = "+18005550100"
CALLER = "+12125550100"


class Shop:
    """A campaign that can be pinged, and a publisher's client."""

    def __init__(self, stage: Stage, http: httpx.AsyncClient) -> None:
        self.stage, self.http = stage, http

    async def open(self) -> None:
        made = await a_routed_campaign(self.stage.owner, NUMBER)
        self.made = made
        row = made["campaigns"]
        self.campaign_id = row["document"]["id"]
        self.rtb_id = row["document"]["rtb_id"]
        await self.campaign(quotes={"seconds": 60})
        await self.rules(bid="9")

    async def campaign(self, **changed: Any) -> None:
        path = f"campaigns/{self.campaign_id}"
        row = await self.stage.owner.get(path)
        await self.stage.owner.put(path, {**row["document"], **changed}, row["version"])

    async def rules(self, **changed: Any) -> dict[str, Any]:
        path = f"ping-rules/{self.campaign_id}"
        row = await self.stage.owner.get(path)
        told: dict[str, Any] = await self.stage.owner.put(
            path, {**row["document"], **changed}, row["version"]
        )
        return told

    async def raw(self, method: str = "POST", form: str = "json", **more: Any) -> httpx.Response:
        return await self.http.request(method, f"/v1/production/{self.rtb_id}.{form}", **more)

    async def ping(self, **fields: Any) -> dict[str, Any]:
        answer = await self.raw(json={"CID": CALLER, **fields})
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def rejected(self, code: int, **fields: Any) -> None:
        told = await self.ping(**fields)
        assert (told["accept"], told["bidAmount"], told["rejectCode"]) == (False, 0, code), told
        assert f"(Code: {code})" in told["rejectReason"]

    async def call(self, caller: str = CALLER, dialled: str = NUMBER) -> DialNext | Close:
        call_sid = f"CA{uuid4().hex}"
        self.call_id = call_id_of(ACCOUNT_SID, call_sid)
        question = AdmitCall(
            call_id=self.call_id,
            account_sid=ACCOUNT_SID,
            call_sid=call_sid,
            caller=read_caller(caller),
            dialled=dialled,
        )
        told: DialNext | Close = await self.stage.app.state.ask(question, Deadline.within(5_000))
        return told

    async def pings(self, **which: Any) -> list[dict[str, Any]]:
        query = "&".join(f"{name}={value}" for name, value in which.items())
        told: list[dict[str, Any]] = (await self.stage.owner.get(f"pings?{query}"))["pings"]
        return told
