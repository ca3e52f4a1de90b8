"""Bidders and routers are kept by version; secrets never show; nothing is another account's."""

from base64 import b64encode
from typing import Any
from uuid import uuid4

import pytest

from deploy.local.bidders import bids
from libs.contracts.auction import AuctionUnsold, AuctionWon, HoldAuction, Loss, Unsold
from libs.contracts.auctions import (
    GetAuction,
    GetBid,
    ListAuctions,
    PingRtbTarget,
    RehearseAuction,
    ReportRtb,
)
from libs.contracts.bidder_keys import EndBidderKey, ListBidderKeys, MakeBidderKey
from libs.contracts.bidding import RtbRouter
from libs.contracts.bidding_edits import (
    ClearRtbTargets,
    FindRtbUses,
    GetRtb,
    ListRtb,
    RetireRtb,
    RtbNoun,
    SaveRtbRouter,
    SaveRtbTarget,
)
from libs.contracts.catalogue import QUESTIONS
from libs.contracts.ids import AccountId
from libs.contracts.message import Question, Refusal
from libs.contracts.pinging import ListPings, SavePingRules
from libs.contracts.sweeping import EraseRtbCaller, ResealRtb
from libs.runtime.ask import Refused
from tests.kit.facts import NOON
from tests.service.rtb.stage import CALLER, TESTER, Stage

BEARER = {"kind": "bearer", "token": "hush"}


async def refusal(stage: Stage, question: Question) -> Refusal:
    with pytest.raises(Refused) as no:
        await stage.ask(question)
    refused: Refusal = no.value.refusal
    return refused


async def test_a_secret_is_sealed_masked_and_kept(stage: Stage) -> None:
    target = stage.target("/one", bids(5), auth=BEARER)
    version = await stage.save(target)
    get = GetRtb(account_id=stage.account_id, noun=RtbNoun.TARGET, key=target.id)
    shown = (await stage.ask(get)).row.document
    assert shown["auth"]["token"] == "********"
    ((kept,),) = stage.rows("select document::text from rtb.target")
    ((facts,),) = stage.rows("select coalesce(string_agg(payload, ''), '') from rtb.outbox")
    assert "hush" not in kept + facts

    renamed = target.model_validate({**shown, "name": "renamed"})
    await stage.save(renamed, version)

    await stage.sell(await stage.router(members=[{"target_id": target.id}]))
    assert stage.bidders.heard[0].headers["authorization"] == "Bearer hush"
    stale = await refusal(
        stage,
        SaveRtbTarget(
            account_id=stage.account_id, actor=TESTER, expected_version=version, document=renamed
        ),
    )
    assert stale.code == "stale"


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"template": "{nonsense}"}, "template"),
    ({"endpoint": "https://bids.example.com/{nonsense}"}, "endpoint"),
    ({"headers": [{"name": "X-A", "value": "{nonsense}"}]}, "headers.0.value"),
    ({"sip_headers": [{"name": "X-A", "value": "{nonsense}"}]}, "sip_headers.0.value"),
    ({"response": {"amount": "$[?match(@.a, 'x')]"}}, "response.amount"),
]


async def test_a_template_or_path_that_cannot_be_read_is_refused(stage: Stage) -> None:
    for wrong, path in WRONG:
        document = stage.target("/one", **wrong)
        question = SaveRtbTarget(account_id=stage.account_id, actor=TESTER, document=document)
        no = await refusal(stage, question)
        assert (no.code, [one.path for one in no.fields]) == (
            "bad_template",
            [f"document.{path}"],
        )


async def test_a_filter_that_cannot_be_followed_is_refused(stage: Stage) -> None:
    tests = [{"tag": "zip", "operator": "matches regex", "value": r"(a+)\1"}]
    target = stage.target("/one", filter={"tests": tests})
    member = {"target_id": target.id, "adjustments": [{"filter": {"tests": tests}}]}
    router = RtbRouter.model_validate({"id": uuid4(), "name": "ring", "members": [member]})
    about = {"account_id": stage.account_id, "actor": TESTER}
    for question, path in (
        (SaveRtbTarget(**about, document=target), "filter"),
        (SaveRtbRouter(**about, document=router), "members.0.adjustments.0.filter"),
    ):
        no = await refusal(stage, question)
        assert (no.code, [one.path for one in no.fields]) == (
            "bad_rule",
            [f"document.{path}.tests.0.value"],
        )


