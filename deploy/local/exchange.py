"""The played carrier as a server: its REST API, and a door that places calls.

`POST /play` with {"from", "to", "script"} plays one call and streams its narration;
`POST /rehearse` with a `Rehearse` of the demo account tells where a call would go.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable

import httpx
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Mount, Route

from deploy.local.carrier import rest
from deploy.local.carrier.clock import RealClock
from deploy.local.carrier.ledger import NumberConfig, new_sid
from deploy.local.carrier.player import Carrier
from deploy.local.carrier.script import ScriptMistake, parse_script
from deploy.local.demo import ACCOUNT
from deploy.local.story import ASK_WITHIN_MS, story, told
from libs.contracts.ids import call_id_of
from libs.contracts.rehearsing import Rehearse, Rehearsed
from libs.runtime.ask import Ask, Refused, Unanswered
from libs.runtime.deadline import Deadline

HURRY = 10.0  # a scripted minute takes six seconds
WEBHOOK_TIMEOUT_SECONDS = 20.0  # longer than the carrier's own limit, which it keeps itself


class Exchange:
    """One carrier account: calls to numbers that are not set up go to the ingress all the same."""

    def __init__(self, account_sid: str, token: str, ingress_url: str, ask: Ask) -> None:
        self._http = httpx.AsyncClient(timeout=WEBHOOK_TIMEOUT_SECONDS)
        self._carrier = Carrier(account_sid, token, RealClock(HURRY), self._http)
        self._ask = ask
        self._number = NumberConfig(
            voice_url=f"{ingress_url}/api/webhooks/voice",
            fallback_url=f"{ingress_url}/api/webhooks/fallback",
            status_url=f"{ingress_url}/api/webhooks/status",
        )

    def own(self, numbers: Iterable[str]) -> None:
        """Let the carrier account have these numbers; where their calls go is for us to set up."""
        for number in numbers:
            one = NumberConfig("", phone_number=number)
            self._carrier.ledger.numbers[one.sid] = one

    def _called(self, dialled: str) -> NumberConfig:
        """The number as it is set up; one that is not, or nobody's, as all once were."""
        owned = self._carrier.ledger.numbers.values()
        found = (one for one in owned if one.phone_number == dialled and one.voice_url)
        return next(found, self._number)

    def app(self) -> Starlette:
        """The server's app."""
        return Starlette(
            routes=[
                Route("/play", self._play, methods=["POST"]),
                Route("/rehearse", self._rehearse, methods=["POST"]),
                Mount("/", app=rest.create(self._carrier)),
            ]
        )

    async def close(self) -> None:
        """Give connections back."""
        await self._http.aclose()

    async def lines(self, caller: str, dialled: str, script: str) -> AsyncIterator[str]:
        """Play a call; give its narration line by line, then its story."""
        queue: asyncio.Queue[str | None] = asyncio.Queue()
        sid = new_sid("CA")
        parsed = parse_script(script)

        async def play() -> None:
            try:
                await self._carrier.call(
                    self._called(dialled),
                    caller,
                    dialled,
                    parsed,
                    call_sid=sid,
                    narrate=queue.put_nowait,
                )
            finally:
                queue.put_nowait(None)

        playing = asyncio.create_task(play())
        while (line := await queue.get()) is not None:
            yield line
        await playing
        async for line in story(self._ask, call_id_of(self._carrier.account_sid, sid)):
            yield line

    async def _play(self, request: Request) -> Response:
        asked = await request.json()
        try:
            parse_script(asked["script"])
        except ScriptMistake as mistake:
            return JSONResponse({"problem": str(mistake)}, status_code=400)
        lines = self.lines(asked["from"], asked["to"], asked["script"])
        return StreamingResponse((f"{line}\n" async for line in lines), media_type="text/plain")

    async def _rehearse(self, request: Request) -> Response:
        try:
            question = Rehearse.model_validate({**await request.json(), "account_id": ACCOUNT})
            rehearsed: Rehearsed = await self._ask(question, Deadline.within(ASK_WITHIN_MS))
        except ValidationError as mistake:
            wrong = [f"{one['loc'][-1]}: {one['msg']}" for one in mistake.errors()]
            return JSONResponse({"problem": "; ".join(wrong)}, status_code=400)
        except (Refused, Unanswered) as no:
            return JSONResponse({"problem": str(no)}, status_code=400)
        lines = [f"At {rehearsed.decision.at:%Y-%m-%d %H:%M} UTC:", *told(rehearsed.decision)]
        return PlainTextResponse("\n".join(lines) + "\n")
