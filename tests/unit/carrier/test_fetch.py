"""A webhook is signed and bounded in time, repeated and replaced by Twilio's rules only."""

from dataclasses import replace

import httpx
import pytest
from twilio.request_validator import RequestValidator

from deploy.local.carrier.fetch import Overrides, read_overrides
from deploy.local.carrier.refusals import Refused
from deploy.local.carrier.signature import sign
from tests.unit.carrier.office import ACCOUNT, HOST, TOKEN, Answer, Office, silence


@pytest.mark.parametrize(
    ("url", "params"),
    [
        ("https://calls.example.com/voice", {"b": "2", "a": "ü 1", "A": ""}),
        ("https://calls.example.com:8443/voice?flow=a&step=1", {"From": "+1", "Empty": ""}),
        ("http://127.0.0.1:8001/voice?x=%2B", {}),
    ],
)
def test_twilios_own_validator_accepts_our_signature(url: str, params: dict[str, str]) -> None:
    assert RequestValidator(TOKEN).validate(url, params, sign(TOKEN, url, params))
    assert not RequestValidator("another").validate(url, params, sign(TOKEN, url, params))


def test_overrides_are_cut_off_the_url() -> None:
    url = "https://a.example/v?x=1#rc=2&rt=9000&ct=200&tt=12000&rp=5xx,rt"

    assert read_overrides(url) == (
        "https://a.example/v?x=1",
        Overrides(200, 9_000, 12_000, 2, frozenset({"5xx", "rt"})),
    )


@pytest.mark.parametrize(
    ("url", "number"),
    [
        ("/voice", 11100),
        ("", 11100),
        ("ftp://a.example/voice", 11100),
        ("https://a.example/v#rc=6", 11100),
        ("https://a.example/v#rt=99", 11100),
        ("https://a.example/v#tt=fast", 11100),
        ("https://a.example/v#rp=sometimes", 11243),
    ],
)
def test_bad_urls_are_refused(url: str, number: int) -> None:
    with pytest.raises(Refused) as refused:
        read_overrides(url)
    assert refused.value.number == number


REFUSED, SLOW = httpx.ConnectError("refused"), httpx.ReadTimeout("slow")
GOOD = "<Say>Hello</Say>"


@pytest.mark.parametrize(
    ("fragment", "answers", "attempts", "error"),
    [
        ("", (GOOD,), 1, None),
        ("", (REFUSED, GOOD), 2, None),
        ("", (REFUSED,), 2, 11205),
        ("", (httpx.ConnectTimeout("no"), GOOD), 2, None),
        ("", (SLOW, GOOD), 1, 11205),
        ("", (httpx.Response(500), GOOD), 1, 11200),
        ("", (httpx.Response(404), GOOD), 1, 11200),
        ("", (httpx.Response(302, headers={"location": "/x"}), GOOD), 1, 11200),
        ("", (httpx.RemoteProtocolError("cut"), GOOD), 1, 11200),
        ("#rc=0", (REFUSED, GOOD), 1, 11205),
        ("#rc=3", (REFUSED,), 4, 11205),
        ("#rc=2&rp=5xx", (httpx.Response(503), GOOD), 2, None),
        ("#rc=2&rp=all", (SLOW, httpx.Response(404), GOOD), 3, None),
        ("#tt=100", (silence,), 1, 11205),
        ("#rc=9", (GOOD,), 0, 11100),
    ],
)
async def test_repetitions(
    fragment: str, answers: tuple[Answer, ...], attempts: int, error: int | None
) -> None:
    office = Office().then("voice", *answers)
    office.number = replace(office.number, voice_url=f"{HOST}/voice{fragment}")

    report = await office.call()

    [step] = report.sent("voice")
    assert (step.attempts, step.error) == (attempts, error)
    assert len(office.said("voice")) == attempts
    assert report.errors == (() if error is None else (error,))


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(500), "11200"),
        (REFUSED, "11205"),
        (httpx.Response(200, json={}), "12300"),
        (httpx.Response(200, headers={"content-type": "text/xml"}), "11770"),
        ("<Say>", "12100"),
        ("<Enqueue/>", "12200"),
    ],
)
async def test_the_fallback_url_hears_what_went_wrong(answer: Answer, error: str) -> None:
    office = Office(voice=answer).with_fallback("<Say>Please hold</Say>")

    report = await office.call()

    [params] = office.said("fallback")
    assert (params["ErrorCode"], params["ErrorUrl"]) == (error, f"{HOST}/voice")
    assert params["CallStatus"] == "ringing"
    assert report.spoken == ("Please hold",)
    assert report.errors == (int(error),)
    assert report.sent("voice")[0].error == int(error)


async def test_without_a_fallback_the_caller_hears_an_apology() -> None:
    report = await Office(voice=httpx.Response(500)).call()

    assert "application error" in report.spoken[0]
    assert report.status == "completed"


async def test_a_fallback_that_fails_too_ends_the_call() -> None:
    office = Office(voice=httpx.Response(500)).with_fallback(httpx.Response(502))

    report = await office.call()

    assert office.paths() == ["/voice", "/fallback", "/ended"]
    assert report.errors == (11200, 11200)


async def test_a_number_may_be_asked_by_get() -> None:
    office = Office(voice=GOOD)
    office.number = replace(
        office.number, voice_url=f"{HOST}/voice?flow=1#rc=1", voice_method="GET"
    )

    await office.call()

    [params] = office.said("voice")
    assert params["flow"] == "1"
    assert params["AccountSid"] == ACCOUNT
    assert "CallToken" not in params  # it comes with POST only


async def test_status_callbacks_are_not_repeated() -> None:
    office = Office(voice=GOOD, ended=REFUSED)

    report = await office.call()

    assert len(office.said("ended")) == 1
    assert report.sent("ended")[0].error == 11205
    assert report.errors == ()


async def test_one_token_stands_for_all_attempts() -> None:
    tokens: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        tokens.append(request.headers["i-twilio-idempotency-token"])
        raise REFUSED

    office = Office()
    transport = httpx.MockTransport(answer)
    office.carrier = type(office.carrier)(
        ACCOUNT, TOKEN, office.clock, httpx.AsyncClient(transport=transport)
    )
    await office.call()

    voice, ended = tokens[:2], tokens[2:]
    assert len(set(voice)) == 1
    assert len(ended) == 1
    assert set(ended).isdisjoint(voice)
