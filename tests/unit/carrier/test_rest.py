"""The REST server answers in Twilio's shapes and turns calls that are in progress."""

import asyncio
import io
import wave
from typing import Any

import httpx
import pytest

from deploy.local.carrier import NumberConfig, rest
from deploy.local.carrier.clock import EPOCH
from deploy.local.carrier.ledger import CALLS_KEPT_MAX, CallEntry, Ledger
from tests.unit.carrier.office import ACCOUNT, ANN, BOB, DIALLED, HOST, TOKEN, Office, dial, number

ROOT = f"/2010-04-01/Accounts/{ACCOUNT}"


def client(office: Office, **options: Any) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(rest.create(office.carrier))
    options = {"auth": (ACCOUNT, TOKEN)} | options
    return httpx.AsyncClient(transport=transport, base_url="http://carrier", **options)


async def test_a_call_and_its_legs_after_the_end() -> None:
    office = Office(voice=dial(ANN, BOB), action="<Hangup/>")
    report = await office.call(f"{ANN}=busy;{BOB}=talk:59,callee-hangs-up")

    async with client(office) as api:
        call = (await api.get(f"{ROOT}/Calls/{report.call_sid}.json")).json()
        legs = (await api.get(f"{ROOT}/Calls.json", params={"ParentCallSid": call["sid"]})).json()

    assert (call["status"], call["direction"], call["duration"]) == ("completed", "inbound", "61")
    assert call["parent_call_sid"] is None
    assert call["start_time"] == "Mon, 05 Jan 2026 15:00:00 +0000"
    assert {(leg["to"], leg["status"], leg["duration"]) for leg in legs["calls"]} == {
        (ANN, "busy", "0"),
        (BOB, "completed", "59"),
    }
    assert {leg["parent_call_sid"] for leg in legs["calls"]} == {report.call_sid}


async def test_a_leg_that_does_not_ring_yet_is_queued() -> None:
    office = Office(voice=dial(number(ANN, "initiated")), action="<Hangup/>")
    seen: list[tuple[str, object]] = []

    async def leg(params: dict[str, str]) -> str:
        async with client(office) as api:
            one = (await api.get(f"{ROOT}/Calls/{params['CallSid']}.json")).json()
        seen.append((one["status"], one["duration"]))
        return ""

    office.then("leg", leg)
    await office.call()

    assert seen == [("queued", None)]


def test_the_oldest_calls_are_forgotten() -> None:
    ledger = Ledger()
    for index in range(CALLS_KEPT_MAX + 1):
        ledger.open(CallEntry(f"CA{index}", ANN, BOB, "inbound", EPOCH))

    assert len(ledger.calls) == CALLS_KEPT_MAX
    assert "CA0" not in ledger.calls


async def test_lists_come_in_pages_and_by_filters() -> None:
    office = Office(voice="<Say>Hello</Say>")
    sids = [(await office.call()).call_sid for _ in range(3)]

    async with client(office) as api:
        first = (await api.get(f"{ROOT}/Calls.json", params={"PageSize": 2, "To": DIALLED})).json()
        second = (await api.get(first["next_page_uri"])).json()
        none = (await api.get(f"{ROOT}/Calls.json", params={"StartTime>": "2026-01-06"})).json()
        wrong = await api.get(f"{ROOT}/Calls.json", params={"PageSize": "many"})

    assert [one["sid"] for one in first["calls"] + second["calls"]] == sids[::-1]
    assert (second["next_page_uri"], none["calls"], wrong.status_code) == (None, [], 400)


@pytest.mark.parametrize(
    ("options", "method", "path", "status", "code"),
    [
        ({"auth": None}, "GET", f"{ROOT}/Calls.json", 401, 20003),
        ({"auth": (ACCOUNT, "wrong")}, "GET", f"{ROOT}/Calls.json", 401, 20003),
        ({}, "GET", "/2010-04-01/Accounts/AC2/Calls.json", 404, 20404),
        ({}, "GET", f"{ROOT}/Calls/CA1.json", 404, 20404),
        ({}, "GET", f"{ROOT}/Recordings/RE1.wav", 404, 20404),
        ({}, "GET", f"{ROOT}/IncomingPhoneNumbers/PN1.json", 404, 20404),
        ({}, "GET", f"{ROOT}/Nothing.json", 404, 20404),
        ({}, "DELETE", f"{ROOT}/Calls.json", 405, 20004),
        ({}, "POST", f"{ROOT}/Calls/CA1.json", 404, 20404),
    ],
)
async def test_errors_have_twilios_shape(
    options: dict[str, Any], method: str, path: str, status: int, code: int
) -> None:
    async with client(Office(), **options) as api:
        answer = await api.request(method, path)

    assert (answer.status_code, answer.json()["code"], answer.json()["status"]) == (
        status,
        code,
        status,
    )
    assert answer.json()["more_info"].endswith(str(code))


