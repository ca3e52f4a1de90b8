"""Conversions that are said after their call fill caps as of its day; the latest word counts."""

from datetime import timedelta
from typing import Any

from libs.contracts.call_settings import Conversion
from libs.contracts.caps import Caps, Counted, Limit, Period
from libs.contracts.configuration import Target
from libs.contracts.conversions import ConversionPosted
from libs.contracts.explaining import Rule
from libs.contracts.money import usd
from libs.contracts.routing import DialNext
from libs.contracts.screening import DuplicateRule
from services.router.store.holds import Holds
from tests.kit.facts import NOON
from tests.kit.hosting import eventually
from tests.service.router.stage import Call, Stage, dial

POSTED = Conversion(on="posted", revenue=usd("10"))


def daily(counts: Counted, most: int) -> Caps:
    return Caps(limits=(Limit(period=Period.DAY, counts=counts, most=most),))


async def two_desks(stage: Stage, **more: Any) -> Target:
    """The first is paid by what is posted."""
    buyer = await stage.buyer()
    first = await stage.target(buyer, "+15550100001", conversion=POSTED, **more)
    second = await stage.target(await stage.buyer(name="Bold"), "+15550100002")
    await stage.campaign(first, second)
    return first


def said(leg: DialNext, call: Call, seconds: int, amount: str | None = None) -> ConversionPosted:
    money = usd(amount) if amount else None
    at = NOON + timedelta(seconds=seconds)
    return ConversionPosted.said(leg.account_id, call.call_id, money, at=at, source="test")


async def counts(stage: Stage, target: Target, *expected: Any) -> None:
    """Wait until so much is counted of conversions and revenue, certain and possible."""

    async def look() -> bool | None:
        rows = await stage.rows(
            "SELECT day_count::float, total_count::float, possible::float FROM router.counter "
            "WHERE scope_id = %s AND measure IN ('conversion', 'revenue') ORDER BY measure",
            target.id,
        )
        return True if rows == list(expected) else None

    await eventually(look)


async def test_a_posted_conversion_fills_caps_and_the_latest_word_counts(stage: Stage) -> None:
    caps = Caps(
        limits=(
            *daily(Counted.CONVERSION, 2).limits,
            *daily(Counted.REVENUE, 40).limits,
        )
    )
    target = await two_desks(stage, caps=caps)
    call, other = Call(), Call()
    leg = dial(await stage.ask(call.admit()))
    await counts(stage, target, (0, 0, 1), (0, 0, 10))
    await stage.tell(call.leg_ended(leg, bridged=True, seconds=60), call.ended())
    await counts(stage, target, (0, 0, 0), (0, 0, 0))

    await stage.tell(said(leg, call, 10))
    await counts(stage, target, (1, 1, 0), (10, 10, 0))
    await stage.tell(
        said(leg, call, 30, "35"), said(leg, call, 20, "15"), said(leg, call, 30, "35")
    )
    await counts(stage, target, (1, 1, 0), (35, 35, 0))

    second = dial(await stage.ask(other.admit()))
    assert str(second.dial.destination) == "+15550100002"
    (step,) = await stage.explained(other)
    first = next(row for row in step.candidates if row.target_id == target.id)
    assert (first.rule, first.seen) == (Rule.CAP, "35 of revenue today")
    assert await Holds(stage.database).differences() == []


async def test_a_word_before_the_legs_end_counts_once(stage: Stage) -> None:
    target = await two_desks(stage, caps=daily(Counted.REVENUE, 1_000))
    call = Call()
    leg = dial(await stage.ask(call.admit()))
    await stage.tell(said(leg, call, 10, "25"))
    await counts(stage, target, (25, 25, 0))
    await stage.tell(call.leg_ended(leg, bridged=True, seconds=60), call.ended())

    async def over() -> bool | None:
        connected = await stage.rows("SELECT FROM router.leg WHERE connected_at IS NOT NULL")
        return True if connected and not await stage.held() else None

    await eventually(over)
    await counts(stage, target, (25, 25, 0))
    assert await Holds(stage.database).differences() == []
    assert await stage.rows("SELECT revenue::float FROM router.leg") == [(25,)]


async def test_who_converted_afterwards_is_a_duplicate(stage: Stage) -> None:
    await two_desks(stage, duplicates=DuplicateRule(scope="target", after="conversion"))
    call = Call()
    leg = dial(await stage.ask(call.admit()))
    await stage.tell(call.leg_ended(leg, bridged=True, seconds=60), call.ended())
    await stage.tell(said(leg, call, 10))

    async def passed_over() -> bool | None:
        answer = dial(await stage.ask(Call().admit()))
        return True if str(answer.dial.destination) == "+15550100002" else None

    await eventually(passed_over)
