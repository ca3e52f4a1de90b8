"""A Dial rings, bridges, ends and tells of it as Twilio's does."""

import httpx
import pytest

from deploy.local.carrier import Carrier, NumberConfig
from tests.unit.carrier.office import ANN, BOB, CALLER, CAT, DIALLED, HOST, Office, dial, number

NEXT = "<Say>Goodbye</Say>"
SIP = "sip:ann@pbx.example.com"


async def test_an_answered_leg_step_by_step() -> None:
    office = Office(voice=dial(number(ANN), answerOnBridge="true"), action=NEXT)

    report = await office.call(f"{ANN}=answer:5,talk:61,callee-hangs-up")

    legs = office.said("leg")
    assert office.paths() == ["/voice", *["/leg"] * 4, "/action", "/ended"]
    assert [(one["CallStatus"], one["SequenceNumber"]) for one in legs] == [
        ("initiated", "0"),
        ("ringing", "1"),
        ("in-progress", "2"),
        ("completed", "3"),
    ]
    assert {one["ParentCallSid"] for one in legs} == {report.call_sid}
    assert {one["CallSid"] for one in legs} == {report.legs[0].sid}
    assert {(one["From"], one["To"], one["Direction"]) for one in legs} == {
        (CALLER, ANN, "outbound-dial")
    }
    assert (legs[3]["CallDuration"], legs[3]["Duration"]) == ("61", "2")
    [action] = office.said("action")
    assert {
        "CallStatus": "in-progress",
        "DialCallStatus": "completed",
        "DialCallSid": report.legs[0].sid,
        "DialCallDuration": "61",
        "DialBridged": "true",
    }.items() <= action.items()
    assert "ParentCallSid" not in action
    assert report.spoken == ("Goodbye",)


@pytest.mark.parametrize(
    ("script", "status", "seconds", "code"),
    [
        ("busy:3", "busy", 3, "486"),
        ("failed:1", "failed", 1, "503"),
        ("no-answer", "no-answer", 20, "487"),
        ("answer:25", "no-answer", 20, "487"),
        ("reject,answer:4", "busy", 4, "486"),
    ],
)
async def test_an_unanswered_leg(script: str, status: str, seconds: int, code: str) -> None:
    office = Office(voice=dial(number(ANN), timeout="20", answerOnBridge="true"), action=NEXT)

    report = await office.call(f"{ANN}={script}")

    [action], last = office.said("action"), office.said("leg")[-1]
    assert (action["DialCallStatus"], action["DialBridged"]) == (status, "false")
    assert action["CallStatus"] == "ringing"  # nobody has answered the caller yet
    assert "DialCallDuration" not in action
    assert (last["CallStatus"], last["CallDuration"], last["Duration"]) == (status, "0", "0")
    assert last["SipResponseCode"] == code
    assert report.legs[0].ended_at == seconds


@pytest.mark.parametrize(
    ("before", "attributes", "during", "seconds"),
    [
        ("", {"answerOnBridge": "true"}, "ringing", 10),
        ("", {}, "in-progress", 15),
        ("<Say>Hello</Say>", {"answerOnBridge": "true"}, "in-progress", 16),
    ],
)
async def test_answer_on_bridge_is_inert_once_the_call_is_answered(
    before: str, attributes: dict[str, str], during: str, seconds: int
) -> None:
    office = Office(action="<Hangup/>")
    seen: list[str] = []

    def leg(_params: dict[str, str]) -> str:
        [line] = office.carrier.lines.values()
        seen.append(line.entry.status)
        return ""

    office.then("voice", before + dial(number(ANN, events="ringing"), **attributes))
    office.then("leg", leg)

    report = await office.call(f"{ANN}=answer:5,talk:10,callee-hangs-up")

    assert seen == [during]
    assert report.duration == seconds


@pytest.mark.parametrize(
    ("events", "told"),
    [("", []), ("completed", ["completed"]), ("answered", ["in-progress"])],
)
async def test_a_leg_tells_what_it_is_asked_to_tell(events: str, told: list[str]) -> None:
    noun = number(ANN, events=events) if events else f'<Number statusCallback="">{ANN}</Number>'
    plain = f"<Number>{ANN}</Number>"
    office = Office(voice=dial(noun if events else plain), action="<Hangup/>")

    await office.call()

    assert [one["CallStatus"] for one in office.said("leg")] == told


