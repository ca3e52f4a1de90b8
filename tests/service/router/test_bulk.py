"""Many things at once: a result for each number, and a configuration as a whole or not at all."""

import asyncio
from typing import Any
from uuid import uuid4

from libs.contracts.bulk import (
    NUMBERS_MAX,
    AccountConfiguration,
    AddNumbers,
    ExportConfiguration,
    Exported,
    ImportChange,
    ImportConfiguration,
    NumberOutcome,
    NumbersAdded,
)
from libs.contracts.caps import Caps
from libs.contracts.configuration import Defaults, Pool, Status
from libs.contracts.editing import BuyerChanged, Noun
from libs.contracts.ids import AccountId
from libs.contracts.quoting import Quotes
from libs.contracts.routing import RouteReason
from services.router.desk import looking
from tests.kit.hosting import ACCOUNT_SID, TESTER
from tests.service.router.stage import (
    Call,
    Stage,
    a_buyer,
    a_campaign,
    a_draft,
    a_group,
    a_number,
    a_pool,
    a_target,
    close,
    dial,
)

FIRST = "+18005550111"


def adding(stage: Stage, pool: Pool | None = None, **more: Any) -> AddNumbers:
    about = {"account_id": stage.account_id, "actor": TESTER, "account_sid": ACCOUNT_SID}
    return AddNumbers(**{**about, "pool_id": pool.id if pool else None, **more})


async def test_each_number_of_a_list_has_a_result(stage: Stage) -> None:
    draft = a_draft()
    mine, other = a_pool(name="mine"), a_pool(name="other")
    for document in (draft, mine, other):
        await stage.save(document)
    await stage.save(a_number("+18005550101"))
    await stage.save(a_number("+18005550102", pool_id=other.id))
    await stage.save(a_number("+18005550103", campaign_id=draft.id))
    await stage.save(a_number("+18005550104"), account_id=stage.other_account)
    given = {
        "+1 (800) 555-0100": (NumberOutcome.ADDED, ""),
        "+18005550100": (NumberOutcome.ALREADY, ""),
        "+18005550101": (NumberOutcome.PLACED, ""),
        "+18005550102": (NumberOutcome.REFUSED, "belongs to pool other already"),
        "+18005550103": (NumberOutcome.REFUSED, "belongs to campaign Roofing already"),
        "+18005550104": (NumberOutcome.REFUSED, "belongs to something else already"),
        "+1800555EXTERNAL": (
            NumberOutcome.REFUSED,
            "no phone number: write it with its country code, as +12125550100",
        ),
    }

    answer: NumbersAdded = await stage.ask(adding(stage, mine, numbers=tuple(given)))

    assert [(one.given, one.outcome, one.problem) for one in answer.results] == [
        (text, *result) for text, result in given.items()
    ]
    assert [one.line for one in answer.results] == [1, 2, 3, 4, 5, 6, 7]
    rows = (await stage.page(Noun.NUMBER)).rows
    in_mine = {row.document["number"] for row in rows if row.document["pool_id"] == str(mine.id)}
    assert in_mine == {"+18005550100", "+18005550101"}


async def test_numbers_come_from_a_csv_too_and_calls_to_them_are_routed(stage: Stage) -> None:
    campaign = a_campaign(await stage.target(await stage.buyer()))
    pool = a_pool(campaign_id=campaign.id)
    await stage.bring_in(campaign, pool)

    text = f"name,number\nfront,{FIRST}\nback,+1-800-555-0112\nbroken,555\n"
    answer: NumbersAdded = await stage.ask(adding(stage, pool, csv=text))

    assert [(one.line, one.outcome) for one in answer.results] == [
        (2, NumberOutcome.ADDED),
        (3, NumberOutcome.ADDED),
        (4, NumberOutcome.REFUSED),
    ]
    dial(await stage.ask(Call(dialled=FIRST).admit()))
    dial(await stage.ask(Call(dialled="+18005550112").admit()))


