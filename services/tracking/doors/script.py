"""The script of pages: one file, compressed once, known by its own content."""

import gzip
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

SOURCE = Path(__file__).parent / "dni.js"
COMPRESSED_BYTES_MAX = 6_000  # what a page may have to load before it shows its number
AN_HOUR = "public, max-age=3600, stale-while-revalidate=86400"
FOR_EVER = "public, max-age=31536000, immutable"
_VERSION = "@VERSION@"


class Script:
    """The text, its version, and its compressed form."""

    def __init__(self) -> None:
        source = SOURCE.read_text()
        self.version = sha256(source.encode()).hexdigest()[:12]
        self.text = source.replace(_VERSION, self.version).encode()
        self.packed = gzip.compress(self.text, mtime=0)


def script_routes() -> Sequence[BaseRoute]:
    """`/dni.js` and the predecessor's `/js/t.js`, and the same by its version, for ever."""
    script = Script()

    async def newest(request: Request) -> Response:
        return _told(script, request, AN_HOUR)

    async def by_version(request: Request) -> Response:
        same = request.path_params["version"] == script.version
        return _told(script, request, FOR_EVER if same else AN_HOUR)

    return [
        Route("/dni.js", newest),
        Route("/js/t.js", newest),
        Route("/dni/{version:str}.js", by_version),
    ]


def _told(script: Script, request: Request, keep: str) -> Response:
    packed = "gzip" in request.headers.get("accept-encoding", "")
    tag = f'"{script.version}{"-gzip" if packed else ""}"'
    headers = {
        "Cache-Control": keep,
        "ETag": tag,
        "Vary": "Accept-Encoding",
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "X-Content-Type-Options": "nosniff",
    }
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    if packed:
        headers["Content-Encoding"] = "gzip"
    body = script.packed if packed else script.text
    return Response(body, headers=headers, media_type="text/javascript")
