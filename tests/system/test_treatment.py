"""How a call is treated: what callers and callees hear, who is asked next, what counts."""

from itertools import count

import pytest

from libs.contracts.call_settings import CallerId, Conversion, Recovery
from libs.contracts.caps import Caps, Counted, Limit, Period
from libs.contracts.explaining import Rule
from libs.contracts.money import usd
from libs.contracts.routing import RouteReason
from libs.contracts.screening import DuplicateRule
from tests.kit.hosting import House, eventually

NUMBER = "+18005550100"
FIRST, SECOND, THIRD = "+15550100001", "+15550100002", "+15550100003"
WORTH_5 = Conversion(after_seconds=60, revenue=usd("5"))


async def test_caller_and_callee_hear_what_is_set(house: House) -> None:
    buyer = await house.buyer()
    target = await house.target(
        buyer,
        FIRST,
        whisper="A roofing call.",
        digits="12#",
        caller_id=CallerId(policy="dialled"),
    )
    await house.campaign(
        target, number=NUMBER, recording_notice="This call is recorded.", connecting_message="Wait."
    )

    report = await house.call(NUMBER, f"{FIRST}=answer:2,talk:30")

    assert report.errors == ()
    assert report.spoken == ("This call is recorded.", "Wait.")
    assert report.whispered == ("A roofing call.",)
    assert report.legs[0].bridged
    assert report.legs[0].caller_id == NUMBER


@pytest.mark.parametrize(("key", "reached"), [("1", [FIRST]), ("2", [FIRST, SECOND])])
async def test_a_callee_takes_the_call_by_a_key(house: House, key: str, reached: list[str]) -> None:
    buyer = await house.buyer()
    first = await house.target(buyer, FIRST, press_to_accept=True)
    second = await house.target(buyer, SECOND)
    await house.campaign(first, second, number=NUMBER)

    report = await house.call(
        NUMBER, f"{FIRST}=answer:1,press:{key},talk:9;{SECOND}=answer:1,talk:9"
    )

    assert report.errors == ()
    assert [leg.destination for leg in report.legs] == reached
    assert [leg.bridged for leg in report.legs][-1]
    accepted = [entry.subject for entry in (await house.record(report)).timeline]
    assert ("event.leg.accepted.v1" in accepted) is (key == "1")


async def test_a_callee_who_hangs_up_early_is_replaced_as_often_as_set(house: House) -> None:
    buyer = await house.buyer()
    targets = [await house.target(buyer, number) for number in (FIRST, SECOND, THIRD)]
    await house.campaign(*targets, number=NUMBER, recovery=Recovery(seconds=20, times=1))

    early = "answer:1,talk:5,callee-hangs-up"
    report = await house.call(NUMBER, f"{FIRST}={early};{SECOND}={early};{THIRD}=answer:1,talk:60")

    assert [leg.destination for leg in report.legs] == [FIRST, SECOND]
    steps = (await house.explain(report)).steps
    assert [step.reason for step in steps] == [RouteReason.CHOSEN] * 2
    early_end = "The callee before hung up within 20 seconds (recovery 1 of 1). "
    assert [step.sentence.startswith(early_end) for step in steps] == [False, True]


async def test_who_wants_fresh_callers_does_not_get_a_recovered_one(house: House) -> None:
    buyer = await house.buyer()
    first = await house.target(buyer, FIRST)
    picky = await house.target(buyer, SECOND, earlier_connections_max=0)
    third = await house.target(buyer, THIRD)
    await house.campaign(first, picky, third, number=NUMBER, recovery=Recovery(seconds=20))

    report = await house.call(
        NUMBER, f"{FIRST}=answer:1,talk:5,callee-hangs-up;{THIRD}=answer:1,talk:60"
    )

    assert [leg.destination for leg in report.legs] == [FIRST, THIRD]
    (verdict,) = [
        row
        for row in (await house.explain(report)).steps[1].candidates
        if row.target_id == picky.id
    ]
    assert verdict.rule is Rule.EARLIER_CONNECTIONS


async def test_conversions_fill_a_cap_and_duplicates_are_sent_elsewhere(house: House) -> None:
    buyer, other = await house.buyer(), await house.buyer("Bold")
    capped = Caps(limits=(Limit(period=Period.DAY, counts=Counted.CONVERSION, most=1),))
    first = await house.target(
        buyer,
        FIRST,
        conversion=WORTH_5,
        caps=capped,
        duplicates=DuplicateRule(scope="target", after="connection", days=30),
    )
    second = await house.target(other, SECOND)
    await house.campaign(first, second, number=NUMBER)
    long, short = "*=answer:1,talk:90", "*=answer:1,talk:20"
    numbers = count(1)

    async def goes_to(destination: str, script: str, caller: str = "") -> bool | None:
        """What became of a leg is counted a moment after it has ended."""
        report = await house.call(NUMBER, script, caller or f"+1212555{next(numbers):04}")
        return True if report.legs[0].destination == destination else None

    assert await goes_to(FIRST, short, "+12125559999")
    assert await eventually(lambda: goes_to(SECOND, short, "+12125559999")), "a duplicate"
    assert await eventually(lambda: goes_to(FIRST, short)), "a short call is no conversion"
    assert await eventually(lambda: goes_to(FIRST, long))
    for _ in range(3):
        assert await goes_to(SECOND, long), "the cap is reached"
