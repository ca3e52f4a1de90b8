"""Twilio's REST API, through its own library, with a limit of its own.

Asking the carrier can never delay a webhook: requests wait for each other here.
"""

import asyncio
import base64
import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import aiohttp
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from libs.contracts.calls import CallStatus
from libs.contracts.carrier import AskLegState, LegState, LineState
from libs.runtime.deadline import Deadline

REQUESTS_MAX = 4  # at once; Twilio counts them too
TIMEOUT_SECONDS = 4.0  # waiting for room included; the library's own timeout is never used
ANSWER_MS = 100  # kept back for saying that the carrier is silent
LEGS_LOOKED_AT = 50
API = "https://api.twilio.com"

log = logging.getLogger(__name__)


class _Elsewhere(AsyncTwilioHttpClient):  # type: ignore[misc] # the library has no types
    """The library's client, sent to a configured address."""

    def __init__(self, base_url: str) -> None:
        super().__init__()
        self._base_url = base_url.rstrip("/")

    async def request(
        self, method: str, url: str, *, auth: tuple[str, str], headers: dict[str, str], **more: Any
    ) -> Response:
        """Send it there; the login as a header, which aiohttp does not take any other way soon."""
        login = base64.b64encode(":".join(auth).encode()).decode()
        headers = {**headers, "Authorization": f"Basic {login}"}
        there = url.replace(API, self._base_url, 1)
        return await super().request(method, there, headers=headers, **more)


class CarrierApi:
    """What only the carrier can tell."""

    def __init__(self, base_url: str, tokens: Callable[[str], tuple[str, ...]]) -> None:
        self._base_url = base_url
        self._tokens = tokens
        self._room = asyncio.Semaphore(REQUESTS_MAX)

    async def leg_state(self, question: AskLegState, deadline: Deadline) -> LegState:
        """Whether a leg still lives; unknown where the carrier does not say in time."""
        within_seconds = min(TIMEOUT_SECONDS, deadline.less(ANSWER_MS).remaining_seconds)
        try:
            async with asyncio.timeout(within_seconds), self._room:
                return LegState(state=await self._look(question))
        except (TwilioException, aiohttp.ClientError, TimeoutError, ValueError) as fault:
            log.warning("the carrier does not say: %r", fault)
            return LegState(state=LineState.UNKNOWN)

    async def _look(self, question: AskLegState) -> LineState:
        """Ask with each of the account's tokens: while they are rotated one is of no use."""
        for token in self._tokens(question.account_sid):
            async with _Elsewhere(self._base_url) as http:
                client = Client(question.account_sid, token, http_client=http)
                try:
                    return await _state(client, question)
                except TwilioRestException as no:
                    if no.status != HTTPStatus.UNAUTHORIZED:
                        raise
        return LineState.UNKNOWN


async def _state(client: Client, question: AskLegState) -> LineState:
    parent = await client.calls(question.call_sid).fetch_async()
    if CallStatus(parent.status).terminal:
        return LineState.ENDED
    legs = await client.calls.list_async(parent_call_sid=question.call_sid, limit=LEGS_LOOKED_AT)
    there = [leg for leg in legs if leg.to == question.destination]
    if not there:
        return LineState.UNKNOWN  # not dialled yet, or written otherwise
    latest = max(there, key=lambda leg: leg.date_created)
    return LineState.ENDED if CallStatus(latest.status).terminal else LineState.LIVE
