"""A change is in force on every router within a second, and known to those who fall back."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any
from uuid import uuid4

from libs.contracts.configuration import CampaignStatus, Carrier, Status
from libs.contracts.editing import Noun, Retire
from libs.contracts.fallback import AskFallbackPlans, FallbackPlan, FallbackPlans
from libs.contracts.phone import PhoneDestination
from libs.contracts.routing import RouteReason
from libs.runtime.broker import Broker
from libs.runtime.seal import Seal
from services.router.domain.outcome import UNCONFIGURED_MESSAGE
from services.router.memory import CATCH_UP_EVERY_SECONDS, Memory
from services.router.store.configuration import Configuration
from tests.kit.hosting import ACCOUNT_SID, SECRET, TESTER, eventually
from tests.service.router.stage import (
    CLOSING,
    NUMBER,
    Call,
    Stage,
    a_buyer,
    a_draft,
    a_number,
    a_pool,
    close,
    dial,
)

OTHER_NUMBER = "+18005550101"


@asynccontextmanager
async def following(stage: Stage) -> AsyncIterator[Memory]:
    """The memory of another router, which is never asked anything itself."""
    broker = Broker(stage.nats_url, "router")
    memory = Memory(Configuration(stage.database), broker)
    broker.open()
    memory.start()
    try:
        yield memory
    finally:
        await memory.stop()
        await broker.close()


async def test_a_change_is_known_to_another_router_within_a_second(stage: Stage) -> None:
    """By its event: whoever only looked from time to time would need seconds for each."""
    buyer = a_buyer()
    version = await stage.save(buyer)
    took = []
    async with following(stage) as memory:
        for _ in range(4):
            version = await stage.save(buyer, version=version)
            began_at = time.monotonic()
            await eventually(partial(has_read, memory, version))
            took.append(time.monotonic() - began_at)

    first_look, *by_events = took
    assert min(by_events) < 1.0 < CATCH_UP_EVERY_SECONDS / 2, first_look


async def has_read(memory: Memory, version: int) -> bool | None:
    return True if memory.version >= version else None


async def test_a_second_router_decides_by_what_the_first_was_told(stage: Stage) -> None:
    first = stage.routers[0]
    campaign = await stage.campaign(await stage.target(await stage.buyer()))
    await stage.add_router()
    (version,) = [row.version for row in (await stage.page(Noun.CAMPAIGN)).rows]

    paused = campaign.model_copy(update={"status": CampaignStatus.PAUSED})
    version = await stage.save(paused, version=version)
    reasons = [close(await stage.ask(Call().admit())).reason for _ in range(10)]
    active = campaign.model_copy(update={"closing_message": "Until tomorrow."})
    await stage.save(active, version=version)
    for _ in range(10):
        dial(await stage.ask(Call().admit()))

    assert set(reasons) == {RouteReason.CAMPAIGN_PAUSED}
    assert len(stage.routers) == 2
    assert stage.routers[0] is first


async def remembering(stage: Stage) -> Memory:
    """A memory that reads when it is told to, as one that missed some events."""
    memory = Memory(Configuration(stage.database), Broker(stage.nats_url, "router"))
    await memory.catch_up()
    return memory


async def test_a_number_that_changed_hands_unseen_is_found(stage: Stage) -> None:
    """What one thing was before is forgotten, not what another has become meanwhile."""
    draft = CampaignStatus.DRAFT
    one, two = await stage.campaign(status=draft), a_draft(name="Plumbing")
    await stage.save(two)
    number = (await stage.page(Noun.NUMBER)).rows[0]
    line = a_number(id=number.document["id"], campaign_id=one.id)
    memory = await remembering(stage)

    moved = line.model_copy(update={"number": OTHER_NUMBER})
    version = await stage.save(moved, version=number.version)
    taken_over = a_number(NUMBER, campaign_id=two.id)
    await stage.save(taken_over)
    await stage.save(moved, version=version)
    await memory.catch_up()

    assert memory.find(NUMBER, None, ACCOUNT_SID).number_id == taken_over.id
    assert memory.find(OTHER_NUMBER, None, ACCOUNT_SID).number_id == line.id
    assert memory.withdrawn_since(0) == []


async def test_a_router_that_starts_later_knows_the_same(stage: Stage) -> None:
    early = await remembering(stage)
    await stage.campaign(await stage.target(await stage.buyer()))
    await retire(stage, Noun.NUMBER)
    await stage.save(a_number(OTHER_NUMBER))
    await early.catch_up()

    late = await remembering(stage)

    assert late.version == early.version
    assert late.withdrawn_since(0) == early.withdrawn_since(0) == [NUMBER]
    for memory in (early, late):
        assert memory.find(NUMBER, None, ACCOUNT_SID).plan is RouteReason.UNKNOWN_NUMBER


async def retire(stage: Stage, noun: Noun) -> None:
    (row,) = (await stage.page(noun)).rows
    about = {"account_id": stage.account_id, "actor": TESTER, "expected_version": row.version}
    await stage.ask(Retire(**about, noun=noun, key=row.document["id"]))


class Follower:
    """An ingress that keeps fallback plans up to date."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._since = 0

    async def news(self, **more: Any) -> FallbackPlans:
        question = AskFallbackPlans(since=self._since, **more)
        plans: FallbackPlans = await self._stage.ask(question)
        self._since = plans.version
        return plans


