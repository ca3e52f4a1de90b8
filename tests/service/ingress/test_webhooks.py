"""Signed webhooks become questions, facts and TwiML; everything else is refused."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlencode
from uuid import UUID

import httpx
import pytest

from deploy.local.carrier.signature import sign
from libs.contracts.calls import (
    CallArrived,
    CallEnded,
    LegAnswered,
    LegEnded,
    LegRinging,
    RecordingReady,
)
from libs.contracts.ids import call_id_of
from libs.contracts.phone import CallerKind
from libs.contracts.routing import AdmitCall, Close, ContinueCall, RouteReason, Stop
from libs.contracts.voice import DialRecording
from tests.service.ingress.stage import (
    ACCOUNT,
    ACCOUNT_SID,
    BASE_URL,
    CALL_ID,
    CALL_SID,
    CALLER,
    NUMBER,
    TARGET,
    TOKEN,
    Ingress,
    PlayedRouter,
    action_of,
    dial,
    place,
    running_ingress,
)

VOICE = "/api/webhooks/voice"
POOL = "0190a0b0-0000-7000-8000-00000000000c"
EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


async def test_a_call_is_told_asked_about_and_dialled(
    ingress: Ingress, router: PlayedRouter
) -> None:
    router.decision = dial(ring_seconds=20, recording=DialRecording.DUAL)

    answer = await ingress.post(VOICE, FromCity="São Paulo", StirVerstat="TN-Validation-Passed-A")

    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/xml; charset=utf-8")
    assert "<Number statusCallback=" in answer.text
    assert TARGET.number in answer.text
    assert f'callerId="{CALLER}"' in answer.text
    assert 'record="record-from-answer-dual"' in answer.text
    assert action_of(answer.text) == place("dial")
    [asked] = router.asked
    assert isinstance(asked, AdmitCall)
    assert (asked.call_id, asked.dialled, asked.geography.city) == (CALL_ID, NUMBER, "São Paulo")
    [fact] = await router.facts()
    assert isinstance(fact, CallArrived)
    assert (fact.call_id, fact.stir) == (CALL_ID, "TN-Validation-Passed-A")


async def test_the_same_webhook_at_two_ingresses_gives_the_same_bytes_and_one_fact(
    nats_url: str, ingress: Ingress, router: PlayedRouter, tmp_path: Path
) -> None:
    async with running_ingress(nats_url, tmp_path) as other:
        await other.connected()
        answers = await asyncio.gather(*(at.post(VOICE) for at in (ingress, other) * 3))
    assert len({answer.content for answer in answers}) == 1
    assert TARGET.number in answers[0].text
    assert len(await router.facts()) == 1


@pytest.mark.parametrize(
    ("decision", "heard"),
    [
        (
            Close(account_id=ACCOUNT, step=0, say="A & <b>", reason=RouteReason.ALL_CAPPED),
            '<Say language="en-US">A &amp; &lt;b&gt;</Say><Hangup/>',
        ),
        (Stop(account_id=ACCOUNT, step=0, reason=RouteReason.CALLER_GONE), "<Response/>"),
    ],
)
async def test_a_close_is_spoken_and_a_stop_is_nothing(
    ingress: Ingress, router: PlayedRouter, decision: Close | Stop, heard: str
) -> None:
    router.decision = decision
    assert heard in (await ingress.post(VOICE)).text


@pytest.mark.parametrize(
    ("path", "pool"),
    [
        ("/api/webhooks/twilio/voice", None),
        ("/api/webhooks/tracking-tag/17/voice", None),
        ("/api/twilio/trunk/voice", None),
        (f"/api/webhooks/pool/{POOL}/voice", UUID(POOL)),
        ("/api/webhooks/pool/17/voice", None),
        (f"/api/webhooks/turn/{CALL_ID}/0", None),
    ],
)
async def test_numbers_configured_long_ago_keep_ringing(
    ingress: Ingress, router: PlayedRouter, path: str, pool: UUID | None
) -> None:
    answer = await ingress.post(path)
    assert TARGET.number in answer.text
    [asked] = router.asked
    assert isinstance(asked, AdmitCall)
    assert asked.pool_id == pool


@pytest.mark.parametrize(
    ("caller", "kind"),
    [
        ("", CallerKind.WITHHELD),
        ("anonymous", CallerKind.WITHHELD),
        ("+266696687", CallerKind.WITHHELD),
        ("client:ann", CallerKind.CLIENT),
        ("sip:ann@pbx.example.com", CallerKind.SIP),
        ('"><Dial>+19005550100</Dial>', CallerKind.WITHHELD),
    ],
)
async def test_a_caller_without_a_number_gets_through_and_shows_ours(
    ingress: Ingress, router: PlayedRouter, caller: str, kind: CallerKind
) -> None:
    answer = await ingress.post(VOICE, From=caller)
    assert f'callerId="{NUMBER}"' in answer.text
    assert "+19005550100" not in answer.text
    [asked] = router.asked
    assert isinstance(asked, AdmitCall)
    assert asked.caller.kind is kind


FORM = urlencode({"AccountSid": ACCOUNT_SID, "CallSid": CALL_SID, "From": CALLER, "To": NUMBER})
FORM_TYPE = "application/x-www-form-urlencoded"


BAD_INPUT: list[tuple[bytes, str, int, str]] = [
    (b"x=" + b"1" * 65_536, FORM_TYPE, 413, "body"),
    (b'{"From":"+1"}', "application/json", 415, ""),
    (b"--x\r\n", "multipart/form-data; boundary=x", 415, ""),
    (b"", "", 415, ""),
    (b'{"From":1}', FORM_TYPE, 400, '{"From":1}'),
    (FORM.encode() + b"&From=%2B12125550199", FORM_TYPE, 400, "From"),
    (FORM.encode() + b"&To=%2B12125550199", FORM_TYPE, 400, "To"),
    (FORM.encode() + b"&FromCity=" + b"x" * 10_000, FORM_TYPE, 400, "FromCity"),
    (FORM.encode() + b"&FromCity=%c3%28", FORM_TYPE, 400, "FromCity"),
    (FORM.encode() + b"&FromCity=%c", FORM_TYPE, 400, "FromCity"),
    (b"&".join(b"f%d=1" % n for n in range(300)), FORM_TYPE, 400, "body"),
]


async def test_bad_input_is_refused_by_name_and_leaves_no_trace(
    ingress: Ingress, router: PlayedRouter
) -> None:
    for body, content_type, status, field in BAD_INPUT:
        headers = {"Content-Type": content_type, "X-Twilio-Signature": "whatever"}
        answer = await ingress.http.post(VOICE, content=body, headers=headers)
        assert (answer.status_code, answer.json()["field"]) == (status, field)
        assert answer.json()["title"]
    assert router.asked == []
    assert await router.facts() == []


@pytest.mark.parametrize("signature", [None, "", "wrong", "another's"])
async def test_what_the_carrier_did_not_sign_is_forbidden_and_leaves_no_trace(
    ingress: Ingress, router: PlayedRouter, signature: str | None
) -> None:
    form = {"AccountSid": ACCOUNT_SID, "CallSid": CALL_SID, "To": NUMBER, "CallStatus": "completed"}
    fixed = (VOICE, "/api/webhooks/fallback", "/api/webhooks/status", "/api/twilio/trunk/voice")
    for path in (*fixed, place("dial"), place("leg"), place("recording")):
        given = signature
        if given == "another's":
            given = sign("another token", BASE_URL + path, form)
        headers = {} if given is None else {"X-Twilio-Signature": given}
        answer = await ingress.http.post(path, data=form, headers=headers)
        assert answer.status_code == 403
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
    for method, path, status in (
        ("POST", "/api/webhooks/nothing", 404),
        ("POST", "/api/twilio/trunk", 404),
        ("GET", VOICE, 405),
        ("PUT", VOICE, 405),
    ):
        assert (await ingress.http.request(method, path)).status_code == status


@pytest.mark.parametrize("path", [VOICE, "/api/webhooks/fallback", "/api/webhooks/status"])
async def test_a_signed_call_without_a_name_hears_words_not_an_error(
    ingress: Ingress, router: PlayedRouter, path: str
) -> None:
    answer = await ingress.post(path, CallSid="", CallStatus="completed")
    assert answer.status_code == 200
    assert ("<Say>" in answer.text) is ("status" not in path)
    assert await router.facts() == []


async def test_a_dial_action_asks_who_is_next(ingress: Ingress, router: PlayedRouter) -> None:
    router.decision = dial(step=1)
    fields = {"DialCallStatus": "busy", "DialCallSid": "CA9", "DialBridged": "false"}

    answer = await ingress.post(place("dial"), **fields, CallStatus="ringing")

    assert action_of(answer.text) == place("dial", step=1)
    [asked] = router.asked
    assert isinstance(asked, ContinueCall)
    assert (asked.ended.call_id, asked.ended.account_id) == (CALL_ID, ACCOUNT)
    assert asked.ended.status == "busy"
    assert await router.facts() == [asked.ended]


async def test_a_caller_who_has_gone_is_asked_about_no_more(
    ingress: Ingress, router: PlayedRouter
) -> None:
    answer = await ingress.post(place("dial"), DialCallStatus="canceled", CallStatus="completed")
    assert answer.text == EMPTY
    assert router.asked == []
    [fact] = await router.facts()
    assert isinstance(fact, LegEnded)
    assert fact.caller_gone


async def test_callbacks_late_twice_and_out_of_order_are_facts_once_each(
    ingress: Ingress, router: PlayedRouter
) -> None:
    leg = {"CallSid": "CA9", "ParentCallSid": CALL_SID}
    told = [
        (
            place("leg"),
            leg
            | {
                "CallStatus": "completed",
                "SequenceNumber": "3",
                "CallDuration": "49",
                "Duration": "1",
            },
        ),
        (place("leg"), leg | {"CallStatus": "in-progress", "SequenceNumber": "2"}),
        (place("leg"), leg | {"CallStatus": "ringing", "SequenceNumber": "1"}),
        (place("leg"), leg | {"CallStatus": "initiated", "SequenceNumber": "0"}),
        (
            "/api/webhooks/status",
            {"CallStatus": "completed", "CallDuration": "51", "Duration": "1"},
        ),
        (
            place("recording"),
            {"RecordingSid": "RE1", "RecordingStatus": "completed", "RecordingDuration": "40"},
        ),
    ]
    for path, fields in told * 2:
        answer = await ingress.post(path, **fields)
        assert (answer.status_code, answer.text) == (200, EMPTY)

    facts = await router.facts()

    assert [type(fact) for fact in facts] == [
        LegEnded,
        LegAnswered,
        LegRinging,
        CallEnded,
        RecordingReady,
    ]
    assert [getattr(fact, "seconds", None) for fact in facts] == [49, None, None, 51, 40]
    assert {fact.call_id for fact in facts} == {CALL_ID}
    assert [fact.account_id for fact in facts] == [ACCOUNT, ACCOUNT, ACCOUNT, None, ACCOUNT]


@pytest.mark.parametrize(
    "path",
    [
        "/api/webhooks/call-status",
        "/api/webhooks/twilio/status",
        f"/api/webhooks/pool/{POOL}/status",
        "/api/webhooks/tracking-tag/3/status",
    ],
)
async def test_status_urls_of_long_ago_end_calls(
    ingress: Ingress, router: PlayedRouter, path: str
) -> None:
    await ingress.post(path, CallStatus="no-answer")
    [fact] = await router.facts()
    assert isinstance(fact, CallEnded)
    assert fact.status == "no-answer"


@pytest.mark.parametrize("kind", ["dial", "leg", "recording"])
async def test_an_account_cannot_speak_of_anothers_call(
    ingress: Ingress, router: PlayedRouter, kind: str
) -> None:
    theirs = place(kind, call_id=call_id_of("AC7", CALL_SID))
    answer = await ingress.post(theirs, CallStatus="completed", DialCallStatus="busy")
    assert answer.status_code == 403
    assert router.asked == []
    assert await router.facts() == []


async def test_a_slow_body_is_not_waited_for(ingress: Ingress) -> None:
    async def dribble() -> AsyncIterator[bytes]:
        yield b"CallSid="
        await asyncio.sleep(30)
        yield b"CA1"

    began = asyncio.get_running_loop().time()
    answer = await ingress.http.post(
        VOICE,
        content=dribble(),
        headers={"Content-Type": FORM_TYPE},
    )
    assert answer.status_code == 408
    assert asyncio.get_running_loop().time() - began < 5


async def test_a_digest_of_the_body_in_the_address_must_be_true(ingress: Ingress) -> None:
    assert (await ingress.post(f"{VOICE}?bodySHA256={'0' * 64}")).status_code == 403


async def test_signatures_go_unchecked_in_development_only_where_that_is_said(
    nats_url: str, router: PlayedRouter, tmp_path: Path
) -> None:
    more = {"verify_signatures": False, "environment": "development"}
    async with running_ingress(nats_url, tmp_path, **more) as ingress:
        await ingress.connected()
        answer = await ingress.post(VOICE, token="nonsense")
        assert TARGET.number in answer.text


async def test_the_public_base_url_is_what_is_signed_and_written(
    nats_url: str, router: PlayedRouter, tmp_path: Path
) -> None:
    more = {"public_base_url": "http://127.0.0.1:8443"}
    async with running_ingress(nats_url, tmp_path, **more) as ingress:
        await ingress.connected()
        form = {"AccountSid": ACCOUNT_SID, "CallSid": CALL_SID, "To": NUMBER}
        signed = {"X-Twilio-Signature": sign(TOKEN, f"http://127.0.0.1:8443{VOICE}", form)}
        answer: httpx.Response = await ingress.http.post(VOICE, data=form, headers=signed)
        assert 'action="http://127.0.0.1:8443/api/webhooks/dial/' in answer.text
        assert (await ingress.post(VOICE)).status_code == 403
