"""The part of Twilio's REST API that the product uses, over one carrier's ledger: an ASGI app.

Beside it lies one path that Twilio has not: `POST /player/calls` (From, To, Script) plays a
call to a number of the account and narrates it, line by line.
"""

import asyncio
import base64
import hmac
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from deploy.local.carrier import resources, tape, twiml
from deploy.local.carrier.destinations import is_phone_number
from deploy.local.carrier.ledger import TERMINAL, CallEntry, NumberConfig
from deploy.local.carrier.line import CallerGone, Redirected
from deploy.local.carrier.player import Carrier
from deploy.local.carrier.refusals import Refused
from deploy.local.carrier.script import ScriptMistake, parse_script

PAGE_SIZE_MAX = 1_000  # Twilio's own limit
BODY_BYTES_MAX = 1_048_576  # nothing that is asked here comes near

_Handler = Callable[[Request, dict[str, str]], Awaitable[Response]]


class Denied(Exception):
    """An answer that is an error, in Twilio's shape."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def create(carrier: Carrier) -> Starlette:
    """The REST server of one account."""
    desk = _Desk(carrier)
    routes = [
        _route(desk, "/Calls.json", GET=desk.calls),
        _route(desk, "/Calls/{sid}.json", GET=desk.call, POST=desk.update_call),
        _route(desk, "/Recordings/{sid}.json", GET=desk.recording),
        _route(desk, "/Recordings/{sid}.wav", GET=desk.sound),
        _route(desk, "/Recordings/{sid}", GET=desk.sound),
        _route(desk, "/IncomingPhoneNumbers.json", GET=desk.numbers, POST=desk.buy),
        _route(
            desk, "/IncomingPhoneNumbers/{sid}.json", GET=desk.number, POST=desk.update_number
        ),
        Route("/player/calls", desk.guarded({"POST": desk.play}), methods=["POST"]),
    ]
    return Starlette(routes=routes, exception_handlers={Denied: _denied, HTTPException: _unknown})


def _route(desk: "_Desk", path: str, **handlers: _Handler) -> Route:
    path = resources.root("{account}") + path
    return Route(path, desk.guarded(handlers), methods=list(handlers))


async def _denied(_request: Request, denied: Exception) -> Response:
    assert isinstance(denied, Denied)
    body = {
        "code": denied.code,
        "message": denied.message,
        "more_info": f"https://www.twilio.com/docs/errors/{denied.code}",
        "status": denied.status,
    }
    return JSONResponse(body, status_code=denied.status)


async def _unknown(request: Request, fault: Exception) -> Response:
    assert isinstance(fault, HTTPException)
    if fault.status_code == 405:  # noqa: PLR2004 - the status of a wrong method
        return await _denied(request, Denied(405, 20004, "Method not allowed"))
    return await _denied(request, _not_found(request))


def _not_found(request: Request) -> Denied:
    return Denied(404, 20404, f"The requested resource {request.url.path} was not found")


class _Desk:
    """Answers what is asked of one carrier; each answer gets the query or the form."""

    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier
        self._ledger = carrier.ledger
        self._account = carrier.account_sid

    def guarded(self, handlers: Mapping[str, _Handler]) -> Callable[[Request], Awaitable[Response]]:
        """Let only the account itself in, with its parameters read."""

        async def answer(request: Request) -> Response:
            method = "GET" if request.method == "HEAD" else request.method
            self._check(request)
            if method == "GET":
                return await handlers[method](request, dict(request.query_params))
            body = await request.body()
            if len(body) > BODY_BYTES_MAX:
                raise Denied(413, 20001, "The body is too large")
            pairs = parse_qsl(body.decode(errors="replace"), keep_blank_values=True)
            return await handlers[method](request, dict(pairs))

        return answer

    def _check(self, request: Request) -> None:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        pair = f"{self._account}:{self._carrier.auth_token}".encode()
        wanted = base64.b64encode(pair)
        if scheme.lower() != "basic" or not hmac.compare_digest(given.strip().encode(), wanted):
            raise Denied(401, 20003, "Authenticate")
        if request.path_params.get("account", self._account) != self._account:
            raise _not_found(request)

    # Calls

    def _entry(self, request: Request) -> CallEntry:
        entry = self._ledger.calls.get(request.path_params["sid"])
        if entry is None:
            raise _not_found(request)
        return entry

    def _call(self, entry: CallEntry) -> Response:
        return JSONResponse(resources.call(self._account, entry))

    async def call(self, request: Request, _query: dict[str, str]) -> Response:
        """One call or leg."""
        return self._call(self._entry(request))

    async def calls(self, request: Request, query: dict[str, str]) -> Response:
        """Calls and legs, the newest first."""
        shown = (resources.call(self._account, one) for one in self._ledger.calls.values())
        names = {"ParentCallSid": "parent_call_sid", "From": "from", "To": "to", "Status": "status"}
        wanted = {names[key]: value for key, value in query.items() if key in names}
        since, until = _day(query, "StartTime>"), _day(query, "StartTime<")
        rows = [
            row
            for row in shown
            if all(row[name] == value for name, value in wanted.items())
            and since <= self._ledger.calls[row["sid"]].created <= until
        ]
        return _list("calls", rows[::-1], request, query)

    async def update_call(self, request: Request, form: dict[str, str]) -> Response:
        """End a call or leg, or give a call another document."""
        entry = self._entry(request)
        line = self._carrier.lines.get(entry.parent_sid or entry.sid)
        if entry.status in TERMINAL or line is None:
            raise Denied(400, 21220, "Call is not in-progress. Cannot redirect.")
        wanted = form.get("Status")
        if wanted is None:
            line.order(self._redirection(entry, form))
        elif wanted not in ("completed", "canceled"):
            raise Denied(400, 20001, f"Status {wanted} is not one of canceled, completed")
        elif wanted == "completed" or not entry.answered:  # canceled leaves answered calls alone
            if entry.parent_sid is None:
                line.order(CallerGone("canceled" if wanted == "canceled" else "completed"))
            else:
                line.cut_leg(entry.sid)
        return self._call(entry)

    def _redirection(self, entry: CallEntry, form: dict[str, str]) -> Redirected:
        if entry.parent_sid is not None:
            raise Denied(400, 21220, "Only the caller's line can be redirected here.")
        if "Twiml" in form:
            url = self._carrier.lines[entry.sid].number.voice_url
            try:
                document = twiml.parse(form["Twiml"].encode(), "text/xml", url)
            except Refused as refused:
                raise Denied(400, refused.number, str(refused)) from refused
            return Redirected(document, url, "POST")
        if not _is_url(form.get("Url", "")):
            raise Denied(400, 21205, "Url is not a valid URL")
        return Redirected(None, form["Url"], form.get("Method", "POST"))

    # Recordings

    async def recording(self, request: Request, _query: dict[str, str]) -> Response:
        """What is known of a recording."""
        one = self._ledger.recordings.get(request.path_params["sid"])
        if one is None:
            raise _not_found(request)
        return JSONResponse(resources.recording(self._account, one))

    async def sound(self, request: Request, _query: dict[str, str]) -> Response:
        """A complete recording itself."""
        one = self._ledger.recordings.get(request.path_params["sid"])
        if one is None or one.status != "completed":
            raise _not_found(request)
        return Response(tape.wav(one), media_type="audio/x-wav")

    # Numbers

    def _owned(self, request: Request) -> NumberConfig:
        one = self._ledger.numbers.get(request.path_params["sid"])
        if one is None:
            raise _not_found(request)
        return one

    async def numbers(self, request: Request, query: dict[str, str]) -> Response:
        """The account's numbers; `PhoneNumber` finds one."""
        wanted = query.get("PhoneNumber")
        owned = self._ledger.numbers.values()
        rows = [
            resources.number(self._account, one)
            for one in owned
            if wanted in (None, one.phone_number)
        ]
        return _list("incoming_phone_numbers", rows, request, query)

    async def number(self, request: Request, _query: dict[str, str]) -> Response:
        """One number."""
        return JSONResponse(resources.number(self._account, self._owned(request)))

    async def buy(self, _request: Request, form: dict[str, str]) -> Response:
        """Get a number; any that can exist and is not owned yet."""
        phone_number = form.pop("PhoneNumber", "")
        if not is_phone_number(phone_number):
            raise Denied(400, 21421, "PhoneNumber is invalid")
        if self._ledger.owns(phone_number):
            raise Denied(400, 21422, f"{phone_number} is not available.")
        one = NumberConfig(voice_url="", phone_number=phone_number, **_settings(form))
        self._ledger.numbers[one.sid] = one
        return JSONResponse(resources.number(self._account, one), status_code=201)

    async def update_number(self, request: Request, form: dict[str, str]) -> Response:
        """Point a number elsewhere."""
        one = replace(self._owned(request), **_settings(form))
        self._ledger.numbers[one.sid] = one
        return JSONResponse(resources.number(self._account, one))