async def test_a_bidder_in_use_goes_only_when_forced(stage: Stage) -> None:
    one, two = stage.target("/one", bids(5)), stage.target("/two", bids(6))
    router = await stage.router(one, two)
    got = await stage.ask(GetRtb(account_id=stage.account_id, noun=RtbNoun.TARGET, key=one.id))
    retire = RetireRtb(
        account_id=stage.account_id,
        actor=TESTER,
        expected_version=got.row.version,
        noun=RtbNoun.TARGET,
        key=one.id,
    )
    no = await refusal(stage, retire)
    assert (no.code, [field.path for field in no.fields]) == (
        "in_use",
        [f"rtb_router {router.id}"],
    )
    won = await stage.sell(router)
    await stage.ask(retire.model_copy(update={"detach": True}))
    uses = await stage.ask(FindRtbUses(account_id=stage.account_id, key=two.id))
    assert [use.name for use in uses.routers] == ["Ring"]
    clear = ClearRtbTargets(account_id=stage.account_id, actor=TESTER)
    assert (await refusal(stage, clear)).code == "in_use"
    assert (await stage.ask(clear.model_copy(update={"detach": True}))).retired == 1
    gone = await stage.sell(router, "CA2")
    assert isinstance(gone, AuctionUnsold)
    assert isinstance(won, AuctionWon)
    detail = await stage.ask(GetAuction(account_id=stage.account_id, auction_id=won.auction_id))
    assert [row.name for row in detail.bidders] == ["two", "one"]


async def test_a_rehearsal_and_a_ping_leave_no_trace(stage: Stage) -> None:
    target = stage.target("/one", bids(5), auth=BEARER, template='{"test": {test}}')
    router = await stage.router(target)
    about = {"account_id": stage.account_id}
    held = await stage.ask(RehearseAuction(**about, rtb_router_id=router.id))
    assert (held.is_test, held.auction.target_name) == (True, "one")
    (shown,) = held.bidders
    assert (shown.status, "Bearer ********" in shown.request) == (200, True)
    assert '"bidAmount":5' in shown.response
    assert "5550100031" not in shown.response
    pinged = await stage.ask(PingRtbTarget(**about, target_id=target.id))
    assert (pinged.sent, pinged.amount.amount, pinged.status) == (True, 5, 200)
    assert "Bearer ********" in pinged.request
    basic = {"kind": "basic", "username": "ann", "password": "open sesame"}
    asking = PingRtbTarget(**about, document=stage.target("/one", auth=basic), send=False)
    told = (await stage.ask(asking)).request
    assert "Authorization: Basic ********\n" in told
    assert b64encode(b"ann:open sesame").decode() not in told
    unsent = await stage.ask(PingRtbTarget(**about, document=target, send=False))
    assert (unsent.sent, '{"test": 1}' in unsent.request) == (False, True)
    assert [one.body for one in stage.bidders.heard] == [b'{"test": 1}'] * 2
    assert [one.headers["x-rtb-test"] for one in stage.bidders.heard] == ["1"] * 2
    for table in ("auction", "bid", "reservation", "sale", "outcome"):
        assert stage.rows(f"select count(*) from rtb.{table}") == [(0,)]


async def test_bidders_are_listed_in_any_order_page_by_page(stage: Stage) -> None:
    for name, status in (("cara", "active"), ("anna", "paused"), ("bob", "active")):
        await stage.save(stage.target(f"/{name}", name=name, status=status))

    async def listed(**wanted: Any) -> list[str]:
        names: list[str] = []
        about = {"account_id": stage.account_id, "noun": RtbNoun.TARGET, "limit": 1, **wanted}
        page = await stage.ask(ListRtb(**about))
        while True:
            names += [row.document["name"] for row in page.rows]
            if page.cursor is None:
                return names
            page = await stage.ask(ListRtb(**about, cursor=page.cursor))

    assert await listed(order="name") == ["anna", "bob", "cara"]
    assert await listed(order="newest") == ["bob", "anna", "cara"]
    assert sorted(await listed()) == ["anna", "bob", "cara"]
    assert await listed(order="name", status="active") == ["bob", "cara"]
    assert await listed(contains="AN") == ["anna"]


