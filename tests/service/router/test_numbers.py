"""Numbers at the carrier: searched, bought, set up, moved and given back, whatever goes wrong."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from deploy.local.carrier.ledger import NumberConfig
from libs.contracts.bulk import NumbersAdded
from libs.contracts.carrier_numbers import NumberSearch
from libs.contracts.configuration import Carrier, Number
from libs.contracts.editing import GetConfiguration, Got, Noun, Retire
from libs.contracts.number_setup import NumberSetup
from libs.contracts.numbers import (
    BuyNumbers,
    CheckNumbers,
    GetPurchase,
    ImportNumbers,
    ListOwnedNumbers,
    ListPurchases,
    NumberLeaving,
    NumbersChecked,
    Purchase,
    ReleaseNumber,
    SearchNumbers,
)
from libs.runtime.ask import Refused
from services.ingress.app import create as create_ingress
from services.ingress.settings import Settings as IngressSettings
from services.router.desk import numbers_clerk
from tests.kit.hosting import (
    ACCOUNT_SID,
    AUTH_TOKEN,
    BASE_URL,
    TESTER,
    alive,
    eventually,
    is_whole,
    settings_of,
)
from tests.kit.played_rest import PlayedRest, Trouble, played_rest
from tests.service.router.stage import Stage, a_draft, a_number, a_pool

OWNED = "IncomingPhoneNumbers"
OWN_SID = "AC" + "9" * 32
PHONE = "+12125550100"


class Line:
    """A router, an ingress and the carrier's REST API."""

    def __init__(self, stage: Stage, rest: PlayedRest) -> None:
        self.stage = stage
        self.rest = rest
        self.about: dict[str, Any] = {"account_id": stage.account_id, "actor": TESTER}

    @property
    def owned(self) -> dict[str, NumberConfig]:
        """What the carrier has, by number."""
        return {one.phone_number: one for one in self.rest.carrier.ledger.numbers.values()}

    def own(self, number: str, **more: Any) -> None:
        """Let the carrier account have a number already."""
        config = NumberConfig("https://elsewhere.example.com", phone_number=number, **more)
        self.rest.carrier.ledger.numbers[config.sid] = config

    async def hurry(self) -> None:
        """Let what waits for another try, or another look, wait no longer."""
        for table in ("number_setup", "purchase"):
            await self.stage.sql.execute(
                f"UPDATE router.{table} SET due_at = now() "
                "WHERE due_at > now() AND state <> 'draining'"
            )

    async def buy(self, *numbers: str, **more: Any) -> Purchase:
        question = BuyNumbers(**{**self.about, "id": uuid4(), "numbers": numbers, **more})
        purchase: Purchase = await self.stage.ask(question)
        return purchase

    async def done(self, purchase: Purchase, *states: str) -> Purchase:
        """The purchase, once its numbers have come so far."""

        async def look() -> Purchase | None:
            await self.hurry()
            now: Purchase = await self.stage.ask(
                GetPurchase(account_id=self.stage.account_id, id=purchase.id)
            )
            return now if tuple(line.state for line in now.lines) == states else None

        return await eventually(look)

    async def number(self, number_id: UUID) -> Got:
        got: Got = await self.stage.ask(
            GetConfiguration(account_id=self.stage.account_id, noun=Noun.NUMBER, key=str(number_id))
        )
        return got

    async def stands(self, number_id: UUID, state: str) -> NumberSetup:
        """How a number stands, once it stands so."""

        async def look() -> NumberSetup | None:
            await self.hurry()
            standing = (await self.number(number_id)).row.standing
            setup = standing.setup if standing else None
            return setup if setup and setup.state == state else None

        return await eventually(look)


@pytest.fixture
async def rest() -> AsyncIterator[PlayedRest]:
    async with played_rest(ACCOUNT_SID, AUTH_TOKEN) as rest:
        yield rest


@asynccontextmanager
async def ingress_at(rest: PlayedRest, stage: Stage, folder: Path) -> AsyncIterator[None]:
    """An ingress of the platform, whose carrier is played here."""
    settings = settings_of(
        IngressSettings,
        nats_url=stage.nats_url,
        public_base_url=BASE_URL,
        folder=folder,
        twilio_account_sid=ACCOUNT_SID,
        twilio_auth_token=AUTH_TOKEN,
        twilio_api_base_url=rest.url,
    )
    async with alive(create_ingress(settings)) as app:
        await eventually(lambda: is_whole(app))
        yield


