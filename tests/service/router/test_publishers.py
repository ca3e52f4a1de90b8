"""Publishers' rules hold for their calls: copied from tracking, counted here, known to all."""

import asyncio
import time
from typing import Any
from uuid import uuid4

from libs.contracts.caps import Caps, Counted, Limit, Period
from libs.contracts.configuration import Target
from libs.contracts.ids import QuoteId
from libs.contracts.money import Money
from libs.contracts.phone import PhoneDestination
from libs.contracts.publishers import Publisher, PublisherStatus, WhenRefused
from libs.contracts.quoting import NotQuoted, Pricing, QuoteCall, Quoted, Quotes, Unquoted
from libs.contracts.rehearsing import CounterGiven, Rehearse, Rehearsed
from libs.contracts.routing import Close, DialNext, RouteReason
from tests.kit.hosting import eventually
from tests.service.router.played_tracking import PlayedTracking, a_publisher
from tests.service.router.stage import Call, Stage, a_campaign, a_number, close, dial

PLACE = PhoneDestination(number="+15550199999")
ONE_AT_ONCE = Caps(concurrency=1)


def daily(most: int, counts: Counted = Counted.ATTEMPT) -> Caps:
    return Caps(limits=(Limit(period=Period.DAY, counts=counts, most=most),))


async def scene(stage: Stage, *publishers: Publisher, **more: Any) -> tuple[PlayedTracking, Target]:
    """A campaign whose number is the first publisher's."""
    tracking = PlayedTracking()
    for publisher in publishers:
        tracking.keep(stage.account_id, publisher)
    await tracking.open(stage.nats_url, stage.stack)
    target = await stage.target(await stage.buyer())
    campaign = a_campaign(target, **more)
    number = a_number(campaign_id=campaign.id, publisher_id=publishers[0].id)
    await stage.bring_in(campaign, number)
    return tracking, target


async def change(stage: Stage, tracking: PlayedTracking, publisher: Publisher) -> None:
    """Let tracking keep and announce a publisher, and every router know it within a second."""
    began = time.monotonic()
    tracking.keep(stage.account_id, publisher)
    await tracking.tell(stage.account_id, publisher)
    version = max(one.version for one in tracking.kept)

    async def written() -> bool | None:
        rows = await stage.rows("SELECT max(version) FROM router.publisher")
        return True if rows == [(version,)] else None

    await eventually(written)
    await asyncio.sleep(max(0.0, 0.5 + began - time.monotonic()))  # for the other router


async def test_a_cap_holds_over_all_campaigns_and_routers_and_is_given_back(stage: Stage) -> None:
    publisher = a_publisher()
    tracking, target = await scene(stage, publisher, a_publisher(), a_publisher())
    second = a_campaign(target)
    number = a_number("+18005550101", campaign_id=second.id, publisher_id=publisher.id)
    await stage.bring_in(second, number)
    await stage.add_router()
    under_way = Call()
    leg = dial(await stage.ask(under_way.admit()))

    capped = publisher.model_copy(update={"caps": ONE_AT_ONCE})
    await change(stage, tracking, capped)
    refused = [
        close(await stage.ask(Call(dialled=dialled).admit()))
        for dialled in ("+18005550100", "+18005550101") * 3
    ]
    of_nobody = await stage.ask(Call(dialled="+18005550101").admit(publisher_id=a_publisher().id))
    await stage.tell(under_way.leg_ended(leg))
    free = await eventually(lambda: taken(stage))

    assert {one.reason for one in refused} == {RouteReason.PUBLISHER_CAPPED}
    assert isinstance(of_nobody, DialNext), "a publisher that nobody knows has no caps"
    assert free.dial.destination == target.destination
    sentences = [step.sentence for step in await stage.explained(under_way)]
    assert "desk 1" in sentences[0]


async def taken(stage: Stage) -> DialNext | None:
    answer = await stage.ask(Call().admit())
    return answer if isinstance(answer, DialNext) else None


async def test_what_a_publisher_refuses_is_closed_or_sent_on_as_it_says(stage: Stage) -> None:
    publisher = a_publisher(caps=daily(1), when_refused=WhenRefused.FALLBACK)
    tracking, target = await scene(stage, publisher, fallback_destination=PLACE)
    told: dict[str, Any] = {}

    async def call(name: str) -> DialNext | Close:
        one = Call()
        answer: DialNext | Close = await stage.ask(one.admit(tags={"sub_id": name}))
        told[name] = (await stage.explained(one))[0].sentence
        return answer

    assert dial(await call("first")).dial.destination == target.destination
    assert dial(await call("over the cap")).dial.destination == PLACE
    changed_by: dict[str, dict[str, Any]] = {
        "blocking": {"when_refused": WhenRefused.BLOCK},
        "paused": {"status": PublisherStatus.PAUSED},
        "b7": {"caps": Caps(), "sub_ids": ({"code": "B7", "blocked": True},)},
    }
    for name, changes in changed_by.items():
        changed = Publisher.model_validate({**publisher.model_dump(), **changes})
        await change(stage, tracking, changed)
        reason = {"blocking": RouteReason.PUBLISHER_CAPPED}.get(name, RouteReason.PUBLISHER_PAUSED)
        answer = await call(name)
        if changed.when_refused is WhenRefused.BLOCK:
            assert close(answer).reason is reason
        else:
            assert dial(answer).dial.destination == PLACE
    assert dial(await call("another source")).dial.destination == target.destination
    assert told["over the cap"] == (
        "The campaign's fallback destination +15550199999 was dialled because the publisher "
        "Mail House had reached a cap: 1 attempt today, wanted at most 1 attempt with this call."
    )
    assert "the source b7 of the publisher Mail House is blocked" in told["b7"]


