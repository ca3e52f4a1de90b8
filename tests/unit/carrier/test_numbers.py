"""Numbers on sale and owned, as the REST server tells of them."""

import pytest

from tests.unit.carrier.office import ANN, BOB, Office
from tests.unit.carrier.test_rest import ROOT, client


async def test_numbers_on_sale_are_looked_for_and_those_that_are_bought_are_not() -> None:
    office = Office()
    shelf = f"{ROOT}/AvailablePhoneNumbers/US/Local.json"
    async with client(office) as api:
        first = (await api.get(shelf, params={"AreaCode": "212", "PageSize": "2"})).json()
        number = first["available_phone_numbers"][0]["phone_number"]
        await api.post(f"{ROOT}/IncomingPhoneNumbers.json", data={"PhoneNumber": number})
        after = (await api.get(shelf, params={"Contains": "+1212555%"})).json()
        bought = (await api.get(f"{ROOT}/IncomingPhoneNumbers.json")).json()
        path = bought["incoming_phone_numbers"][0]["uri"]
        released = [(await api.delete(path)).status_code for _ in range(2)]
        again = (await api.get(shelf, params={"AreaCode": "212"})).json()

    assert number.startswith("+1212555")
    numbers = [one["phone_number"] for one in after["available_phone_numbers"]]
    assert number not in numbers
    assert len(numbers) == 50
    assert released == [204, 404]
    assert again["available_phone_numbers"][0]["phone_number"] == number


@pytest.mark.parametrize(
    ("path", "query", "status", "code"),
    [
        ("US/Local", {"AreaCode": "21"}, 400, 21451),
        ("US/Local", {"Contains": "1"}, 400, 21446),
        ("US/Local", {"VoiceEnabled": "yes"}, 400, 20001),
        ("US/Local", {"Region": "NY"}, 400, 20001),
        ("US/Local", {"PageSize": "1001"}, 400, 20001),
        ("US/Mobile", {}, 404, 20404),
    ],
)
async def test_searches_that_are_not_as_they_must_be(
    path: str, query: dict[str, str], status: int, code: int
) -> None:
    async with client(Office()) as api:
        answer = await api.get(f"{ROOT}/AvailablePhoneNumbers/{path}.json", params=query)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_owned_numbers_are_listed_by_the_token_that_came_with_the_page() -> None:
    office = Office()
    owned = f"{ROOT}/IncomingPhoneNumbers.json"
    async with client(office) as api:
        for number in (ANN, BOB):
            await api.post(owned, data={"PhoneNumber": number})
        page = (await api.get(owned, params={"PageSize": "1"})).json()
        following = (await api.get(page["next_page_uri"])).json()
        guessed = await api.get(owned, params={"Page": "1", "PageSize": "1"})
        unknown = await api.get(owned, params={"Number": ANN})

    assert [one["phone_number"] for one in following["incoming_phone_numbers"]] == [BOB]
    assert following["next_page_uri"] is None
    assert [guessed.json()["code"], unknown.json()["code"]] == [20001, 20001]