async def test_two_pools_claim_a_number_at_the_same_moment(stage: Stage) -> None:
    await stage.add_router()
    pools = a_pool(name="red"), a_pool(name="blue")
    for pool in pools:
        await stage.save(pool)

    answers = await asyncio.gather(
        *(stage.ask(adding(stage, pool, numbers=(FIRST,))) for pool in pools)
    )

    results = {pool.name: answer.results[0] for pool, answer in zip(pools, answers, strict=True)}
    holder = next(name for name, one in results.items() if one.outcome is NumberOutcome.ADDED)
    (loser,) = (one for name, one in results.items() if name != holder)
    assert loser.outcome is NumberOutcome.REFUSED
    assert loser.problem == f"belongs to pool {holder} already"


async def test_a_pool_serves_one_active_campaign(stage: Stage) -> None:
    target = await stage.target(await stage.buyer())
    campaign, other = a_campaign(target), a_draft(name="Plumbing")
    pool = a_pool(campaign_id=campaign.id)
    imported = await stage.bring_in(campaign, other, pool)

    moved = pool.model_copy(update={"campaign_id": other.id})
    (row,) = (await stage.page(Noun.POOL)).rows
    no = await stage.refusal(stage.edit(moved, version=row.version))

    assert (no.code, no.fields[0].path) == ("taken", "document.campaign_id")
    assert no.fields[0].problem == "the pool serves the active campaign Roofing already"
    assert row.version <= imported.version


async def test_a_list_that_is_too_long_or_leads_nowhere_changes_nothing(stage: Stage) -> None:
    text = "\n".join(f"+1800{n:07}" for n in range(NUMBERS_MAX + 1))
    no = await stage.refusal(adding(stage, csv=text))
    assert (no.code, no.fields[0].path) == ("bad_rule", "csv")

    no = await stage.refusal(adding(stage, a_pool(), numbers=(FIRST,)))
    assert (no.code, no.fields[0].path) == ("points_nowhere", "pool_id")
    assert (await stage.page(Noun.NUMBER)).rows == ()


def everything() -> AccountConfiguration:
    buyer = a_buyer()
    target = a_target(buyer, caps=Caps(concurrency=3))
    outer = a_group(name="All")
    inner = a_group(target, name="Some", parent_id=outer.id)
    campaign = a_campaign(target, rtb_enabled=True, rtb_id=uuid4().hex, quotes=Quotes())
    pool = a_pool(campaign_id=campaign.id)
    return AccountConfiguration(
        defaults=Defaults(block_anonymous=True),
        buyers=(buyer,),
        targets=(target,),
        groups=(inner, outer),
        campaigns=(campaign,),
        pools=(pool,),
        numbers=(a_number(pool_id=pool.id),),
    )


async def exported(stage: Stage, account_id: AccountId) -> dict[str, Any]:
    """The whole, put together from its parts."""
    whole: dict[str, Any] = {}
    cursor, versions = None, set()
    while True:
        part: Exported = await stage.ask(ExportConfiguration(account_id=account_id, cursor=cursor))
        versions.add(part.version)
        for name, value in part.configuration.model_dump(mode="json").items():
            whole[name] = (
                (whole.get(name) or []) + value
                if isinstance(value, list)
                else value or whole.get(name)
            )
        cursor = part.cursor
        if cursor is None:
            break
    assert len(versions) == 1
    return whole


async def test_what_is_exported_is_imported_the_same(stage: Stage, monkeypatch: Any) -> None:
    monkeypatch.setattr(looking, "PART_MAX", 1)  # so that lists come in parts
    wanted = everything()
    first = await stage.ask(importing(stage, wanted))
    assert len(first.documents) == wanted.size
    assert {one.change for one in first.documents} == {ImportChange.CREATED}
    dial(await stage.ask(Call().admit()))

    whole = await exported(stage, stage.account_id)
    for number in whole["numbers"]:
        number["number"] = FIRST  # a number has one owner
    for campaign in whole["campaigns"]:
        campaign["rtb_id"] = None
        campaign["rtb_enabled"] = False
    copy = AccountConfiguration.model_validate(whole)
    await stage.ask(importing(stage, copy, account_id=stage.other_account))

    again = await exported(stage, stage.other_account)
    assert sorted(map(str, again.items())) == sorted(map(str, whole.items()))
    unchanged = await stage.ask(importing(stage, wanted))
    assert (unchanged.documents, unchanged.unchanged) == ((), wanted.size)


