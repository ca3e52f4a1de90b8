"""What a call's publisher is paid is agreed when the call is routed, and told with it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from libs.contracts.call_settings import Conversion
from libs.contracts.ids import PublisherId
from libs.contracts.money import usd
from libs.contracts.payout_caps import PayoutCap, PayoutCapped, WhenCapped
from libs.contracts.payouts import Payout
from libs.contracts.phone import PhoneDestination
from libs.contracts.pricing import Telephony
from libs.contracts.publishers import Publisher, WhenRefused
from libs.contracts.routing import RouteReason
from tests.kit.hosting import eventually
from tests.service.router.played_tracking import PlayedTracking, a_publisher
from tests.service.router.stage import Call, Stage, a_campaign, a_number, close, dial

Capped = Mapping[PublisherId, tuple[PayoutCapped, ...]]


async def scene(
    stage: Stage, *publishers: Publisher, capped: Capped = MappingProxyType({}), **more: Any
) -> list[str]:
    """A campaign, and a number of each of these publishers; some have reached caps."""
    tracking = PlayedTracking()
    for publisher in publishers:
        tracking.keep(stage.account_id, publisher, capped=capped.get(publisher.id, ()))
    await tracking.open(stage.nats_url, stage.stack)
    target = await stage.target(await stage.buyer())
    campaign = a_campaign(target, **more)
    numbers = [f"+180055502{at:02}" for at in range(len(publishers))]
    await stage.bring_in(
        campaign,
        *(
            a_number(number, campaign_id=campaign.id, publisher_id=publisher.id)
            for number, publisher in zip(numbers, publishers, strict=True)
        ),
    )
    return numbers


async def agreed(stage: Stage, number: str) -> dict[str, Any]:
    """What is told of a call to a number."""
    call = Call(dialled=number)
    leg = dial(await stage.ask(call.admit()))
    told = await stage.routed(call)
    await stage.tell(call.answered(leg), call.leg_ended(leg, bridged=True, seconds=60))
    return told


async def test_the_campaigns_own_rule_then_the_publishers_then_the_campaigns(stage: Stage) -> None:
    shut = {"zone": "UTC", "hours": []}
    tail = {"amount": usd("3")}
    campaign_id = a_campaign().id
    everywhere = a_publisher(payouts=[tail])
    special = a_publisher(
        payouts=[tail, {"percent": "50", "campaign_id": campaign_id, "on": "accepted"}]
    )
    closed = a_publisher(payouts=[{"amount": usd("9"), "schedule": shut}, tail])
    without = a_publisher()
    numbers = await scene(
        stage,
        *(everywhere, special, closed, without),
        id=campaign_id,
        payout=Payout(amount=usd("1"), per="minute"),
        telephony=Telephony(call_minute=usd("0.01")),
        conversion=Conversion(revenue=usd("10"), on="dialled"),
    )
    told = [await agreed(stage, number) for number in numbers]

    assert [one["payout"]["amount"] and one["payout"]["amount"]["amount"] for one in told] == [
        *("3", None, "3", "1")
    ]
    assert (told[1]["payout"]["percent"], told[1]["payout"]["on"]) == ("50", "accepted")
    assert told[3]["payout"]["per"] == "minute"
    assert told[0]["publisher_name"] == everywhere.name
    assert told[0]["terms"]["on"] == "dialled"
    assert told[0]["telephony"]["call_minute"]["amount"] == "0.01"


async def test_a_caller_who_was_served_is_not_paid_for_again(stage: Stage) -> None:
    once = a_publisher(payouts=[{"amount": usd("3"), "duplicates": {"days": 3_650}}])
    (number,) = await scene(stage, once)

    first = await agreed(stage, number)

    async def counted() -> bool | None:
        rows = await stage.rows("SELECT 1 FROM router.leg WHERE connected_at IS NOT NULL")
        return bool(rows) or None

    await eventually(counted)
    second = await agreed(stage, number)

    assert (first["payout"]["withheld"], second["payout"]["withheld"]) == ("", "duplicate")


async def test_after_a_cap_on_payouts_calls_are_refused_or_not_paid_for(stage: Stage) -> None:
    now = datetime.now(UTC)
    soon, just_over = now + timedelta(hours=2), now - timedelta(seconds=1)

    def reached(until: datetime | None, then: WhenCapped = WhenCapped.BLOCK) -> PayoutCapped:
        cap = PayoutCap(period="day", most=usd("50"), then=then)
        return PayoutCapped(cap=cap, owed=usd("52.5"), until=until)

    rule = [{"amount": usd("3")}]
    blocked, unpaid, begun_anew, for_good = (a_publisher(payouts=rule) for _ in range(4))
    sent_on = a_publisher(payouts=rule, when_refused=WhenRefused.FALLBACK)
    numbers = await scene(
        stage,
        *(blocked, unpaid, begun_anew, for_good, sent_on),
        capped={
            blocked.id: (reached(soon, WhenCapped.UNPAID), reached(soon)),
            unpaid.id: (reached(soon, WhenCapped.UNPAID),),
            begun_anew.id: (reached(just_over), reached(just_over, WhenCapped.UNPAID)),
            for_good.id: (reached(None),),
            sent_on.id: (reached(soon),),
        },
        fallback_destination=PhoneDestination(number="+15550199999"),
    )

    refused = Call(dialled=numbers[0])
    assert close(await stage.ask(refused.admit())).reason is RouteReason.PUBLISHER_PAYOUT_CAPPED
    assert (await stage.explained(refused))[0].sentence == (
        "The call was closed because the publisher Mail House had reached its cap on payouts: "
        f"52.5 USD were owed today, wanted less than 50 USD today, until {soon:%Y-%m-%d %H:%M} UTC."
    )
    assert (await agreed(stage, numbers[1]))["payout"]["withheld"] == "capped"
    assert (await agreed(stage, numbers[2]))["payout"]["withheld"] == ""
    closed = close(await stage.ask(Call(dialled=numbers[3]).admit()))
    assert closed.reason is RouteReason.PUBLISHER_PAYOUT_CAPPED
    fell = dial(await stage.ask(Call(dialled=numbers[4]).admit()))
    assert fell.dial.destination == PhoneDestination(number="+15550199999")
    await stage.replay_everything()
