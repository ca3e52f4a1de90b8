"""A place kept with a bidder ends with its leg, when it is not dialled, or when time is over."""

from typing import Any
from uuid import uuid4

from deploy.local.bidders import bids
from libs.contracts.auction import AuctionWon, Loss
from libs.contracts.auctions import ListAuctions
from libs.contracts.calls import CallEnded, CallFellBack, CallStatus, LegEnded
from libs.contracts.caps import Caps, Limit, Period
from libs.contracts.carrier import AskLegState, LegState, LineState
from libs.contracts.ids import call_id_of
from libs.contracts.message import Refusal
from libs.contracts.routing import CallRouted, RouteReason
from libs.runtime.answers import Answers
from libs.runtime.broker import Broker
from libs.runtime.deadline import Deadline
from services.rtb.desk.reservations import ReservationsDesk
from services.rtb.store.notices import Notices
from services.rtb.store.pings import Pings
from services.rtb.store.reservations import Reservations
from tests.kit.facts import NOON
from tests.kit.hosting import ACCOUNT_SID, eventually
from tests.service.rtb.stage import Stage

CAPS = Caps(concurrency=1, limits=(Limit(period=Period.DAY, most=2),))


def about(call_sid: str = "CA1", step: int = 0) -> dict[str, Any]:
    call_id = call_id_of(ACCOUNT_SID, call_sid)
    return {"call_id": call_id, "step": step, "at": NOON, "seen_at": NOON}


async def test_each_fact_that_ends_a_leg_frees_its_place(stage: Stage) -> None:
    target = stage.target("/one", bids(5), caps=Caps(concurrency=1))
    router = await stage.router(target)
    enders = [
        LegEnded(**about("CA0"), status=CallStatus.COMPLETED, bridged=True, seconds=90),
        CallEnded(**about("CA1"), status=CallStatus.COMPLETED),
        CallFellBack(**about("CA2"), reason="late"),
        CallRouted(
            **about("CA3"), outcome="close", reason=RouteReason.ALL_CAPPED, config_version=1
        ),
    ]
    for at, fact in enumerate(enders):
        assert isinstance(await stage.sell(router, f"CA{at}"), AuctionWon)
        assert stage.live(target) == 1
        await stage.tell(fact)
        await stage.until(lambda: stage.live(target) == 0)
    ((day,),) = stage.rows("select day_count from rtb.counter")
    assert day == 2  # what was never dialled counts for nothing
    sold = "select count(*), count(connected_at), count(converted_at) from rtb.sale"
    assert stage.rows(sold) == [(2, 1, 1)]

    async def listed(**more: Any) -> list[tuple[Any, bool]]:
        question = ListAuctions(account_id=stage.account_id, **more)
        shown = (await stage.ask(question)).auctions
        return [(one.call_id, one.connected) for one in shown]

    async def considered() -> list[tuple[Any, bool]] | None:
        """All of them: who was considered is written down after the answer."""
        shown = await listed(bidder_id=target.id)
        return shown if len(shown) == len(enders) else None

    answered = (about("CA0")["call_id"], True)
    assert answered in await eventually(considered)
    assert await listed(connected=True) == [answered]
    assert {connected for _, connected in await listed(connected=False)} == {False}
    assert len(await listed(sold=True)) == len(await listed(connected=False)) + 1
    assert await listed(bidder_id=uuid4()) == []


async def test_a_silent_reservation_ends_by_the_carriers_word_or_its_time(stage: Stage) -> None:
    target = stage.target("/one", bids(5), caps=CAPS)
    router = await stage.router(target)
    carrier = Broker(stage.nats_url, "ingress")
    answers = Answers(carrier, Refusal)
    states = [LineState.LIVE, LineState.ENDED]

    @answers.to(AskLegState, in_flight_max=10)
    async def leg_state(_: AskLegState, __: Deadline) -> LegState:
        return LegState(state=states.pop(0))

    carrier.open()
    await stage.until(lambda: carrier.connected)
    await carrier.client.flush()
    desk = ReservationsDesk(
        Reservations(stage.database), Pings(stage.database), Notices(stage.database), stage.ask_
    )
    assert isinstance(await stage.sell(router, "CA1"), AuctionWon)
    for left in (1, 0):
        stage.change("update rtb.reservation set ask_at = now() - interval '1 second'")
        await desk.sweep()
        assert stage.live(target) == left
    await answers.stop()
    assert isinstance(await stage.sell(router, "CA2"), AuctionWon)
    stage.change("update rtb.reservation set ask_at = now() - interval '1 second'")
    await desk.sweep()
    assert stage.live(target) == 1  # the carrier says nothing: the place is kept
    stage.change("update rtb.reservation set expires_at = now() - interval '1 second'")
    await desk.sweep()
    assert (stage.live(target), desk.differences) == (0, 0)
    await carrier.close()


async def test_a_caller_who_was_connected_is_not_sold_to_the_same_again(stage: Stage) -> None:
    rule = {"scope": "target", "after": "connection"}
    router = await stage.router(
        stage.target("/once", bids(9), duplicates=rule), stage.target("/any", bids(5))
    )
    first = await stage.sell(router, "CA1")
    ended = LegEnded(**about("CA1"), status=CallStatus.COMPLETED, bridged=True, seconds=9)
    await stage.tell(ended)
    connected = "select count(*) from rtb.sale where connected_at is not null"
    await stage.until(lambda: stage.rows(connected) == [(1,)])

    again = await stage.sell(router, "CA2")

    assert isinstance(first, AuctionWon)
    assert isinstance(again, AuctionWon)
    assert (first.target_name, again.target_name) == ("once", "any")
    assert stage.losses()["once"] == Loss.DUPLICATE
