"""The sound of recordings: fetched with the account's credentials, for who has a ticket."""

from collections.abc import Callable
from datetime import datetime, timedelta
from http import HTTPStatus

import orjson
from aiohttp import encode_basic_auth

from libs.contracts.recordings import DoorOpened, OpenRecording
from libs.runtime.answers import Declined
from libs.runtime.clock import Clock
from libs.runtime.deadline import Deadline
from libs.runtime.relay import NotRelayed, Relay, Relayed
from libs.runtime.seal import CannotOpen, Seal

TICKET_GOOD_FOR = timedelta(seconds=60)  # until the sound begins to come, however long it is
DOOR = "/recordings"
API_VERSION = "2010-04-01"

Tokens = Callable[[str], tuple[str, ...]]


class NoEntry(Exception):
    """The ticket is none of ours, or no longer good."""


class CarrierRecordings:
    """Writes tickets, and gives the sound to who brings one."""

    def __init__(
        self, api_url: str, tokens: Tokens, seal: Seal, clock: Clock, relay: Relay
    ) -> None:
        self._api_url = api_url.rstrip("/")
        self._tokens = tokens
        self._seal = seal
        self._clock = clock
        self._relay = relay

    async def open(self, question: OpenRecording, _: Deadline) -> DoorOpened:
        """A ticket; raise Declined where the account's credentials are not known."""
        if not self._tokens(question.account_sid):
            raise Declined("unavailable", "the account's credentials are not known here yet")
        until = self._clock.now() + TICKET_GOOD_FOR
        ticket = [question.account_sid, question.recording_sid, until.timestamp()]
        sealed = self._seal.close(orjson.dumps(ticket).decode())
        return DoorOpened(path=f"{DOOR}/{sealed}", expires_at=until)

    async def sound(self, ticket: str, part: str | None) -> Relayed:
        """The sound, or a part of it in bytes; raise NoEntry, or NotRelayed."""
        account_sid, recording_sid = self._read(ticket, self._clock.now())
        url = f"{self._api_url}/{API_VERSION}/Accounts/{account_sid}/Recordings/{recording_sid}.wav"
        ranged = {} if part is None else {"Range": part}
        for token in self._tokens(account_sid):
            login = encode_basic_auth(account_sid, token)
            answer = await self._relay.get(url, {"Authorization": login, **ranged})
            if answer.status_code != HTTPStatus.UNAUTHORIZED:
                return answer
            await answer.close()
        raise NotRelayed("the carrier does not accept the account's credentials")

    def _read(self, ticket: str, now: datetime) -> tuple[str, str]:
        try:
            account_sid, recording_sid, until = orjson.loads(self._seal.open(ticket))
        except CannotOpen as fault:
            raise NoEntry("the ticket is none of ours") from fault
        if now.timestamp() > until:
            raise NoEntry("the ticket is no longer good")
        return account_sid, recording_sid
