"""Twilio's REST API as the carrier player plays it, behind a door that a test holds shut."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
import uvicorn

from deploy.local.carrier import rest
from deploy.local.carrier.clock import EPOCH, VirtualClock
from deploy.local.carrier.ledger import CallEntry, new_sid
from deploy.local.carrier.player import Carrier
from tests.service.ingress.stage import ACCOUNT_SID, CALL_SID, CALLER, NUMBER, TOKEN


class PlayedTwilio:
    """One account with one call, at an address of 127.0.0.1."""

    def __init__(self, carrier: Carrier, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.carrier = carrier
        self.call = carrier.ledger.open(
            CallEntry(CALL_SID, CALLER, NUMBER, "inbound", EPOCH, status="in-progress")
        )
        self.door = asyncio.Event()
        self.door.set()
        self.failure: tuple[int, bytes] | None = None  # a status and a body, instead of an answer
        self.inside = 0  # requests that wait at the door or are being answered
        self.inside_most = 0
        self._rest = rest.create(carrier)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.inside += 1
        self.inside_most = max(self.inside, self.inside_most)
        try:
            await self.door.wait()
            if self.failure is None:
                await self._rest(scope, receive, send)
            else:
                status, body = self.failure
                await send({"type": "http.response.start", "status": status, "headers": []})
                await send({"type": "http.response.body", "body": body})
        finally:
            self.inside -= 1

    def leg(self, to: str, status: str, minute: int = 0) -> None:
        """Remember a leg of the call, begun at this minute."""
        created = EPOCH + timedelta(minutes=minute)
        self.carrier.ledger.open(
            CallEntry(new_sid("CA"), CALLER, to, "outbound-dial", created, status, CALL_SID)
        )


@asynccontextmanager
async def played_twilio() -> AsyncIterator[PlayedTwilio]:
    async with httpx.AsyncClient() as nobody_is_called:
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            listening.listen()  # from here on clients wait rather than fail
            carrier = Carrier(ACCOUNT_SID, TOKEN, VirtualClock(), nobody_is_called)
            twilio = PlayedTwilio(carrier, listening.getsockname()[1])
            config = uvicorn.Config(twilio, lifespan="off", ws="none", log_config=None)
            server = uvicorn.Server(config)
            serving = asyncio.create_task(server.serve(sockets=[listening]))
            try:
                yield twilio
            finally:
                twilio.door.set()
                server.should_exit = True
                await serving
