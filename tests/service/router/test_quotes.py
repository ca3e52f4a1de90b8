"""A quote keeps a place for a publisher's caller: honoured once, in time, at its price."""

import asyncio
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from libs.contracts.call_settings import Conversion
from libs.contracts.caps import Caps, Limit, Period
from libs.contracts.configuration import Assignment, Target
from libs.contracts.ids import QuoteId
from libs.contracts.money import Money
from libs.contracts.phone import WITHHELD, read_caller
from libs.contracts.quoting import (
    LateCalls,
    NotQuoted,
    Pricing,
    QuoteCall,
    Quoted,
    Quotes,
    Unquoted,
)
from libs.contracts.routing import RouteReason
from tests.kit.hosting import eventually
from tests.service.router.played_rtb import PlayedRtb, won
from tests.service.router.stage import (
    NUMBER,
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

CALLER = "+12125550100"
NINE = Pricing(price=Money(amount=Decimal(9)))


class Sold:
    """A campaign that gives quotes, with its targets."""

    def __init__(self, stage: Stage, *targets: Target, **quotes: Any) -> None:
        self.stage, self.targets = stage, targets
        self.campaign = a_campaign(
            assignments=tuple(
                Assignment(target_id=target.id, priority=at) for at, target in enumerate(targets)
            ),
            rtb_enabled=True,
            quotes=Quotes(**quotes),
        )

    async def open(self, *more: Any) -> "Sold":
        buyer = a_buyer()
        targets = [one.model_copy(update={"buyer_id": buyer.id}) for one in self.targets]
        numbers = more or (a_number(campaign_id=self.campaign.id),)
        await self.stage.bring_in(buyer, *targets, self.campaign, *numbers)
        return self

    async def ping(self, **more: Any) -> Any:
        return await self.stage.ask(
            QuoteCall(
                **{
                    "account_id": self.stage.account_id,
                    "campaign_id": self.campaign.id,
                    "quote_id": QuoteId(uuid4()),
                    "publisher": "Ann's leads",
                    "caller": read_caller(CALLER),
                    "pricing": NINE,
                    **more,
                }
            )
        )

    async def quoted(self, **more: Any) -> Quoted:
        answer = await self.ping(**more)
        assert isinstance(answer, Quoted), answer
        return answer

    async def refused(self, **more: Any) -> NotQuoted:
        answer = await self.ping(**more)
        assert isinstance(answer, NotQuoted), answer
        return answer

    async def expire(self) -> None:
        """Let all that has been promised be a minute old."""
        for table, column in (
            ("quote", "expires_at"),
            ("place", "expires_at"),
            ("kept_number", "until"),
        ):
            earlier = f"UPDATE router.{table} SET {column} = {column} - interval '20 minutes'"
            await self.stage.sql.execute(earlier)
        await self.stage.holds_desk().sweep()


def limited(most: int, phone: str = "+15550100001", **more: Any) -> Target:
    return a_target(a_buyer(), phone, caps=Caps(concurrency=most), **more)


def number_of(answer: Any) -> str:
    return str(dial(answer).dial.destination)


async def test_a_call_within_the_quote_is_honoured_at_its_price(stage: Stage) -> None:
    last, first = limited(2, "+15550100002"), limited(4)
    sold = await Sold(stage, first, last).open()
    quote = await sold.quoted()
    assert (quote.number, quote.price, quote.alone) == (NUMBER, NINE.price, False)
    assert await stage.counted(first) == (1, 1)

    call = Call()
    assert number_of(await stage.ask(call.admit())) == "+15550100001"

    assert await stage.counted(first) == (1, 1)
    fact = await stage.routed(call)
    assert (fact["quote_id"], fact["seller"]) == (str(quote.quote_id), "Ann's leads")
    assert fact["quoted"] == {"amount": "9.0000", "currency": "USD"}
    (step,) = await stage.explained(call)
    assert "it was promised by a quote of" in step.sentence
    (given,) = await stage.heard("event.quote.given.v1", 1)
    assert given["call_id"] == str(quote.quote_id)
    await stage.replay_everything()
    assert (await stage.rows("SELECT sum(quoted) FROM router.counter"))[0][0] == 0


async def test_the_promised_target_comes_first_whatever_the_plan_says_now(stage: Stage) -> None:
    promised, newer = limited(2), limited(2, "+15550100002")
    sold = await Sold(stage, promised, newer).open()
    await sold.quoted()
    turned = sold.campaign.model_copy(update={"assignments": _swapped(sold.campaign.assignments)})
    await stage.bring_in(turned)
    other = Call(caller=read_caller("+12125550111"))
    assert number_of(await stage.ask(other.admit())) == "+15550100002"
    assert number_of(await stage.ask(Call().admit())) == "+15550100001"


def _swapped(assignments: tuple[Assignment, ...]) -> tuple[Assignment, ...]:
    return tuple(one.model_copy(update={"priority": -one.priority}) for one in assignments)


async def test_a_full_house_still_takes_the_call_that_was_promised(stage: Stage) -> None:
    only = limited(2)
    sold = await Sold(stage, only).open()
    await sold.quoted()
    assert (
        number_of(await stage.ask(Call(caller=read_caller("+12125550111")).admit()))
        == "+15550100001"
    )
    refused = close(await stage.ask(Call(caller=read_caller("+12125550112")).admit()))
    assert refused.reason is RouteReason.ALL_CAPPED
    assert number_of(await stage.ask(Call().admit())) == "+15550100001"
    assert await stage.counted(only) == (2, 2)


@pytest.mark.parametrize(("percent", "most"), [(50, 2), (100, 4), (24, 0)])
async def test_quotes_take_a_share_of_what_is_free(stage: Stage, percent: int, most: int) -> None:
    only = limited(4)
    sold = await Sold(stage, only, share_percent=percent).open()
    answers = await asyncio.gather(
        *(sold.ping(caller=read_caller(f"+121255502{at:02}")) for at in range(6))
    )
    given = [one for one in answers if isinstance(one, Quoted)]
    assert len(given) == most
    refused = [one for one in answers if isinstance(one, NotQuoted)]
    assert {one.why for one in refused} == {Unquoted.NO_ROOM}
    calls = [Call(caller=read_caller(f"+121255503{at:02}")) for at in range(4 - most)]
    for call in calls:
        dial(await stage.ask(call.admit()))
    assert (await stage.counted(only))[0] == 4


async def test_a_daily_cap_is_shared_too_and_an_unused_quote_gives_its_place_back(
    stage: Stage,
) -> None:
    limit = Limit(period=Period.DAY, most=2)
    only = a_target(a_buyer(), caps=Caps(limits=(limit,)))
    sold = await Sold(stage, only).open()
    await sold.quoted()
    assert (await sold.refused(caller=read_caller("+12125550111"))).why is Unquoted.NO_ROOM
    assert await stage.counted(only) == (1, 1)
    await sold.expire()
    assert await stage.counted(only) == (0, 0)
    await sold.quoted(caller=read_caller("+12125550111"))


@pytest.mark.parametrize("late_calls", LateCalls)
async def test_a_late_call_goes_by_policy_and_says_how_late(
    stage: Stage, late_calls: LateCalls
) -> None:
    sold = await Sold(stage, limited(2), late_calls=late_calls).open()
    await sold.quoted()
    await sold.expire()
    call = Call()
    answer = await stage.ask(call.admit())
    fact = await stage.routed(call)
    assert fact["quote_id"] is None
    (step,) = await stage.explained(call)
    if late_calls is LateCalls.ROUTE:
        assert number_of(answer) == "+15550100001"
    else:
        assert close(answer).reason is RouteReason.NOT_QUOTED
        assert "only quoted calls: a quote that ended" in step.sentence
    await stage.replay_everything()


@pytest.mark.parametrize(
    ("pings", "caller", "words"),
    [(0, CALLER, "no quote"), (1, "+12125550111", "a quote for another caller")],
)
async def test_a_call_from_somebody_else_goes_by_policy(
    stage: Stage, pings: int, caller: str, words: str
) -> None:
    sold = await Sold(stage, limited(2), late_calls=LateCalls.REJECT).open()
    for _ in range(pings):
        await sold.quoted()
    call = Call(caller=read_caller(caller))
    assert close(await stage.ask(call.admit())).reason is RouteReason.NOT_QUOTED
    (step,) = await stage.explained(call)
    assert words in step.sentence


async def test_a_quote_serves_one_call_however_many_come_at_once(stage: Stage) -> None:
    only = limited(20)
    sold = await Sold(stage, only).open()
    quote = await sold.quoted()
    calls = [Call() for _ in range(8)]
    for answer in await asyncio.gather(*(stage.ask(call.admit()) for call in calls)):
        dial(answer)
    facts = [await stage.routed(call) for call in calls]
    honoured = [fact for fact in facts if fact["quote_id"] == str(quote.quote_id)]
    assert len(honoured) == 1
    assert await stage.counted(only) == (8, 8)
    await stage.holds_desk().sweep()
    assert await stage.counted(only) == (8, 8)


async def test_the_same_ping_gets_the_same_quote_while_it_holds(stage: Stage) -> None:
    only = limited(10)
    sold = await Sold(stage, only).open()
    first = await sold.quoted(key="a")
    again = await sold.quoted(key="a")
    assert (again.quote_id, again.price, again.repeated) == (first.quote_id, first.price, True)
    assert await stage.counted(only) == (1, 1)
    other = await sold.quoted(key="b")
    assert other.quote_id != first.quote_id
    elsewhere = await sold.quoted(key="a", publisher="Bob")
    assert elsewhere.quote_id not in (first.quote_id, other.quote_id)


async def test_an_unknown_caller_gets_a_number_of_her_own(stage: Stage) -> None:
    only = limited(20)
    campaign = Sold(stage, only)
    pool = a_pool(campaign_id=campaign.campaign.id)
    numbers = [a_number(f"+1800555011{at}", pool_id=pool.id) for at in range(2)]
    sold = await campaign.open(pool, *numbers)
    quotes = await asyncio.gather(*(sold.ping(caller=WITHHELD) for _ in range(2)))
    given = [one for one in quotes if isinstance(one, Quoted)]
    again = [one for one in quotes if isinstance(one, Quoted) and one.repeated]
    keys = [await sold.ping(caller=WITHHELD, key=f"{at}") for at in range(3)]
    held = {one.number for one in (*given, *keys) if isinstance(one, Quoted)}
    assert held == {"+18005550110", "+18005550111"}
    refused = [one for one in keys if isinstance(one, NotQuoted)]
    assert refused
    assert {one.why for one in refused} == {Unquoted.NO_NUMBER}
    assert all(one.alone for one in given)
    assert len(again) <= 1
    quote = given[0]
    call = Call(caller=read_caller("+12125550177"), dialled=quote.number)
    dial(await stage.ask(call.admit()))
    assert (await stage.routed(call))["quote_id"] == str(quote.quote_id)


@pytest.mark.parametrize(
    ("pricing", "price"),
    [
        (Pricing(margin_percent=Decimal(25)), "22.5000"),
        (Pricing(margin_percent=Decimal(25), maximum=Decimal(20)), "20.0000"),
        (Pricing(margin_percent=Decimal(25), minimum=Decimal(23)), None),
        (Pricing(margin_percent=Decimal(100)), None),
        (Pricing(margin_percent=Decimal(25), currency="EUR"), None),
    ],
)
async def test_the_price_is_what_the_target_pays_less_the_margin(
    stage: Stage, pricing: Pricing, price: str | None
) -> None:
    terms = Conversion(after_seconds=45, revenue=Money(amount=Decimal(30)))
    only = limited(4, conversion=terms)
    sold = await Sold(stage, only).open()
    answer = await sold.ping(pricing=pricing)
    if price is None:
        assert isinstance(answer, NotQuoted)
        assert answer.why is Unquoted.UNPROFITABLE
        assert await stage.counted(only) == (0, 0)
    else:
        assert isinstance(answer, Quoted)
        assert answer.price.amount == Decimal(price)
        assert answer.required_seconds == 45


async def test_what_gives_no_quote_says_why(stage: Stage) -> None:
    sold = await Sold(stage, limited(4)).open()
    assert (await sold.refused(campaign_id=uuid4())).why is Unquoted.TURNED_AWAY
    without = sold.campaign.model_copy(update={"quotes": None, "rtb_enabled": False})
    await stage.bring_in(without)
    assert (await sold.refused()).why is Unquoted.NO_QUOTES
    disabled = sold.campaign.model_copy(update={"rtb_enabled": False})
    await stage.bring_in(disabled)
    assert (await sold.refused()).why is Unquoted.NO_QUOTES


async def test_the_campaigns_rules_hold_for_pings_as_for_calls(stage: Stage) -> None:
    sold = Sold(stage, limited(4))
    sold.campaign = sold.campaign.model_copy(update={"countries": ("US",)})
    await sold.open()
    refused = await sold.refused(caller=read_caller("+4930123456"))
    assert (refused.why, refused.reason) == (Unquoted.TURNED_AWAY, RouteReason.CALLER_ABROAD)


async def test_old_quotes_are_forgotten(stage: Stage) -> None:
    sold = await Sold(stage, limited(4)).open()
    await sold.quoted()
    await stage.change("UPDATE router.quote SET expires_at = now() - interval '31 days'")
    await stage.holds_desk().sweep()
    assert await eventually(lambda: _gone(stage))


async def _gone(stage: Stage) -> bool | None:
    return (await stage.rows("SELECT count(*) FROM router.quote"))[0][0] == 0 or None


async def test_an_auction_learns_what_the_call_is_owed_for(stage: Stage) -> None:
    rtb = PlayedRtb(won("31"))
    await rtb.open(stage.nats_url, stage.account_id, stage.stack)
    campaign = a_campaign(
        assignments=(Assignment(rtb_router_id=rtb.router_id),), rtb_enabled=True, quotes=Quotes()
    )
    await stage.bring_in(campaign, a_number(campaign_id=campaign.id))
    sold = Sold(stage)
    sold.campaign = campaign
    quote = await sold.quoted()
    assert number_of(await stage.ask(Call().admit())) == "+15550100031"
    assert [asked.owed for asked in rtb.asked] == [quote.price]


async def test_a_call_has_the_tags_that_its_ping_told(stage: Stage) -> None:
    sold = await Sold(stage, limited(4)).open()
    await sold.quoted(tags={"lead:trustedform": "https://cert.example/1", "utm": "ping"})
    call = Call()

    dial(await stage.ask(call.admit(tags={"utm": "visit"})))

    told = {"lead:trustedform": "https://cert.example/1", "utm": "visit"}
    assert (await stage.routed(call))["tags"] == told
    stranger = Call(caller=read_caller("+12125550199"))
    dial(await stage.ask(stranger.admit()))
    assert (await stage.routed(stranger))["tags"] == {}


DOMAIN = "acme.sip.example.com"


async def test_a_quote_has_an_address_of_its_own_where_there_is_a_domain(stage: Stage) -> None:
    sold = await Sold(stage, limited(20), sip_domain=DOMAIN, late_calls=LateCalls.REJECT).open()
    quote = await sold.quoted()
    address = f"sip:{quote.quote_id.hex}@{DOMAIN}"
    assert quote.sip_address == address
    assert (await sold.quoted()).sip_address == address

    for dialled in (
        address.replace("acme", "other"),
        f"sip:{uuid4().hex}@{DOMAIN}",
        f"sip:anna@{DOMAIN}",
    ):
        lost = close(await stage.ask(Call(dialled=dialled).admit()))
        assert lost.reason is RouteReason.UNKNOWN_NUMBER
    foreign = Call(dialled=address, account_sid=f"AC{'9' * 32}")
    assert close(await stage.ask(foreign.admit())).reason is not None
    anybody = Call(caller=read_caller("sip:7@pbx.example.com"), dialled=f"{address}:5060")
    dial(await stage.ask(anybody.admit()))
    assert (await stage.routed(anybody))["quote_id"] == str(quote.quote_id)
    again = Call(caller=read_caller("sip:7@pbx.example.com"), dialled=address)
    assert close(await stage.ask(again.admit())).reason is RouteReason.NOT_QUOTED


async def test_without_a_domain_there_is_no_address(stage: Stage) -> None:
    sold = await Sold(stage, limited(20)).open()
    quote = await sold.quoted()
    assert quote.sip_address is None
    call = Call(dialled=f"sip:{quote.quote_id.hex}@{DOMAIN}")
    assert close(await stage.ask(call.admit())).reason is RouteReason.UNKNOWN_NUMBER
