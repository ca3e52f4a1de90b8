"""A signed webhook is routed, dialled, rolled over, and explained."""

from libs.contracts.explaining import Rule, Verdict
from libs.contracts.tracking import CallState
from tests.kit.hosting import House

NUMBER = "+18005550100"
FIRST, SECOND = "+15550100001", "+15550100002"


async def test_a_call_is_connected_and_recorded(house: House) -> None:
    buyer = await house.buyer()
    await house.campaign(await house.target(buyer, FIRST), number=NUMBER)

    report = await house.call(NUMBER, f"{FIRST}=answer:2,talk:30,callee-hangs-up")

    assert report.errors == ()
    assert [leg.destination for leg in report.legs] == [FIRST]
    assert report.legs[0].bridged
    detail = await house.record(report)
    assert detail.call.state is CallState.COMPLETED
    assert detail.call.buyer_name == "Acme"


async def test_a_busy_target_rolls_over_and_the_explanation_names_both(house: House) -> None:
    buyer = await house.buyer()
    first = await house.target(buyer, FIRST, name="First desk")
    second = await house.target(buyer, SECOND, name="Second desk")
    await house.campaign(first, second, number=NUMBER)

    report = await house.call(NUMBER, f"{FIRST}=busy;{SECOND}=answer:1,talk:9")

    assert [leg.destination for leg in report.legs] == [FIRST, SECOND]
    explanation = await house.explain(report)
    assert [step.reason for step in explanation.steps] == ["chosen", "chosen"]
    rolled = explanation.steps[1]
    assert (rolled.candidates[0].target_name, rolled.candidates[0].verdict) == (
        "Second desk",
        Verdict.CHOSEN,
    )
    assert rolled.candidates[1].rule is Rule.ALREADY_TRIED
    assert "Second desk of Acme was dialled" in rolled.sentence
    assert "First desk had been dialled before" in rolled.sentence


async def test_nobody_answers_and_the_caller_hears_the_closing(house: House) -> None:
    buyer = await house.buyer()
    target = await house.target(buyer, FIRST)
    await house.campaign(target, number=NUMBER, closing_message="Nobody is here.")

    report = await house.call(NUMBER, f"{FIRST}=no-answer")

    assert report.spoken == ("Nobody is here.",)
    detail = await house.record(report)
    assert detail.call.state is CallState.NO_ANSWER
