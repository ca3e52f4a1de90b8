"""The part of Twilio's REST API that the product uses, over one carrier's ledger: an ASGI app.

Beside it lies one path that Twilio has not: `POST /player/calls` (From, To, Script) plays a
call to a number of the account and narrates it, line by line.
"""

import base64
import hmac
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from deploy.local.carrier import resources
from deploy.local.carrier.desk import Desk, not_found
from deploy.local.carrier.insights import Insights
from deploy.local.carrier.intelligence import Intelligence
from deploy.local.carrier.player import Carrier
from deploy.local.carrier.resources import Denied

BODY_BYTES_MAX = 1_048_576  # nothing that is asked here comes near

_Handler = Callable[[Request, dict[str, str]], Awaitable[Response]]
_Endpoint = Callable[[Request], Awaitable[Response]]


def create(carrier: Carrier) -> Starlette:
    """The REST server of one account."""
    desk, written = Desk(carrier), Intelligence(carrier.ledger)
    measured = Insights(carrier.ledger)
    account = resources.root("{account}")
    paths: dict[str, dict[str, _Handler]] = {
        f"{account}/Calls.json": {"GET": desk.calls},
        f"{account}/Calls/{{sid}}.json": {"GET": desk.call, "POST": desk.update_call},
        f"{account}/Recordings/{{sid}}.json": {
            "GET": desk.recording,
            "DELETE": desk.delete_recording,
        },
        f"{account}/Calls/{{call}}/Recordings/{{sid}}.json": {"POST": desk.update_recording},
        f"{account}/Recordings/{{sid}}.wav": {"GET": desk.sound},
        f"{account}/Recordings/{{sid}}": {"GET": desk.sound},
        f"{account}/IncomingPhoneNumbers.json": {"GET": desk.numbers, "POST": desk.buy},
        f"{account}/IncomingPhoneNumbers/{{sid}}.json": {
            "GET": desk.number,
            "POST": desk.update_number,
            "DELETE": desk.release_number,
        },
        f"{account}/AvailablePhoneNumbers/{{country}}/{{kind}}.json": {"GET": desk.shelf},
        "/v2/Services": {"GET": written.services, "POST": written.make_service},
        "/v2/Transcripts": {"GET": written.transcripts, "POST": written.make_transcript},
        "/v2/Transcripts/{sid}/Sentences": {"GET": written.sentences},
        "/v1/Voice/{sid}/Summary": {"GET": measured.summary},
        "/player/calls": {"POST": desk.play},
    }
    routes = [
        Route(path, _guarded(carrier, handlers), methods=list(handlers))
        for path, handlers in paths.items()
    ]
    return Starlette(routes=routes, exception_handlers={Denied: _denied, HTTPException: _unknown})


def _guarded(carrier: Carrier, handlers: Mapping[str, _Handler]) -> _Endpoint:
    """Let only the account itself in, and read what it says: the query or the form."""

    async def answer(request: Request) -> Response:
        _check(carrier, request)
        if request.method in ("GET", "HEAD"):
            return await handlers["GET"](request, dict(request.query_params))
        if request.method == "DELETE":
            return await handlers["DELETE"](request, dict(request.query_params))
        body = await request.body()
        if len(body) > BODY_BYTES_MAX:
            raise Denied(413, 20001, "The body is too large")
        form = parse_qsl(body.decode(errors="replace"), keep_blank_values=True)
        return await handlers[request.method](request, dict(form))

    return answer


def _check(carrier: Carrier, request: Request) -> None:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    wanted = base64.b64encode(f"{carrier.account_sid}:{carrier.auth_token}".encode())
    if scheme.lower() != "basic" or not hmac.compare_digest(given.strip().encode(), wanted):
        raise Denied(401, 20003, "Authenticate")
    if request.path_params.get("account", carrier.account_sid) != carrier.account_sid:
        raise not_found(request)


async def _denied(_request: Request, denied: Exception) -> Response:
    assert isinstance(denied, Denied)
    return JSONResponse(resources.denial(denied), status_code=denied.status)


async def _unknown(request: Request, fault: Exception) -> Response:
    assert isinstance(fault, HTTPException)
    if fault.status_code == 405:  # noqa: PLR2004 - the status of a wrong method
        return await _denied(request, Denied(405, 20004, "Method not allowed"))
    return await _denied(request, not_found(request))
