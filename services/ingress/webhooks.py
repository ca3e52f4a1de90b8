"""The routes Twilio calls, as bare ASGI: read, check the signature, ask the desk, answer.

Old numbers still name the addresses of the system before this one; they are
answered by the same handlers.
"""

import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from opentelemetry import metrics
from pydantic import ValidationError

from libs.contracts.calls import Fact
from libs.contracts.phone import read_caller
from libs.contracts.routing import AdmitCall
from libs.contracts.voice import Hangup
from libs.runtime.clock import Clock
from libs.runtime.deadline import Deadline
from libs.runtime.guard import guarded
from libs.runtime.telemetry import about, root_span
from services.ingress import twilio_forms as forms
from services.ingress.asgi import (
    NotAnswered,
    Receive,
    Scope,
    Send,
    read_body,
    send_document,
    send_problem,
)
from services.ingress.desk import CLOSING_MESSAGE, Desk, Turn, admission
from services.ingress.domain.budget import body_wait_ms, webhook_budget_ms
from services.ingress.domain.callbacks import (
    ONLY_TELL,
    Kind,
    Leg,
    kind_of,
    pool_of,
    read_dial_url,
    read_leg,
)
from services.ingress.twilio_forms import BadForm, Form
from services.ingress.twilio_guard import is_body_of, is_signed
from services.ingress.twiml import ACCEPT_KEY, EMPTY, Scene, render

FORM = b"application/x-www-form-urlencoded"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 8, 10)
"""Where the histogram cuts: at what callers notice, and at the budget that no setting can pass."""
POST_ONLY = ((b"allow", b"POST"),)
PATH_SHOWN = 100  # of an address that is refused

log = logging.getLogger(__name__)
_meter = metrics.get_meter("ingress")
_refused = _meter.create_counter(
    "webhooks.refused", description="Requests that were no webhook of the carrier, by status"
)
_seconds = _meter.create_histogram(
    "webhooks.seconds",
    unit="s",
    description="From a webhook's arrival to its answer, by kind",
    explicit_bucket_boundaries_advisory=SECONDS,
)


@dataclass(frozen=True, slots=True)
class Webhook:
    """One request of the carrier that may be believed."""

    kind: Kind
    path: str
    query: str
    form: Form
    deadline: Deadline