async def test_fallback_plans_are_told_when_anything_on_the_way_changes(stage: Stage) -> None:
    follower = Follower(stage)
    buyer = await stage.buyer()
    free = await stage.target(buyer, "+15550100001", dial_without_hold=True)
    capped = await stage.target(buyer, "+15550100002", concurrency_cap=3)
    draft = a_draft(free, capped, fallback_destination=PhoneDestination(number="+15550100003"))
    campaign_version = await stage.save(draft)
    campaign = draft.model_copy(update={"status": CampaignStatus.ACTIVE})
    pool = a_pool()
    pool_version = await stage.save(pool)
    number = a_number(pool_id=pool.id)
    number_version = await stage.save(number)

    def plan(*phones: str, say: str = CLOSING) -> FallbackPlan:
        return FallbackPlan(
            account_id=stage.account_id,
            number=NUMBER,
            destinations=tuple(PhoneDestination(number=phone) for phone in phones),
            closing_message=say,
        )

    assert (await follower.news()).plans == (plan(say=UNCONFIGURED_MESSAGE),)
    assert (await follower.news()).plans == ()

    await stage.save(pool.model_copy(update={"campaign_id": campaign.id}), version=pool_version)
    assert (await follower.news()).plans == (plan(),)

    campaign_version = await stage.save(campaign, version=campaign_version)
    assert (await follower.news()).plans == (plan("+15550100001", "+15550100003"),)

    paused = campaign.model_copy(update={"status": CampaignStatus.PAUSED})
    campaign_version = await stage.save(paused, version=campaign_version)
    assert (await follower.news()).plans == (plan(),)

    await stage.save(campaign, version=campaign_version)
    versions = {row.document["id"]: row.version for row in (await stage.page(Noun.TARGET)).rows}
    off = free.model_copy(update={"status": Status.PAUSED})
    await stage.save(off, version=versions[str(free.id)])
    assert (await follower.news()).plans == (plan("+15550100003"),)

    moved = number.model_copy(update={"number": OTHER_NUMBER})
    await stage.save(moved, version=number_version)
    news = await follower.news()
    assert [one.number for one in news.plans] == [OTHER_NUMBER]
    assert news.withdrawn == (NUMBER,)

    await retire(stage, Noun.NUMBER)
    news = await follower.news()
    assert (news.plans, news.withdrawn) == ((), (OTHER_NUMBER,))


async def test_a_long_list_of_plans_comes_in_parts(stage: Stage) -> None:
    long_winded = "\N{SPEAKING HEAD IN SILHOUETTE}" * 4_096  # 16 kB
    campaign = a_draft(closing_message=long_winded)
    await stage.save(campaign)
    numbers = [f"+1800555{n:04}" for n in range(40)]
    for number in numbers:
        await stage.save(a_number(number, campaign_id=campaign.id, id=uuid4()))

    first: FallbackPlans = await stage.ask(AskFallbackPlans())
    last = first.plans[-1].number
    second: FallbackPlans = await stage.ask(AskFallbackPlans(after=last))

    assert (first.more, second.more) == (True, False)
    assert [plan.number for plan in (*first.plans, *second.plans)] == numbers


async def test_an_ingress_is_given_every_accounts_credentials_sealed(stage: Stage) -> None:
    sids = ["AC" + "5" * 32, "AC" + "6" * 32]
    await stage.save(Carrier(account_sid=sids[0], token="one", token_next="two"))
    other = Carrier(account_sid=sids[1], token="three")
    await stage.save(other, account_id=stage.other_account)

    news: FallbackPlans = await stage.ask(AskFallbackPlans())

    open_ = Seal(SECRET, "carrier tokens").open
    tokens = {
        one.account_sid: [
            open_(sealed) for sealed in (one.token_sealed, one.token_next_sealed) if sealed
        ]
        for one in news.carriers
    }
    assert tokens == {sids[0]: ["one", "two"], sids[1]: ["three"]}
