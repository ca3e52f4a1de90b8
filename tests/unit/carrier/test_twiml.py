"""TwiML is read strictly: what Twilio would refuse is refused with its number."""

import pytest
from twilio.twiml.voice_response import Dial as SdkDial
from twilio.twiml.voice_response import VoiceResponse

from deploy.local.carrier import schema
from deploy.local.carrier.refusals import Refused
from deploy.local.carrier.twiml import parse
from deploy.local.carrier.verbs import (
    Dial,
    Gather,
    Hangup,
    Noun,
    NounKind,
    Pause,
    Play,
    Record,
    Redirect,
    Reject,
    Say,
)

URL = "https://calls.example.com/voice"


def number_of(body: bytes, content_type: str = "text/xml") -> int:
    with pytest.raises(Refused) as refused:
        parse(body, content_type, URL)
    return refused.value.number


def test_what_the_twilio_library_writes_is_read() -> None:
    document = VoiceResponse()
    document.say("Fish & chips", voice="Polly.Joanna", language="en-GB", loop=2)
    document.play("https://audio.example.com/a.mp3")
    document.pause(length=3)
    gather = document.gather(
        action="/turn", input="dtmf speech", num_digits=1, timeout=4, action_on_empty_result=True
    )
    gather.say("Press one")
    document.record(max_length=60, play_beep=False, recording_status_callback="/rec")
    dial = SdkDial(action="/action", timeout=20, time_limit=600, answer_on_bridge=True)
    dial.number("+15550100001", url="/whisper", status_callback_event="answered completed")
    dial.sip("sip:ann@pbx.example.com", status_callback="/leg")
    dial.client("bob")
    document.append(dial)
    document.redirect("/next", method="GET")
    document.reject(reason="busy")
    document.hangup()

    read = parse(document.to_xml().encode(), "application/xml; charset=utf-8", URL)

    assert read.verbs == (
        Say("Fish & chips", loop=2, voice="Polly.Joanna", language="en-GB"),
        Play("https://audio.example.com/a.mp3"),
        Pause(3),
        Gather(
            prompts=(Say("Press one"),),
            action="/turn",
            input=frozenset({"dtmf", "speech"}),
            timeout=4,
            num_digits=1,
            action_on_empty_result=True,
        ),
        Record(max_length=60, play_beep=False, recording_status_callback="/rec"),
        Dial(
            nouns=(
                Noun(
                    NounKind.NUMBER,
                    "+15550100001",
                    url="/whisper",
                    status_callback_event=frozenset({"answered", "completed"}),
                ),
                Noun(NounKind.SIP, "sip:ann@pbx.example.com", status_callback="/leg"),
                Noun(NounKind.CLIENT, "bob"),
            ),
            action="/action",
            timeout=20,
            time_limit=600,
            answer_on_bridge=True,
        ),
        Redirect("/next", method="GET"),
        Reject("busy"),
        Hangup(),
    )


def test_a_plain_number_in_a_dial() -> None:
    [dial] = parse(b"<Response><Dial>+15550100001</Dial></Response>", "text/xml", URL).verbs

    assert dial == Dial(nouns=(Noun(NounKind.NUMBER, "+15550100001"),))


def test_every_attribute_that_matters_is_known_to_the_twilio_library() -> None:
    assert schema.READERS.keys() == schema.KNOWN_ATTRIBUTES.keys()
    for element, readers in schema.READERS.items():
        assert readers.keys() <= schema.KNOWN_ATTRIBUTES[element], element


