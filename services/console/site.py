"""Operators' console in the browser: built files, and one page for all of its addresses."""

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

BUILT = Path(__file__).parent / "web" / "dist"
AT = "/console"
FOREVER = "public, max-age=31536000, immutable"  # a changed file has another name
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "media-src 'self' blob:",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
PACKED = (("br", ".br"), ("gzip", ".gz"))  # the build leaves them beside each file; best first
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
NOT_BUILT = """<!doctype html><html lang="en"><title>The console is not built</title>
<h1>The console is not built</h1>
<p>Run <code>make web</code> where this service was installed, then load this page again.
The API works without it: <a href="/api/v1/openapi.json">its document</a>.</p></html>
"""


def site_routes(built: Path = BUILT) -> list[Route]:
    """Below `/console/`; whatever is no file is the application, which knows its own addresses."""

    async def page(_: Request) -> Response:
        headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}
        index = built / "index.html"
        if not index.exists():
            return HTMLResponse(NOT_BUILT, 503, headers)
        return FileResponse(index, headers=headers)

    async def asset(request: Request) -> Response:
        """A built file, packed where there is such a one and the browser takes it."""
        name = request.path_params["name"]
        file = built / "assets" / name
        if file.suffix not in TYPES or not file.is_file():
            raise HTTPException(404, "no such file")
        headers = {"Cache-Control": FOREVER, "Vary": "Accept-Encoding"}
        taken = request.headers.get("Accept-Encoding", "").replace(",", " ").split()
        for encoding, ending in PACKED:
            packed = file.with_name(name + ending)
            if encoding in taken and packed.is_file():
                headers["Content-Encoding"] = encoding
                file = packed
                break
        return FileResponse(file, headers=headers, media_type=TYPES[(built / name).suffix])

    async def home(_: Request) -> Response:
        return RedirectResponse(f"{AT}/")

    return [
        Route("/", home),
        Route(AT, home),
        Route(f"{AT}/assets/{{name}}", asset),
        Route(f"{AT}/{{path:path}}", page),
    ]
