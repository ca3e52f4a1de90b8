"""A call is walked as Twilio walks it: verbs, input, time, and how it ends."""

import asyncio

import httpx
import pytest

from deploy.local.carrier.line import CALL_SECONDS_MAX, UNANSWERED_SECONDS_MAX
from deploy.local.carrier.mail import TWIML_FETCHES_MAX
from tests.unit.carrier.office import ACCOUNT, ANN, CALLER, DIALLED, Office, dial, number


async def test_the_voice_webhook_says_what_twilio_says() -> None:
    office = Office(voice="<Say>Hello</Say>")

    report = await office.call(StirVerstat="TN-Validation-Passed-A", FromState="CA")

    [params] = office.said("voice")
    token = params.pop("CallToken")
    assert report.call_sid in token
    assert params == {
        "AccountSid": ACCOUNT,
        "ApiVersion": "2010-04-01",
        "CallSid": report.call_sid,
        "CallStatus": "ringing",
        "Direction": "inbound",
        "From": CALLER,
        "To": DIALLED,
        "Caller": CALLER,
        "Called": DIALLED,
        "StirVerstat": "TN-Validation-Passed-A",
    } | {
        f"{name}{part}": {"Country": "US", "State": state}.get(part, "")
        for name, state in (("From", "CA"), ("Caller", "CA"), ("To", ""), ("Called", ""))
        for part in ("City", "State", "Zip", "Country")
    }


@pytest.mark.parametrize("caller", ["", "anonymous", "+266696687", "client:bob", "sip:a@b.example"])
async def test_anybody_can_call(caller: str) -> None:
    office = Office(voice="<Say>Hello</Say>")

    await office.call(caller=caller)

    assert office.said("voice")[0]["From"] == caller


@pytest.mark.parametrize(
    ("verbs", "status", "answered"),
    [
        ("", "completed", True),
        ("<Hangup/>", "completed", True),
        ("<Reject/>", "no-answer", False),
        ('<Reject reason="busy"/>', "busy", False),
        ("<Say>Hello</Say><Reject/>", "completed", True),
        ("<Pause/>", "completed", True),
    ],
)
async def test_how_a_document_ends_a_call(verbs: str, status: str, answered: bool) -> None:
    office = Office(voice=verbs)

    report = await office.call()

    [ended] = office.said("ended")
    assert report.status == ended["CallStatus"] == status
    assert ended["SequenceNumber"] == "0"
    assert ended["Timestamp"].endswith("+0000")
    assert (office.carrier.ledger.calls[report.call_sid].answered) is answered


async def test_duration_is_minutes_and_call_duration_seconds() -> None:
    office = Office(voice='<Say>Hello</Say><Pause length="60"/>')

    report = await office.call()

    [ended] = office.said("ended")
    assert (ended["Duration"], ended["CallDuration"]) == ("2", "61")
    assert report.duration == 61


async def test_a_pause_in_the_beginning_delays_the_answer() -> None:
    report = await Office(voice='<Pause length="7"/><Say>Hello</Say>').call()

    assert report.duration == 1


async def test_redirects_count_from_the_documents_url() -> None:
    office = Office(
        voice="<Redirect>deep/next?a=1&amp;b=2</Redirect><Say>never</Say>",
    )
    office.answers["/deep/next"] = ['<Redirect method="GET">last</Redirect>']
    office.answers["/deep/last"] = ["<Say>Here</Say>"]

    report = await office.call()

    assert office.paths() == ["/voice", "/deep/next", "/deep/last", "/ended"]
    assert report.spoken == ("Here",)


async def test_a_circle_of_documents_ends() -> None:
    report = await Office(voice="<Redirect>/voice</Redirect>").call()

    assert len(report.steps) == TWIML_FETCHES_MAX + 1  # and the end
    assert report.errors == (11215,)


@pytest.mark.parametrize(
    ("attributes", "script", "given", "seconds"),
    [
        ('numDigits="1"', "digits=1", {"Digits": "1", "FinishedOnKey": ""}, 1),
        ('numDigits="2"', "digits=123", {"Digits": "12", "FinishedOnKey": ""}, 1),
        ("", "digits=12#", {"Digits": "12", "FinishedOnKey": "#"}, 1),
        ('finishOnKey="*"', "digits=1#2*", {"Digits": "1#2", "FinishedOnKey": "*"}, 1),
        ('timeout="9"', "digits=12", {"Digits": "12", "FinishedOnKey": ""}, 10),
        ("", "digits=-", None, 6),
        ("", "digits=#", None, 1),
        ("", "speech=sales", None, 6),
        ('actionOnEmptyResult="true"', "", {"Digits": "", "FinishedOnKey": ""}, 6),
        ('input="speech"', "speech=sales please", {"SpeechResult": "sales please"}, 1),
        ('input="speech"', "digits=1", None, 6),
        ('input="dtmf speech"', "speech=sales", {"SpeechResult": "sales"}, 1),
        ('input="dtmf speech"', "digits=1#;speech=sales", {"Digits": "1"}, 1),
        ('input="speech" actionOnEmptyResult="true"', "", {"SpeechResult": ""}, 6),
    ],
)
async def test_gather(
    attributes: str, script: str, given: dict[str, str] | None, seconds: int
) -> None:
    gather = f'<Gather action="/turn" {attributes}><Say>Press</Say></Gather>'
    office = Office(voice=gather + "<Say>Nobody</Say>", turn="<Hangup/>")

    report = await office.call(script)

    if given is None:
        assert office.said("turn") == []
        assert report.spoken == ("Press", "Nobody")
        assert report.duration == seconds + 1
    else:
        [params] = office.said("turn")
        assert given.items() <= params.items()
        assert params["CallStatus"] == "in-progress"
        assert report.duration == seconds


