"""Letters to people, given to a mail server: a few at once, each within a bound."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import make_msgid
from urllib.parse import unquote, urlsplit

import aiosmtplib

SEND_SECONDS = 10.0  # for one trial, all in all: whoever invites somebody waits for it
TRIALS = 3  # of a letter that nobody waits for
RETRY_SECONDS = 2.0  # times the trials so far
AT_ONCE_MAX = 4  # connections; mail servers refuse who opens many
WAITING_MAX = 200  # letters that nobody waits for; more is a flood, and is not sent
PORTS = {"smtp": 587, "smtps": 465}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Letter:
    """What somebody is to read, in plain words."""

    to: str
    subject: str
    text: str


class Mail:
    """The mail server that a setting names, as smtp://user:password@host:port; or none.

    A password is sent over TLS only.
    """

    def __init__(self, url: str, sender: str) -> None:
        self._server = urlsplit(url) if url else None
        self._sender = sender
        self._turn = asyncio.Semaphore(AT_ONCE_MAX)
        self._waiting: set[asyncio.Task[None]] = set()

    @property
    def there(self) -> bool:
        """Whether letters can be sent at all."""
        return self._server is not None

    async def send(self, letter: Letter) -> bool:
        """Give a letter to the server, once; whether it took it."""
        assert self._server is not None, "nobody writes letters where there is no mail"
        try:
            async with asyncio.timeout(SEND_SECONDS), self._turn:
                await self._give(letter, self._server.scheme)
        except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError, MessageError) as fault:
            log.warning("a letter was not sent: %r", fault)
            return False
        return True

    def send_later(self, write: Callable[[], Awaitable[Letter | None]]) -> None:
        """Write and send a letter for which nobody waits: no time tells whether there is one."""
        if len(self._waiting) >= WAITING_MAX:
            log.warning("a letter was not sent: %d are waiting", WAITING_MAX)
            return
        task = asyncio.create_task(self._try(write), name="letter")
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)

    async def stop(self) -> None:
        """Finish what is on its way, within the bound of one trial."""
        if self._waiting:
            _, late = await asyncio.wait(self._waiting, timeout=SEND_SECONDS)
            for task in late:
                task.cancel()

    async def _try(self, write: Callable[[], Awaitable[Letter | None]]) -> None:
        letter = await write()
        for trial in range(1, TRIALS + 1):
            if letter is None or await self.send(letter):
                return
            if trial < TRIALS:
                await asyncio.sleep(RETRY_SECONDS * trial)

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
