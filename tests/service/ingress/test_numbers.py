"""Numbers at the carrier: what `ask.ingress.*_number(s).v1` do at its REST API, once."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from deploy.local.carrier.ledger import NumberConfig
from libs.contracts.carrier_numbers import (
    BuyCarrierNumber,
    CarrierAccount,
    FindCarrierNumbers,
    ListCarrierNumbers,
    NumberBought,
    NumberPlace,
    NumberSearch,
    PlaceKind,
    ReleaseCarrierNumber,
    SetUpCarrierNumber,
)
from libs.runtime.answers import Declined
from libs.runtime.ask import Ask, Unanswered
from libs.runtime.deadline import Deadline
from services.ingress.carrier.access import REQUESTS_MAX, Access
from services.ingress.carrier.numbers import CarrierNumbers
from tests.kit.played_rest import PlayedRest, Trouble, played_rest
from tests.service.ingress.played_router import PlayedRouter
from tests.service.ingress.played_twilio import PlayedTwilio
from tests.service.ingress.stage import TARGET, VOICE, eventually, running_ingress

SID, OTHER_SID, TOKEN = "AC" + "1" * 32, "AC" + "2" * 32, "a token"
BASE = "https://calls.example.com"
POOL = UUID("6f0c3f0e-0000-4000-8000-000000000001")
IN_POOL = NumberPlace(kind=PlaceKind.POOL, pool_id=POOL)
NUMBER = "+12125550100"
PLATFORM = CarrierAccount(platform=True)
OWNED = "IncomingPhoneNumbers"


@pytest.fixture
async def rest() -> AsyncIterator[PlayedRest]:
    async with played_rest(SID, TOKEN) as rest:
        yield rest


def numbers(rest: PlayedRest, *tokens: str) -> CarrierNumbers:
    access = Access(rest.url, SID, TOKEN, lambda sid: tokens if sid == SID else ())
    return CarrierNumbers(access, BASE)


def soon() -> Deadline:
    return Deadline.within(5_000)


def purchase(mark: str = "Purchase 1", number: str = NUMBER) -> BuyCarrierNumber:
    return BuyCarrierNumber(account=PLATFORM, number=number, mark=mark)


async def no_of(asking: object) -> Declined:
    with pytest.raises(Declined) as no:
        await asking  # type: ignore[misc] # a coroutine of any question
    return no.value


async def test_numbers_are_found_by_kind_area_and_pattern(rest: PlayedRest) -> None:
    api = numbers(rest)
    search = NumberSearch(area_code="415", contains="555*1", limit=3)
    found = await api.find(FindCarrierNumbers(account=PLATFORM, search=search), soon())
    assert found.account_sid == SID
    assert len(found.numbers) == 3
    assert all(one.number.startswith("+1415555") for one in found.numbers)
    assert found.numbers[0].locality == "San Francisco"
    assert (found.numbers[0].capabilities.voice, found.numbers[0].capabilities.sms) == (True, True)
    toll_free = NumberSearch.model_validate({"kind": "toll_free", "limit": 1})
    found = await api.find(FindCarrierNumbers(account=PLATFORM, search=toll_free), soon())
    assert found.numbers[0].number.startswith("+1800")
    nowhere = NumberSearch.model_validate({"kind": "mobile"})  # the US have none of their own
    no = await no_of(api.find(FindCarrierNumbers(account=PLATFORM, search=nowhere), soon()))
    assert no.code == "number_missing"


async def test_a_number_is_bought_once_whatever_becomes_of_the_answers(rest: PlayedRest) -> None:
    api = numbers(rest)
    for trouble in (Trouble.AWAY, Trouble.BUSY, Trouble.LOST):
        rest.plan("POST", OWNED, trouble)
        no = await no_of(api.buy(purchase(), soon()))
        assert no.code == "unavailable"
    bought: NumberBought = await api.buy(purchase(), soon())
    assert bought.again
    assert [one.phone_number for one in rest.carrier.ledger.numbers.values()] == [NUMBER]
    again = await api.buy(purchase(), soon())
    assert again.number == bought.number
    assert len(rest.made("POST", OWNED)) == 3  # the last asked only whether it is there


async def test_a_purchase_never_takes_a_number_that_somebody_else_bought(rest: PlayedRest) -> None:
    api = numbers(rest)
    await api.buy(purchase("Purchase 1"), soon())
    no = await no_of(api.buy(purchase("Purchase 2"), soon()))
    assert (no.code, no.fields[0][0]) == ("number_owned", "number")
    rest.carrier.ledger.sold.add("+12125550101")
    no = await no_of(api.buy(purchase("Purchase 2", "+12125550101"), soon()))
    assert (no.code, no.fields[0][0]) == ("number_gone", "number")


async def test_a_number_is_set_up_for_its_place_and_left_alone_after(rest: PlayedRest) -> None:
    api = numbers(rest)
    await api.buy(purchase(), soon())
    for place, url, name in (
        (IN_POOL, f"{BASE}/api/webhooks/pool/{POOL}/voice", f"Pool {POOL}"),
        (
            NumberPlace(kind=PlaceKind.CAMPAIGN),
            f"{BASE}/api/webhooks/voice",
            "Campaign Direct",
        ),
        (NumberPlace(), f"{BASE}/api/webhooks/voice", "Unassigned"),
    ):
        question = SetUpCarrierNumber(account=PLATFORM, number=NUMBER, place=place)
        done = await api.set_up(question, soon())
        (one,) = rest.carrier.ledger.numbers.values()
        assert (one.voice_url, one.friendly_name) == (url, name)
        assert one.fallback_url == f"{BASE}/api/webhooks/fallback"
        assert one.status_url == url.replace("/voice", "/status")
        assert "friendly_name" in done.changed
        assert done.number.place == place
        written = len(rest.made("POST", OWNED))
        assert (await api.set_up(question, soon())).changed == ()
        assert len(rest.made("POST", OWNED)) == written


async def test_what_somebody_else_changed_is_repaired_and_named(rest: PlayedRest) -> None:
    api = numbers(rest)
    ledger = rest.carrier.ledger.numbers
    ledger["PN" + "0" * 32] = NumberConfig(
        f"{BASE}/api/webhooks/pool/{POOL}/voice",
        "https://elsewhere.example.com",
        f"{BASE}/api/webhooks/pool/{POOL}/status",
        phone_number=NUMBER,
        friendly_name=f"Pool {POOL}",
        sid="PN" + "0" * 32,
    )
    listed = await api.listed(ListCarrierNumbers(account=PLATFORM), soon())
    assert [one.place for one in listed.numbers] == [None]
    question = SetUpCarrierNumber(account=PLATFORM, number=NUMBER, place=IN_POOL)
    assert (await api.set_up(question, soon())).changed == ("voice_fallback_url",)
    listed = await api.listed(ListCarrierNumbers(account=PLATFORM), soon())
    assert [one.place for one in listed.numbers] == [IN_POOL]


async def test_a_number_whose_calls_cannot_come_to_us_is_left_alone(rest: PlayedRest) -> None:
    api, ledger = numbers(rest), rest.carrier.ledger.numbers
    question = SetUpCarrierNumber(account=PLATFORM, number=NUMBER, place=IN_POOL)
    cases: list[tuple[dict[str, Any], str]] = [
        ({"trunk_sid": "TK" + "0" * 32}, "number_answered_elsewhere"),
        ({"voice": False}, "number_without_voice"),
    ]
    for more, code in cases:
        sid = "PN" + "0" * 32
        ledger[sid] = NumberConfig("", phone_number=NUMBER, sid=sid, **more)
        no = await no_of(api.set_up(question, soon()))
        assert (no.code, no.fields[0][0]) == (code, "number")
    assert rest.made("POST") == []


async def test_a_number_is_given_back_once(rest: PlayedRest) -> None:
    api = numbers(rest)
    await api.buy(purchase(), soon())
    rest.plan("DELETE", OWNED, Trouble.LOST)
    question = ReleaseCarrierNumber(account=PLATFORM, number=NUMBER)
    assert (await no_of(api.release(question, soon()))).code == "unavailable"
    assert not (await api.release(question, soon())).was_there
    set_up = SetUpCarrierNumber(account=PLATFORM, number=NUMBER, place=IN_POOL)
    assert (await no_of(api.set_up(set_up, soon()))).code == "number_missing"


async def test_what_an_account_owns_is_listed_in_pages(rest: PlayedRest) -> None:
    api = numbers(rest)
    for at in range(5):
        await api.buy(purchase(f"Purchase {at}", f"+1212555010{at}"), soon())
    seen: list[str] = []
    cursor = None
    for _ in range(3):
        question = ListCarrierNumbers(account=PLATFORM, cursor=cursor, limit=2)
        page = await api.listed(question, soon())
        seen += [one.number for one in page.numbers]
        cursor = page.cursor
    assert cursor is None
    assert seen == [f"+1212555010{at}" for at in range(5)]


async def test_whose_credentials_are_used(rest: PlayedRest) -> None:
    own = CarrierAccount(account_sid=SID)
    listed = await numbers(rest, "revoked", TOKEN).listed(ListCarrierNumbers(account=own), soon())
    assert listed.account_sid == SID
    for tokens, code in ((("revoked",), "carrier_credentials"), ((), "unavailable")):
        no = await no_of(numbers(rest, *tokens).listed(ListCarrierNumbers(account=own), soon()))
        assert no.code == code
    other = CarrierAccount(account_sid=OTHER_SID, platform=True)
    no = await no_of(numbers(rest).listed(ListCarrierNumbers(account=other), soon()))
    assert (no.code, no.fields[0][0]) == ("another_carrier", "account_sid")


async def test_a_carrier_that_is_slow_or_away_holds_nobody_up(rest: PlayedRest) -> None:
    away = CarrierNumbers(Access("http://127.0.0.1:1", SID, TOKEN, lambda _: ()), BASE)
    question = ListCarrierNumbers(account=PLATFORM)
    assert (await no_of(away.listed(question, soon()))).code == "unavailable"
    rest.plan("GET", OWNED, Trouble.GARBLED)
    assert (await no_of(numbers(rest).listed(question, soon()))).code == "unavailable"
    no = await no_of(numbers(rest).listed(question, Deadline.within(0)))
    assert no.code == "unavailable"
    api = numbers(rest)
    await asyncio.gather(*(api.listed(question, soon()) for _ in range(REQUESTS_MAX * 3)))


async def test_a_carrier_that_is_slow_with_numbers_holds_no_webhook(
    nats_url: str, router: PlayedRouter, twilio: PlayedTwilio, tmp_path: Path
) -> None:
    asking = Ask(router.broker)
    question = ListCarrierNumbers(account=PLATFORM)

    async def ask() -> Any:
        try:
            return await asking(question, Deadline.within(20_000))
        except Unanswered:
            return None  # the ingress does not listen yet

    async with running_ingress(nats_url, tmp_path, twilio_api_base_url=twilio.url) as ingress:
        assert (await eventually(ask)).numbers == ()
        twilio.door.clear()
        waiting = [asyncio.create_task(ask()) for _ in range(REQUESTS_MAX * 3)]

        async def full() -> bool | None:
            return twilio.inside == REQUESTS_MAX or None

        await eventually(full)
        began = time.monotonic()
        assert TARGET.number in (await ingress.post(VOICE)).text
        assert time.monotonic() - began < 1.0
        assert twilio.inside == REQUESTS_MAX
        twilio.door.set()
        await asyncio.gather(*waiting)