async def test_a_rehearsal_minds_the_publisher(stage: Stage) -> None:
    publisher = a_publisher(caps=daily(5))
    await scene(stage, publisher)
    full = CounterGiven(scope_id=publisher.id, day=5)

    async def rehearsed(**more: Any) -> Rehearsed:
        question = Rehearse(account_id=stage.account_id, dialled="+18005550100", **more)
        answer: Rehearsed = await stage.ask(question)
        return answer

    assert isinstance((await rehearsed()).answer, DialNext)
    assert (await rehearsed(counters=(full,))).decision.reason is RouteReason.PUBLISHER_CAPPED
    other = await rehearsed(counters=(full,), publisher_id=a_publisher().id)
    assert isinstance(other.answer, DialNext)


async def test_a_router_that_starts_without_tracking_knows_what_it_was_told(stage: Stage) -> None:
    publisher = a_publisher(status=PublisherStatus.PAUSED)
    tracking, _ = await scene(stage, publisher)
    assert close(await stage.ask(Call().admit())).reason is RouteReason.PUBLISHER_PAUSED
    await tracking.close()

    await stage.stop_routers()
    await stage.add_router()

    assert close(await stage.ask(Call().admit())).reason is RouteReason.PUBLISHER_PAUSED
    unknown = a_number("+18005550102", publisher_id=a_publisher().id)
    no = await stage.refusal(stage.edit(unknown))
    assert no.code == "unavailable"
    same = a_number("+18005550103")
    await stage.save(same)


async def test_a_quote_is_its_publishers_and_so_is_its_call(stage: Stage) -> None:
    publisher, other = a_publisher(code="Mail-7"), a_publisher(name="Web House")
    tracking, _ = await scene(stage, other, publisher, rtb_enabled=True, quotes=Quotes())
    ((campaign_id,),) = await stage.rows("SELECT id FROM router.campaign")

    async def ping(name: str) -> Quoted | NotQuoted:
        question = QuoteCall(
            account_id=stage.account_id,
            campaign_id=campaign_id,
            quote_id=QuoteId(uuid4()),
            publisher=name,
            caller=Call().caller,
            key=uuid4().hex,
            pricing=Pricing(price=Money(amount=9)),
        )
        answer: Quoted | NotQuoted = await stage.ask(question)
        return answer

    for name in ("mail-7", "MAIL HOUSE", str(publisher.id)):
        assert isinstance(await ping(name), Quoted)
    given = await stage.heard("event.quote.given.v1", 3)
    assert {one["publisher_id"] for one in given} == {str(publisher.id)}
    one, two = Call(), Call()
    dial(await stage.ask(one.admit()))
    dial(await stage.ask(two.admit(publisher_id=other.id)))
    assert (await stage.routed(one))["publisher_id"] == str(publisher.id)
    assert (await stage.routed(two))["publisher_id"] == str(other.id), "the call's own word"
    await stage.replay_everything()

    changed = publisher.model_copy(update={"caps": daily(2)})
    await change(stage, tracking, changed)
    full = await ping("mail-7")
    assert isinstance(full, NotQuoted)
    assert (full.why, full.reason) == (Unquoted.NO_ROOM, RouteReason.PUBLISHER_CAPPED)
    assert isinstance(await ping("nobody's name"), Quoted)
    paused = publisher.model_copy(update={"status": PublisherStatus.PAUSED})
    await change(stage, tracking, paused)
    assert (await ping("mail-7")).reason is RouteReason.PUBLISHER_PAUSED  # type: ignore[union-attr]


async def test_a_number_names_only_publishers_of_its_account(stage: Stage) -> None:
    theirs, retired = a_publisher(), a_publisher()
    tracking, _ = await scene(stage, a_publisher())
    tracking.keep(stage.other_account, theirs)
    tracking.keep(stage.account_id, retired)
    tracking.keep(stage.account_id, retired, gone=True)
    for unknown in (theirs, retired, a_publisher()):
        no = await stage.refusal(stage.edit(a_number("+18005550102", publisher_id=unknown.id)))
        assert (no.code, no.fields[0].path) == ("points_nowhere", "document.publisher_id")
