"""The door to partners who post conversions: `/p/<key>`, by GET or POST."""

from collections.abc import Sequence
from urllib.parse import parse_qsl

import orjson
from sqlalchemy.exc import DBAPIError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from libs.runtime.database import NOT_NOW
from services.tracking.desk.postbacks import PostbacksDesk, TooOften, UnknownKey
from services.tracking.domain.posted import read as read_posted
from services.tracking.domain.sites import visitors_address
from services.tracking.domain.unfit import Missing, Unfit
from services.tracking.doors.said import BODY_BYTES_MAX, Refused, answer, refusal

FIELDS_MAX = 100  # of a postback
TEXT_MAX = 1_000  # of one of its values
KEY_MAX = 100

_AWAY = Refused(503, "postbacks cannot be taken now", headers={"Retry-After": "30"})


def postback_routes(desk: PostbacksDesk, trusted_proxies: int) -> Sequence[BaseRoute]:
    """One address for every key."""

    async def take(request: Request) -> Response:
        peer = request.client.host if request.client else ""
        forwarded = request.headers.get("x-forwarded-for", "")
        address = visitors_address(peer, forwarded, trusted_proxies)
        try:
            return await _taken(desk, request, address)
        except Refused as no:
            return refusal(no, {})
        except (*NOT_NOW, DBAPIError):
            return refusal(_AWAY, {})

    return [Route("/p/{key}", take, methods=["GET", "POST"])]


async def _taken(desk: PostbacksDesk, request: Request, address: str) -> Response:
    key = request.path_params["key"][:KEY_MAX]
    try:
        one = await desk.take(key, read_posted(await _given(request)), address)
    except UnknownKey as no:
        raise Refused(404, "the key in the address opens nothing") from no
    except TooOften as no:
        raise Refused(429, "too many postbacks by this key", headers={"Retry-After": "60"}) from no
    except Missing as no:
        errors = [("call_id", "there is no such call")]
        raise Refused(404, "there is no such call", errors) from no
    except Unfit as no:
        raise Refused(422, no.text, list(no.problems)) from no
    return answer(
        {
            "outcome": one.outcome.value,
            "postback_id": str(one.postback_id),
            "call_id": str(one.call_id),
        }
    )


async def _given(request: Request) -> dict[str, str]:
    """The parameters of the address and of the body, which outweighs it; raise Refused."""
    given = dict(request.query_params)
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES_MAX:
            raise Refused(413, f"more than {BODY_BYTES_MAX // 1024} kB")
    given |= _of_body(request.headers.get("content-type", ""), body)
    if len(given) > FIELDS_MAX:
        raise Refused(422, "the postback cannot be read", [("", f"more than {FIELDS_MAX} fields")])
    return {name: text[:TEXT_MAX] for name, text in given.items()}


def _of_body(content_type: str, body: bytes) -> dict[str, str]:
    if not body.strip():
        return {}
    try:
        if "json" not in content_type:
            return dict(parse_qsl(body.decode(errors="replace"), max_num_fields=FIELDS_MAX))
        document = orjson.loads(body)
    except ValueError as fault:
        errors = [("", f"is no JSON, or a form of more than {FIELDS_MAX} fields")]
        raise Refused(422, "the postback cannot be read", errors) from fault
    if not isinstance(document, dict):
        raise Refused(422, "the postback cannot be read", [("", "is no JSON object")])
    return {name: str(value) for name, value in document.items() if value is not None}
