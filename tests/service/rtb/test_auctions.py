"""An auction sells to the best valid bid in time, keeps a place, and says why the others lost."""

import asyncio

from deploy.local.bidders import Play, bids
from libs.contracts.auction import AuctionUnsold, AuctionWon, Loss, Unsold
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