class Webhooks:
    """The ASGI app of all webhooks."""

    def __init__(
        self,
        desk: Desk,
        clock: Clock,
        base_url: str,
        tokens: Callable[[str], tuple[str, ...]],
        *,
        deadline_ms: int,
        verify: bool,
        trace_ratio: float,
    ) -> None:
        self._desk = desk
        self._clock = clock
        self._base_url = base_url
        self._tokens = tokens
        self._budget_ms = webhook_budget_ms(deadline_ms)
        self._verify = verify
        self._trace_ratio = trace_ratio
        self._handlers: dict[Kind, Callable[[Webhook], Awaitable[bytes]]] = {
            Kind.VOICE: self._voice,
            Kind.FALLBACK: self._fallback,
            Kind.DIAL: self._dial,
            Kind.LEG: self._leg,
            Kind.WHISPER: self._whisper,
            Kind.ACCEPT: self._accept,
            Kind.RECORDING: self._recording,
            Kind.TRANSCRIPT: self._transcript,
            Kind.STATUS: self._status,
            Kind.TURN: self._flow_turn,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one webhook: TwiML, or a problem that names what is wrong."""
        deadline, began = Deadline.within(self._budget_ms), time.perf_counter()
        try:
            webhook = await self._believed(scope, receive, deadline)
            with root_span(f"webhook {webhook.kind}", self._trace_ratio):
                document = await self._answered(webhook)
        except NotAnswered as no:
            await _refuse(send, no, scope["path"])
        except BadForm as no:
            await _refuse(send, NotAnswered(400, no.problem, no.field), scope["path"])
        else:
            await send_document(send, document)
            _seconds.record(time.perf_counter() - began, {"kind": webhook.kind})

    async def _believed(self, scope: Scope, receive: Receive, deadline: Deadline) -> Webhook:
        path = scope["path"]
        kind = kind_of(path)
        if kind is None:
            raise NotAnswered(404, "there is no such webhook")
        if scope["method"] != "POST":
            raise NotAnswered(405, "webhooks are sent by POST", headers=POST_ONLY)
        headers = dict(scope["headers"])
        if not headers.get(b"content-type", b"").lower().startswith(FORM):
            raise NotAnswered(415, f"a webhook's content type is {FORM.decode()}")
        within_ms = body_wait_ms(deadline.remaining_ms, only_tells=kind in ONLY_TELL)
        body = await read_body(receive, within_ms)
        form = forms.read_form(body)
        query = scope["query_string"].decode("latin1")
        if self._verify:
            raw_path = (scope.get("raw_path") or path.encode()).decode("latin1")
            url = self._base_url + raw_path + (f"?{query}" if query else "")
            given = headers.get(b"x-twilio-signature", b"").decode("latin1")
            signed = is_signed(given, url, form, self._tokens(form.get("AccountSid")))
            if not signed or not is_body_of(query, body):
                raise NotAnswered(403, "the request does not bear the account's signature")
        return Webhook(kind, path, query, form, deadline)

    async def _answered(self, webhook: Webhook) -> bytes:
        """The document; a caller hears words rather than an error, whatever happens."""
        try:
            return await guarded(
                self._handlers[webhook.kind](webhook),
                lambda: _apology(webhook),
                f"answer a {webhook.kind} webhook",
                expected=(NotAnswered, BadForm, ValidationError),
            )
        except (BadForm, ValidationError) as fault:
            log.warning("a signed webhook cannot be understood: %s", fault)
            return _apology(webhook)

    async def _voice(self, webhook: Webhook) -> bytes:
        form = webhook.form
        pool_id = pool_of(webhook.path) or pool_of(form.get("ErrorUrl"))
        fact = forms.arrival(form, pool_id, self._clock.now())
        return await self._desk.arrived(fact, self._turn(webhook, Leg(fact.call_id, 0, None)))

    async def _fallback(self, webhook: Webhook) -> bytes:
        """The carrier could not use an answer of ours: go on where it failed."""
        form = webhook.form
        log.error(
            "the carrier asks at the fallback address",
            extra={"error_code": form.get("ErrorCode"), "error_url": form.get("ErrorUrl")},
        )
        leg = read_dial_url(form.get("ErrorUrl"))
        if leg is None or not forms.is_of_call(form, leg.call_id):
            return await self._voice(webhook)
        if leg.in_flow and "DialCallStatus" not in form.values:
            return await self._came_back(webhook, leg)
        return await self._continue(webhook, leg)

    async def _flow_turn(self, webhook: Webhook) -> bytes:
        return await self._came_back(webhook, _leg_of(webhook))

    async def _came_back(self, webhook: Webhook, leg: Leg) -> bytes:
        heard = forms.heard(webhook.form)
        return await self._desk.came_back(heard, self._again(webhook), self._turn(webhook, leg))

    def _again(self, webhook: Webhook) -> AdmitCall:
        """What the router is asked where the flow has nothing to say."""
        return admission(forms.arrival(webhook.form, None, self._clock.now()))

    async def _dial(self, webhook: Webhook) -> bytes:
        return await self._continue(webhook, _leg_of(webhook))

    async def _continue(self, webhook: Webhook, leg: Leg) -> bytes:
        ended = forms.dial_end(webhook.form, leg, self._clock.now())
        if leg.in_flow:
            turn = self._turn(webhook, leg)
            return await self._desk.leg_of_flow_ended(ended, self._again(webhook), turn)
        said = "DialCallStatus" in webhook.form.values
        return await self._desk.leg_ended(ended, self._turn(webhook, leg), said=said)

    def _turn(self, webhook: Webhook, leg: Leg) -> Turn:
        _tell_logs(leg)
        caller, dialled = read_caller(webhook.form.get("From")), webhook.form.get("To")
        scene = Scene(self._base_url, caller, dialled, leg)
        return Turn(scene, self._clock.now(), webhook.deadline)

    async def _leg(self, webhook: Webhook) -> bytes:
        return await self._told(forms.leg_fact(webhook.form, _leg_of(webhook), self._clock.now()))

    async def _whisper(self, webhook: Webhook) -> bytes:
        return await self._desk.picked_up(self._turn(webhook, _leg_of(webhook)))

    async def _accept(self, webhook: Webhook) -> bytes:
        """An empty document connects; a callee who presses another key has declined."""
        if webhook.form.get("Digits") != ACCEPT_KEY:
            return render((Hangup(),), self._turn(webhook, _leg_of(webhook)).scene)
        return await self._told(forms.accepted(webhook.form, _leg_of(webhook), self._clock.now()))

    async def _recording(self, webhook: Webhook) -> bytes:
        return await self._told(forms.recording(webhook.form, _leg_of(webhook), self._clock.now()))

    async def _transcript(self, webhook: Webhook) -> bytes:
        return await self._told(forms.transcript(webhook.form, _leg_of(webhook), self._clock.now()))

    async def _status(self, webhook: Webhook) -> bytes:
        return await self._told(forms.call_end(webhook.form, self._clock.now()))

    async def _told(self, fact: Fact | None) -> bytes:
        """A callback only tells; None where it tells nothing that we keep."""
        if fact is not None:
            _tell_logs(Leg(fact.call_id, fact.step, fact.account_id))
            await self._desk.tell(fact)
        return EMPTY


def _leg_of(webhook: Webhook) -> Leg:
    """The leg that the address names, if it belongs to the account that signed."""
    leg = read_leg(webhook.path, webhook.query)
    if leg is None:
        raise NotAnswered(404, "the address names no leg of ours")
    if not forms.is_of_call(webhook.form, leg.call_id):
        raise NotAnswered(403, "the address names a leg of another call")
    return leg


def _tell_logs(leg: Leg) -> None:
    about(call_id=str(leg.call_id))
    if leg.account_id is not None:
        about(account_id=str(leg.account_id))


def _apology(webhook: Webhook) -> bytes:
    """Words for a caller who waits; a callback needs none."""
    if webhook.kind in (Kind.VOICE, Kind.FALLBACK, Kind.DIAL, Kind.TURN):
        return f"<Response><Say>{CLOSING_MESSAGE}</Say><Hangup/></Response>".encode()
    return EMPTY


async def _refuse(send: Send, no: NotAnswered, path: str) -> None:
    log.warning(
        "a webhook is refused: %s",
        no.problem,
        extra={"status": no.status, "field": no.field, "path": path[:PATH_SHOWN]},
    )
    _refused.add(1, {"status": str(no.status)})
    await send_problem(send, no)
