"""Signed webhooks become questions, facts and TwiML."""

import asyncio
from pathlib import Path
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
    RecordingTranscribed,
    TranscriptStatus,
)
from libs.contracts.phone import CallerKind
from libs.contracts.routing import (
    AdmitCall,
    Close,
    ContinueCall,
    RouteReason,
    Stop,
)
from libs.contracts.voice import DialRecording
from tests.service.ingress.played_router import PlayedRouter, dial
from tests.service.ingress.stage import (
    ACCOUNT,
    ACCOUNT_SID,
    CALL_ID,
    CALL_SID,
    CALLER,
    EMPTY,
    NUMBER,
    STATUS,
    TARGET,
    TOKEN,
    VOICE,
    Ingress,
    action_of,
    place,
    running_ingress,
)

POOL = "0190a0b0-0000-7000-8000-00000000000c"


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
    [fact] = await router.facts_once(1)
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
    assert len(await router.facts_once(1)) == 1


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


async def test_a_dial_action_asks_who_is_next(ingress: Ingress, router: PlayedRouter) -> None:
    router.decision = dial(step=1)
    fields = {"DialCallStatus": "busy", "DialCallSid": "CA9", "DialBridged": "false"}

    answer = await ingress.post(place("dial"), **fields, CallStatus="ringing")

    assert action_of(answer.text) == place("dial", step=1)
    [asked] = router.asked
    assert isinstance(asked, ContinueCall)
    assert (asked.ended.call_id, asked.ended.account_id) == (CALL_ID, ACCOUNT)
    assert asked.ended.status == "busy"
    assert await router.facts_once(1) == [asked.ended]


async def test_a_caller_who_has_gone_is_asked_about_no_more(
    ingress: Ingress, router: PlayedRouter
) -> None:
    answer = await ingress.post(place("dial"), DialCallStatus="canceled", CallStatus="completed")
    assert answer.text == EMPTY
    assert router.asked == []
    [fact] = await router.facts_once(1)
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
            STATUS,
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

    await router.facts_once(5)
    await ingress.settled()
    facts = await router.facts()
    assert len(facts) == 5
    assert {fact.call_id for fact in facts} == {CALL_ID}
    assert {type(fact): (fact.account_id, getattr(fact, "seconds", None)) for fact in facts} == {
        LegEnded: (ACCOUNT, 49),
        LegAnswered: (ACCOUNT, None),
        LegRinging: (ACCOUNT, None),
        CallEnded: (None, 51),
        RecordingReady: (ACCOUNT, 40),
    }


@pytest.mark.parametrize(
    ("word", "text", "kept"),
    [("completed", "Please call me.", "Please call me."), ("failed", "(blank)", "")],
)
async def test_what_the_carrier_wrote_down_is_a_fact(
    ingress: Ingress, router: PlayedRouter, word: str, text: str, kept: str
) -> None:
    for _ in range(2):
        answer = await ingress.post(
            place("transcript"),
            RecordingSid="RE1",
            TranscriptionStatus=word,
            TranscriptionText=text,
        )
        assert (answer.status_code, answer.text) == (200, EMPTY)

    [fact] = await router.facts_once(1)
    assert isinstance(fact, RecordingTranscribed)
    assert (fact.account_id, fact.recording_sid) == (ACCOUNT, "RE1")
    assert (fact.status, fact.text) == (TranscriptStatus(word), kept)


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
    [fact] = await router.facts_once(1)
    assert isinstance(fact, CallEnded)
    assert fact.status == "no-answer"


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
