"""Recordings at the carrier: heard by who has a ticket, deleted where an account wants it so."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from http import HTTPStatus

import orjson
from aiohttp import encode_basic_auth
from twilio.base.exceptions import TwilioRestException

from libs.contracts.calls import Fact, RecordingDeleted, sequence_of
from libs.contracts.carrier_numbers import CarrierAccount
from libs.contracts.recordings import DeleteRecording, DoorOpened, OpenRecording, RecordingGone
from libs.runtime.answers import Declined
from libs.runtime.clock import Clock
from libs.runtime.deadline import Deadline
from libs.runtime.relay import NotRelayed, Relay, Relayed
from libs.runtime.seal import CannotOpen, Seal
from services.ingress.carrier.access import Access

TICKET_GOOD_FOR = timedelta(seconds=60)  # until the sound begins to come, however long it is
DOOR = "/recordings"
API_VERSION = "2010-04-01"

Tokens = Callable[[str], tuple[str, ...]]
Publish = Callable[[Fact], Awaitable[None]]


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


class Deletions:
    """Deletes recordings at the carrier; each deletion is a fact of the call."""

    def __init__(self, access: Access, platform_sid: str, publish: Publish, clock: Clock) -> None:
        self._access = access
        self._platform_sid = platform_sid
        self._publish = publish
        self._clock = clock

    async def delete(self, question: DeleteRecording, deadline: Deadline) -> RecordingGone:
        """Have it deleted, and say that it is; raise Declined, or NotPublished."""
        sid = question.account_sid
        account = CarrierAccount(account_sid=sid, platform=sid == self._platform_sid)
        async with self._access.client(account, deadline) as client:
            try:
                was_there = await client.recordings(question.recording_sid).delete_async()
            except TwilioRestException as no:
                if no.status != HTTPStatus.NOT_FOUND:
                    raise
                was_there = False
        if question.call_id is not None:
            now = self._clock.now()
            await self._publish(
                RecordingDeleted(
                    call_id=question.call_id,
                    account_id=question.account_id,
                    step=question.step,
                    sequence=sequence_of(question.recording_sid, 0),
                    at=now,
                    seen_at=now,
                    recording_sid=question.recording_sid,
                )
            )
        return RecordingGone(was_there=was_there)
