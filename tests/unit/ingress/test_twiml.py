"""TwiML: what it looks like, and that the carrier's own library would write the same."""

import inspect
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.twiml import voice_response
from twilio.twiml.voice_response import VoiceResponse

from libs.contracts.ids import AccountId, CallId
from libs.contracts.phone import WITHHELD, Caller, CallerKind, PhoneDestination, SipDestination
from libs.contracts.voice import (
    ClientDestination,
    Dial,
    DialRecording,
    Gather,
    Hangup,
    Pause,
    Play,
    Record,
    Redirect,
    Reject,
    Say,
    SipHeader,
    Verb,
)
from services.ingress.domain.callbacks import Leg
from services.ingress.twiml import Scene, render

BASE = "https://calls.example.com"
CALL = "00000000-0000-0000-0000-000000000001"
ACCOUNT = "00000000-0000-0000-0000-000000000002"
QUERY = f"owner=router&account={ACCOUNT}"
LEG = Leg(CallId(UUID(CALL)), 3, AccountId(UUID(ACCOUNT)))
CALLER = Caller(kind=CallerKind.NUMBER, text="+12125550100")
DIALLED = "+18005550100"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
NUMBER = PhoneDestination(number="+13105550123")


def scene(caller: Caller = CALLER, dialled: str = DIALLED, leg: Leg = LEG) -> Scene:
    return Scene(BASE, caller, dialled, leg)


def url(kind: str) -> str:
    return f"{BASE}/api/webhooks/{kind}/{CALL}/3?{QUERY}"


def written(*verbs: Verb, at: Scene | None = None) -> str:
    return render(verbs, at or scene()).decode()


def tree(element: ElementTree.Element) -> Any:
    return (element.tag, element.attrib, element.text or "", [tree(child) for child in element])


def same(mine: str, theirs: VoiceResponse) -> bool:
    return bool(tree(ElementTree.fromstring(mine)) == tree(ElementTree.fromstring(str(theirs))))


def test_a_dial_to_a_number_is_this_and_nothing_else() -> None:
    address = f"{BASE}/api/webhooks/{{}}/{CALL}/3?owner=router&amp;account={ACCOUNT}"
    assert written(Dial(destination=NUMBER, ring_seconds=25, limit_seconds=3_600)) == (
        f'{HEAD}<Response><Dial action="{address.format("dial")}" answerOnBridge="true" '
        'callerId="+12125550100" timeLimit="3600" timeout="25">'
        f'<Number statusCallback="{address.format("leg")}" '
        'statusCallbackEvent="initiated ringing answered completed">+13105550123</Number>'
        "</Dial></Response>"
    )


def test_nothing_to_say_is_an_empty_document() -> None:
    assert written() == f"{HEAD}<Response/>"


def the_librarys_dial(**more: Any) -> VoiceResponse:
    response = VoiceResponse()
    dial = response.dial(
        action=url("dial"),
        answer_on_bridge=True,
        caller_id=more.pop("caller_id", "+12125550100"),
        time_limit=7_200,
        timeout=30,
        **more,
    )
    dial.number(
        "+13105550123",
        status_callback=url("leg"),
        status_callback_event="initiated ringing answered completed",
    )
    return response


def test_the_library_writes_the_same_dial() -> None:
    recorded = Dial(destination=NUMBER, recording=DialRecording.DUAL)
    assert same(written(Dial(destination=NUMBER)), the_librarys_dial())
    assert same(
        written(recorded),
        the_librarys_dial(
            record="record-from-answer-dual",
            recording_status_callback=url("recording"),
            recording_status_callback_event="completed absent",
        ),
    )


@pytest.mark.parametrize("kind", ["sip", "client"])
def test_the_library_writes_the_same_sip_and_client(kind: str) -> None:
    address = "ann.lee" if kind == "client" else SIP.address
    destination = ClientDestination(identity=address) if kind == "client" else SIP
    response = VoiceResponse()
    dial = response.dial(
        action=url("dial"),
        answer_on_bridge=True,
        caller_id="+12125550100",
        time_limit=7_200,
        timeout=30,
    )
    getattr(dial, kind)(
        address,
        status_callback=url("leg"),
        status_callback_event="initiated ringing answered completed",
    )
    assert same(written(Dial(destination=destination)), response)


def test_sip_headers_travel_in_the_address_escaped_and_within_the_carriers_limit() -> None:
    def dialled(*headers: SipHeader) -> str:
        destination = SipDestination(address="sip:ann@pbx.example")
        document = written(Dial(destination=destination, sip_headers=headers))
        (sip,) = ElementTree.fromstring(document).iter("Sip")
        return sip.text or ""

    two = (SipHeader(name="X-Call", value="a b&c=d?é"), SipHeader(name="X-Empty"))
    assert dialled(*two) == "sip:ann@pbx.example?X-Call=a%20b%26c%3Dd%3F%C3%A9&X-Empty="

    large = [SipHeader(name=f"X-{at}", value="v" * 190) for at in range(6)]
    small = SipHeader(name="X-Z", value="1")
    names = [name for name, _ in parse_qsl(dialled(*large, small).partition("?")[2])]
    assert names == ["X-0", "X-1", "X-2", "X-3", "X-4", "X-Z"]