async def test_completed_alone_is_the_default() -> None:
    office = Office(voice=dial(f'<Number statusCallback="/leg">{ANN}</Number>'), action="<Hangup/>")

    await office.call()

    assert [(one["CallStatus"], one["SequenceNumber"]) for one in office.said("leg")] == [
        ("completed", "0")
    ]


async def test_the_time_limit_ends_the_talk_and_the_caller_stays() -> None:
    office = Office(voice=dial(ANN, timeLimit="10"), action=f"<Pause length='900'/>{NEXT}")

    report = await office.call(f"{ANN}=answer:2,talk:600")

    [action] = office.said("action")
    assert (action["CallStatus"], action["DialCallDuration"]) == ("in-progress", "10")
    assert report.spoken == ("Goodbye",)


@pytest.mark.parametrize(
    ("script", "answered", "dialled", "bridged", "final"),
    [
        (f"{ANN}=answer:2,talk:30", False, "completed", "true", "completed"),
        (f"{ANN}=answer:9;hangup-after=4", False, "canceled", "false", "no-answer"),
        (
            f"{ANN}=answer:9;hangup-after=4;abandoned=canceled",
            False,
            "canceled",
            "false",
            "canceled",
        ),
        (f"{ANN}=answer:9;hangup-after=4", True, "canceled", "false", "completed"),
    ],
)
async def test_a_caller_who_hangs_up(
    script: str, answered: bool, dialled: str, bridged: str, final: str
) -> None:
    on_bridge = "false" if answered else "true"
    office = Office(voice=dial(number(ANN, "completed"), answerOnBridge=on_bridge), action=NEXT)

    report = await office.call(script)

    [action] = office.said("action")
    assert (action["CallStatus"], action["DialCallStatus"]) == ("completed", dialled)
    assert action["DialBridged"] == bridged
    assert office.paths()[-3:] == ["/leg", "/action", "/ended"]
    assert office.said("ended")[0]["CallStatus"] == report.status == final
    assert report.spoken == ()  # nobody is there to hear the action's document


async def test_the_action_of_a_caller_who_has_gone_may_be_lost_or_fail() -> None:
    office = Office(voice=dial(ANN), action=httpx.Response(500)).with_fallback(NEXT)

    lost = await office.call(f"{ANN}=talk:5;action-lost")
    failed = await office.call(f"{ANN}=talk:5")

    assert (lost.sent("action"), lost.errors, lost.status) == ((), (), "completed")
    assert (failed.errors, failed.sent("fallback")) == ((11200,), ())


async def test_an_action_that_fails_goes_to_the_fallback() -> None:
    office = Office(voice=dial(ANN), action=httpx.Response(500)).with_fallback(NEXT)

    report = await office.call(f"{ANN}=busy")

    [fallback] = office.said("fallback")
    assert (fallback["ErrorCode"], fallback["ErrorUrl"]) == ("11200", f"{HOST}/action")
    assert fallback["DialCallStatus"] == "busy"
    assert report.spoken == ("Goodbye",)


async def test_without_an_action_the_document_goes_on() -> None:
    office = Office(voice=f"<Dial>{ANN}</Dial>{NEXT}")

    report = await office.call(f"{ANN}=busy")

    assert report.spoken == ("Goodbye",)


@pytest.mark.parametrize(("talk", "told"), [("30.4", "30"), ("30.5", "31")])
async def test_seconds_are_whole(talk: str, told: str) -> None:
    office = Office(voice=dial(ANN), action="<Hangup/>")

    await office.call(f"{ANN}=talk:{talk},callee-hangs-up")

    assert office.said("action")[0]["DialCallDuration"] == told


async def test_several_numbers_ring_together_and_the_first_wins() -> None:
    office = Office(voice=dial(number(ANN), number(BOB), number(CAT)), action="<Hangup/>")

    report = await office.call(
        f"{ANN}=answer:9;{BOB}=answer:4,talk:10,callee-hangs-up;{CAT}=busy:2"
    )

    assert {leg.destination: (leg.status, leg.ended_at) for leg in report.legs} == {
        CAT: ("busy", 2),
        ANN: ("canceled", 4),
        BOB: ("completed", 14),
    }
    [action] = office.said("action")
    assert (action["DialCallStatus"], action["DialCallDuration"]) == ("completed", "10")
    assert action["DialCallSid"] == next(leg.sid for leg in report.legs if leg.bridged)