@pytest.mark.parametrize(
    ("verbs", "number"),
    [
        ("<Dial><Number>+15550100001</Dial>", 12100),
        ("<Say>a & b</Say>", 12100),
        ("<Transfer/>", 12200),
        ("<Enqueue>line</Enqueue>", 12200),
        ("<say>small</say>", 12200),
        ("stray words", 12200),
        ("<Hangup/>stray words", 12200),
        ('<Say colour="red">a</Say>', 12200),
        ('<Say statusCallback="/x">a</Say>', 12200),
        ('<Dial statusCallback="/x">+15550100001</Dial>', 12200),
        ('<Number action="/x">+15550100001</Number>', 12200),
        ("<Reject><Say>a</Say></Reject>", 12200),
        ("<Hangup>now</Hangup>", 12200),
        ('<Reject reason="tired"/>', 12200),
        ("<Play/>", 12200),
        ('<Dial answerOnBridge="yes">+15550100001</Dial>', 12200),
        ('<Dial sequential="true">+15550100001</Dial>', 12200),
        ('<Dial><Number statusCallbackEvent="answered,completed">+1</Number></Dial>', 12200),
        ('<Dial method="PUT">+15550100001</Dial>', 13210),
        ('<Dial timeout="soon">+15550100001</Dial>', 13212),
        ('<Dial timeout="601">+15550100001</Dial>', 13212),
        ('<Dial hangupOnStar="1">+15550100001</Dial>', 13213),
        ("<Dial><Say>hello</Say></Dial>", 13215),
        ("<Dial><Conference>room</Conference></Dial>", 13215),
        ('<Dial timeLimit="0">+15550100001</Dial>', 13216),
        ('<Dial record="yes">+15550100001</Dial>', 13217),
        ('<Dial><Number method="PUT">+15550100001</Number></Dial>', 13221),
        ('<Dial><Number sendDigits="abc">+15550100001</Number></Dial>', 13222),
        ('<Dial><Sip method="PUT">sip:a@b.example</Sip></Dial>', 13241),
        ("<Dial>" + "<Number>+15550100001</Number>" * 11 + "</Dial>", 13250),
        ('<Gather finishOnKey="x"/>', 13310),
        ('<Gather method="PUT"/>', 13312),
        ('<Gather timeout="-1"/>', 13313),
        ('<Gather numDigits="0"/>', 13314),
        ("<Gather><Dial>+15550100001</Dial></Gather>", 13320),
        ('<Play loop="many">https://a.example/a.mp3</Play>', 13410),
        ('<Say loop="1001">a</Say>', 13510),
        ("<Say/>", 13520),
        ("<Say>" + "a" * 4_097 + "</Say>", 13520),
        ('<Record method="PUT"/>', 13610),
        ('<Record timeout="0"/>', 13611),
        ('<Record maxLength="1"/>', 13612),
        ('<Record finishOnKey="x"/>', 13613),
        ('<Record playBeep="loud"/>', 13616),
        ('<Redirect method="PUT">/a</Redirect>', 13710),
        ('<Pause length="0"/>', 13910),
    ],
)
def test_what_twilio_refuses(verbs: str, number: int) -> None:
    assert number_of(f"<Response>{verbs}</Response>".encode()) == number


@pytest.mark.parametrize(
    ("body", "content_type", "number"),
    [
        (b"<Response/>", "application/json", 12300),
        (b"<Response/>", "", 12300),
        (b"", "text/plain", 12300),
        (b"", "text/xml", 11770),
        (b"<Response>" + b" " * 65_536 + b"</Response>", "text/xml", 11750),
        (b"<html/>", "text/xml", 12102),
        (b'<Response version="2"/>', "text/xml", 12200),
        (b"\xff\xfe\xfd", "text/xml", 12100),
        (b'<?xml version="1.0" encoding="nonsense"?><Response/>', "text/xml", 12100),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><Response><Say>&b;</Say></Response>', "text/xml", 12100),
    ],
)
def test_what_is_no_document(body: bytes, content_type: str, number: int) -> None:
    assert number_of(body, content_type) == number


def test_comments_and_speech_markup_pass() -> None:
    body = b"<Response><!-- why --><Say>One <break/><prosody>two</prosody>\n three</Say></Response>"

    assert parse(body, "text/xml", URL).verbs == (Say("One two three"),)
