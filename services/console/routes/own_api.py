"""The API asked by the console itself, as somebody who is asking it: with her own credentials.

The request passes the same guard as if she had sent it; it cannot see or do more than she can.
"""

import httpx
from fastapi import Request

from services.console.auth import CSRF_HEADER
from services.console.desk.assisting import Look
from services.console.domain.lookups import ApiRequest

PREFIX = "/api/v1"
HERS = ("Authorization", "Cookie", "Host", "Origin", "User-Agent", CSRF_HEADER)


def as_the_asker(request: Request) -> Look:
    """Look things up for whoever has sent the request."""
    client = (request.client.host, request.client.port) if request.client else ("", 0)
    transport = httpx.ASGITransport(request.app, raise_app_exceptions=False, client=client)
    headers = {name: request.headers[name] for name in HERS if name in request.headers}

    async def look(wanted: ApiRequest) -> tuple[int, str]:
        url = f"{request.url.scheme}://console{PREFIX}{wanted.path}"
        async with httpx.AsyncClient(transport=transport, headers=headers) as http:
            answer = await http.request(
                wanted.method, url, params=dict(wanted.query), json=wanted.body
            )
        return answer.status_code, answer.text

    return look
