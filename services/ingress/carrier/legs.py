"""Whether legs still live, by the carrier's own word."""

import asyncio
import logging
from collections.abc import Callable
from http import HTTPStatus

import aiohttp
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.rest import Client

from libs.contracts.calls import CallStatus
from libs.contracts.carrier import AskLegState, LegState, LineState
from libs.runtime.deadline import Deadline
from services.ingress.carrier.client import Elsewhere

REQUESTS_MAX = 4  # at once; Twilio counts them too
TIMEOUT_SECONDS = 4.0  # waiting for room included; the library's own timeout is never used
ANSWER_MS = 100  # kept back for saying that the carrier is silent
LEGS_LOOKED_AT = 50

log = logging.getLogger(__name__)


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
            async with Elsewhere(self._base_url) as http:
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
