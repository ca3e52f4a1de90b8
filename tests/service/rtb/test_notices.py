"""Bidders learn what became of their bids: won, lost, owed; told until they take it."""

from typing import Any
from uuid import uuid4

import pytest

from deploy.local.bidders import Heard, Play, bids
from libs.contracts.auction import AuctionWon
from libs.contracts.auctions import GetAuction
from libs.contracts.bidding import Notices
from libs.contracts.calls import CallStatus, LegEnded
from libs.contracts.ids import call_id_of
from libs.runtime.ask import Refused
from tests.kit.facts import NOON
from tests.kit.hosting import ACCOUNT_SID
from tests.service.rtb.stage import RTB_ID, Stage

TOLD = "?r={requestId}&p={price}&c={currency}&l={lossReason}&t={amountToWin}&id={campaignId}"


def notices(stage: Stage, name: str, *kinds: str) -> Notices:
    for kind in kinds:
        stage.bidders.plays[f"/{name}/{kind}"] = Play(b"ok")
    return Notices(**{kind: f"{stage.bidders.url}/{name}/{kind}{TOLD}" for kind in kinds})


def ended(seconds: int, step: int = 0) -> LegEnded:
    return LegEnded(
        call_id=call_id_of(ACCOUNT_SID, "CA1"),
        step=step,
        at=NOON,
        seen_at=NOON,
        status=CallStatus.COMPLETED,
        bridged=True,
        seconds=seconds,
    )


async def heard(stage: Stage, path: str) -> str:
    await stage.until(lambda: bool(stage.bidders.asked(path)))
    (one,) = stage.bidders.asked(path)
    assert one.method == "GET"
    return one.target.partition("?")[2]


async def test_each_bidder_is_told_what_became_of_its_bid(stage: Stage) -> None:
    high = stage.target(
        "/high",
        bids("12.5", requiredDuration=30),
        notices=notices(stage, "high", "win", "loss", "billing"),
    )
    low = stage.target("/low", bids(7), notices=notices(stage, "low", "win", "loss"))
    silent = stage.target("/none", Play(status=204), notices=notices(stage, "none", "loss"))
    router = await stage.router(high, low, silent)
    won = await stage.sell(router)
    assert isinstance(won, AuctionWon)

    win = await heard(stage, "/high/win")
    lost = await heard(stage, "/low/loss")
    assert "&p=12.5000&c=USD&l=&" in win
    assert win.endswith(f"&id={RTB_ID}")
    assert "&p=&c=USD&l=outbid&t=12.5100&" in lost
    assert stage.bidders.asked("/high/billing") == []

    await stage.tell(ended(29))
    await stage.until(lambda: stage.live(high) == 0)
    assert stage.bidders.asked("/high/billing") == []
    await stage.tell(ended(30).model_copy(update={"sequence": 1}))
    assert "&p=12.5000&" in await heard(stage, "/high/billing")

    detail = await stage.ask(GetAuction(account_id=stage.account_id, auction_id=won.auction_id))
    await stage.until(lambda: not stage.rows("select 1 from rtb.notice where told_at is null"))
    detail = await stage.ask(GetAuction(account_id=stage.account_id, auction_id=won.auction_id))
    told = {bidder.name: [one.kind for one in bidder.notices] for bidder in detail.bidders}
    assert told == {"high": ["billing", "win"], "low": ["loss"], "none": []}
    assert all(one.told for bidder in detail.bidders for one in bidder.notices)
    for path in ("/high/win", "/high/billing", "/low/loss"):
        assert len(stage.bidders.asked(path)) == 1


async def test_who_lost_and_wins_after_all_is_told_of_that_too(stage: Stage) -> None:
    high = stage.target("/high", bids(12))
    low = stage.target("/low", bids(7), notices=notices(stage, "low", "win", "loss", "billing"))
    router = await stage.router(high, low)
    await stage.sell(router)
    await heard(stage, "/low/loss")
    again = await stage.sell(router, step=1)
    assert isinstance(again, AuctionWon)
    assert again.target_id == low.id
    assert "&p=7.0000&" in await heard(stage, "/low/win")
    await stage.tell(ended(60, step=1))
    await heard(stage, "/low/billing")


async def test_a_notice_is_sent_again_until_it_is_taken(stage: Stage) -> None:
    tries: list[Heard] = []

    def later(one: Heard) -> Play:
        tries.append(one)
        return Play(b"ok") if len(tries) > 1 else Play(status=500)

    told = notices(stage, "one", "win")
    stage.bidders.plays["/one/win"] = later
    router = await stage.router(stage.target("/one", bids(5), notices=told))
    await stage.sell(router)
    await stage.until(lambda: len(tries) == 1)
    failed = "select failure, due_at > now() from rtb.notice"
    await stage.until(lambda: stage.rows(failed) == [("status 500", True)])
    stage.change("update rtb.notice set due_at = now()")
    await stage.until(lambda: len(tries) == 2)
    await stage.until(lambda: stage.rows(failed) == [("", None)])
    assert tries[0].target == tries[1].target


async def test_a_bidder_that_is_away_for_a_day_is_given_up(stage: Stage) -> None:
    told = notices(stage, "one", "win")
    stage.bidders.plays["/one/win"] = Play(status=503)
    router = await stage.router(stage.target("/one", bids(5), notices=told))
    await stage.sell(router)
    await stage.until(lambda: stage.rows("select tries from rtb.notice") == [(1,)])
    stage.change("update rtb.notice set tries = 11, due_at = now()")
    given_up = "select tries, due_at, failure from rtb.notice"
    await stage.until(lambda: stage.rows(given_up) == [(12, None, "status 503")])


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"win": "https://x.example/?a={secret}"}, "document.notices.win"),
        ({"loss": "https://x.example/?a={tag:x"}, None),
    ],
)
async def test_an_address_with_unknown_macros_is_refused(
    stage: Stage, more: dict[str, Any], path: str | None
) -> None:
    target = stage.target("/one", bids(5), id=uuid4(), notices=Notices(**more))
    if path is None:
        assert await stage.save(target)
        return
    with pytest.raises(Refused) as no:
        await stage.save(target)
    assert [one.path for one in no.value.refusal.fields] == [path]