def ordering(office: Office, form: dict[str, str], sid: str = "") -> list[int]:
    """Post `form` for the call, or the leg that tells, at the first leg event; the statuses."""
    came: list[int] = []

    async def leg(params: dict[str, str]) -> str:
        if not came:
            target = params["CallSid" if sid == "leg" else "ParentCallSid"]
            async with client(office) as api:
                answer = await api.post(f"{ROOT}/Calls/{target}.json", data=form)
            came.append(answer.status_code)
        return ""

    office.then("leg", leg)
    return came


MOVED = "<Response><Say>Moved</Say></Response>"


@pytest.mark.parametrize(
    ("on_bridge", "events", "form", "parent", "leg", "spoken"),
    [
        ("false", "answered", {"Status": "completed"}, "completed", "completed", ()),
        ("false", "ringing", {"Status": "completed"}, "completed", "canceled", ()),
        ("true", "ringing", {"Status": "canceled"}, "canceled", "canceled", ()),
        ("false", "answered", {"Twiml": MOVED}, "completed", "completed", ("Moved",)),
        ("true", "ringing", {"Url": f"{HOST}/moved"}, "completed", "canceled", ("Moved",)),
    ],
)
async def test_a_call_is_ended_or_turned_from_outside(
    *,
    on_bridge: str,
    events: str,
    form: dict[str, str],
    parent: str,
    leg: str,
    spoken: tuple[str, ...],
) -> None:
    office = Office(
        voice=dial(number(ANN, events), answerOnBridge=on_bridge),
        moved="<Say>Moved</Say>",
        action="<Say>never</Say>",
    )
    came = ordering(office, form)

    report = await office.call(f"{ANN}=answer:5,talk:600")

    assert came == [200]
    assert (report.status, report.legs[0].status) == (parent, leg)
    assert len(office.said("action")) == ("Status" in form)  # a turned call leaves its Dial
    assert report.spoken == spoken
    assert office.clock.seconds() < 10


@pytest.mark.parametrize("target", ["parent", "leg"])
async def test_an_order_wakes_a_sleeping_call(target: str) -> None:
    office = Office(voice=dial(ANN), action="<Pause length='20'/>")

    async def order() -> None:
        with office.clock.attend():
            await office.clock.alarm(9)
            [line] = office.carrier.lines.values()
            [leg] = office.carrier.ledger.legs(line.entry.sid)
            sid = line.entry.sid if target == "parent" else leg.sid
            async with client(office) as api:
                await api.post(f"{ROOT}/Calls/{sid}.json", data={"Status": "completed"})

    report, _ = await asyncio.gather(office.call(f"{ANN}=talk:600"), order())

    assert report.legs[0].ended_at == 9
    assert report.duration == (9 if target == "parent" else 29)


async def test_a_leg_is_ended_from_outside_and_the_caller_stays() -> None:
    office = Office(voice=dial(number(ANN, "answered")), action="<Say>Goodbye</Say>")
    ordering(office, {"Status": "completed"}, sid="leg")

    report = await office.call(f"{ANN}=talk:600")

    assert office.said("action")[0]["CallStatus"] == "in-progress"
    assert report.spoken == ("Goodbye",)


@pytest.mark.parametrize(
    ("form", "sid"),
    [
        ({"Status": "busy"}, ""),
        ({"Url": "/here"}, ""),
        ({}, ""),
        ({"Twiml": "<Say>"}, ""),
        ({"Url": f"{HOST}/moved"}, "leg"),
    ],
)
async def test_orders_that_are_refused(form: dict[str, str], sid: str) -> None:
    office = Office(voice=dial(number(ANN, "answered")), action="<Hangup/>")
    came = ordering(office, form, sid)

    report = await office.call(f"{ANN}=talk:30")

    assert came == [400]
    assert report.duration == 32


async def test_an_order_that_comes_while_a_document_is_fetched() -> None:
    office = Office(next="<Say>never</Say>")

    async def voice(params: dict[str, str]) -> str:
        async with client(office) as api:
            path = f"{ROOT}/Calls/{params['CallSid']}.json"
            await api.post(path, data={"Status": "completed"})
        return "<Redirect>/next</Redirect>"

    office.then("voice", voice)
    await office.call()

    assert office.said("next") == []


@pytest.mark.parametrize(
    ("target", "form", "spoken"),
    [
        ("ParentCallSid", {"Url": f"{HOST}/moved"}, ("Moved",)),
        ("CallSid", {"Status": "completed"}, ("Goodbye",)),
    ],
)
async def test_an_order_during_the_whisper(
    target: str, form: dict[str, str], spoken: tuple[str, ...]
) -> None:
    office = Office(
        voice=dial(number(ANN, url="/whisper")),
        moved="<Say>Moved</Say>",
        action="<Say>Goodbye</Say>",
    )

    async def whisper(params: dict[str, str]) -> str:
        async with client(office) as api:
            await api.post(f"{ROOT}/Calls/{params[target]}.json", data=form)
        return "<Say>A call for you</Say>"

    office.then("whisper", whisper)
    report = await office.call(f"{ANN}=talk:600")

    assert (report.legs[0].status, report.legs[0].bridged) == ("completed", False)
    assert report.spoken == spoken


