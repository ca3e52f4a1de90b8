"""Twilio's client, logged in for an account; its faults are refusals that somebody can read."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import orjson
from twilio.base import values
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.response import Response
from twilio.rest import Client

from libs.contracts.carrier_numbers import CarrierAccount
from libs.runtime.answers import Declined
from libs.runtime.deadline import Deadline
from services.ingress.carrier.client import Elsewhere
from services.ingress.domain.carrier_faults import CREDENTIALS, SILENT, Fault, fault_of

REQUESTS_MAX = 3  # at once, beside those about legs
TIMEOUT_SECONDS = 10.0  # waiting for room included; buying takes the carrier seconds
ANSWER_MS = 100  # kept back for saying what the carrier said

Tokens = Callable[[str], tuple[str, ...]]


class Access:
    """To the platform's carrier account, and to accounts' own; each has its own room."""

    def __init__(
        self, api_url: str, platform_sid: str, platform_token: str, tokens: Tokens
    ) -> None:
        self._api_url = api_url
        self._platform_sid = platform_sid
        self._platform_token = platform_token
        self._tokens = tokens
        self._room = asyncio.Semaphore(REQUESTS_MAX)

    @asynccontextmanager
    async def client(self, account: CarrierAccount, deadline: Deadline) -> AsyncIterator[Client]:
        """Twilio's client, logged in; its faults are refusals that somebody can read."""
        within_seconds = min(TIMEOUT_SECONDS, deadline.less(ANSWER_MS).remaining_seconds)
        sid, tokens = self._credentials(account)
        try:
            async with (
                asyncio.timeout(within_seconds),
                self._room,
                Elsewhere(self._api_url) as http,
            ):
                yield await _logged_in(sid, tokens, http)
        except TwilioException as no:
            raise declined(_read(no)) from no
        except (aiohttp.ClientError, TimeoutError, ValueError, KeyError) as fault:
            raise declined(SILENT) from fault  # nothing came, or nothing that can be read

    def _credentials(self, account: CarrierAccount) -> tuple[str, tuple[str, ...]]:
        if account.platform:
            if account.account_sid not in (None, self._platform_sid):
                text = "is neither the platform's carrier account nor one whose token is kept here"
                raise Declined("another_carrier", text, [("account_sid", text)])
            return self._platform_sid, (self._platform_token,)
        assert account.account_sid is not None, "the contract asks for it"
        tokens = self._tokens(account.account_sid)
        if not tokens:
            raise Declined("unavailable", "the account's credentials are not known here yet")
        return account.account_sid, tokens


async def _logged_in(sid: str, tokens: tuple[str, ...], http: Elsewhere) -> Client:
    """A client with the first token that is accepted; while they are rotated one is of no use."""
    for token in tokens[:-1]:
        client = Client(sid, token, http_client=http)
        try:
            await client.incoming_phone_numbers.page_async(page_size=1)
        except TwilioException as no:
            if _read(no) is not CREDENTIALS:
                raise
        else:
            return client
    return Client(sid, tokens[-1], http_client=http)


def place_in_list(cursor: str | None, limit: int) -> dict[str, Any]:
    """Where a page of a list begins, as the library wants to be told."""
    number, _, token = (cursor or "0").partition("-")
    return {
        "page_size": limit,
        "page_number": int(number) if number.isdigit() else 0,
        "page_token": token or values.unset,
    }


def next_of(url: str | None) -> str | None:
    """The cursor of the next page: its number, and the carrier's token where there is one."""
    if not url:
        return None
    asked = parse_qs(urlsplit(url).query)
    parts = [asked.get("Page", ["0"])[0], *asked.get("PageToken", [])]
    return "-".join(parts)


def _read(no: TwilioException) -> Fault:
    """What a fault of the library means; of a list it gives only the answer as it came."""
    if isinstance(no, TwilioRestException):
        return fault_of(no.status, no.code, no.msg)
    answer = next((one for one in no.args if isinstance(one, Response)), None)
    if answer is None:
        return SILENT
    try:
        told = orjson.loads(answer.text)
    except orjson.JSONDecodeError:
        told = {}
    return fault_of(answer.status_code, told.get("code"), str(told.get("message", "")))


def declined(fault: Fault) -> Declined:
    """A fault as the refusal that it is."""
    fields = [(fault.field, fault.text)] if fault.field else []
    return Declined(fault.code, fault.text, fields)
