"""A real mail server, whose mailboxes the tests read."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.kit.hosting import eventually

LINK = re.compile(r"https?://\S+/link#\S+")


class Mailbox:
    """What the server was given, in order; it holds letters to `slow` until it is open."""

    def __init__(self) -> None:
        self.url = ""
        self.letters: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.slow = ""
        self.held = 0
        self.open = asyncio.Event()

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self.slow and envelope.rcpt_tos[0].endswith(self.slow):
            self.held += 1
            await self.open.wait()
        content = envelope.content
        assert isinstance(content, bytes)
        self.letters.append(message_from_bytes(content, EmailMessage, policy=policy.default))
        self.recipients.append(list(envelope.rcpt_tos))
        return "250 taken"

    async def link_for(self, email: str) -> str:
        """The link in the latest letter to somebody, once it has come; the letter is taken out."""

        async def look() -> str | None:
            for at, recipients in reversed(list(enumerate(self.recipients))):
                if recipients == [email]:
                    self.recipients.pop(at)
                    found = LINK.search(self.letters.pop(at).get_content())
                    assert found is not None
                    return found[0]
            return None

        return await eventually(look)


@asynccontextmanager
async def running_mailbox() -> AsyncIterator[Mailbox]:
    """Listen until the block ends."""
    mailbox = Mailbox()
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(mailbox, hostname="mail.test"), "127.0.0.1", 0
    )
    mailbox.url = f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield mailbox
    finally:
        server.close()
