"""The page where links lead that are used once: it asks for what is missing and asks the API."""

from pathlib import Path

from fastapi import APIRouter
from starlette.responses import Response

from services.console.domain.links import PATH

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    )
}
PAGE = Path(__file__).with_name("link_page.html").read_text("utf-8")
STYLE = Path(__file__).with_name("link_page.css").read_text("utf-8")
SCRIPT = Path(__file__).with_name("link_page.js").read_text("utf-8")

router = APIRouter(include_in_schema=False)


@router.get(PATH)
async def show_page() -> Response:
    """The page; what the link is for stands behind its #, and never comes here."""
    return Response(PAGE, media_type="text/html", headers=HEADERS)


@router.get(f"{PATH}.js")
async def show_script() -> Response:
    """What the page does."""
    return Response(SCRIPT, media_type="text/javascript", headers=HEADERS)


@router.get(f"{PATH}.css")
async def show_style() -> Response:
    """How the page looks."""
    return Response(STYLE, media_type="text/css", headers=HEADERS)
