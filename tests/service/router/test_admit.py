"""Who takes a new call, and the recorded reason where nobody does."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest

from libs.contracts.configuration import CampaignStatus, Status
from libs.contracts.explaining import ReplayDecision, Rule, Verdict
from libs.contracts.ids import NOBODY
from libs.contracts.phone import WITHHELD, Caller, CallerKind, SipDestination
from libs.contracts.routing import CallRouted, Close, RouteReason
from services.router.domain.outcome import UNCONFIGURED_MESSAGE
from tests.kit.hosting import ACCOUNT_SID
from tests.service.router.stage import (
    CLOSING,
    Call,
    Stage,
    a_buyer,
    a_campaign,
    a_number,
    a_pool,
    a_target,
    close,
    dial,
)

NOBODYS = (RouteReason.UNKNOWN_NUMBER, RouteReason.NUMBER_OF_ANOTHER_CARRIER)
Arrange = Callable[[Stage, str], Awaitable[object]]


def campaign_is(status: CampaignStatus) -> Arrange:
    async def arrange(stage: Stage, number: str) -> None:
        target = await stage.target(await stage.buyer())
        await stage.campaign(target, number=number, status=status)

    return arrange


async def nothing(_: Stage, __: str) -> None:
    pass


async def anothers_number(stage: Stage, number: str) -> None:
    await stage.save(a_number(number, account_sid="AC" + "9" * 32))


async def number_alone(stage: Stage, number: str) -> None:
    await stage.save(a_number(number))


async def number_in_an_idle_pool(stage: Stage, number: str) -> None:
    pool = a_pool()
    await stage.save(pool)
    await stage.save(a_number(number, pool_id=pool.id))


async def paused_target(stage: Stage, number: str) -> None:
    target = await stage.target(await stage.buyer(), status=Status.PAUSED)
    await stage.campaign(target, number=number)


async def paused_buyer(stage: Stage, number: str) -> None:
    target = await stage.target(await stage.buyer(status=Status.PAUSED))
    await stage.campaign(target, number=number)


def taken_up(cap: str) -> Arrange:
    async def arrange(stage: Stage, number: str) -> None:
        limit: dict[str, Any] = {cap: 1}
        target = a_target(await stage.buyer(), **limit)
        await stage.save(target)
        await stage.campaign(target, number=number)
        dial(await stage.ask(Call(dialled=number).admit()))

    return arrange


NOT_CONFIGURED: list[tuple[Arrange, RouteReason, str]] = [
    (nothing, RouteReason.UNKNOWN_NUMBER, "nobody has configured the number {number}"),
    (
        anothers_number,
        RouteReason.NUMBER_OF_ANOTHER_CARRIER,
        "{number} belongs to another account at the carrier",
    ),
    (number_alone, RouteReason.NUMBER_WITHOUT_CAMPAIGN, "{number} is assigned to no campaign"),
    (
        number_in_an_idle_pool,
        RouteReason.NUMBER_WITHOUT_CAMPAIGN,
        "{number} is assigned to no campaign",
    ),
    (
        campaign_is(CampaignStatus.DRAFT),
        RouteReason.CAMPAIGN_DRAFT,
        "the campaign is still a draft",
    ),
    (campaign_is(CampaignStatus.PAUSED), RouteReason.CAMPAIGN_PAUSED, "the campaign is paused"),
    (
        campaign_is(CampaignStatus.COMPLETED),
        RouteReason.CAMPAIGN_COMPLETED,
        "the campaign is completed",
    ),
]
NOBODY_FREE: list[tuple[Arrange, RouteReason, str]] = [
    (
        paused_target,
        RouteReason.NOBODY_ELIGIBLE,
        "no target of the campaign may take the call; desk 1 was paused",
    ),
    (
        paused_buyer,
        RouteReason.NOBODY_ELIGIBLE,
        "no target of the campaign may take the call; "
        "desk 1 belonged to buyer Acme, which was paused",
    ),
    (
        taken_up("concurrency_cap"),
        RouteReason.ALL_CAPPED,
        "every eligible target has reached a cap; "
        "desk 1 was at its concurrency cap: 1 at once, wanted fewer than 1",
    ),
    (
        taken_up("daily_cap"),
        RouteReason.ALL_CAPPED,
        "every eligible target has reached a cap; "
        "desk 1 was at its cap: 1 attempt today, wanted at most 1 attempt with this call",
    ),
]


@pytest.mark.parametrize(
    ("cases", "says"), [(NOT_CONFIGURED, UNCONFIGURED_MESSAGE), (NOBODY_FREE, CLOSING)]
)
async def test_a_call_that_nobody_takes_is_closed_and_says_why(
    stage: Stage, cases: list[tuple[Arrange, RouteReason, str]], says: str
) -> None:
    for at, (arrange, reason, why) in enumerate(cases):
        call = Call(dialled=f"+1800555{at:04}")
        await arrange(stage, call.dialled)

        answer = close(await stage.ask(call.admit()))

        account_id = NOBODY if reason in NOBODYS else stage.account_id
        assert answer == Close(account_id=account_id, step=0, say=says, reason=reason)
        (step,) = await stage.explained(call, account_id)
        assert (step.step, step.outcome, step.reason) == (0, "close", reason)
        assert step.sentence == f"The call was closed because {why.format(number=call.dialled)}."
        told = await stage.routed(call)
        assert (told["outcome"], told["reason"]) == ("close", reason.value)
        assert told["account_id"] == str(account_id)


async def test_callers_without_a_number_get_through(stage: Stage) -> None:
    await stage.campaign(await stage.target(await stage.buyer()))
    callers = [
        WITHHELD,
        Caller(kind=CallerKind.SIP, text="sip:ann@pbx.example.com"),
        Caller(kind=CallerKind.CLIENT, text="client:ann"),
        Caller(kind=CallerKind.CLIENT, text="client:" + "\0<&'\">" * 40),
    ]
    for caller in callers:
        call = Call(caller=caller)

        answer = dial(await stage.ask(call.admit()))

        assert str(answer.dial.destination) == "+15550100001"
        assert (await stage.explained(call))[0].reason is RouteReason.CHOSEN


async def test_what_is_dialled_is_what_was_configured(stage: Stage) -> None:
    pbx = SipDestination(address="sip:sales@pbx.example.com:5061")
    buyer = await stage.buyer(name="Bold Roofs")
    target = await stage.target(
        buyer, name="PBX", destination=pbx, ring_seconds=17, limit_seconds=600
    )
    await stage.campaign(target, recording=False)
    call = Call()

    answer = dial(await stage.ask(call.admit()))

    assert answer.dial.destination == pbx
    assert (answer.dial.ring_seconds, answer.dial.limit_seconds) == (17, 600)
    assert answer.dial.recording == "do-not-record"
    (step,) = await stage.explained(call)
    assert step.sentence == (
        "PBX of Bold Roofs was dialled: it was the first with room in the drawn order "
        "(priority 1, weight 1)."
    )
    (row,) = step.candidates
    assert (row.verdict, row.rule, row.seen) == (
        Verdict.CHOSEN,
        Rule.TAKEN,
        "0 at once, 0 today",
    )


async def test_asked_twice_the_same_is_answered(stage: Stage) -> None:
    await stage.add_router()
    target = await stage.target(await stage.buyer(), concurrency_cap=5, daily_cap=5)
    other = await stage.target(await stage.buyer(), "+15550100002", concurrency_cap=5)
    campaign = await stage.campaign(target, other)
    call = Call()

    answers = await asyncio.gather(*(stage.ask(call.admit()) for _ in range(20)))
    paused = campaign.model_copy(update={"status": CampaignStatus.PAUSED})
    version = (await stage.rows("SELECT version FROM router.campaign"))[0][0]
    await stage.save(paused, version=version)
    later = await stage.ask(call.admit())

    assert all(answer == dial(answers[0]) for answer in [*answers, later])
    assert await stage.held() == [(call.call_id, 0)]
    assert await stage.counted(target) == (1, 1)
    assert await stage.counted(other) == (0, 0)
    assert len(await stage.heard(CallRouted.subject, 1)) == 1


async def test_a_closing_asked_twice_is_the_same_too(stage: Stage) -> None:
    await stage.add_router()
    call = Call()

    answers = await asyncio.gather(*(stage.ask(call.admit()) for _ in range(10)))

    assert all(answer == close(answers[0]) for answer in answers)
    assert await stage.rows("SELECT step FROM router.decision") == [(0,)]


async def test_a_call_to_a_pool_is_routed_by_the_pool(stage: Stage) -> None:
    campaign = a_campaign(await stage.target(await stage.buyer()))
    pool = a_pool(campaign_id=campaign.id)
    await stage.bring_in(campaign, pool, a_number("+18005550199", pool_id=pool.id))
    of_the_pool, not_yet_known = Call(dialled="+18005550199"), Call(dialled="+18005550198")

    dial(await stage.ask(of_the_pool.admit(pool_id=pool.id)))
    dial(await stage.ask(not_yet_known.admit(pool_id=pool.id)))
    elsewhere = close(await stage.ask(Call().admit(pool_id=uuid4())))
    stranger = Call(dialled="+18005550198", account_sid="AC" + "9" * 32)
    strange = close(await stage.ask(stranger.admit(pool_id=pool.id)))

    assert elsewhere.reason is RouteReason.UNKNOWN_NUMBER
    assert (strange.reason, strange.account_id) == (RouteReason.UNKNOWN_NUMBER, NOBODY)


async def test_nobody_takes_over_a_pool_by_taking_its_id(stage: Stage) -> None:
    pool = a_pool()
    await stage.save(pool)
    await stage.save(a_number("+18005550199", pool_id=pool.id))
    buyer = a_buyer()
    target = a_target(buyer)
    campaign = a_campaign(target)
    theirs = a_pool(id=pool.id, campaign_id=campaign.id)
    await stage.bring_in(buyer, target, campaign, theirs, account_id=stage.other_account)

    answer = close(await stage.ask(Call(dialled="+18005550198").admit(pool_id=pool.id)))

    assert answer.account_id == stage.account_id
    assert answer.reason is RouteReason.NUMBER_WITHOUT_CAMPAIGN


async def test_a_decision_is_replayed_from_its_record(stage: Stage) -> None:
    targets = [await stage.target(await stage.buyer(), f"+1555010000{n}") for n in range(4)]
    await stage.campaign(*targets)
    call = Call(account_sid=ACCOUNT_SID)
    dial(await stage.ask(call.admit()))

    question = ReplayDecision(account_id=stage.account_id, call_id=call.call_id, step=0)
    replayed = await stage.ask(question)

    assert replayed.identical
    assert replayed.recorded == replayed.repeated
    for step in (1, 40_000):
        unknown = await stage.refusal(question.model_copy(update={"step": step}))
        assert unknown.code == "not_found"
