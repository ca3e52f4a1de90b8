"""The manual at `/docs/`: for everybody, signed in or not, since nothing in it is anybody's."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from services.console.domain.manual_page import missing_page, page_of, results_page
from services.console.store.manual import Manual, ManualShelf

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

router = APIRouter(include_in_schema=False, prefix="/docs")


async def _manual(request: Request) -> Manual:
    shelf: ManualShelf = request.app.state.manual
    return await shelf.manual()


@router.get("")
async def show_root() -> Response:
    """Relative links need the slash."""
    return RedirectResponse("/docs/", 308)


@router.get("/style.css")
async def show_style(request: Request) -> Response:
    """How the pages look."""
    return Response((await _manual(request)).style, media_type="text/css", headers=HEADERS)


@router.get("/search")
async def search(
    request: Request, q: Annotated[str, Query(max_length=QUESTION_LETTERS_MAX)] = ""
) -> Response:
    """The passages in which the words stand."""
    manual = await _manual(request)
    found = manual.index.search(q, FOUND_MAX)
    return HTMLResponse(results_page(q, found, manual.shelves), headers=HEADERS)


@router.get("/{name:path}")
async def show(request: Request, name: str) -> Response:
    """A page, or a picture in one."""
    manual = await _manual(request)
    name = name.removesuffix(".md")
    if picture := manual.pictures.get(name):
        return Response(picture, media_type="image/svg+xml", headers=PICTURE)
    page = manual.pages.get(name or "index")
    if page is None:
        return HTMLResponse(missing_page(manual.shelves), 404, HEADERS)
    return HTMLResponse(page_of(page, manual.shelves), headers=HEADERS)
