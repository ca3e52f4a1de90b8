"""An RTB router has a place in the plan: whoever wins its auction takes the call there."""

from uuid import uuid4

from libs.contracts.auction import AuctionResult, Unsold
from libs.contracts.caps import Caps
from libs.contracts.configuration import Assignment, Campaign
from libs.contracts.explaining import Rule, Verdict
from libs.contracts.finding import Affected, DetachRtb, FindAuctioned
from libs.contracts.phone import PhoneDestination
from libs.contracts.rehearsing import Rehearse
from libs.contracts.routing import Close, RouteReason
from tests.kit.hosting import TESTER, eventually
from tests.service.router.played_rtb import PlayedRtb, won
from tests.service.router.stage import Call, Stage, a_campaign, a_number, close, dial

BIDDER, DESK = "+15550100031", "+15550100001"


async def auctioned(
    stage: Stage, *results: AuctionResult, desk_first: bool = False, **more: object
) -> PlayedRtb:
    """A campaign with an RTB router and one target, and rtb played."""
    rtb = PlayedRtb(*results)
    await rtb.open(stage.nats_url, stage.account_id, stage.stack)
    target = await stage.target(await stage.buyer())
    caps = more.pop("entry_caps", Caps())
    entries = (
        Assignment(target_id=target.id, priority=0 if desk_first else 2),
        Assignment(rtb_router_id=rtb.router_id, priority=1, caps=caps),
    )
    campaign = a_campaign(**{"assignments": entries, "rtb_enabled": True, **more})
    await stage.bring_in(campaign, a_number(campaign_id=campaign.id))
    return rtb


def number_of(answer: object) -> str:
    destination = dial(answer).dial.destination
    assert isinstance(destination, PhoneDestination)
    return destination.number


async def test_the_winner_takes_the_call_on_its_terms(stage: Stage) -> None:
    sold = won("31", ring_seconds=12, digits="7")
    rtb = await auctioned(stage, sold)
    call = Call()

    answer = dial(await stage.ask(call.admit(tags={"utm:source": "mail"})))

    assert number_of(answer) == BIDDER
    assert (answer.dial.ring_seconds, answer.dial.digits) == (12, "7")
    (asked,) = rtb.asked
    assert (asked.call_id, asked.step, asked.rtb_router_id) == (call.call_id, 0, rtb.router_id)
    assert asked.tags == {"utm:source": "mail"}
    (step,) = await stage.explained(call)
    taken = step.candidates[0]
    assert (taken.verdict, taken.rule) == (Verdict.CHOSEN, Rule.SOLD)
    assert (taken.target_name, taken.auction_id) == ("Slow high", sold.auction_id)
    assert "won the auction at 31.00 USD, 2 bids of 5 asked" in step.sentence
    fact = await stage.routed(call)
    assert (fact["rtb_target_id"], fact["target_id"]) == (str(sold.target_id), None)
    assert fact["terms"]["after_seconds"] == 60
    assert float(fact["terms"]["revenue"]["amount"]) == 31
    await stage.replay_everything()


async def test_nobody_buys_and_the_plan_goes_on(stage: Stage) -> None:
    rtb = await auctioned(stage)
    call = Call()

    assert number_of(await stage.ask(call.admit())) == DESK

    assert len(rtb.asked) == 1
    (step,) = await stage.explained(call)
    assert [row.rule for row in step.candidates] == [Rule.UNSOLD, Rule.TAKEN]
    assert step.candidates[0].seen == "no bids, 3 asked"
    await stage.replay_everything()


async def test_rtb_is_away_and_the_plan_goes_on(stage: Stage) -> None:
    rtb = await auctioned(stage, won())
    await rtb.close()
    call = Call()

    assert number_of(await stage.ask(call.admit())) == DESK

    (step,) = await stage.explained(call)
    assert step.candidates[0].seen == "unanswered, 0 asked"


async def test_losers_roll_over_until_nobody_is_left(stage: Stage) -> None:
    rtb = await auctioned(stage, won("31"), won("12", "+15550100032"))
    call = Call()
    first = dial(await stage.ask(call.admit()))
    second = dial(await stage.ask(call.go_on(first)))
    third = dial(await stage.ask(call.go_on(second)))
    last = close(await stage.ask(call.go_on(third)))

    assert [number_of(one) for one in (first, second, third)] == [BIDDER, "+15550100032", DESK]
    assert [one.step for one in rtb.asked] == [0, 1, 2]
    assert last.reason is RouteReason.NOBODY_ELIGIBLE
    steps = await stage.explained(call)
    assert {row.rule for row in steps[3].candidates} == {Rule.UNSOLD, Rule.ALREADY_TRIED}
    await stage.replay_everything()


