"""A call belongs to the visit whose number was dialled, and is routed by what that visit told."""

from typing import Any
from uuid import uuid4

import httpx
import psycopg

from libs.contracts.bulk import AccountConfiguration, ImportConfiguration
from libs.contracts.configuration import Assignment, Campaign, CampaignStatus, Number, Pool
from libs.contracts.dni import SaveTrackingTag, TrackingTag
from libs.contracts.explaining import ReplayDecision
from libs.contracts.filters import TagFilter
from libs.contracts.ids import CampaignId, NumberId, PoolId, TrackingTagId
from libs.contracts.pool_use import AskPoolUse
from libs.contracts.tracking import CallDetail
from libs.contracts.visits import Attribution, Confidence, GetVisit, Ground
from tests.kit.hosting import ACCOUNT_SID, TESTER, House, call_id, eventually

POOLED = ("+18005550101", "+18005550102", "+18005550103")
STATIC = "+18005550109"
EAST, WEST = "+15550100001", "+15550100002"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0"


class Site:
    """A campaign whose numbers a website leases, with a static one beside."""

    def __init__(self, house: House) -> None:
        self.house = house
        transport = httpx.ASGITransport(app=house.tracking)
        self.http = httpx.AsyncClient(
            transport=transport, base_url="http://dni", headers={"User-Agent": BROWSER}
        )

    async def open(self) -> None:
        """Callers of the spring promotion go to the first desk, all others to the second."""
        house, account = self.house, self.house.account_id
        buyer = await house.buyer()
        spring = TagFilter.model_validate(SPRING)
        east = await house.target(buyer, EAST, filter=spring)
        west = await house.target(buyer, WEST)
        entries = [Assignment(target_id=one.id, priority=at) for at, one in enumerate((east, west))]
        campaign = Campaign(
            id=CampaignId(uuid4()),
            name="Roofing",
            status=CampaignStatus.ACTIVE,
            assignments=tuple(entries),
        )
        pool = Pool(id=PoolId(uuid4()), name="site", campaign_id=campaign.id)
        own = {"account_sid": ACCOUNT_SID}
        numbers = [
            Number(id=NumberId(uuid4()), number=text, pool_id=pool.id, **own) for text in POOLED
        ]
        static = Number(id=NumberId(uuid4()), number=STATIC, campaign_id=campaign.id, **own)
        configuration = AccountConfiguration(
            campaigns=(campaign,), pools=(pool,), numbers=(*numbers, static)
        )
        await house.eventually_ask(
            ImportConfiguration(account_id=account, actor=TESTER, configuration=configuration)
        )
        given = {"name": "site", "campaign_id": campaign.id, "tags": {"site": "roofs"}}
        self.tag = TrackingTag(
            id=TrackingTagId(uuid4()), code=uuid4().hex, pool_id=pool.id, **given
        )
        poster = TrackingTag(
            id=TrackingTagId(uuid4()), code=uuid4().hex, number_id=static.id, **given
        )
        for tag in (self.tag, poster):
            save = SaveTrackingTag(account_id=account, actor=TESTER, document=tag)
            await house.eventually_ask(save)

    async def visit(self, visitor: str, **parameters: str) -> dict[str, Any]:
        said = {"tag": self.tag.code, "visitor": visitor, "parameters": parameters}
        answer = await self.http.post("/dni/v1/visits", json=said)
        told: dict[str, Any] = answer.json()
        return told

    async def attributed(self, report: Any) -> Attribution:
        """What brought a call, once that is known."""

        async def look() -> Attribution | None:
            detail: CallDetail = await self.house.record(report)
            return detail.attribution

        return await eventually(look)


SPRING = {"tests": [{"tag": "utm_campaign", "operator": "==", "value": "spring"}]}


async def test_two_visitors_calls_go_to_two_visits(house: House) -> None:
    site = Site(house)
    await site.open()
    hers = await site.visit("visitor-her", utm_source="google", utm_campaign="spring")
    his = await site.visit("visitor-him", utm_source="bing")
    assert hers["number"] != his["number"]
    use = await house.ask(AskPoolUse(account_id=house.account_id, pool_id=site.tag.pool_id))
    assert (use.held, use.free, use.visits, use.unserved) == (2, 1, 2, 0)

    her_call = await house.call(hers["number"], f"{EAST}=answer:1,talk:9")
    his_call = await house.call(his["number"], f"{WEST}=answer:1,talk:9")

    assert [leg.destination for leg in her_call.legs] == [EAST]  # her visit's tag chose it
    assert [leg.destination for leg in his_call.legs] == [WEST]
    for report, visit, source in ((her_call, hers, "google"), (his_call, his, "bing")):
        found = await site.attributed(report)
        assert str(found.visit_id) == visit["visit"]
        assert (found.ground, found.confidence) == (Ground.HELD, Confidence.CERTAIN)
        assert found.tags["utm_source"] == source
        assert found.tags["site"] == "roofs"
        assert found.first is not None
        assert found.first.tags["utm_source"] == source
        question = GetVisit(account_id=house.account_id, visit_id=found.visit_id)
        detail = await house.eventually_ask(question)
        assert [call.call_id for call in detail.calls] == [call_id(report)]


async def test_the_record_needs_no_tracking_to_be_replayed(house: House) -> None:
    site = Site(house)
    await site.open()
    hers = await site.visit("visitor-her", utm_campaign="spring")
    report = await house.call(hers["number"], f"{EAST}=answer:1,talk:9")
    await house.record(report)
    await house.tracking_stack.aclose()

    replayed = await house.ask(
        ReplayDecision(account_id=house.account_id, call_id=call_id(report), step=0)
    )
    assert replayed.identical
    later = await house.call(POOLED[2], f"{WEST}=answer:1,talk:9")  # fails open
    assert [leg.destination for leg in later.legs] == [WEST]
    assert '"ground":"nobody_answered_in_time"' in await record_of(house, later)


async def record_of(house: House, report: Any) -> str:
    """The router's record of a call's first step, as it stands in its table."""
    async with await psycopg.AsyncConnection.connect(house.database_url) as connection:
        cursor = await connection.execute(
            "select record::text from router.decision where call_id = %s and step = 0",
            (call_id(report),),
        )
        row = await cursor.fetchone()
    assert row is not None
    return str(row[0]).replace(" ", "")


async def test_a_static_numbers_calls_are_its_sources(house: House) -> None:
    site = Site(house)
    await site.open()
    report = await house.call(STATIC, f"{WEST}=answer:1,talk:9")
    found = await site.attributed(report)
    assert (found.ground, found.confidence) == (Ground.STATIC, Confidence.SOURCE)
    assert (found.visit_id, found.tags) == (None, {"site": "roofs"})