def importing(stage: Stage, wanted: AccountConfiguration, **more: Any) -> ImportConfiguration:
    about = {"account_id": stage.account_id, "actor": TESTER, "configuration": wanted}
    return ImportConfiguration(**{**about, **more})


async def test_an_import_is_rehearsed_without_a_trace(stage: Stage) -> None:
    wanted = everything()

    rehearsed = await stage.ask(importing(stage, wanted, rehearsal=True))

    assert rehearsed.rehearsal
    assert len(rehearsed.documents) == wanted.size
    assert not any([(await stage.page(noun)).rows for noun in Noun])
    assert close(await stage.ask(Call().admit())).reason is RouteReason.UNKNOWN_NUMBER
    assert not [one.subject for one in stage.events if ".changed." in one.subject]


async def test_one_mistake_and_nothing_is_imported(stage: Stage) -> None:
    good = everything()
    nowhere = good.model_copy(update={"campaigns": (*good.campaigns, a_draft(a_target(a_buyer())))})
    unserved = good.model_copy(update={"numbers": (), "pools": ()})
    circle = (a_group(), a_group())
    circle = (
        circle[0].model_copy(update={"parent_id": circle[1].id}),
        circle[1].model_copy(update={"parent_id": circle[0].id}),
    )
    mistakes = {
        "configuration.campaigns.1.assignments.0.target_id": ("points_nowhere", nowhere),
        "configuration.campaigns.0.status": ("incomplete", unserved),
        "configuration.groups.0.parent_id": (
            "points_nowhere",
            AccountConfiguration(groups=circle),
        ),
    }
    for path, (code, wrong) in mistakes.items():
        no = await stage.refusal(importing(stage, wrong))
        assert (no.code, no.fields[0].path) == (code, path)
        assert not any([(await stage.page(noun)).rows for noun in Noun])


async def test_an_import_knows_what_it_was_based_on(stage: Stage) -> None:
    imported = await stage.ask(importing(stage, everything()))
    later = await stage.save(a_buyer(name="hired meanwhile"))
    paused = AccountConfiguration(buyers=(a_buyer(status=Status.PAUSED),))

    no = await stage.refusal(importing(stage, paused, expected_version=imported.version))
    yes = await stage.ask(importing(stage, paused, expected_version=later))

    assert (no.code, no.fields[0].path) == ("stale", "expected_version")
    assert yes.version > later
    told = await stage.heard(BuyerChanged.subject, 3)
    assert told[-1]["after"]["status"] == Status.PAUSED


async def test_a_cap_below_what_is_in_use_is_refused_where_it_stands(stage: Stage) -> None:
    buyer = await stage.buyer()
    target = await stage.target(buyer)
    campaign = await stage.campaign(target)
    for _ in range(3):
        dial(await stage.ask(Call().admit()))
    limits = {"limits": [{"period": "day", "most": 2}]}
    tight = {
        "document.caps.concurrency": target.model_copy(update={"caps": Caps(concurrency=2)}),
        "document.caps.limits.0.most": campaign.model_copy(
            update={"caps": Caps.model_validate(limits)}
        ),
        "document.assignments.0.caps.limits.0.most": campaign.model_copy(
            update={
                "assignments": (
                    campaign.assignments[0].model_copy(
                        update={"caps": Caps.model_validate(limits)}
                    ),
                )
            }
        ),
    }
    for path, document in tight.items():
        noun = Noun.TARGET if "concurrency" in path else Noun.CAMPAIGN
        (row,) = (await stage.page(noun)).rows
        no = await stage.refusal(stage.edit(document, version=row.version))
        assert (no.code, no.fields[0].path) == ("below_use", path)
        assert "at least 3" in no.fields[0].problem
