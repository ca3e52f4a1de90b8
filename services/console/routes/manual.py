"""The manual at `/docs/`: for everybody, signed in or not, since nothing in it is anybody's."""

import asyncio
import logging
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from libs.runtime.database import NOT_NOW
from services.console.auth import Guard
from services.console.domain.manual_page import missing_page, page_of, results_page
from services.console.store.manual import ManualShelf

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "public, max-age=300",
}
PICTURE = {**HEADERS, "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
QUESTION_LETTERS_MAX = 300
FOUND_MAX = 20
COUNT_SECONDS = 0.5

log = logging.getLogger(__name__)

router = APIRouter(include_in_schema=False, prefix="/docs")


def _shelf(request: Request) -> ManualShelf:
    shelf: ManualShelf = request.app.state.manual
    return shelf


@router.get("")
async def show_root() -> Response:
    """Relative links need the slash."""
    return RedirectResponse("/docs/", 308)


@router.get("/style.css")
async def show_style(request: Request) -> Response:
    """How the pages look."""
    style = (await _shelf(request).guides()).style
    return Response(style, media_type="text/css", headers=HEADERS)


@router.get("/search")
async def search(
    request: Request, q: Annotated[str, Query(max_length=QUESTION_LETTERS_MAX)] = ""
) -> Response:
    """The passages in which the words stand."""
    await _count(request)
    found = (await _shelf(request).manual()).index.search(q, FOUND_MAX)
    shelves = (await _shelf(request).guides()).shelves
    return HTMLResponse(results_page(q, found, shelves), headers=HEADERS)


async def _count(request: Request) -> None:
    """Count a search by its address; without a database the manual is needed all the more."""
    guard: Guard = request.app.state.guard
    try:
        async with asyncio.timeout(COUNT_SECONDS):
            await guard.count_visitor(request)
    except NOT_NOW as fault:
        log.warning("a search was not counted: %r", fault)


@router.get("/{name:path}")
async def show(request: Request, name: str) -> Response:
    """A page, a picture in one, or a document for programs."""
    name = name.removesuffix(".md") or "index"
    guides = await _shelf(request).guides()
    if picture := guides.pictures.get(name):
        return Response(picture, media_type="image/svg+xml", headers=PICTURE)
    page = guides.pages.get(name)
    if page is None:
        manual = await _shelf(request).manual()
        if document := manual.documents.get(name):
            return Response(document, media_type="application/json", headers=HEADERS)
        page = manual.pages.get(name)
    if page is None:
        return HTMLResponse(missing_page(guides.shelves), 404, HEADERS)
    return HTMLResponse(page_of(page, guides.shelves), headers=HEADERS)