async def test_keys_go_to_the_gathers_in_turn_and_interrupt_endless_music() -> None:
    music = '<Play loop="0">/music.mp3</Play>'
    gather = f'<Gather numDigits="1">{music}</Gather>'
    office = Office().then("voice", gather, gather, "<Say>Done</Say>")

    report = await office.call("digits=1,2")

    assert [params.get("Digits") for params in office.said("voice")] == [None, "1", "2"]
    assert report.duration == 3


async def test_record() -> None:
    record = '<Record action="/turn" timeout="3" recordingStatusCallback="/rec"/>'
    office = Office(voice=record, turn="<Pause length='10'/>")

    report = await office.call("message=12")

    [turn], [told] = office.said("turn"), office.said("rec")
    assert (turn["RecordingDuration"], turn["Digits"]) == ("12", "")
    assert turn["RecordingUrl"].endswith(
        f"/2010-04-01/Accounts/{ACCOUNT}/Recordings/{turn['RecordingSid']}"
    )
    assert (told["RecordingSource"], told["RecordingChannels"]) == ("RecordVerb", "1")
    assert (told["CallSid"], told["RecordingUrl"]) == (report.call_sid, turn["RecordingUrl"])
    assert report.duration == 12 + 3 + 10


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("message=12;message-text=Please call me.", ("completed", "Please call me.")),
        ("message=12", ("failed", "")),
        ("message=2;message-text=Hi", ("failed", "")),
        ("message=120;message-text=A long story", ("failed", "")),
    ],
)
async def test_a_record_is_written_down_if_asked_and_of_a_length_for_it(
    script: str, told: tuple[str, str]
) -> None:
    asked = '<Record action="/turn" transcribe="true" transcribeCallback="/text"/>'
    office = Office(voice=asked, turn="")

    await office.call(script)

    [turn], [text] = office.said("turn"), office.said("text")
    assert text["RecordingSid"] == turn["RecordingSid"]
    assert (text["TranscriptionStatus"], text["TranscriptionText"]) == told


@pytest.mark.parametrize(
    ("script", "attributes", "action", "told"),
    [
        ("message=30", 'maxLength="10"', {"RecordingDuration": "10", "Digits": ""}, "completed"),
        ("message=0", "", None, "absent"),
        (
            "message=30;hangup-after=4",
            "",
            {"RecordingDuration": "4", "Digits": "hangup"},
            "completed",
        ),
    ],
)
async def test_records_that_end_otherwise(
    script: str, attributes: str, action: dict[str, str] | None, told: str
) -> None:
    events = 'recordingStatusCallbackEvent="in-progress completed absent"'
    record = f'<Record action="/turn" recordingStatusCallback="/rec" {events} {attributes}/>'
    office = Office(voice=record, turn="<Hangup/>")

    await office.call(script)

    assert [params["RecordingStatus"] for params in office.said("rec")] == ["in-progress", told]
    assert ("RecordingUrl" in office.said("rec")[-1]) is (told == "completed")
    assert [action.items() <= turn.items() if action else None for turn in office.said("turn")] == (
        [True] if action else []
    )


@pytest.mark.parametrize(
    ("verbs", "script", "seconds", "status"),
    [
        ('<Play loop="0">/a.mp3</Play>', "hangup-after=40", 40, "completed"),
        ('<Play loop="0">/a.mp3</Play>', "", CALL_SECONDS_MAX, "completed"),
        ('<Pause length="300"/>', "", UNANSWERED_SECONDS_MAX, "no-answer"),
        ('<Pause length="300"/>', "hangup-after=5", 5, "no-answer"),
        ('<Pause length="300"/>', "hangup-after=5;abandoned=canceled", 5, "canceled"),
    ],
)
async def test_a_caller_leaves(verbs: str, script: str, seconds: int, status: str) -> None:
    office = Office(voice=verbs + "<Say>never</Say>")

    report = await office.call(script)

    assert "never" not in report.spoken
    assert office.said("ended")[0]["CallStatus"] == report.status == status
    assert office.clock.seconds() == seconds
    assert report.duration == (seconds if status == "completed" else 0)


async def test_calls_that_are_played_together_overlap() -> None:
    """Two callers for one seat: the second comes while the first is still talking."""
    busy = 0

    async def voice(_params: dict[str, str]) -> str:
        nonlocal busy
        await asyncio.sleep(0)
        busy += 1
        return dial(number(ANN), timeLimit="60") if busy == 1 else "<Say>All are busy</Say>"

    office = Office(voice=voice, action="<Hangup/>")

    first, second = await asyncio.gather(office.call(f"{ANN}=talk:30"), office.call())

    assert first.legs[0].bridged
    assert second.spoken == ("All are busy",)
    assert office.clock.seconds() == 32  # not 33: they were played in the same time


async def test_a_call_is_narrated_and_summed_up() -> None:
    office = Office(voice="<Say>Hello</Say>", ended=httpx.Response(500))
    told: list[str] = []

    report = await office.call(narrate=told.append)

    assert [line.split()[1] for line in told] == [CALLER, "voice", "the", "caller", "the", "ended"]
    assert "-> 500" in told[-1]
    assert report.summary.endswith("completed after 1 s, connected to nobody")
