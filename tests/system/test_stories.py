"""The stories of the README, by the demo's own data: each is told in words that name the rule."""

from datetime import UTC, datetime
from functools import partial
from itertools import count

from deploy.local import demo
from libs.contracts.bulk import ImportConfiguration, Imported
from libs.contracts.explaining import ExplainedStep, Verdict
from libs.contracts.phone import read_caller
from libs.contracts.rehearsing import Rehearse, Rehearsed
from libs.rules.hours import opening
from tests.kit.hosting import ACCOUNT_SID, TESTER, House, eventually, knows

TALKS = "*=answer:1,talk:40"
HANGS_UP = "*=answer:1,talk:5,callee-hangs-up"
SALE = "Pay per sale desk was at its cap: 1 conversion today"
DUPLICATE = "connected with this target less than a day ago"
FILTERED = "Mail desk refused the call by its filter: source is missing, wanted source == mail"
CLOSED = "Night desk was not open by its hours (Sunday 2026-03-08 04:15 in America/New_York"


async def test_the_demo_tells_its_six_stories(house: House) -> None:
    house.account_id = demo.ACCOUNT
    await open_choosy_campaign(house)
    callers = (f"+1310555{number:04}" for number in count(1))

    async def told(script: str, caller: str) -> tuple[ExplainedStep, ...]:
        report = await house.call(demo.CHOOSY_NUMBER, script, caller)
        return (await house.explain(report)).steps

    async def until(words: str, caller: str = "") -> ExplainedStep | None:
        step = (await told(TALKS, caller or next(callers)))[0]
        assert FILTERED in step.sentence
        told_of = [step.sentence, *(row.seen for row in step.candidates)]
        return step if any(words in text for text in told_of) else None

    first = await eventually(lambda: until("Pay per sale desk of Acme Roofing was dialled"))
    assert "(priority 1, weight 3)" in first.sentence
    tiers = {row.target_name: row.priority for row in first.candidates}
    assert (tiers["New callers desk"], tiers["Overflow desk"]) == (1, 2)
    await eventually(lambda: until(SALE))
    again = await eventually(lambda: until(DUPLICATE, "+13105559999"))
    (taker,) = [row for row in again.candidates if row.verdict is Verdict.CHOSEN]
    if not night_desk_is_open():
        assert taker.priority == 2, "nobody of the first tier is left"
    else:  # on Sundays, from 01:30 to 04:00 in New York
        assert taker.target_name == "Night desk"

    steps = await told(HANGS_UP, next(callers))
    assert [step.sentence.split("(recovery ")[1][:6] for step in steps[1:]] == ["1 of 2", "2 of 2"]

    open_at = await rehearsed(house, datetime(2026, 3, 8, 7, 30, tzinfo=UTC))
    closed_at = await rehearsed(house, datetime(2026, 3, 8, 8, 15, tzinfo=UTC))
    assert "Night desk was not open" not in open_at.sentence
    assert CLOSED in closed_at.sentence, "an hour earlier than on other Sundays"


def night_desk_is_open() -> bool:
    targets = demo.configuration(ACCOUNT_SID).targets
    (night,) = [target for target in targets if target.name == "Night desk"]
    assert night.schedule is not None
    return opening(night.schedule, datetime.now(UTC)).is_open


async def open_choosy_campaign(house: House) -> None:
    """Of the demo's data what needs no bidders."""
    everything = demo.configuration(ACCOUNT_SID)
    sold = (demo.AUCTION_NUMBER, demo.FLOW_NUMBER)
    numbers = [one for one in everything.numbers if one.number not in sold]
    known = {one.campaign_id for one in numbers}
    campaigns = [one for one in everything.campaigns if one.id in known]
    question = ImportConfiguration(
        account_id=house.account_id,
        actor=TESTER,
        configuration=everything.model_copy(
            update={"numbers": tuple(numbers), "campaigns": tuple(campaigns)}
        ),
    )
    imported: Imported = await house.eventually_ask(question)
    await eventually(partial(knows, house.routers[0], imported.version))


async def rehearsed(house: House, at: datetime) -> ExplainedStep:
    question = Rehearse(
        account_id=house.account_id,
        dialled=demo.CHOOSY_NUMBER,
        caller=read_caller("+12125550123"),
        at=at,
    )
    answer: Rehearsed = await house.ask(question)
    return answer.decision
