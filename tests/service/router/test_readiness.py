"""An active campaign has a way in and somebody to dial; what breaks that pauses it, and says so."""

from typing import Any
from uuid import UUID

import pytest

from libs.contracts.configuration import Assignment, Campaign, CampaignStatus
from libs.contracts.editing import (
    CampaignChanged,
    GetConfiguration,
    Noun,
    Retire,
    SaveCampaign,
    Saved,
)
from libs.contracts.finding import Affected, FindAffected, FindCampaign
from libs.contracts.message import Document, FieldProblem
from libs.contracts.quoting import Quotes
from libs.contracts.routing import RouteReason
from tests.kit.hosting import TESTER
from tests.service.router.stage import (
    Call,
    Stage,
    a_campaign,
    a_draft,
    a_group,
    a_number,
    a_pool,
    close,
    dial,
)

NO_TARGET = FieldProblem(
    path="document.assignments",
    problem=(
        "names no target, nor a group that has one, and no flow_id is set: name who takes the calls"
    ),
)
NO_WAY_IN = FieldProblem(
    path="document.status",
    problem="no number or pool leads to the campaign: give it one, then activate it",
)


async def version_of(stage: Stage, noun: Noun, id: UUID) -> int:
    got = await stage.ask(GetConfiguration(account_id=stage.account_id, noun=noun, key=str(id)))
    version: int = got.row.version
    return version


async def status_of(stage: Stage, campaign: Campaign) -> str:
    key = str(campaign.id)
    question = GetConfiguration(account_id=stage.account_id, noun=Noun.CAMPAIGN, key=key)
    status: str = (await stage.ask(question)).row.document["status"]
    return status


async def saved(stage: Stage, document: Document, noun: Noun, id: UUID) -> Saved:
    answer: Saved = await stage.ask(stage.edit(document, version=await version_of(stage, noun, id)))
    return answer


async def retired(stage: Stage, noun: Noun, id: UUID) -> Saved:
    answer: Saved = await stage.ask(
        Retire(
            account_id=stage.account_id,
            actor=TESTER,
            noun=noun,
            key=str(id),
            expected_version=await version_of(stage, noun, id),
        )
    )
    return answer


async def test_activation_is_refused_with_everything_that_is_missing(stage: Stage) -> None:
    target = await stage.target(await stage.buyer())
    draft = a_draft()
    version = await stage.save(draft)

    async def activate(*targets: Any) -> tuple[FieldProblem, ...]:
        active = a_campaign(*targets, id=draft.id)
        no = await stage.refusal(stage.edit(active, version=version))
        assert no.code == "incomplete"
        return no.fields

    assert await activate() == (NO_TARGET, NO_WAY_IN)
    assert await activate(target) == (NO_WAY_IN,)
    await stage.save(a_number(campaign_id=draft.id))
    assert await activate() == (NO_TARGET,)
    assert await status_of(stage, draft) == CampaignStatus.DRAFT

    await stage.save(a_campaign(target, id=draft.id), version=version)
    dial(await stage.ask(Call().admit()))


async def test_a_group_serves_once_it_has_a_target(stage: Stage) -> None:
    target = await stage.target(await stage.buyer())
    empty = a_group()
    by_group = a_campaign(assignments=(Assignment(group_id=empty.id),))
    await stage.save(empty)
    no = await stage.refusal(stage.edit(by_group))
    assert NO_TARGET in no.fields

    full = a_group(target, id=empty.id)
    await saved(stage, full, Noun.GROUP, full.id)
    await stage.bring_in(by_group, a_number(campaign_id=by_group.id))
    dial(await stage.ask(Call().admit()))

    answer = await saved(stage, empty, Noun.GROUP, empty.id)

    assert [one.campaign_id for one in answer.paused] == [by_group.id]


@pytest.mark.parametrize("way", ["number", "number_retired", "pool", "targets"])
async def test_what_an_active_campaign_cannot_do_without_pauses_it(stage: Stage, way: str) -> None:
    campaign = a_campaign(await stage.target(await stage.buyer()))
    pool = a_pool(campaign_id=campaign.id)
    by_pool = way == "pool"
    number = a_number(
        pool_id=pool.id if by_pool else None, campaign_id=None if by_pool else campaign.id
    )
    await stage.bring_in(campaign, *([pool] if by_pool else []), number)
    dial(await stage.ask(Call().admit()))

    match way:
        case "number":
            waiting = number.model_copy(update={"campaign_id": None})
            answer = await saved(stage, waiting, Noun.NUMBER, number.id)
        case "number_retired":
            answer = await retired(stage, Noun.NUMBER, number.id)
        case "pool":
            released = pool.model_copy(update={"campaign_id": None})
            answer = await saved(stage, released, Noun.POOL, pool.id)
        case _:
            bare = campaign.model_copy(update={"assignments": ()})
            answer = await saved(stage, bare, Noun.CAMPAIGN, campaign.id)

    (pausing,) = answer.paused
    assert (pausing.campaign_id, pausing.name) == (campaign.id, campaign.name)
    assert await status_of(stage, campaign) == CampaignStatus.PAUSED
    told = await stage.heard(CampaignChanged.subject, 2)
    last = max(told, key=lambda one: one["version"])
    assert last["after"]["status"] == CampaignStatus.PAUSED
    assert last["actor"]["name"] == TESTER.name
    assert last["reason"] == pausing.reason
    gone = "target" if way == "targets" else "number or pool"
    assert gone in pausing.reason
    if way == "targets":
        assert close(await stage.ask(Call().admit())).reason is RouteReason.CAMPAIGN_PAUSED


