"""One request to Twilio's REST API, by its own library, at the address that is configured."""

import base64
import logging
from typing import Any

import twilio.rest.api  # noqa: F401 # else loaded at the first request: callers would wait a second
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.response import Response

API = "https://api.twilio.com"
HOSTS = (API, "https://intelligence.twilio.com", "https://insights.twilio.com")

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
        there = self._elsewhere(url)
        return await super().request(method, there, headers=headers, **more)

    def _elsewhere(self, url: str) -> str:
        """Where it goes: one address may play all of the carrier's hosts."""
        if self._base_url == API:
            return url
        host = next((one for one in HOSTS if url.startswith(one)), "")
        return self._base_url + url.removeprefix(host)
