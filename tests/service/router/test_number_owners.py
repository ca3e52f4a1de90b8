"""Whose numbers are: no account gets, sees or sets up what another has, or the platform keeps."""

from pathlib import Path
from uuid import uuid4

import pytest

from libs.contracts.bulk import NumbersAdded
from libs.contracts.configuration import Carrier
from libs.contracts.numbers import (
    BuyNumbers,
    GetPurchase,
    ImportNumbers,
    ListOwnedNumbers,
    Purchase,
    ReleaseNumber,
    SearchNumbers,
)
from libs.runtime.ask import Refused
from services.router.desk import numbers_clerk
from tests.kit.hosting import (
    TESTER,
    eventually,
)
from tests.kit.played_rest import Trouble, played_rest
from tests.service.router.number_line import OWN_SID, OWNED, PHONE, Line, ingress_at
from tests.service.router.stage import Stage, a_number, a_pool


async def test_two_accounts_never_get_one_number(line: Line) -> None:
    line.rest.plan("POST", OWNED, Trouble.AWAY, times=1_000)
    ours = await line.buy(PHONE)
    theirs = BuyNumbers(
        account_id=line.stage.other_account, actor=TESTER, id=uuid4(), numbers=(PHONE,)
    )
    assert (await line.stage.refusal(theirs)).code == "taken"
    claim = line.stage.edit(a_number(PHONE), account_id=line.stage.other_account)
    assert (await line.stage.refusal(claim)).code == "taken"
    line.rest.troubles.clear()
    await line.done(ours, "bought")
    unknown = GetPurchase(account_id=line.stage.other_account, id=ours.id)
    assert (await line.stage.refusal(unknown)).code == "not_found"


async def test_numbers_of_the_platform_are_set_up_for_those_alone_who_bought_them(
    line: Line,
) -> None:
    line.own(PHONE)
    number = a_number(PHONE)
    await line.stage.save(number)
    setup = await line.stands(number.id, "failed")
    assert "not this account's" in setup.failure
    assert line.owned[PHONE].voice_url == "https://elsewhere.example.com"
    question = ImportNumbers(**line.about, numbers=(PHONE,))
    refused = await line.stage.refusal(question)
    assert (refused.code, refused.fields[0].path) == ("not_ours", "account_sid")
    listing = ListOwnedNumbers(account_id=line.stage.account_id)
    assert (await line.stage.refusal(listing)).code == "not_ours"


async def test_the_platforms_own_account_brings_in_what_is_there(line: Line) -> None:
    await line.stage.stop_routers()
    await line.stage.add_router(platform_account_id=line.stage.account_id)
    await line.stage.save(a_number("+12125550103"), account_id=line.stage.other_account)
    pool = a_pool()
    await line.stage.save(pool)
    for phone in (PHONE, "+12125550103"):
        line.own(phone, friendly_name="old")
    listed = await line.stage.ask(ListOwnedNumbers(account_id=line.stage.account_id))
    assert [(one.number, one.number_id) for one in listed.numbers] == [(PHONE, None)]
    question = ImportNumbers(
        **line.about, numbers=(PHONE, "+12125550199", "+12125550103"), pool_id=pool.id
    )
    added: NumbersAdded = await line.stage.ask(question)
    assert [one.outcome for one in added.results] == ["added", "refused", "refused"]
    number_id = added.results[0].number_id
    assert number_id is not None
    await line.stands(number_id, "configured")
    assert line.owned[PHONE].friendly_name == f"Pool {pool.id}"


async def test_the_platform_pays_for_so_many_numbers_of_an_account_and_no_more(
    line: Line,
) -> None:
    await line.stage.stop_routers()
    await line.stage.add_router(platform_numbers_max=2)
    purchase = await line.done(await line.buy(PHONE), "bought")
    two = BuyNumbers(**line.about, id=uuid4(), numbers=("+12125550101", "+12125550102"))
    refused = await line.stage.refusal(two)
    assert (refused.code, refused.fields[0].path) == ("too_many", "numbers")
    assert "at most 2" in refused.fields[0].problem
    await line.done(await line.buy("+12125550101"), "bought")
    more = BuyNumbers(**line.about, id=uuid4(), numbers=("+12125550102",))
    assert (await line.stage.refusal(more)).code == "too_many"
    number_id = purchase.lines[0].number_id
    assert number_id is not None
    version = (await line.number(number_id)).row.version
    await line.stage.ask(ReleaseNumber(**line.about, number_id=number_id, expected_version=version))

    async def room() -> Purchase | None:
        await line.hurry()
        try:
            again: Purchase = await line.stage.ask(more)
        except Refused:
            return None
        return again

    await line.done(await eventually(room), "bought")


async def test_an_account_with_credentials_of_its_own_uses_its_own_carrier_account(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numbers_clerk, "PAUSE_SECONDS", 0.05)  # credentials are not there at once
    async with played_rest(OWN_SID, "their token") as theirs, ingress_at(theirs, stage, tmp_path):
        line = Line(stage, theirs)
        line.own(PHONE)
        version = await stage.save(Carrier(account_sid=OWN_SID, token="wrong"))
        number = a_number(PHONE, account_sid=OWN_SID)
        await stage.save(number)
        setup = await line.stands(number.id, "failed")
        assert "does not accept the account's credentials" in setup.failure
        await stage.save(Carrier(account_sid=OWN_SID, token="their token"), version=version)
        await line.stands(number.id, "configured")
        line.own("+12125550101")
        question = ImportNumbers(**line.about, account_sid=OWN_SID, numbers=("+12125550101",))
        added: NumbersAdded = await stage.ask(question)
        assert [one.outcome for one in added.results] == ["added"]
        foreign = ImportNumbers(
            account_id=stage.other_account,
            actor=TESTER,
            account_sid=OWN_SID,
            numbers=("+12125550101",),
        )
        assert (await stage.refusal(foreign)).code == "not_ours"
        search = SearchNumbers(account_id=stage.other_account, account_sid=OWN_SID)
        refused = await stage.refusal(search)
        assert (refused.code, refused.fields[0].path) == ("another_carrier", "account_sid")
