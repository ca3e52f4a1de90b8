"""The application that the carrier calls in these tests; it checks every signature."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from urllib.parse import parse_qsl

import httpx
from twilio.request_validator import RequestValidator

from deploy.local.carrier import CallReport, Carrier, NumberConfig, VirtualClock, parse_script
from deploy.local.carrier.mail import Narrate

ACCOUNT = "AC" + "1" * 32
TOKEN = "a-token-for-tests"
CALLER = "+12125550123"
DIALLED = "+15550100000"
ANN, BOB, CAT = "+15550100001", "+15550100002", "+15550100003"
HOST = "https://calls.example.com"

Params = dict[str, str]
Answer = str | httpx.Response | Exception | Callable[[Params], "str | Awaitable[str]"]


def response(verbs: str) -> httpx.Response:
    body = f'<?xml version="1.0" encoding="UTF-8"?><Response>{verbs}</Response>'
    return httpx.Response(200, content=body.encode(), headers={"content-type": "text/xml"})


class Office:
    """Answers `/name` with the TwiML given for `name`; anything else is a callback: 204."""

    def __init__(self, **answers: Answer) -> None:
        self.answers: dict[str, list[Answer]] = {}
        for name, answer in answers.items():
            self.answers[f"/{name}"] = [answer]
        self.heard: list[tuple[str, Params]] = []  # every request: path, parameters
        self.clock = VirtualClock()
        self.told: list[str] = []
        self.http = httpx.AsyncClient(transport=httpx.MockTransport(self._answer))
        self.carrier = Carrier(ACCOUNT, TOKEN, self.clock, self.http, narrate=self.told.append)
        self.number = NumberConfig(
            f"{HOST}/voice", status_url=f"{HOST}/ended", phone_number=DIALLED
        )

    def then(self, name: str, *answers: Answer) -> "Office":
        """Give several answers in turn; the last one stays."""
        self.answers[f"/{name}"] = list(answers)
        return self

    def with_fallback(self, answer: Answer) -> "Office":
        self.answers["/fallback"] = [answer]
        self.number = replace(self.number, fallback_url=f"{HOST}/fallback")
        return self

    async def call(
        self, script: str = "", caller: str = CALLER, narrate: Narrate | None = None, **extra: str
    ) -> CallReport:
        return await self.carrier.call(
            self.number, caller, DIALLED, parse_script(script), extra=extra, narrate=narrate
        )

    def paths(self) -> list[str]:
        return [path for path, _ in self.heard]

    def said(self, path: str) -> list[Params]:
        """The parameters of every request to one path."""
        return [params for heard, params in self.heard if heard == f"/{path}"]

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        form = dict(parse_qsl(request.content.decode(), keep_blank_values=True))
        signature = request.headers["x-twilio-signature"]
        assert RequestValidator(TOKEN).validate(str(request.url), form, signature)
        assert request.method == "POST" or not request.content
        params = form if request.method == "POST" else dict(request.url.params)
        self.heard.append((request.url.path, params))
        waiting = self.answers.get(request.url.path)
        if waiting is None:
            return httpx.Response(204)
        answer = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        if callable(answer):
            given = answer(params)
            answer = given if isinstance(given, str) else await given
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, str):
            return response(answer)
        return httpx.Response(answer.status_code, content=answer.content, headers=answer.headers)


async def silence(_params: Params) -> str:
    """An application that is too slow for any deadline here."""
    await asyncio.sleep(5)
    return ""


def dial(*nouns: str, **attributes: str) -> str:
    """A Dial with an action, of numbers or of nouns that are written out."""
    inside = "".join(one if one.startswith("<") else f"<Number>{one}</Number>" for one in nouns)
    given = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<Dial action="/action"{given}>{inside}</Dial>'


def number(
    address: str, events: str = "initiated ringing answered completed", url: str = ""
) -> str:
    """A Number that tells its events to `/leg`."""
    whisper = f' url="{url}"' if url else ""
    return (
        f'<Number statusCallback="/leg" statusCallbackEvent="{events}"{whisper}>{address}</Number>'
    )
