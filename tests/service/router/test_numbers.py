"""Numbers at the carrier: searched, bought, set up, moved and given back, whatever goes wrong."""

import asyncio
from uuid import uuid4

from deploy.local.carrier.ledger import NumberConfig
from libs.contracts.carrier_numbers import NumberSearch
from libs.contracts.configuration import Number
from libs.contracts.editing import Noun, Retire
from libs.contracts.numbers import (
    BuyNumbers,
    CheckNumbers,
    GetPurchase,
    ListPurchases,
    NumberLeaving,
    NumbersChecked,
    Purchase,
    ReleaseNumber,
    SearchNumbers,
)
from libs.runtime.ask import Refused
from tests.kit.hosting import (
    BASE_URL,
    TESTER,
    eventually,
)
from tests.kit.played_rest import Trouble
from tests.service.router.number_line import OWNED, PHONE, Line
from tests.service.router.stage import a_draft, a_number, a_pool


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
    at_once = BuyNumbers(**line.about, id=uuid4(), numbers=("+12125550109",))
    same = await asyncio.gather(*(line.stage.ask(at_once) for _ in range(5)))
    assert {one.at for one in same} == {same[0].at}
    other = BuyNumbers(**line.about, id=first.id, numbers=("+12125550101",))
    assert (await line.stage.refusal(other)).fields[0].path == "id"
    await line.done(first, "bought")
    twice = BuyNumbers(**line.about, id=uuid4(), numbers=(PHONE,))
    refused = await line.stage.refusal(twice)
    assert (refused.code, refused.fields[0].path) == ("taken", "numbers.0")
    await line.done(same[0], "bought")
    assert len(line.rest.made("POST", f"{OWNED}.json")) == 2


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


async def test_drift_is_found_named_and_put_right(line: Line) -> None:
    purchase = await line.done(await line.buy(PHONE), "bought")
    number_id = purchase.lines[0].number_id
    assert number_id is not None
    await line.stands(number_id, "configured")
    await asyncio.sleep(0.3)  # what was hurried is over
    sid, config = next(iter(line.rest.carrier.ledger.numbers.items()))
    line.rest.carrier.ledger.numbers[sid] = NumberConfig(
        "https://stolen.example.com", phone_number=PHONE, friendly_name="Unassigned", sid=sid
    )
    check = CheckNumbers(account_id=line.stage.account_id, again=True)
    looked = len(line.rest.requests)
    await line.stage.ask(check)
    await asyncio.sleep(0.2)
    assert len(line.rest.requests) == looked  # it was looked at within the minute

    async def repaired() -> NumbersChecked | None:
        await line.a_minute_later()
        checked: NumbersChecked = await line.stage.ask(check)
        return checked if checked.shown and checked.shown[0].setup.repaired else None

    report = await eventually(repaired)
    assert report.states == {"configured": 1}
    assert "voice_url" in report.shown[0].setup.repaired
    assert line.owned[PHONE].voice_url == config.voice_url
    del line.rest.carrier.ledger.numbers[sid]
    await line.a_minute_later()
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


async def test_a_number_that_another_account_got_in_between_holds_up_no_others(line: Line) -> None:
    line.rest.plan("POST", OWNED, Trouble.AWAY, times=1_000)
    crossed = await line.buy(PHONE)
    change = "UPDATE router.purchase SET state = %s, due_at = now() WHERE id = %s"
    await line.stage.sql.execute(change, ["failed", crossed.id])
    await line.stage.save(a_number(PHONE), account_id=line.stage.other_account)
    await line.stage.sql.execute(change, ["ordered", crossed.id])
    line.rest.troubles.clear()
    look = GetPurchase(account_id=line.stage.account_id, id=crossed.id)

    async def told() -> bool | None:
        await line.hurry()
        now: Purchase = await line.stage.ask(look)
        return "belongs to something else" in now.lines[0].failure or None

    assert await eventually(told)
    await line.done(await line.buy("+12125550102"), "bought")
