"""An auction sells to the best valid bid in time, keeps a place, and says why the others lost."""

import asyncio
from decimal import Decimal

from deploy.local.bidders import Play, bids
from libs.contracts.auction import AuctionUnsold, AuctionWon, Loss, Unsold
from libs.contracts.auctions import AuctionDetail, GetAuction
from libs.contracts.caps import Caps
from libs.contracts.money import usd
from tests.service.rtb.stage import Stage


async def test_the_best_bid_in_time_wins_and_the_next_takes_over(stage: Stage) -> None:
    router = await stage.router(
        stage.target("/fast-low", bids("12.5")),
        stage.target("/slow-high", bids(31, delay_ms=150)),
        stage.target("/too-late", bids(90, delay_ms=1_200), timeout_ms=3_000),
        stage.target("/refuses", Play(b'{"accepted":false,"bidAmount":80,"rejectReason":"full"}')),
        stage.target("/broken", Play(b'{"bidAmount": 70, "pho')),
        deadline_ms=600,
    )

    won = await stage.sell(router)

    assert isinstance(won, AuctionWon)
    assert (won.target_name, won.price) == ("slow-high", usd("31"))
    assert stage.losses() == {
        "fast-low": Loss.OUTBID,
        "slow-high": None,
        "too-late": Loss.LATE,
        "refuses": Loss.REFUSED,
        "broken": Loss.UNREADABLE,
    }
    asked_once = len(stage.bidders.heard)
    assert await stage.sell(router) == won
    second = await stage.sell(router, step=1)
    assert isinstance(second, AuctionWon)
    assert (second.target_name, second.price) == ("fast-low", usd("12.5"))
    third = await stage.sell(router, step=2)
    assert third == AuctionUnsold(auction_id=won.auction_id, reason=Unsold.NOTHING_LEFT, asked=5)
    assert len(stage.bidders.heard) == asked_once


async def test_a_hundred_auctions_at_once_never_pass_a_cap(stage: Stage) -> None:
    patient = {"adaptive": False, "timeout_ms": 5_000}  # a busy machine answers a burst late
    one = stage.target("/one", bids(50), caps=Caps(concurrency=1), **patient)
    rest = stage.target("/rest", bids(5), **patient)
    router = await stage.router(one, rest, deadline_ms=5_000)

    sold = await asyncio.gather(*(stage.sell(router, f"CA{at}") for at in range(100)))

    winners = [won.target_name for won in sold if isinstance(won, AuctionWon)]
    assert len(winners) == 100
    assert winners.count("one") == 1
    assert stage.live(one) == 1
    assert stage.live(rest) == 99


async def test_what_was_bid_and_what_it_ranked_as_are_both_shown(stage: Stage) -> None:
    low, high = stage.target("/low", bids(8)), stage.target("/high", bids(9))
    members = [
        {"target_id": low.id, "multiplier": "1.5", "bump": "0.25"},
        {"target_id": high.id, "bump": "-0.5"},
    ]
    router = await stage.router(low, high, members=members)
    won = await stage.sell(router)
    assert isinstance(won, AuctionWon)
    assert (won.target_name, won.price) == ("low", usd("8"))

    question = GetAuction(account_id=stage.account_id, auction_id=won.auction_id)
    detail: AuctionDetail = await stage.ask(question)

    shown = {one.name: (one.amount, one.effective, one.price) for one in detail.bidders}
    assert shown == {
        "low": (usd("8"), Decimal("12.25"), usd("8")),
        "high": (usd("9"), Decimal("8.5"), usd("9")),
    }


async def test_a_bidder_that_has_had_the_call_does_not_win_it_at_another_router(
    stage: Stage,
) -> None:
    target = stage.target("/one", bids(9))
    first = await stage.router(target)
    second = await stage.router(members=[{"target_id": target.id}])
    assert isinstance(await stage.sell(first), AuctionWon)

    unsold = await stage.sell(second, step=1)

    assert isinstance(unsold, AuctionUnsold)
    assert unsold.reason is Unsold.NOTHING_LEFT
    assert stage.losses() == {"one": Loss.DUPLICATE}
    assert stage.told()[-1].reason is Unsold.NOTHING_LEFT


async def test_a_bid_is_not_dialled_after_its_expiry(stage: Stage) -> None:
    router = await stage.router(
        stage.target("/best", bids(9)),
        stage.target("/brief", bids(8, expireInSeconds=4)),
        stage.target("/last", bids(7, expireInSeconds=600)),
    )
    assert isinstance(await stage.sell(router), AuctionWon)
    stage.change(  # as if five seconds had passed
        "update rtb.auction set record = "
        "replace(record::text, entry->'bid'->>'expires_at', '2026-01-01T00:00:00Z')::json "
        "from (select json_array_elements(record->'entries') as entry from rtb.auction) as each "
        "where entry->>'name' = 'brief'"
    )

    second = await stage.sell(router, step=1)

    assert isinstance(second, AuctionWon)
    assert second.target_name == "last"