async def test_canceling_leaves_an_answered_call_alone() -> None:
    office = Office(voice=dial(number(ANN, "answered")), action="<Hangup/>")
    came = ordering(office, {"Status": "canceled"})

    report = await office.call(f"{ANN}=talk:30")

    assert (came, report.duration) == ([200], 32)


async def test_a_call_that_is_over_cannot_be_ended() -> None:
    office = Office(voice="<Hangup/>")
    report = await office.call()

    async with client(office) as api:
        answer = await api.post(
            f"{ROOT}/Calls/{report.call_sid}.json", data={"Status": "completed"}
        )

    assert (answer.status_code, answer.json()["code"]) == (400, 21220)


async def test_a_recording_and_its_sound() -> None:
    office = Office(voice=dial(ANN, record="record-from-answer-dual"), action="<Hangup/>")
    await office.call(f"{ANN}=talk:3,callee-hangs-up")
    url = office.said("action")[0]["RecordingUrl"]

    async with client(office) as api:
        told = (await api.get(f"{url}.json")).json()
        sounds = [await api.get(url), await api.get(f"{url}.wav")]
        part = await api.get(url, headers={"Range": "bytes=4-7"})
        beyond = await api.get(url, headers={"Range": "bytes=99999999-"})

    assert (told["duration"], told["channels"], told["status"]) == ("3", 2, "completed")
    for sound in sounds:
        assert sound.headers["content-type"] == "audio/x-wav"
        with wave.open(io.BytesIO(sound.content)) as file:
            assert (file.getnchannels(), file.getnframes() / file.getframerate()) == (2, 3)
    whole = sounds[0].content
    assert (part.status_code, part.content) == (206, whole[4:8])
    assert part.headers["content-range"] == f"bytes 4-7/{len(whole)}"
    assert beyond.status_code == 416


async def test_numbers_are_bought_found_and_pointed_elsewhere() -> None:
    office = Office()
    numbers = f"{ROOT}/IncomingPhoneNumbers.json"
    async with client(office) as api:
        bought = await api.post(numbers, data={"PhoneNumber": ANN, "FriendlyName": "Spring"})
        path = bought.json()["uri"]
        await api.post(path, data={"VoiceUrl": f"{HOST}/v", "VoiceFallbackUrl": f"{HOST}/f"})
        await api.post(path, data={"StatusCallback": f"{HOST}/s", "VoiceMethod": "GET"})
        one = (await api.get(path)).json()
        found = (await api.get(numbers, params={"PhoneNumber": ANN})).json()
        others = (await api.get(numbers, params={"PhoneNumber": BOB})).json()

    assert bought.status_code == 201
    assert {
        "phone_number": ANN,
        "friendly_name": "Spring",
        "voice_url": f"{HOST}/v",
        "voice_method": "GET",
        "voice_fallback_url": f"{HOST}/f",
        "status_callback": f"{HOST}/s",
        "status_callback_method": "POST",
    }.items() <= one.items()
    assert found["incoming_phone_numbers"] == [one]
    assert others["incoming_phone_numbers"] == []


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({}, 21421),
        ({"PhoneNumber": "5550100001"}, 21421),
        ({"PhoneNumber": DIALLED}, 21422),
        ({"PhoneNumber": ANN, "VoiceUrl": "/voice"}, 21402),
        ({"PhoneNumber": ANN, "VoiceMethod": "PUT"}, 21403),
        ({"PhoneNumber": ANN, "Voice": "x"}, 20001),
    ],
)
async def test_numbers_that_cannot_be_had(form: dict[str, str], code: int) -> None:
    office = Office()
    office.carrier.ledger.numbers["PN1"] = office.number

    async with client(office) as api:
        answer = await api.post(f"{ROOT}/IncomingPhoneNumbers.json", data=form)

    assert (answer.status_code, answer.json()["code"]) == (400, code)


async def test_a_call_is_played_on_demand_and_narrated() -> None:
    office = Office(voice=dial(ANN), action="<Say>Goodbye</Say>")
    office.carrier.ledger.numbers["PN1"] = office.number

    async with client(office) as api:
        form = {"From": BOB, "To": DIALLED, "Script": f"{ANN}=busy"}
        played = await api.post("/player/calls", data=form)
        missing = await api.post("/player/calls", data={"To": ANN})
        mistaken = await api.post("/player/calls", data={"To": DIALLED, "Script": "x=y"})

    assert f"{BOB} calls {DIALLED}" in played.text
    assert "Goodbye" in played.text
    assert played.text.endswith("connected to nobody\n")
    assert (missing.status_code, mistaken.status_code) == (404, 400)
    assert "hangup-after" in mistaken.json()["message"]


async def test_numbers_set_by_rest_are_where_calls_go() -> None:
    office = Office(sales="<Say>Sales</Say>")
    office.carrier.ledger.numbers["PN1"] = NumberConfig("", phone_number=DIALLED, sid="PN1")

    async with client(office) as api:
        form = {"VoiceUrl": f"{HOST}/sales"}
        await api.post(f"{ROOT}/IncomingPhoneNumbers/PN1.json", data=form)
        await api.post("/player/calls", data={"From": BOB, "To": DIALLED})

    assert [params["From"] for params in office.said("sales")] == [BOB]
