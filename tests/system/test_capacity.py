"""A cap is never exceeded, whatever arrives at once; the same webhook twice is one call."""

import asyncio
from collections import Counter

import httpx
import pytest

from deploy.local.carrier.signature import sign
from tests.kit.hosting import ACCOUNT_SID, AUTH_TOKEN, BASE_URL, House

NUMBER = "+18005550100"
FIRST, SECOND = "+15550100001", "+15550100002"
CALLS = 50


@pytest.mark.parametrize("routers", [1, 2])
async def test_fifty_at_once_and_one_place(house: House, routers: int) -> None:
    for _ in range(routers - 1):
        await house.add_router()
    buyer = await house.buyer()
    first = await house.target(buyer, FIRST, concurrency_cap=1)
    second = await house.target(buyer, SECOND, concurrency_cap=20)
    await house.campaign(first, second, number=NUMBER, closing_message="All are busy.")

    script = "*=answer:1,talk:600"
    reports = await asyncio.gather(
        *(house.call(NUMBER, script, f"+1212555{n:04}") for n in range(CALLS))
    )

    dialled = Counter(leg.destination for report in reports for leg in report.legs)
    assert dialled == {FIRST: 1, SECOND: 20}
    assert sum("All are busy." in report.spoken for report in reports) == CALLS - 21
    assert all(report.errors == () for report in reports)


async def test_the_same_webhook_at_two_ingresses_is_one_call(house: House) -> None:
    buyer = await house.buyer()
    await house.campaign(await house.target(buyer, FIRST, daily_cap=5), number=NUMBER)
    other = await house.add_ingress()
    form = {
        "AccountSid": ACCOUNT_SID,
        "CallSid": "CA" + "7" * 32,
        "From": "+12125550100",
        "To": NUMBER,
        "CallStatus": "ringing",
    }

    answers = await asyncio.gather(
        *(post(app, "/api/webhooks/voice", form) for app in (house.ingress, other) * 4)
    )

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert FIRST in answers[0].text


async def post(app: object, path: str, form: dict[str, str]) -> httpx.Response:
    url = BASE_URL + path
    headers = {"X-Twilio-Signature": sign(AUTH_TOKEN, url, form)}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app)) as http:  # type: ignore[arg-type]
        return await http.post(url, data=form, headers=headers)
