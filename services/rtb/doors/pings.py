"""rtb's door to publishers: HTTP in, the desk's answer out."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request
from starlette.responses import JSONResponse, Response

from services.rtb.desk.pinging import Answered, Asked, PingingDesk
from services.rtb.domain.ping_answer import written_as

PING_BYTES_MAX = 64 * 1024

RtbId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="the campaign's RTB id")]
_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"description": "a bid (accept: true), or why there is none (rejectReason, rejectCode)"},
    400: {"description": "the ping cannot be read"},
    401: {"description": "the key or signature is missing, wrong, too old or used before"},
    404: {"description": "no campaign has this RTB id"},
    413: {"description": "more than 64 kB"},
    429: {"description": "too often: come back after Retry-After seconds"},
    503: {"description": "nothing can be promised now: come back after Retry-After seconds"},
}


def pings(desk: PingingDesk) -> APIRouter:
    """The addresses that publishers ping."""
    router = APIRouter(tags=["pings"])

    async def ping(request: Request, rtb_id: RtbId, form: Literal["json", "xml"]) -> Response:
        """What is a call worth, and where should it go?

        Fields in the query or the body (JSON, XML or a form), in any case: `CID` (the caller),
        `zipcode`, `state`, `city`, `publisherId`; whatever else is told is a tag of the call.
        """
        body = await _body(request)
        if body is None:
            return _written(form, Answered(413, {"error": "more than 64 kB"}))
        headers = {name.lower(): value for name, value in request.headers.items()}
        return _written(form, await desk.answer(rtb_id, Asked(request.url.query, body, headers)))

    for method in ("GET", "POST"):
        router.add_api_route(
            "/v1/production/{rtb_id}.{form}",
            ping,
            methods=[method],
            operation_id=f"ping_by_{method.lower()}",
            responses=_RESPONSES,
            response_class=JSONResponse,
        )
    return router


async def _body(request: Request) -> bytes | None:
    """The body; None where it is too large."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > PING_BYTES_MAX:
            return None
    return body


def _written(form: str, answered: Answered) -> Response:
    kind, body = written_as(form, answered.fields)
    headers = {"Cache-Control": "no-store"}
    if answered.retry_after is not None:
        headers["Retry-After"] = str(answered.retry_after)
    return Response(body, answered.status, headers, media_type=kind)