@pytest.mark.parametrize(
    ("whisper", "callee", "bridged", "whispered"),
    [
        ("<Say>A call for you</Say>", "talk:10", True, ("A call for you",)),
        ("<Say>A call</Say><Hangup/>", "talk:10", False, ("A call",)),
        ("<Say>A call for you</Say>", "reject", False, ()),
        (f"<Dial>{BOB}</Dial>", "talk:10", False, ()),
        (httpx.Response(500), "talk:10", False, ()),
        ('<Gather numDigits="1" action="/pressed"/><Hangup/>', "press:1", True, ("Accepted",)),
        ('<Gather numDigits="1" action="/pressed"/><Hangup/>', "talk:10", False, ()),
    ],
)
async def test_a_whisper_runs_on_the_leg_before_the_bridge(
    whisper: str | httpx.Response, callee: str, bridged: bool, whispered: tuple[str, ...]
) -> None:
    office = Office(
        voice=dial(number(ANN, "answered completed", url="/whisper"), answerOnBridge="true"),
        whisper=whisper,
        pressed="<Say>Accepted</Say>",
        action=NEXT,
    )

    report = await office.call(f"{ANN}={callee},callee-hangs-up")

    [asked], [action] = office.said("whisper"), office.said("action")
    assert (asked["CallSid"], asked["ParentCallSid"]) == (report.legs[0].sid, report.call_sid)
    assert (asked["CallStatus"], asked["Direction"]) == ("in-progress", "outbound-dial")
    assert action["DialCallStatus"] == "completed"
    assert action["DialBridged"] == str(bridged).lower()
    assert action["CallStatus"] == ("in-progress" if bridged else "ringing")
    assert report.whispered == whispered
    assert [one["CallStatus"] for one in office.said("leg")] == ["in-progress", "completed"]


async def test_a_dial_in_a_whisper_has_its_own_error() -> None:
    office = Office(voice=dial(number(ANN, url="/whisper")), whisper=dial(BOB), action="<Hangup/>")

    report = await office.call()

    assert report.errors == (13201,)
    assert [leg.destination for leg in report.legs] == [ANN]


async def test_the_others_ring_on_while_one_declines_the_whisper() -> None:
    office = Office(
        voice=dial(number(ANN, url="/whisper"), number(BOB)), whisper="<Say>Hi</Say>", action=NEXT
    )

    report = await office.call(f"{ANN}=answer:2,reject;{BOB}=answer:6")

    assert [(leg.destination, leg.bridged) for leg in report.legs] == [(ANN, False), (BOB, True)]


async def test_a_caller_who_leaves_during_the_whisper() -> None:
    office = Office(
        voice=dial(number(ANN, url="/whisper")), whisper="<Pause length='20'/>", action=NEXT
    )

    report = await office.call(f"{ANN}=answer:2;hangup-after=10")

    [action] = office.said("action")
    assert (action["CallStatus"], action["DialCallStatus"]) == ("completed", "completed")
    assert (action["DialBridged"], report.legs[0].duration) == ("false", 8)