@pytest.fixture
async def line(
    stage: Stage, rest: PlayedRest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Line]:
    monkeypatch.setattr(numbers_clerk, "EVERY_SECONDS", 0.05)
    monkeypatch.setattr(numbers_clerk, "PAUSE_SECONDS", 0.05)
    async with ingress_at(rest, stage, tmp_path):
        yield Line(stage, rest)


async def test_a_number_is_searched_bought_set_up_moved_and_given_back_through_every_fault(
    line: Line,
) -> None:
    """Between each two steps something goes wrong; nothing is lost, and nothing done twice."""
    pool, campaign = a_pool(), a_draft()
    await line.stage.save(pool)
    await line.stage.save(campaign)

    line.rest.plan("GET", "AvailablePhoneNumbers", Trouble.AWAY)
    search = SearchNumbers(
        account_id=line.stage.account_id, search=NumberSearch(area_code="212", limit=1)
    )
    assert (await line.stage.refusal(search)).code == "unavailable"
    found = await line.stage.ask(search)
    phone = found.numbers[0].number

    line.rest.plan("GET", OWNED, Trouble.AWAY)  # while it is looked whether it is there
    line.rest.plan("POST", OWNED, Trouble.LOST)  # bought, and the answer is lost
    line.rest.plan("POST", OWNED + "/PN", Trouble.AWAY, times=2)  # bought, not set up
    line.rest.plan("POST", OWNED + "/PN", Trouble.LOST)  # set up, and the answer is lost
    purchase = await line.buy(phone, pool_id=pool.id, tags={"source": "radio"})
    bought = await line.done(purchase, "bought")
    number_id = bought.lines[0].number_id
    assert number_id is not None
    await line.stands(number_id, "configured")
    assert line.owned[phone].voice_url == f"{BASE_URL}/api/webhooks/pool/{pool.id}/voice"
    assert line.owned[phone].fallback_url == f"{BASE_URL}/api/webhooks/fallback"
    assert line.owned[phone].friendly_name == f"Pool {pool.id}"
    assert len(line.rest.made("POST", f"{OWNED}.json")) == 1
    assert len(line.owned) == 1

    row = (await line.number(number_id)).row
    number = Number.model_validate(row.document)
    assert number.tags == {"source": "radio"}
    line.rest.plan("POST", OWNED + "/PN", Trouble.BUSY)
    moved = number.model_copy(update={"pool_id": None, "campaign_id": campaign.id})
    version = await line.stage.save(moved, version=row.version)
    await line.stands(number_id, "configured")
    assert line.owned[phone].voice_url == f"{BASE_URL}/api/webhooks/voice"
    assert line.owned[phone].friendly_name == "Campaign Direct"

    line.rest.plan("DELETE", OWNED, Trouble.AWAY)
    line.rest.plan("DELETE", OWNED, Trouble.LOST)
    leaving: NumberLeaving = await line.stage.ask(
        ReleaseNumber(**line.about, number_id=number_id, expected_version=version)
    )
    assert leaving.version > version

    async def gone() -> bool | None:
        await line.hurry()
        try:
            await line.number(number_id)
        except Refused as no:
            return no.code == "not_found"
        return None

    assert await eventually(gone)
    assert line.owned == {}
    assert [planned.times for planned in line.rest.troubles] == [0] * len(line.rest.troubles)


async def test_an_order_outlives_the_router_that_took_it(line: Line) -> None:
    line.rest.plan("POST", OWNED, Trouble.AWAY, times=1_000)
    purchase = await line.buy(PHONE, "+12125550101")
    await line.stage.stop_routers()
    line.rest.troubles.clear()
    await line.stage.add_router()
    bought = await line.done(purchase, "bought", "bought")
    assert [one.number for one in bought.lines] == [PHONE, "+12125550101"]
    assert set(line.owned) == {PHONE, "+12125550101"}
    listed = await line.stage.ask(ListPurchases(account_id=line.stage.account_id))
    assert [one.id for one in listed.purchases] == [purchase.id]
    strange = await line.stage.ask(ListPurchases(account_id=line.stage.other_account))
    assert strange.purchases == ()


