"""One request to Twilio's REST API, by its own library, at the address that is configured."""

import base64
import logging
from typing import Any

import twilio.rest.api  # noqa: F401 # else loaded at the first request: callers would wait a second
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.response import Response

API = "https://api.twilio.com"

_requests = logging.getLogger(__name__)
_requests.setLevel(logging.WARNING)  # the library tells each request in eight lines, with numbers


class Elsewhere(AsyncTwilioHttpClient):  # type: ignore[misc] # the library has no types
    """The library's client, sent to a configured address."""

    def __init__(self, base_url: str) -> None:
        super().__init__(logger=_requests)
        self._base_url = base_url.rstrip("/")

    async def request(
        self, method: str, url: str, *, auth: tuple[str, str], headers: dict[str, str], **more: Any
    ) -> Response:
        """Send it there; the login as a header, which aiohttp does not take any other way soon."""
        login = base64.b64encode(":".join(auth).encode()).decode()
        headers = {**headers, "Authorization": f"Basic {login}"}
        there = url.replace(API, self._base_url, 1)
        return await super().request(method, there, headers=headers, **more)
