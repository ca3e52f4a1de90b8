"""What is no webhook of the carrier: a clear answer, a logged reason, no trace of a call."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlencode
from uuid import UUID

import pytest

from deploy.local.carrier.signature import sign
from libs.contracts.ids import call_id_of
from services.ingress.app import create
from services.ingress.domain.budget import BODY_WAIT_MS
from services.ingress.twilio_forms import BODY_BYTES_MAX
from tests.service.ingress.played_router import PlayedRouter
from tests.service.ingress.stage import (
    ACCOUNT,
    ACCOUNT_SID,
    BASE_URL,
    CALL_SID,
    CALLER,
    FALLBACK,
    FORM_TYPE,
    NOWHERE,
    NUMBER,
    SHORTEST_MS,
    STATUS,
    TOKEN,
    VOICE,
    Ingress,
    place,
    running_ingress,
    settings,
)

FORM = urlencode({"AccountSid": ACCOUNT_SID, "CallSid": CALL_SID, "From": CALLER, "To": NUMBER})
BAD_INPUT: list[tuple[bytes, str, int, str]] = [
    (b"x=" + b"1" * BODY_BYTES_MAX, FORM_TYPE, 413, "body"),
    (b'{"From":"+1"}', "application/json", 415, ""),
    (b"--x\r\n", "multipart/form-data; boundary=x", 415, ""),
    (b"", "", 415, ""),
    (b'{"From":1}', FORM_TYPE, 400, '{"From":1}'),
    (FORM.encode() + b"&From=%2B12125550199", FORM_TYPE, 400, "From"),
    (FORM.encode() + b"&To=%2B12125550199", FORM_TYPE, 400, "To"),
    (FORM.encode() + b"&FromCity=" + b"x" * 10_000, FORM_TYPE, 400, "FromCity"),
    (FORM.encode() + b"&FromCity=%c3%28", FORM_TYPE, 400, "FromCity"),
    (FORM.encode() + b"&FromCity=%c", FORM_TYPE, 400, "FromCity"),
    (FORM.encode() + b"&%ff=1", FORM_TYPE, 400, "a field's name"),
    (
        FORM.encode() + b"&RecordingChannels=1&RecordingChannels=2",
        FORM_TYPE,
        400,
        "RecordingChannels",
    ),
    (b"&".join(b"f%d=1" % n for n in range(300)), FORM_TYPE, 400, "body"),
]


async def test_bad_input_is_refused_by_name_and_leaves_no_trace(
    ingress: Ingress, router: PlayedRouter, said: list[logging.LogRecord]
) -> None:
    for body, content_type, status, field in BAD_INPUT:
        headers = {"Content-Type": content_type, "X-Twilio-Signature": "whatever"}
        answer = await ingress.http.post(VOICE, content=body, headers=headers)
        assert (answer.status_code, answer.json()["field"]) == (status, field)
        assert answer.json()["title"]
        assert answer.headers["content-type"] == "application/problem+json"
        record = vars(said.pop())
        assert answer.json()["title"] in record["message"]
        assert (record["status"], record["field"], record["path"]) == (status, field, VOICE)
        assert said == []
    assert router.asked == []
    assert await router.facts() == []


@pytest.mark.parametrize("signature", [None, "", "wrong", "another's"])
async def test_what_the_carrier_did_not_sign_is_forbidden_and_leaves_no_trace(
    ingress: Ingress,
    router: PlayedRouter,
    said: list[logging.LogRecord],
    signature: str | None,
) -> None:
    form = {"AccountSid": ACCOUNT_SID, "CallSid": CALL_SID, "To": NUMBER, "CallStatus": "completed"}
    fixed = (VOICE, FALLBACK, STATUS, "/api/twilio/trunk/voice")
    for path in (*fixed, place("dial"), place("leg"), place("recording")):
        given = signature
        if given == "another's":
            given = sign("another token", BASE_URL + path, form)
        headers = {} if given is None else {"X-Twilio-Signature": given}
        answer = await ingress.http.post(path, data=form, headers=headers)
        assert answer.status_code == 403
        assert "signature" in said.pop().getMessage()
    assert router.asked == []
    assert await router.facts() == []


async def test_an_unknown_account_is_forbidden_whatever_it_signs(ingress: Ingress) -> None:
    assert (await ingress.post(VOICE, token="", account_sid="AC9")).status_code == 403
    assert (await ingress.post(VOICE, token="", account_sid="")).status_code == 403


async def test_the_query_is_signed_as_it_was_written(ingress: Ingress) -> None:
    path = place("leg")
    form = {"AccountSid": ACCOUNT_SID, "CallSid": CALL_SID, "CallStatus": "ringing"}
    signed = {"X-Twilio-Signature": sign(TOKEN, BASE_URL + path, form)}
    forged = path.replace(str(ACCOUNT), str(UUID(int=6)))
    assert (await ingress.http.post(path, data=form, headers=signed)).status_code == 200
    assert (await ingress.http.post(forged, data=form, headers=signed)).status_code == 403


async def test_there_is_nothing_else(ingress: Ingress) -> None:
    for path in ("/api/webhooks/nothing", "/api/twilio/trunk", f"{VOICE}/{'x' * 5_000}"):
        assert (await ingress.http.post(path)).status_code == 404
    for method in ("GET", "PUT", "DELETE", "OPTIONS"):
        answer = await ingress.http.request(method, VOICE)
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("path", [VOICE, FALLBACK, STATUS])
async def test_a_signed_call_without_a_name_hears_words_not_an_error(
    ingress: Ingress, router: PlayedRouter, said: list[logging.LogRecord], path: str
) -> None:
    answer = await ingress.post(path, CallSid="", CallStatus="completed")
    assert "CallSid" in said.pop().getMessage()
    assert answer.status_code == 200
    assert ("<Say>" in answer.text) is ("status" not in path)
    assert await router.facts() == []


@pytest.mark.parametrize("kind", ["dial", "leg", "recording"])
async def test_an_account_cannot_speak_of_anothers_call(
    ingress: Ingress, router: PlayedRouter, kind: str
) -> None:
    theirs = place(kind, call_id=call_id_of("AC7", CALL_SID))
    answer = await ingress.post(theirs, CallStatus="completed", DialCallStatus="busy")
    assert answer.status_code == 403
    assert router.asked == []
    assert await router.facts() == []


async def test_a_slow_body_is_not_waited_for(
    nats_url: str, router: PlayedRouter, tmp_path: Path
) -> None:
    never = asyncio.Event()

    async def dribble() -> AsyncIterator[bytes]:
        yield b"CallSid="
        await never.wait()
        yield b"CA1"

    more = {"webhook_deadline_ms": SHORTEST_MS}
    async with running_ingress(nats_url, tmp_path, **more) as ingress:
        headers = {"Content-Type": FORM_TYPE}
        answer = await ingress.http.post(VOICE, content=dribble(), headers=headers)
    assert (answer.status_code, router.asked) == (408, [])


async def test_a_slow_callback_is_waited_for(ingress: Ingress, router: PlayedRouter) -> None:
    """Nobody waits for its answer, and the carrier does not tell it again."""
    form = {"AccountSid": ACCOUNT_SID, "CallSid": CALL_SID, "CallStatus": "completed"}
    body = urlencode(form).encode()

    async def dribble() -> AsyncIterator[bytes]:
        yield body[:9]
        await asyncio.sleep(BODY_WAIT_MS / 1_000 + 0.1)  # longer than a caller would wait
        yield body[9:]

    signed = {"X-Twilio-Signature": sign(TOKEN, BASE_URL + STATUS, form)}
    headers = {"Content-Type": FORM_TYPE, **signed}
    answer = await ingress.http.post(STATUS, content=dribble(), headers=headers)
    assert answer.status_code == 200
    assert [type(fact).__name__ for fact in await router.facts()] == ["CallEnded"]


async def test_a_body_that_breaks_off_is_no_body(tmp_path: Path) -> None:
    """Signature checking is off: what was read so far would be believed."""
    unchecked = {"verify_signatures": False, "environment": "development"}
    app = create(settings(NOWHERE, tmp_path, **unchecked))
    messages: list[dict[str, object]] = [
        {"type": "http.disconnect"},
        {"type": "http.request", "body": FORM.encode(), "more_body": True},
    ]
    sent: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        return messages.pop()

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    headers = [(b"content-type", FORM_TYPE.encode())]
    asked = {"type": "http", "method": "POST", "path": VOICE, "query_string": b""}
    await app(asked | {"headers": headers}, receive, send)
    assert sent[0]["status"] == 400


async def test_a_digest_of_the_body_in_the_address_must_be_true(ingress: Ingress) -> None:
    assert (await ingress.post(f"{VOICE}?bodySHA256={'0' * 64}")).status_code == 403