async def test_the_same_order_is_the_same_purchase_and_another_is_refused(line: Line) -> None:
    first = await line.buy(PHONE)
    again = await line.buy(PHONE, id=first.id)
    assert (again.id, again.at) == (first.id, first.at)
    other = BuyNumbers(**line.about, id=first.id, numbers=("+12125550101",))
    assert (await line.stage.refusal(other)).fields[0].path == "id"
    await line.done(first, "bought")
    twice = BuyNumbers(**line.about, id=uuid4(), numbers=(PHONE,))
    refused = await line.stage.refusal(twice)
    assert (refused.code, refused.fields[0].path) == ("taken", "numbers.0")
    assert len(line.rest.made("POST", f"{OWNED}.json")) == 1


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


async def test_what_the_carrier_will_not_sell_fails_with_its_reason(line: Line) -> None:
    line.rest.carrier.ledger.sold.add(PHONE)
    line.own("+12125550101")  # the platform's, and not bought by this purchase
    purchase = await line.buy(PHONE, "+12125550101", "+12125550102")
    told = await line.done(purchase, "failed", "failed", "bought")
    assert "does not sell" in told.lines[0].failure
    assert "has this number already" in told.lines[1].failure
    heard = await line.stage.heard("event.purchase.changed.v1", 4)
    assert sorted(one["after"]["state"] for one in heard) == [
        "bought",
        "failed",
        "failed",
        "ordered",
    ]


async def test_a_bought_number_whose_pool_is_gone_waits_without_a_place(line: Line) -> None:
    pool = a_pool()
    version = await line.stage.save(pool)
    line.rest.plan("POST", OWNED, Trouble.AWAY, times=1_000)
    purchase = await line.buy(PHONE, pool_id=pool.id)
    await line.stage.ask(
        Retire(**line.about, noun=Noun.POOL, key=str(pool.id), expected_version=version)
    )
    line.rest.troubles.clear()
    told = await line.done(purchase, "bought")
    assert "the one that it was bought for is gone" in told.lines[0].failure
    number_id = told.lines[0].number_id
    assert number_id is not None
    standing = (await line.number(number_id)).row.standing
    assert standing is not None
    assert standing.availability == "available"


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


async def test_drift_is_found_named_and_put_right(line: Line) -> None:
    purchase = await line.done(await line.buy(PHONE), "bought")
    number_id = purchase.lines[0].number_id
    assert number_id is not None
    await line.stands(number_id, "configured")
    sid, config = next(iter(line.rest.carrier.ledger.numbers.items()))
    line.rest.carrier.ledger.numbers[sid] = NumberConfig(
        "https://stolen.example.com", phone_number=PHONE, friendly_name="Unassigned", sid=sid
    )
    check = CheckNumbers(account_id=line.stage.account_id, again=True)

    async def repaired() -> NumbersChecked | None:
        checked: NumbersChecked = await line.stage.ask(check)
        return checked if checked.shown and checked.shown[0].setup.repaired else None

    report = await eventually(repaired)
    assert report.states == {"configured": 1}
    assert "voice_url" in report.shown[0].setup.repaired
    assert line.owned[PHONE].voice_url == config.voice_url
    del line.rest.carrier.ledger.numbers[sid]
    await line.stage.ask(check)
    setup = await line.stands(number_id, "failed")
    assert "does not have this number" in setup.failure


async def test_a_pool_number_drains_before_it_is_given_back_and_may_stay_after_all(
    line: Line,
) -> None:
    pool = a_pool()
    await line.stage.save(pool)
    purchase = await line.done(await line.buy(PHONE, pool_id=pool.id), "bought")
    number_id = purchase.lines[0].number_id
    assert number_id is not None
    row = (await line.number(number_id)).row
    release = ReleaseNumber(**line.about, number_id=number_id, expected_version=row.version)
    leaving: NumberLeaving = await line.stage.ask(release)
    setup = await line.stands(number_id, "draining")
    assert setup.due_at == leaving.leaves_at
    assert (await line.stage.refusal(release)).code == "stale"
    row = (await line.number(number_id)).row
    assert row.standing is not None
    assert (row.standing.availability, row.standing.holder_name) == ("pool", pool.name)
    number = Number.model_validate(row.document)
    await line.stage.save(number.model_copy(update={"leaves_at": None}), version=row.version)
    await line.stands(number_id, "configured")
    assert PHONE in line.owned
    others = ReleaseNumber(
        account_id=line.stage.other_account, actor=TESTER, number_id=number_id, expected_version=1
    )
    assert (await line.stage.refusal(others)).code == "not_found"
