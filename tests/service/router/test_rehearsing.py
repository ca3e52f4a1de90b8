"""Where a call would go: at any instant, with any caller, tags and counters, without effects."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from libs.contracts.caps import Caps, Limit, Period
from libs.contracts.configuration import Spread, Status
from libs.contracts.editing import Noun
from libs.contracts.explaining import Configuration, ReplayDecision, Rule
from libs.contracts.filters import Operator, TagFilter, TagTest
from libs.contracts.rehearsing import CounterGiven, Rehearse, Rehearsed
from libs.contracts.routing import RouteReason
from libs.contracts.screening import (
    CallerHistory,
    DuplicateAfter,
    DuplicateRule,
    DuplicateScope,
    EarlierCall,
)
from tests.service.router.stage import (
    CALLER,
    NUMBER,
    Call,
    Stage,
    a_target,
    close,
    dial,
)

NIGHT = datetime(2026, 3, 8, 7, 30, tzinfo=UTC)  # a half past two that does not exist in New York


async def rehearsed(stage: Stage, **what: Any) -> Rehearsed:
    about = {"account_id": stage.account_id, "caller": CALLER}
    if not what.keys() & {"campaign", "campaign_id"}:
        about["dialled"] = NUMBER
    answer: Rehearsed = await stage.ask(Rehearse.model_validate({**about, **what}))
    return answer


def rules(answer: Rehearsed) -> dict[str, Rule]:
    return {row.target_name: row.rule for row in answer.decision.candidates}


async def test_a_rehearsal_decides_as_a_call_would_and_leaves_nothing(stage: Stage) -> None:
    targets = [
        await stage.target(await stage.buyer(), f"+1555010000{n}", concurrency_cap=1)
        for n in range(3)
    ]
    campaign = await stage.campaign(*targets, spread=Spread.ROUND_ROBIN)
    equal = [one.model_copy(update={"priority": 1}) for one in campaign.assignments]
    (row,) = (await stage.page(Noun.CAMPAIGN)).rows
    even = campaign.model_copy(update={"assignments": tuple(equal)})
    await stage.save(even, version=row.version)

    foretold = [await rehearsed(stage) for _ in range(2)]
    real = dial(await stage.ask(Call().admit()))

    assert foretold[0].answer == foretold[1].answer, "no turn is taken"
    assert dial(foretold[0].answer).dial.destination == real.dial.destination
    assert len(await stage.held()) == 1
    assert await stage.rows("SELECT count(*) FROM router.decision") == [(1,)]
    (second,) = {str(dial((await rehearsed(stage)).answer).dial.destination)}
    assert second != str(real.dial.destination)


async def test_every_part_of_the_call_can_be_another(stage: Stage) -> None:
    def tagged(source: str) -> TagFilter:
        return TagFilter(tests=(TagTest(tag="source", operator=Operator.EQUAL, value=source),))

    night_shift = {
        "zone": "America/New_York",
        "hours": [{"days": ["sunday"], "opens": "03:00", "closes": "04:00"}],
    }
    once = DuplicateRule(scope=DuplicateScope.TARGET, after=DuplicateAfter.CONNECTION, days=30)
    buyer = await stage.buyer()
    things: dict[str, Any] = {
        "night": {"schedule": night_shift},
        "mail": {"filter": tagged("mail")},
        "once": {"duplicates": once},
        "few": {"caps": Caps(limits=(Limit(period=Period.DAY, most=2),))},
    }
    targets = {
        name: await stage.target(buyer, f"+1555010000{n}", name=name, **more)
        for n, (name, more) in enumerate(things.items())
    }
    await stage.campaign(*targets.values())
    connected = EarlierCall(
        at=NIGHT - timedelta(days=3),
        target_id=targets["once"].id,
        buyer_id=buyer.id,
        connected_at=NIGHT - timedelta(days=3),
    )

    quiet = await rehearsed(stage, at=NIGHT - timedelta(hours=1))
    full = await rehearsed(
        stage,
        at=NIGHT - timedelta(hours=1),
        history=CallerHistory(calls=(connected,)),
        counters=(CounterGiven(scope_id=targets["few"].id, day=2),),
    )

    assert dial((await rehearsed(stage, at=NIGHT)).answer).dial.destination == (
        targets["night"].destination
    )
    mailed = await rehearsed(stage, at=NIGHT - timedelta(hours=1), tags={"source": "mail"})
    assert dial(mailed.answer).dial.destination == targets["mail"].destination
    assert dial(quiet.answer).dial.destination == targets["once"].destination
    assert rules(full) == {
        "night": Rule.CLOSED,
        "mail": Rule.FILTERED,
        "once": Rule.DUPLICATE,
        "few": Rule.CAP,
    }
    assert "2 attempts today" in full.decision.sentence


async def test_a_campaign_is_tried_before_it_is_saved(stage: Stage) -> None:
    buyer = await stage.buyer()
    first, second = await stage.target(buyer), await stage.target(buyer, "+15550100002")
    campaign = await stage.campaign(first)
    changed = campaign.model_copy(
        update={
            "assignments": (campaign.assignments[0].model_copy(update={"target_id": second.id}),)
        }
    )

    as_it_is = await rehearsed(stage, campaign_id=campaign.id)
    as_it_might_be = await rehearsed(stage, campaign=changed)

    assert dial(as_it_is.answer).dial.destination == first.destination
    assert dial(as_it_might_be.answer).dial.destination == second.destination
    nowhere = campaign.model_copy(
        update={
            "assignments": (
                campaign.assignments[0].model_copy(update={"target_id": a_target(buyer).id}),
            )
        }
    )
    no = await stage.refusal(Rehearse(account_id=stage.account_id, campaign=nowhere))
    assert (no.code, no.fields[0].path) == ("points_nowhere", "campaign.assignments.0")


async def test_a_number_is_rehearsed_as_it_stands(stage: Stage) -> None:
    unknown = await rehearsed(stage, dialled="+18005559999")
    assert close(unknown.answer).reason is RouteReason.UNKNOWN_NUMBER


@pytest.mark.parametrize("given", [{}, {"dialled": NUMBER, "campaign_id": str(UUID(int=1))}])
async def test_a_rehearsal_has_one_way_in(stage: Stage, given: dict[str, str]) -> None:
    body = b'{"account_id":"%s"' % str(stage.account_id).encode()
    body += b"".join(b',"%s":"%s"' % (k.encode(), v.encode()) for k, v in given.items()) + b"}"
    answer = await stage.ask_raw(Rehearse.subject, body)
    assert answer.code == "malformed"


async def test_a_decision_is_taken_again_by_todays_configuration(stage: Stage) -> None:
    buyer = await stage.buyer()
    first, second = (
        await stage.target(buyer, "+15550100001", name="first"),
        await stage.target(buyer, "+15550100002", name="second"),
    )
    await stage.campaign(first, second)
    call = Call()
    assert dial(await stage.ask(call.admit())).dial.destination == first.destination
    rows = (await stage.page(Noun.TARGET)).rows
    version = next(row.version for row in rows if row.document["name"] == "first")
    await stage.save(first.model_copy(update={"status": Status.PAUSED}), version=version)

    replayed = await stage.ask(
        ReplayDecision(
            account_id=stage.account_id,
            call_id=call.call_id,
            step=0,
            configuration=Configuration.CURRENT,
        )
    )

    assert replayed.identical
    chosen = {row.target_name: row.rule for row in replayed.now.candidates}
    assert chosen == {"first": Rule.TARGET_PAUSED, "second": Rule.TAKEN}


async def test_a_thousand_decisions_are_replayed_to_the_letter(stage: Stage) -> None:
    """Every decision of the stage is replayed when it ends: these are a thousand."""
    buyer = await stage.buyer()
    targets = [
        await stage.target(buyer, f"+1555010000{n}", caps=Caps(concurrency=40 + n))
        for n in range(8)
    ]
    campaign = await stage.campaign(*targets)
    (row,) = (await stage.page(Noun.CAMPAIGN)).rows
    drawn = [
        one.model_copy(update={"priority": 1, "weight": at + 1})
        for at, one in enumerate(campaign.assignments)
    ]
    await stage.save(campaign.model_copy(update={"assignments": tuple(drawn)}), version=row.version)
    for _ in range(20):
        await asyncio.gather(*(stage.ask(Call().admit()) for _ in range(50)))

    assert await stage.rows("SELECT count(*) FROM router.decision") == [(1_000,)]