SIP = SipDestination(address="sip:a&b@pbx.example;t=1")
ORACLES: list[tuple[Verb, Callable[[VoiceResponse], Any]]] = [
    (
        Say(text='Tom & "Jerry" <3 é', language="de-DE", voice="Polly.Ann"),
        lambda r: r.say('Tom & "Jerry" <3 é', language="de-DE", voice="Polly.Ann"),
    ),
    (Say(text="hello"), lambda r: r.say("hello", language="en-US")),
    (
        Play(url="https://a.example/x?a=1&b=2", loop=0),
        lambda r: r.play("https://a.example/x?a=1&b=2", loop=0),
    ),
    (Pause(seconds=3), lambda r: r.pause(length=3)),
    (Reject(reason="busy"), lambda r: r.reject(reason="busy")),
    (Redirect(path="/api/webhooks/voice"), lambda r: r.redirect(f"{BASE}/api/webhooks/voice")),
    (Hangup(), lambda r: r.hangup()),
    (
        Record(seconds_max=1, silence_seconds=4, finish_on_key="*", beep=False),
        lambda r: (
            r.record(
                action=url("turn"),
                finish_on_key="*",
                max_length=2,
                play_beep=False,
                recording_status_callback=url("recording"),
                recording_status_callback_event="completed absent",
                timeout=4,
            ),
            r.redirect(url("turn")),  # who says nothing comes back all the same
        ),
    ),
    (
        Record(transcribe=True),
        lambda r: (
            r.record(
                action=url("turn"),
                finish_on_key="#",
                max_length=120,
                play_beep=True,
                recording_status_callback=url("recording"),
                recording_status_callback_event="completed absent",
                timeout=5,
                transcribe=True,
                transcribe_callback=url("transcript"),
            ),
            r.redirect(url("turn")),
        ),
    ),
]


@pytest.mark.parametrize(("verb", "told"), ORACLES, ids=lambda value: type(value).__name__)
def test_the_library_writes_the_same(verb: Verb, told: Callable[[VoiceResponse], Any]) -> None:
    response = VoiceResponse()
    told(response)
    assert same(written(verb), response)


def test_a_gather_always_comes_back_also_without_input() -> None:
    verb = Gather(
        prompts=(Say(text="Press one"), Pause(seconds=2)),
        speech=True,
        digits_max=1,
        hints="sales, service",
        timeout_seconds=7,
    )
    response = VoiceResponse()
    gather = response.gather(
        action=url("turn"),
        action_on_empty_result=True,
        finish_on_key="#",
        hints="sales, service",
        input="dtmf speech",
        language="en-US",
        num_digits=1,
        timeout=7,
    )
    gather.say("Press one", language="en-US")
    gather.pause(length=2)
    assert same(written(verb), response)
    assert 'actionOnEmptyResult="true"' in written(Gather())


@pytest.mark.parametrize(
    ("caller", "dialled", "fixed", "shown"),
    [
        (CALLER, DIALLED, None, "+12125550100"),
        (CALLER, DIALLED, "+14155550100", "+14155550100"),
        (WITHHELD, DIALLED, None, DIALLED),
        (Caller(kind=CallerKind.SIP, text="sip:a@b.example"), DIALLED, None, DIALLED),
        (Caller(kind=CallerKind.CLIENT, text="client:ann"), DIALLED, None, DIALLED),
        (WITHHELD, "sip:sales@ours.example", None, None),
        (WITHHELD, "+1800555EXTERNAL", None, None),
    ],
)
def test_what_the_callee_sees_is_always_a_number_or_nothing(
    caller: Caller, dialled: str, fixed: str | None, shown: str | None
) -> None:
    dial = Dial(destination=NUMBER, caller_id=fixed)
    document = ElementTree.fromstring(written(dial, at=scene(caller, dialled)))
    assert document[0].attrib.get("callerId") == shown


def test_callbacks_of_a_fallen_back_leg_say_so() -> None:
    leg = Leg(LEG.call_id, 0, LEG.account_id, fell_back=2)
    document = ElementTree.fromstring(written(Dial(destination=NUMBER), at=scene(leg=leg)))
    action = f"{BASE}/api/webhooks/dial/{CALL}/0?owner=ingress&account={ACCOUNT}&fell_back=2"
    assert document[0].attrib["action"] == action


@given(st.text(max_size=200))
def test_whatever_is_said_is_valid_xml_and_heard_as_it_was_written(text: str) -> None:
    document = ElementTree.fromstring(written(Say(text=text)).encode())
    speakable = "".join(
        letter
        for letter in text
        if letter in "\t\n\r"
        or " " <= letter <= "\ud7ff"
        or "\ue000" <= letter <= "\ufffd"
        or letter > "\uffff"
    )
    assert (document[0].text or "") == speakable.replace("\r\n", "\n").replace("\r", "\n")


EVERYTHING: tuple[Verb, ...] = (
    *(verb for verb, _ in ORACLES),
    Gather(prompts=(Say(text="a"), Play(url="https://a.example/b")), speech=True, digits_max=3),
    Dial(destination=NUMBER, recording=DialRecording.MONO),
    Dial(destination=SIP),
    Dial(destination=ClientDestination(identity="ann")),
)


def test_every_element_and_attribute_exists_at_the_carrier() -> None:
    document = ElementTree.fromstring(written(*EVERYTHING))
    seen = set()
    for parent in document.iter():
        for child in parent:
            maker = getattr(getattr(voice_response, _class(parent.tag)), child.tag.lower())
            known = set(inspect.signature(maker).parameters)
            assert {_snake(name) for name in child.attrib} <= known, child.tag
            seen.add(child.tag)
    assert seen == {
        *("Say", "Play", "Pause", "Gather", "Record", "Dial", "Redirect", "Reject", "Hangup"),
        *("Number", "Sip", "Client"),
    }


def _class(tag: str) -> str:
    return "VoiceResponse" if tag == "Response" else tag


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def test_equal_verbs_are_equal_bytes() -> None:
    assert render(EVERYTHING, scene()) == render(EVERYTHING, scene())