async def test_an_auction_waits_for_its_place_in_the_order(stage: Stage) -> None:
    rtb = await auctioned(stage, won(), desk_first=True)
    call = Call()
    assert number_of(await stage.ask(call.admit())) == DESK
    assert rtb.asked == []
    assert number_of(await stage.ask(call.go_on(dial(await stage.ask(call.admit()))))) == BIDDER


async def test_without_rtb_enabled_no_auction_is_held(stage: Stage) -> None:
    rtb = await auctioned(stage, won(), rtb_enabled=False)
    call = Call()
    assert number_of(await stage.ask(call.admit())) == DESK
    assert rtb.asked == []
    (step,) = await stage.explained(call)
    assert Rule.RTB_OFF in [row.rule for row in step.candidates]


async def test_the_entrys_own_cap_holds_for_sold_calls(stage: Stage) -> None:
    await auctioned(stage, won(), won(), entry_caps=Caps(concurrency=1))
    first, second = Call(), Call()
    assert number_of(await stage.ask(first.admit())) == BIDDER
    assert number_of(await stage.ask(second.admit())) == DESK
    assert (await stage.routed(second))["rtb_target_id"] is None
    await stage.tell(first.ended())

    async def free() -> bool | None:
        return not await stage.held() or None

    await stage.tell(second.ended())
    await eventually(free)
    assert number_of(await stage.ask(Call().admit())) == DESK  # rtb has nobody left to win


async def test_a_plan_names_only_routers_that_are_there(stage: Stage) -> None:
    rtb = PlayedRtb()
    draft = {"status": "draft", "rtb_enabled": True}
    entry = Assignment(rtb_router_id=rtb.router_id)
    away = await stage.refusal(stage.edit(a_campaign(**draft, assignments=(entry,))))
    assert away.code == "unavailable"
    await rtb.open(stage.nats_url, stage.account_id, stage.stack)
    nowhere = Assignment(rtb_router_id=uuid4())
    no = await stage.refusal(stage.edit(a_campaign(**draft, assignments=(entry, nowhere))))
    assert no.code == "points_nowhere"
    assert [one.path for one in no.fields] == ["document.assignments.1.rtb_router_id"]
    theirs = stage.edit(a_campaign(**draft, assignments=(entry,)), account_id=stage.other_account)
    assert (await stage.refusal(theirs)).code == "points_nowhere"


async def test_a_router_is_detached_from_the_plans_that_hold_it(stage: Stage) -> None:
    rtb = await auctioned(stage)
    alone = Campaign.model_validate(
        a_campaign(
            rtb_enabled=True, assignments=(Assignment(rtb_router_id=rtb.router_id),), name="Alone"
        )
    )
    await stage.bring_in(alone, a_number("+18005550177", campaign_id=alone.id))
    about = {"account_id": stage.account_id, "rtb_router_id": rtb.router_id}
    stranger = {**about, "account_id": stage.other_account}

    affected: Affected = await stage.ask(FindAuctioned(**about))
    assert {use.name for use in affected.uses} == {"Roofing", "Alone"}
    assert [one.name for one in affected.pauses] == ["Alone"]
    assert (await stage.ask(FindAuctioned(**stranger))).uses == ()
    assert (await stage.ask(DetachRtb(**stranger, actor=TESTER))).version == 0
    assert await stage.ask(FindAuctioned(**about)) == affected

    detached = await stage.ask(DetachRtb(**about, actor=TESTER))

    assert [one.name for one in detached.paused] == ["Alone"]
    assert (await stage.ask(FindAuctioned(**about))).uses == ()
    assert isinstance(await stage.ask(Call(dialled="+18005550177").admit()), Close)


async def test_a_rehearsal_holds_no_auction(stage: Stage) -> None:
    rtb = await auctioned(stage, won())
    rehearsed = await stage.ask(Rehearse(account_id=stage.account_id, dialled="+18005550100"))
    assert rtb.asked == []
    assert rehearsed.decision.candidates[0].seen.startswith(Unsold.NOT_HELD.replace("_", " "))
