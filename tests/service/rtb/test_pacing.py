"""How long bidders are waited for follows what they did; late answers are kept, never used."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deploy.local.bidders import Play, bids
from libs.contracts.auction import AuctionUnsold, AuctionWon, Loss
from libs.contracts.auctions import (
    AuctionDetail,
    BidShown,
    Bodies,
    GetAuction,
    GetBid,
    ReportRtb,
    RtbReport,
    RtbTargetReport,
)
from libs.contracts.ids import AuctionId
from services.rtb.domain.pacing import FAILURES_MAX
from tests.kit.hosting import eventually
from tests.service.rtb.stage import Stage

LEARNT = 25  # auctions: more than it takes to learn
FAULT = Play(b"I know secret-of-slow", status=500, delay_ms=150)
REFUSAL = Play(b'{"accepted":false,"reason":"secret-of-slow is busy"}', delay_ms=150)


async def shown(stage: Stage, auction_id: AuctionId) -> dict[str, BidShown]:
    question = GetAuction(account_id=stage.account_id, auction_id=auction_id)
    detail: AuctionDetail = await stage.ask(question)
    return {one.name: one for one in detail.bidders}


async def test_a_late_answer_is_kept_and_never_used(stage: Stage) -> None:
    router = await stage.router(
        stage.target("/quick", bids(5)),
        stage.target("/slow", bids(90, delay_ms=700)),
        stage.target("/strict", bids(80, delay_ms=250), timeout_ms=60),
        deadline_ms=400,
    )

    won = await stage.sell(router)

    assert isinstance(won, AuctionWon)
    assert (won.target_name, won.bids) == ("quick", 1)
    assert stage.losses() == {"quick": None, "slow": Loss.LATE, "strict": Loss.LATE}

    async def heard() -> dict[str, BidShown] | None:
        found = await shown(stage, won.auction_id)
        late = (found["slow"].late_milliseconds, found["strict"].late_milliseconds)
        return None if None in late else found

    found = await eventually(heard)
    assert (found["slow"].late_milliseconds or 0) >= 700
    assert 250 <= (found["strict"].late_milliseconds or 0) < 700
    assert found["strict"].seen == "no answer within 60 ms"
    assert found["slow"].amount is None


@pytest.mark.parametrize(("play", "loss"), [(FAULT, Loss.CIRCUIT_OPEN), (REFUSAL, Loss.LATE)])
async def test_a_fault_that_comes_late_closes_no_circuit(
    stage: Stage, play: Play, loss: Loss
) -> None:
    auth = {"kind": "bearer", "token": "secret-of-slow"}
    target = stage.target("/slow", play, auth=auth, exposure="open")
    router = await stage.router(target, deadline_ms=60, explore_percent=0)
    for at in range(FAILURES_MAX):
        unsold = await stage.sell(router, f"CA{at}")
        assert isinstance(unsold, AuctionUnsold)
        auction_id = unsold.auction_id
        assert auction_id is not None

        async def heard(auction_id: AuctionId = auction_id) -> BidShown | None:
            slow = (await shown(stage, auction_id))["slow"]
            return None if slow.late_milliseconds is None else slow

        assert (await eventually(heard)).loss is Loss.LATE
        about = {"account_id": stage.account_id, "auction_id": auction_id}
        said: Bodies = await stage.ask(GetBid(**about, target_id=target.id))
        assert said.response
        assert "secret-of-slow" not in said.response

    await stage.sell(router, "CAlast")

    assert stage.losses() == {"slow": loss}


@pytest.mark.parametrize(("adaptive", "waits"), [(True, False), (False, True)])
async def test_who_is_slower_than_ever_is_waited_for_only_if_set(
    stage: Stage, adaptive: bool, waits: bool
) -> None:
    target = stage.target("/usual", bids(5), adaptive=adaptive)
    router = await stage.router(target, stage.target("/other", bids(9)), deadline_ms=1_500)
    for at in range(LEARNT):
        await stage.sell(router, f"CA{at}")
    stage.bidders.plays["/usual"] = bids(50, delay_ms=1_000)

    began = time.monotonic()
    won = await stage.sell(router, "CAlast")
    took = time.monotonic() - began

    assert isinstance(won, AuctionWon)
    assert (won.target_name == "usual") == waits
    assert (took >= 1) == waits


async def test_what_is_learnt_is_to_be_seen(stage: Stage) -> None:
    router = await stage.router(stage.target("/low", bids(5)), stage.target("/high", bids(10)))
    for at in range(LEARNT):
        await stage.sell(router, f"CA{at}")
    now = datetime.now(UTC)
    question = ReportRtb(
        account_id=stage.account_id, since=now - timedelta(hours=1), until=now + timedelta(hours=1)
    )

    async def told() -> dict[str, RtbTargetReport] | None:
        report: RtbReport = await stage.ask(question)
        return {one.name: one for one in report.targets} or None

    reports = await eventually(told)
    assert {name: one.worth for name, one in reports.items()} == {"low": 0, "high": 0.5}
    assert all(50 <= (one.patience_ms or 0) < 1_500 for one in reports.values())


async def test_an_explored_bidder_says_so(stage: Stage) -> None:
    target = stage.target("/down", Play(status=500))
    good = stage.target("/good", bids(5))
    router = await stage.router(good, target, explore_percent=0)
    for at in range(5):
        await stage.sell(router, f"CA{at}")
    curious: list[dict[str, Any]] = [{"target_id": one.id} for one in (good, target)]
    router = await stage.router(members=curious, explore_percent=100)

    won = await stage.sell(router, "CAlast")

    assert isinstance(won, AuctionWon)
    found = await shown(stage, won.auction_id)
    assert {name: one.explored for name, one in found.items()} == {"good": False, "down": True}
    assert found["down"].loss is Loss.HTTP_STATUS
