"""Tracking's door to pages: which number to show, and that a page is still open."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from libs.contracts.dni import TrackingTag
from libs.runtime.database import NOT_NOW
from services.tracking.desk.visiting import Shown, Site, TooMany, VisitingDesk
from services.tracking.domain.showing import digits_of, formatted, searched
from services.tracking.domain.sites import household, is_one_of, visitors_address, works_on
from services.tracking.doors.said import (
    BeatSaid,
    PageSaid,
    Refused,
    answer,
    for_any_page,
    misformed,
    preflight,
    read,
    refusal,
)

BEAT_SECONDS_MAX = 60
BEATS_OF_LEASE = 3  # so many are heard while a page is open, before its lease would end
NOBODY = "unknown"  # the household of an address that cannot be read
_BUSY = Refused(503, "too many visitors at once", headers={"Retry-After": "1"})
_AWAY = Refused(
    503, "visits cannot be kept now: show the page's number", headers={"Retry-After": "5"}
)

Handler = Callable[[Request], Awaitable[Response]]


class Door:
    """What all paths share: whose tag it is, from where it is used, and what goes wrong."""

    def __init__(self, desk: VisitingDesk, trusted_proxies: int) -> None:
        self.desk = desk
        self._trusted_proxies = trusted_proxies

    async def site(self, request: Request, tag: str, campaign: str, page: str = "") -> Site:
        """The tag that is used; raise Refused where it is unknown, or the site is not listed.

        A browser names the page's origin itself; a server is believed the page's address.
        """
        site = await (self.desk.site(tag) if tag else self._site_of(campaign))
        if site is None:
            field = "tag" if tag or not campaign else "campaign"
            raise Refused(404, "there is no such tag", [(field, "names no tag that is in use")])
        used_on = request.headers.get("origin") or request.headers.get("referer") or page
        if not works_on(site.tag, used_on):
            listed = ", ".join(site.tag.domains)
            raise Refused(403, "the tag is for other sites", [("tag", f"works on {listed}")])
        return site

    async def _site_of(self, campaign: str) -> Site | None:
        try:
            return await self.desk.site_of(UUID(campaign))
        except ValueError:
            return None

    async def arrive(self, request: Request, page: PageSaid) -> tuple[Site, Shown]:
        """Show a visitor a number; raise Refused."""
        site = await self.site(request, page.tag, page.campaign, page.page)
        peer = self.address(request)
        agent = request.headers.get("user-agent", "")
        if is_one_of(site.tag.server_addresses, peer):  # it speaks for its visitor
            peer, agent = page.address or peer, page.user_agent or agent
        shown = await self.desk.arrive(site, page.said(agent), household(peer) or NOBODY)
        return site, shown

    def address(self, request: Request) -> str:
        """From where a request comes."""
        peer = request.client.host if request.client else ""
        forwarded = request.headers.get("x-forwarded-for", "")
        return visitors_address(peer, forwarded, self._trusted_proxies)

    def guarded(self, handler: Handler) -> Handler:
        """Say every refusal as a problem that the page can read."""

        async def guard(request: Request) -> Response:
            try:
                return await handler(request)
            except Refused as no:
                return refusal(no, for_any_page(request))
            except TooMany:
                return refusal(_BUSY, for_any_page(request))
            except (*NOT_NOW, DBAPIError):
                return refusal(_AWAY, for_any_page(request))

        return guard


def visit_routes(door: Door) -> Sequence[BaseRoute]:
    """The paths that dni.js and sites' servers use."""

    async def visits(request: Request) -> Response:
        site, shown = await door.arrive(request, await read(request, PageSaid))
        return answer(told(site.tag, shown), headers=for_any_page(request))

    async def number(request: Request) -> Response:
        query = request.query_params
        given: dict[str, Any] = {name: query[name] for name in _OF_QUERY if name in query}
        rest = {name: text for name, text in query.items() if name not in _OF_QUERY}
        where = {name: rest.pop(f"geo_{name}") for name in _WHERE if f"geo_{name}" in rest}
        try:
            page = PageSaid(**given, parameters=rest, geography=where)
        except ValidationError as fault:
            raise misformed(fault, b"{}") from fault
        site, shown = await door.arrive(request, page)
        return answer(told(site.tag, shown), headers=for_any_page(request))

    async def beats(request: Request) -> Response:
        said = await read(request, BeatSaid)
        site = await door.site(request, said.tag, said.campaign)
        held = await door.desk.beat(site, said.visit, closed=said.closed)
        return answer({"held": held}, headers=for_any_page(request))

    return [
        Route("/dni/v1/visits", door.guarded(visits), methods=["POST"]),
        Route("/dni/v1/visits", preflight, methods=["OPTIONS"]),
        Route("/dni/v1/beats", door.guarded(beats), methods=["POST"]),
        Route("/dni/v1/beats", preflight, methods=["OPTIONS"]),
        Route("/dni/v1/number", door.guarded(number), methods=["GET"]),
    ]


_OF_QUERY = ("tag", "campaign", "visitor", "page", "referrer", "address", "user_agent")
_WHERE = ("country", "state", "city", "zip", "latitude", "longitude")


def told(tag: TrackingTag, shown: Shown) -> dict[str, Any]:
    """Everything that a page needs to show the number."""
    value: dict[str, Any] = {
        "visit": str(shown.visit_id) if shown.visit_id else None,
        "showing": shown.showing.value,
        "why": shown.why,
        "number": shown.number,
        "replace": searched(tag.numbers_to_replace),
        "selectors": list(tag.selectors),
        "attributes": list(tag.attributes),
        "beat_seconds": min(BEAT_SECONDS_MAX, max(1, tag.idle_seconds // BEATS_OF_LEASE)),
        "kept_seconds": tag.closed_seconds,
    }
    if shown.number is not None:
        whole, national = digits_of(shown.number)
        value |= {"formatted": formatted(shown.number), "digits": whole, "national": national}
    return value