@pytest.mark.parametrize(
    ("caller", "caller_id", "noun", "error"),
    [
        (CALLER, "", ANN, None),
        (CALLER, CALLER, ANN, None),
        ("anonymous", DIALLED, ANN, None),
        ("anonymous", "+15550100077", ANN, None),  # another number of the account
        ("anonymous", "", ANN, 13214),
        ("", "", ANN, 13214),
        ("+266696687", "", ANN, 13214),
        ("+7378742833", "", ANN, 13214),
        ("sip:a@b.example", "", f"<Sip>{SIP}</Sip>", 13214),
        ("client:bob", "", ANN, 13214),
        ("client:bob", "", "<Client>ann</Client>", None),
        (CALLER, "+15550100088", ANN, 13214),
        (CALLER, "5550100000", ANN, 13214),
        (CALLER, "", "415-555-0100", 13223),
        (CALLER, "", "+1800555EXTERNAL", 13223),
        (CALLER, "", "+15550", 13223),
        (CALLER, "", "+1555010000", 13224),
        (CALLER, "", "", 13223),
        (CALLER, "", "<Sip>ann@pbx.example.com</Sip>", 13243),
        (CALLER, "", f"<Sip>{SIP}?Via=x</Sip>", 13252),
        (CALLER, "", f"<Sip>{SIP}?X-A={'a' * 1_024}</Sip>", 13253),
    ],
)
async def test_whom_one_may_dial_and_as_whom(
    caller: str, caller_id: str, noun: str, error: int | None
) -> None:
    attributes = {"callerId": caller_id} if caller_id else {}
    office = Office(voice=dial(noun, **attributes), action=NEXT)
    office.carrier.ledger.numbers["PN1"] = NumberConfig("", phone_number="+15550100077")

    report = await office.call(caller=caller)

    assert report.errors == (() if error is None else (error,))
    if error is None:
        assert report.legs[0].caller_id == (caller_id or caller)
    else:
        [action] = office.said("action")
        assert (action["DialCallStatus"], action["DialBridged"]) == ("failed", "false")
        assert "DialCallSid" not in action
        assert report.spoken == ("Goodbye",)


@pytest.mark.parametrize(
    ("callee", "status", "code"),
    [
        ("callee-hangs-up", "completed", "200"),
        ("busy", "busy", "486"),
        ("failed,sip:404", "failed", "404"),
    ],
)
async def test_a_sip_address_is_dialled_with_its_headers(
    callee: str, status: str, code: str
) -> None:
    noun = f"<Sip>{SIP};transport=tls?X-Call=a%20b&amp;X-Step=1</Sip>"
    office = Office(voice=dial(noun), action=NEXT)

    report = await office.call(f"{SIP}={callee}")

    [leg], [action] = report.legs, office.said("action")
    assert leg.destination == f"{SIP};transport=tls"
    assert leg.headers == {"X-Call": "a b", "X-Step": "1"}
    assert (action["DialCallStatus"], action["DialSipResponseCode"]) == (status, code)
    assert action["DialSipCallId"]


@pytest.mark.parametrize(
    ("record", "channels", "seconds"),
    [
        ("record-from-answer", "1", "34"),
        ("record-from-answer-dual", "2", "34"),
        ("record-from-ringing-dual", "2", "36"),
    ],
)
async def test_a_recorded_dial(record: str, channels: str, seconds: str) -> None:
    noun = number(ANN, "completed", url="/whisper")
    office = Office(
        voice=dial(noun, record=record, recordingStatusCallback="/rec"),
        whisper="<Pause length='4'/>",
        action="<Pause length='20'/>",
    )

    report = await office.call(f"{ANN}=answer:2,talk:30,callee-hangs-up")

    [told], [action] = office.said("rec"), office.said("action")
    assert {
        "CallSid": report.call_sid,
        "RecordingStatus": "completed",
        "RecordingSource": "DialVerb",
        "RecordingChannels": channels,
        "RecordingDuration": seconds,
        "RecordingUrl": action["RecordingUrl"],
    }.items() <= told.items()
    assert office.paths()[-3:] == ["/action", "/rec", "/ended"]  # told a little after


async def test_nobody_answers_so_nothing_is_recorded() -> None:
    office = Office(
        voice=dial(ANN, record="record-from-answer", recordingStatusCallback="/rec"), action=NEXT
    )

    await office.call(f"{ANN}=busy")

    assert office.said("rec") == []
    assert "RecordingUrl" not in office.said("action")[0]


async def test_recordings_lie_where_the_api_is_said_to_be() -> None:
    office = Office(voice=dial(ANN, record="record-from-answer"), action=NEXT)
    office.carrier = Carrier(
        "AC1", "a-token-for-tests", office.clock, office.http, api_url="http://127.0.0.1:8010/"
    )

    await office.call(f"{ANN}=callee-hangs-up")

    url = office.said("action")[0]["RecordingUrl"]
    assert url.startswith("http://127.0.0.1:8010/2010-04-01/Accounts/AC1/Recordings/RE")
