"""Letters to people, given to a mail server: a few at once of each kind, each within a bound."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import make_msgid
from enum import StrEnum
from urllib.parse import unquote, urlsplit

import aiosmtplib

SEND_SECONDS = 10.0  # for one trial, from its turn on
TURN_SECONDS = 10.0  # that whoever invites somebody waits for a turn
TRIALS = 3  # of a letter that nobody waits for
RETRY_SECONDS = 2.0  # times the trials so far; others have the turn meanwhile
LATE_SECONDS = 300.0  # for all trials and their turns: later it is asked for again
AT_ONCE_MAX = 2  # connections for letters of one kind; mail servers refuse who opens many
WAITING_MAX = 200  # letters of one kind that nobody waits for; more is a flood, and is not sent
PORTS = {"smtp": 587, "smtps": 465}

log = logging.getLogger(__name__)


class Kind(StrEnum):
    """What a letter is about.  A flood of one kind takes no turns from the others."""

    INVITATION = "invitation"
    PASSWORD = "password"  # noqa: S105 - a kind of letter
    SIGN_UP = "sign-up"


@dataclass(frozen=True, slots=True)
class Letter:
    """What somebody is to read, in plain words."""

    to: str
    subject: str
    text: str


@dataclass(slots=True)
class _Lane:
    """The turns of one kind, first come first served, and what waits for them."""

    turn: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE_MAX))
    waiting: set[asyncio.Task[None]] = field(default_factory=set)


class Mail:
    """The mail server that a setting names, as smtp://user:password@host:port; or none.

    A password is sent over TLS only.
    """

    def __init__(self, url: str, sender: str) -> None:
        self._server = urlsplit(url) if url else None
        self._sender = sender
        self._lanes = {kind: _Lane() for kind in Kind}

    @property
    def there(self) -> bool:
        """Whether letters can be sent at all."""
        return self._server is not None

    async def send(self, kind: Kind, letter: Letter) -> bool:
        """Give a letter to the server, once, while somebody waits; whether it took it."""
        turn = self._lanes[kind].turn
        try:
            async with asyncio.timeout(TURN_SECONDS):
                await turn.acquire()
        except TimeoutError:
            log.warning("a letter was not sent: too many of %s are on their way", kind)
            return False
        try:
            return await self._sent(letter)
        finally:
            turn.release()

    def send_later(self, kind: Kind, write: Callable[[], Awaitable[Letter | None]]) -> None:
        """Write and send a letter for which nobody waits: no time tells whether there is one."""
        lane = self._lanes[kind]
        if len(lane.waiting) >= WAITING_MAX:
            log.warning("a letter was not sent: %d of %s are waiting", WAITING_MAX, kind)
            return
        task = asyncio.create_task(self._try(lane.turn, write), name="letter")
        lane.waiting.add(task)
        task.add_done_callback(lane.waiting.discard)

    async def stop(self) -> None:
        """Finish what is on its way, within the bound of one trial."""
        waiting = [task for lane in self._lanes.values() for task in lane.waiting]
        if waiting:
            _, late = await asyncio.wait(waiting, timeout=SEND_SECONDS)
            for task in late:
                task.cancel()

    async def _try(
        self, turn: asyncio.Semaphore, write: Callable[[], Awaitable[Letter | None]]
    ) -> None:
        try:
            async with asyncio.timeout(LATE_SECONDS):
                letter = await write()
                for trial in range(1, TRIALS + 1):
                    if letter is None:
                        return
                    async with turn:
                        if await self._sent(letter):
                            return
                    if trial < TRIALS:
                        await asyncio.sleep(RETRY_SECONDS * trial)
        except TimeoutError:
            log.warning("a letter was not sent: it had no turn in time")

    async def _sent(self, letter: Letter) -> bool:
        assert self._server is not None, "nobody writes letters where there is no mail"
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self._give(letter, self._server.scheme)
        except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError, MessageError) as fault:
            log.warning("a letter was not sent: %r", fault)
            return False
        return True

    async def _give(self, letter: Letter, scheme: str) -> None:
        server = self._server
        assert server is not None, "send looked"
        await aiosmtplib.send(
            _message(letter, self._sender),
            sender=self._sender,
            recipients=[letter.to],
            hostname=server.hostname,
            port=server.port or PORTS[scheme],
            username=unquote(server.username) if server.username else None,
            password=unquote(server.password) if server.password else None,
            use_tls=scheme == "smtps",
            start_tls=True if scheme == "smtp" and server.username else None,
            timeout=SEND_SECONDS,
        )


def _message(letter: Letter, sender: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = Address("CallCenter Pro", addr_spec=sender)
    message["To"] = Address(addr_spec=letter.to)
    message["Subject"] = letter.subject
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
    message.set_content(letter.text)
    return message
