"""Paths of the predecessor that pages and programs still ask, answered as they know them."""

import time
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any
from uuid import uuid4

import orjson
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from services.tracking.desk.visiting import Shown, Site
from services.tracking.domain.showing import formatted
from services.tracking.domain.snippets import snippet_of
from services.tracking.doors.said import (
    BODY_BYTES_MAX,
    PageSaid,
    Refused,
    answer,
    for_any_page,
    misformed,
    preflight,
)
from services.tracking.doors.visits import Door

_SESSION = ("visitorId", "sessionId")
_PAGE = ("landingPage", "currentPage", "url", "pageUrl")
_NAMED = {
    "utmSource": "utm_source",
    "utmMedium": "utm_medium",
    "utmCampaign": "utm_campaign",
    "utmTerm": "utm_term",
    "utmContent": "utm_content",
    "clickId": "clickid",
    "affiliateId": "affiliate_id",
    "subId": "subid",
}


def predecessor_routes(door: Door, base_url: str) -> Sequence[BaseRoute]:
    """Everything under /api/dni."""

    async def track(request: Request) -> Response:
        site, shown, _ = await _arrived(door, request, await _body(request))
        place = await door.desk.place(site)
        more = {
            "campaignId": str(site.tag.campaign_id),
            "campaignName": place.campaign_name if place else "",
            "success": True,
        }
        return answer({**_number(shown), **more}, headers=for_any_page(request))

    async def simple(request: Request) -> Response:
        _, shown, _ = await _arrived(door, request, await _body(request))
        return answer(_number(shown), headers=for_any_page(request))

    async def fast(request: Request) -> Response:
        began = time.perf_counter()
        given = await _body(request)
        _, shown, page = await _arrived(door, request, given)
        took = round((time.perf_counter() - began) * 1_000, 2)
        session = {"sessionId": page.visitor, **page.parameters}
        value = {**_number(shown), "responseTime": took, "sessionData": session}
        return answer(value, headers=for_any_page(request))

    async def asked(request: Request) -> Response:
        _, shown, _ = await _arrived(door, request, dict(request.query_params))
        return answer({**_number(shown), "success": True}, headers=for_any_page(request))

    async def html(request: Request) -> Response:
        _, shown, _ = await _arrived(door, request, dict(request.query_params))
        number = shown.number or ""
        link = f'<a href="tel:{escape(number)}" data-dni>{escape(formatted(number))}</a>'
        return HTMLResponse(link, headers=for_any_page(request))

    async def snippet(request: Request) -> Response:
        site = await door.site(request, "", request.path_params["campaign_id"])
        script = snippet_of(site.tag, base_url, "").script
        return answer({"snippet": script, "success": True}, headers=for_any_page(request))

    paths: Sequence[tuple[str, Any, str]] = (
        ("track", track, "POST"),
        ("track-simple", simple, "POST"),
        ("ultra-fast", fast, "POST"),
        ("tracking-number", asked, "GET"),
        ("number", asked, "GET"),
        ("html-snippet", html, "GET"),
        ("snippet/{campaign_id}", snippet, "GET"),
        ("sdk/{campaign_id}", snippet, "GET"),
    )
    routes: list[BaseRoute] = []
    for path, handler, method in paths:
        routes.append(Route(f"/api/dni/{path}", door.guarded(handler), methods=[method]))
        routes.append(Route(f"/api/dni/{path}", preflight, methods=["OPTIONS"]))
    return routes


async def _body(request: Request) -> Mapping[str, Any]:
    """A JSON object; raise Refused."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES_MAX:
            raise Refused(413, f"more than {BODY_BYTES_MAX // 1024} kB")
    try:
        given = orjson.loads(body)
    except orjson.JSONDecodeError as fault:
        raise Refused(422, "what was said cannot be read", [("", "is no JSON")]) from fault
    if not isinstance(given, dict):
        raise Refused(422, "what was said cannot be read", [("", "is no JSON object")])
    return given


async def _arrived(
    door: Door, request: Request, given: Mapping[str, Any]
) -> tuple[Site, Shown, PageSaid]:
    """A visit in the predecessor's words.  Who names no session is somebody new."""
    said = {name: str(value) for name, value in given.items() if isinstance(value, str | int)}
    page = next((said[name] for name in _PAGE if name in said), request.headers.get("referer", ""))
    try:
        form = PageSaid(
            tag=said.pop("tagCode", ""),
            campaign=said.pop("campaignId", ""),
            visitor=next((said[name] for name in _SESSION if said.get(name)), uuid4().hex),
            page=page,
            referrer=said.pop("referrer", ""),
            parameters={_NAMED.get(name, name): value for name, value in said.items()},
        )
    except ValidationError as fault:
        raise misformed(fault, b"{}") from fault
    site, shown = await door.arrive(request, form)
    return site, shown, form


def _number(shown: Shown) -> dict[str, Any]:
    number = shown.number
    return {
        "phoneNumber": number,
        "formattedNumber": formatted(number) if number else None,
        "trackingId": str(shown.visit_id) if shown.visit_id else None,
    }