async def test_the_report_names_bidders_and_counts_their_losses(stage: Stage) -> None:
    router = await stage.router(stage.target("/high", bids(9)), stage.target("/low", bids(5)))
    for at in range(3):
        await stage.sell(router, f"CA{at}")

    after_all = await stage.sell(router, "CA0", step=1)
    assert isinstance(after_all, AuctionWon)
    about = {"account_id": stage.account_id, "auction_id": after_all.auction_id}
    detail = await stage.ask(GetAuction(**about))
    assert {one.name: (one.loss, one.won_step) for one in detail.bidders} == {
        "high": (None, 0),
        "low": (Loss.OUTBID, 1),
    }

    def counted() -> bool:
        return stage.rows("select count(*) from rtb.bid") == [(6,)]

    await stage.until(counted)
    now = stage.rows("select now()")[0][0]
    question = ReportRtb(account_id=stage.account_id, since=now.replace(hour=0), until=now)
    report = await stage.ask(question)
    rows = {row.name: row for row in report.targets}
    assert (rows["high"].wins, rows["high"].win_rate, rows["high"].live) == (3, 1.0, 3)
    assert (rows["low"].bids, rows["low"].losses) == (3, {"outbid": 3})
    assert rows["low"].wins == 1  # the better one's line had failed
    assert rows["low"].p50_ms is not None


async def test_another_accounts_things_do_not_exist(stage: Stage) -> None:
    target = stage.target("/one", bids(5))
    router = await stage.router(target)
    won = await stage.sell(router)
    assert isinstance(won, AuctionWon)
    them = {"account_id": AccountId(uuid4())}
    edit = {**them, "actor": TESTER}
    about = {**them, "auction_id": won.auction_id}
    missing: list[Question] = [
        GetRtb(**them, noun=RtbNoun.TARGET, key=target.id),
        RetireRtb(**edit, expected_version=1, noun=RtbNoun.ROUTER, key=router.id),
        GetAuction(**about),
        GetBid(**about, target_id=target.id),
        PingRtbTarget(**them, target_id=target.id),
        RehearseAuction(**them, rtb_router_id=router.id),
    ]
    for question in missing:
        assert (await refusal(stage, question)).code == "not_found"
    pointing = SaveRtbRouter(**edit, document=router)
    assert (await refusal(stage, pointing)).code == "points_nowhere"
    stale = SaveRtbTarget(**edit, expected_version=1, document=target)
    assert (await refusal(stage, stale)).code == "stale"
    empty = await stage.ask(ListRtb(**them, noun=RtbNoun.TARGET))
    assert empty.rows == ()
    assert (await stage.ask(ListAuctions(**them))).auctions == ()
    assert (await stage.ask(FindRtbUses(**them, key=target.id))).routers == ()
    assert (await stage.ask(ReportRtb(**them, since=NOON, until=NOON))).targets == ()
    assert (await stage.ask(ClearRtbTargets(**edit, detach=True))).retired == 0
    sold = await stage.ask(stage.auction(router, "CA2", **them))
    assert sold == AuctionUnsold(reason=Unsold.ROUTER_UNKNOWN)
    erased = await stage.ask(EraseRtbCaller(**them, number=CALLER.text, instead="+999000000000001"))
    assert (erased.rows, erased.at) == ({}, None)

    tried = {type(question) for question in missing} | {SaveRtbRouter, SaveRtbTarget, ListRtb}
    tried |= {
        SavePingRules,
        ListPings,
        MakeBidderKey,
        ListBidderKeys,
        EndBidderKey,
    }  # tried at the API: tests/service/console/test_isolation.py
    tried |= {ListAuctions, FindRtbUses, ReportRtb, ClearRtbTargets, HoldAuction, EraseRtbCaller}
    tried |= {ResealRtb}  # of no account
    ours = {kind for subject, kind in QUESTIONS.items() if subject.startswith("ask.rtb.")}
    assert tried == ours, "a question is missing"
