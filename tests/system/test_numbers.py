"""A number that was bought takes calls as it was set up, wherever it is moved."""

from pathlib import Path
from uuid import uuid4

from deploy.local.carrier.script import parse_script
from libs.contracts.configuration import Campaign, CampaignStatus, Number, Pool
from libs.contracts.editing import (
    GetConfiguration,
    Got,
    Noun,
    SaveCampaign,
    Saved,
    SaveNumber,
    SavePool,
)
from libs.contracts.ids import NumberId
from libs.contracts.numbers import BuyNumbers, GetPurchase, Purchase
from tests.kit.hosting import (
    ACCOUNT_SID,
    AUTH_TOKEN,
    BASE_URL,
    TESTER,
    House,
    eventually,
    running_house,
)
from tests.kit.played_rest import PlayedRest, played_rest

PHONE, DESK = "+12125550100", "+15550100001"


async def test_a_bought_number_takes_calls_for_its_pool_and_then_for_its_campaign(
    nats_url: str, database_url: str, tmp_path: Path
) -> None:
    async with (
        played_rest(ACCOUNT_SID, AUTH_TOKEN) as rest,
        running_house(nats_url, database_url, tmp_path, rest.url) as house,
    ):
        about = {"account_id": house.account_id, "actor": TESTER}
        target = await house.target(await house.buyer(), DESK)
        entries = [{"target_id": target.id}]
        draft = Campaign.model_validate({"id": uuid4(), "name": "x", "assignments": entries})
        saved: Saved = await house.ask(SaveCampaign(**about, document=draft))
        pool = Pool(id=uuid4(), name="visitors", campaign_id=draft.id)
        await house.ask(SavePool(**about, document=pool))
        order = BuyNumbers(**about, id=uuid4(), numbers=(PHONE,), pool_id=pool.id)
        await house.ask(order)
        number_id = await bought(house, order)
        got = await set_up(house, number_id)
        active = draft.model_copy(update={"status": CampaignStatus.ACTIVE})
        await house.ask(SaveCampaign(**about, document=active, expected_version=saved.version))
        assert await answered_at(house, rest) == f"{BASE_URL}/api/webhooks/pool/{pool.id}/voice"

        number = Number.model_validate(got.row.document)
        moved = number.model_copy(update={"pool_id": None, "campaign_id": draft.id})
        version = got.row.version
        await house.ask(SaveNumber(**about, document=moved, expected_version=version))
        await set_up(house, number_id)
        assert await answered_at(house, rest) == f"{BASE_URL}/api/webhooks/voice"


async def bought(house: House, order: BuyNumbers) -> NumberId:
    async def look() -> NumberId | None:
        question = GetPurchase(account_id=house.account_id, id=order.id)
        purchase: Purchase = await house.ask(question)
        return purchase.lines[0].number_id

    return await eventually(look)


async def set_up(house: House, number_id: NumberId) -> Got:
    async def look() -> Got | None:
        key = str(number_id)
        question = GetConfiguration(account_id=house.account_id, noun=Noun.NUMBER, key=key)
        got: Got = await house.ask(question)
        setup = got.row.standing.setup if got.row.standing else None
        return got if setup and setup.state == "configured" else None

    return await eventually(look)


async def answered_at(house: House, rest: PlayedRest) -> str:
    """Call the number as the carrier has it; where it asked, once people spoke."""
    (number,) = rest.carrier.ledger.numbers.values()
    script = parse_script(f"{DESK}=answer:1,talk:9,callee-hangs-up")
    report = await house.carrier.call(number, "+13105550100", PHONE, script)
    assert report.errors == ()
    assert [leg.bridged for leg in report.legs] == [True]
    return number.voice_url