async def test_another_way_in_keeps_a_campaign_active(stage: Stage) -> None:
    campaign = await stage.campaign(await stage.target(await stage.buyer()))
    second = a_number("+18005550101", campaign_id=campaign.id)
    await stage.save(second)

    answer = await retired(stage, Noun.NUMBER, second.id)

    assert answer.paused == ()
    assert await status_of(stage, campaign) == CampaignStatus.ACTIVE


async def test_what_would_be_affected_is_known_before_and_nothing_is_done(stage: Stage) -> None:
    buyer = await stage.buyer()
    target = await stage.target(buyer)
    campaign = a_campaign(target)
    pool = a_pool(campaign_id=campaign.id)
    number = a_number(pool_id=pool.id)
    await stage.bring_in(campaign, pool, number)

    async def affected(noun: Noun, id: UUID) -> Affected:
        question = FindAffected(account_id=stage.account_id, noun=noun, key=str(id))
        answer: Affected = await stage.ask(question)
        return answer

    things = {
        (Noun.BUYER, buyer.id): ([(Noun.TARGET, target.name)], True),
        (Noun.TARGET, target.id): ([(Noun.CAMPAIGN, campaign.name)], True),
        (Noun.POOL, pool.id): ([(Noun.NUMBER, number.number)], True),
        (Noun.NUMBER, number.id): ([], False),
        (Noun.CAMPAIGN, campaign.id): ([(Noun.POOL, pool.name)], False),
    }
    for (noun, id), (uses, pauses) in things.items():
        found = await affected(noun, id)
        assert [(use.noun, use.name) for use in found.uses] == uses
        assert bool(found.pauses) == pauses, noun
    assert await status_of(stage, campaign) == CampaignStatus.ACTIVE
    dial(await stage.ask(Call().admit()))
    assert len(await stage.heard(CampaignChanged.subject, 1)) == 1


async def test_rtb_is_opened_only_to_somebody(stage: Stage) -> None:
    """To bidders by a router in the plan, or to publishers by quotes."""
    campaign = await stage.campaign(await stage.target(await stage.buyer()))
    version = await version_of(stage, Noun.CAMPAIGN, campaign.id)
    opened = campaign.model_copy(update={"rtb_enabled": True})
    no = await stage.refusal(stage.edit(opened, version=version))
    assert (no.code, no.fields[0].path) == ("incomplete", "document.rtb_enabled")
    with_quotes = opened.model_copy(update={"quotes": Quotes()})
    await saved(stage, with_quotes, Noun.CAMPAIGN, campaign.id)
    drafted = opened.model_copy(update={"status": CampaignStatus.DRAFT})
    await saved(stage, drafted, Noun.CAMPAIGN, campaign.id)


async def test_a_campaign_keeps_the_name_that_publishers_know(stage: Stage) -> None:
    campaign = await stage.campaign(await stage.target(await stage.buyer()))

    async def rtb_id() -> str | None:
        question = GetConfiguration(
            account_id=stage.account_id, noun=Noun.CAMPAIGN, key=str(campaign.id)
        )
        known: str | None = (await stage.ask(question)).row.document["rtb_id"]
        return known

    assert await rtb_id() is None
    for enabled in (True, False, True):
        opened = campaign.model_copy(update={"rtb_enabled": enabled, "quotes": Quotes()})
        await saved(stage, opened, Noun.CAMPAIGN, campaign.id)
        known = await rtb_id()
        assert known is not None
        assert len(known) == 32

    found = await stage.ask(FindCampaign(account_id=stage.account_id, rtb_id=known))
    assert found.row.document["id"] == str(campaign.id)
    other = campaign.model_copy(update={"rtb_id": "0" * 32})
    version = await version_of(stage, Noun.CAMPAIGN, campaign.id)
    no = await stage.refusal(stage.edit(other, version=version))
    assert (no.code, no.fields[0].path) == ("bad_rule", "document.rtb_id")
    copied = a_draft(rtb_id=known)
    no = await stage.refusal(
        SaveCampaign(account_id=stage.account_id, actor=TESTER, document=copied)
    )
    assert (no.code, no.fields[0].path) == ("taken", "document.rtb_id")
