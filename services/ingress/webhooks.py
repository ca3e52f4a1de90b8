"""The routes Twilio calls, as bare ASGI: read, check the signature, ask the desk, answer.

Old numbers still name the addresses of the system before this one; they are
answered by the same handlers.
"""

import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from libs.contracts.ids import PoolId
from libs.contracts.phone import read_caller
from libs.runtime.clock import Clock
from libs.runtime.telemetry import root_span
from services.ingress import twilio_forms as forms
from services.ingress.desk import CLOSING_MESSAGE, Desk
from services.ingress.domain.callbacks import Leg, read_dial_url, read_leg
from services.ingress.twilio_forms import BODY_BYTES_MAX, BadForm, Form
from services.ingress.twilio_guard import is_signed
from services.ingress.twiml import EMPTY

XML = b"text/xml; charset=utf-8"
JSON = b"application/problem+json"
FORM = b"application/x-www-form-urlencoded"

log = logging.getLogger(__name__)
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

_POOL = re.compile(r"/api/webhooks/pool/([0-9a-fA-F-]{36})/voice")
_KINDS = (
    ("voice", re.compile(r"/api/webhooks/(?:(?:twilio|(?:pool|tracking-tag)/[^/]{1,64})/)?voice")),
    ("voice", re.compile(r"/api/twilio/trunk/voice")),
    ("fallback", re.compile(r"/api/webhooks/fallback")),
    ("dial", re.compile(r"/api/webhooks/dial/[^/]+/[0-9]+")),
    ("leg", re.compile(r"/api/webhooks/leg/[^/]+/[0-9]+")),
    ("recording", re.compile(r"/api/webhooks/recording/[^/]+/[0-9]+")),
    (
        "status",
        re.compile(r"/api/webhooks/(?:(?:twilio|(?:pool|tracking-tag)/[^/]{1,64})/)?status"),
    ),
    ("status", re.compile(r"/api/webhooks/call-status")),
)


class NotAnswered(Exception):
    """The request is refused with an HTTP status; `problem` says why, to a person."""

    def __init__(self, status: int, problem: str, field: str = "") -> None:
        super().__init__(problem)
        self.status = status
        self.problem = problem
        self.field = field


@dataclass(frozen=True, slots=True)
class Webhook:
    """One request of the carrier that may be believed."""

    kind: str
    path: str
    query: str
    form: Form

    @property
    def leg(self) -> Leg:
        """The leg its address names."""
        leg = read_leg(self.path, self.query)
        if leg is None:
            raise NotAnswered(404, "the address names no leg of ours")
        return leg


class Webhooks:
    """The ASGI app of all webhooks."""

    def __init__(
        self,
        desk: Desk,
        clock: Clock,
        base_url: str,
        tokens: Callable[[str], tuple[str, ...]],
        *,
        verify: bool,
        trace_ratio: float,
    ) -> None:
        self._desk = desk
        self._clock = clock
        self._base_url = base_url
        self._tokens = tokens
        self._verify = verify
        self._trace_ratio = trace_ratio
        self._handlers: dict[str, Callable[[Webhook], Awaitable[bytes]]] = {
            "voice": self._voice,
            "fallback": self._fallback,
            "dial": self._dial,
            "leg": self._leg,
            "recording": self._recording,
            "status": self._status,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one webhook: TwiML, or a problem that names what is wrong."""
        try:
            webhook = await self._believed(scope, receive)
        except NotAnswered as no:
            await _send_problem(send, no)
            return
        except BadForm as no:
            await _send_problem(send, NotAnswered(400, no.problem, no.field))
            return
        with root_span(f"webhook {webhook.kind}", self._trace_ratio):
            try:
                document: bytes = await self._handlers[webhook.kind](webhook)
            except NotAnswered as no:
                await _send_problem(send, no)
                return
            except (BadForm, ValueError) as fault:
                log.warning("a signed webhook cannot be understood: %s", fault)
                document = _apology(webhook)
        await _send(send, 200, XML, document)

    async def _believed(self, scope: Scope, receive: Receive) -> Webhook:
        path = scope["path"]
        kind = next((kind for kind, known in _KINDS if known.fullmatch(path)), None)
        if kind is None:
            raise NotAnswered(404, "there is no such webhook")
        if scope["method"] != "POST":
            raise NotAnswered(405, "webhooks are sent by POST")
        headers = dict(scope["headers"])
        if not headers.get(b"content-type", b"").lower().startswith(FORM):
            raise NotAnswered(415, f"a webhook's content type is {FORM.decode()}")
        form = forms.read_form(await _body(receive))
        query = scope["query_string"].decode("latin1")
        raw_path = scope.get("raw_path") or path.encode()
        url = self._base_url + raw_path.decode("latin1") + (f"?{query}" if query else "")
        if self._verify:
            given = headers.get(b"x-twilio-signature", b"").decode("latin1")
            if not is_signed(given, url, form, self._tokens(form.get("AccountSid"))):
                raise NotAnswered(403, "the request does not bear the account's signature")
        return Webhook(kind, path, query, form)

    async def _voice(self, webhook: Webhook) -> bytes:
        pool = _POOL.fullmatch(webhook.path)
        pool_id = PoolId(UUID(pool[1])) if pool else None
        return await self._desk.arrived(forms.arrival(webhook.form, pool_id, self._clock.now()))

    async def _fallback(self, webhook: Webhook) -> bytes:
        """The carrier could not use an answer of ours: go on where it failed."""
        form = webhook.form
        log.error(
            "the carrier asks at the fallback address",
            extra={"error_code": form.get("ErrorCode"), "error_url": form.get("ErrorUrl")},
        )
        leg = read_dial_url(form.get("ErrorUrl"))
        if leg is None:
            return await self._voice(webhook)
        return await self._continue(webhook, leg)

    async def _dial(self, webhook: Webhook) -> bytes:
        return await self._continue(webhook, webhook.leg)

    async def _continue(self, webhook: Webhook, leg: Leg) -> bytes:
        form = webhook.form
        fact = forms.dial_end(form, leg, self._clock.now())
        caller, dialled = read_caller(form.get("From")), form.get("To")
        return await self._desk.leg_ended(fact, leg, caller, dialled)

    async def _leg(self, webhook: Webhook) -> bytes:
        fact = forms.leg_fact(webhook.form, webhook.leg, self._clock.now())
        if fact is not None:
            await self._desk.tell(fact)
        return EMPTY

    async def _recording(self, webhook: Webhook) -> bytes:
        fact = forms.recording(webhook.form, webhook.leg, self._clock.now())
        if fact is not None:
            await self._desk.tell(fact)
        return EMPTY

    async def _status(self, webhook: Webhook) -> bytes:
        fact = forms.call_end(webhook.form, self._clock.now())
        if fact is not None:
            await self._desk.tell(fact)
        return EMPTY


def _apology(webhook: Webhook) -> bytes:
    """A caller hears words rather than an error; a callback needs none."""
    if webhook.kind in ("voice", "fallback", "dial"):
        return f"<Response><Say>{CLOSING_MESSAGE}</Say><Hangup/></Response>".encode()
    return EMPTY


async def _body(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > BODY_BYTES_MAX:
            raise NotAnswered(413, f"at most {BODY_BYTES_MAX} bytes are read", "body")
        if not message.get("more_body"):
            return bytes(body)


async def _send_problem(send: Send, no: NotAnswered) -> None:
    problem = {"status": no.status, "title": no.problem, "field": no.field}
    await _send(send, no.status, JSON, orjson.dumps(problem))


async def _send(send: Send, status: int, content_type: bytes, body: bytes) -> None:
    headers = [(b"content-type", content_type), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
