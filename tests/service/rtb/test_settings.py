"""Each setting of a bidder or router changes who is asked, what is sent, or who wins."""

import asyncio
import base64
import hashlib
import hmac
from typing import Any

import orjson
import pytest

from deploy.local.bidders import Play, bids
from libs.contracts.auction import AuctionUnsold, AuctionWon, Loss, Unsold
from libs.contracts.auctions import GetAuction, GetBid
from libs.contracts.bidding import RtbTarget
from libs.contracts.phone import PhoneDestination, SipDestination
from libs.contracts.voice import SipHeader
from libs.runtime.ask import Refused
from tests.kit.hosting import eventually
from tests.service.rtb.stage import Stage

SPARED: list[tuple[dict[str, Any], Loss]] = [
    ({"status": "paused"}, Loss.TARGET_PAUSED),
    ({"schedule": {"zone": "UTC", "hours": []}}, Loss.CLOSED),
    ({"filter": {"tests": [{"tag": "utm", "operator": "==", "value": "mail"}]}}, Loss.FILTERED),
    ({"area": {"inside": {"states": ["CA"]}}}, Loss.OUT_OF_AREA),
    ({"publishers": ["p-1"]}, Loss.PUBLISHER_NOT_ALLOWED),
]
"""Rules that keep a bidder from being asked about a call of New York."""


async def test_a_bidder_whose_rule_fails_is_not_asked(stage: Stage) -> None:
    targets = [stage.target(f"/{loss}", bids(90), name=str(loss), **rule) for rule, loss in SPARED]
    router = await stage.router(stage.target("/plain", bids(5)), *targets)

    won = await stage.sell(router, geography={"state": "NY"}, tags={"utm": "web"})

    assert isinstance(won, AuctionWon)
    assert won.target_name == "plain"
    assert stage.losses() == {"plain": None, **{str(loss): loss for _, loss in SPARED}}
    assert [one.target for one in stage.bidders.heard] == ["/plain"]


async def test_the_same_bidders_are_asked_once_their_rules_pass(stage: Stage) -> None:
    passing = [{**rule} for rule, loss in SPARED if loss not in (Loss.TARGET_PAUSED, Loss.CLOSED)]
    targets = [stage.target(f"/{at}", bids(9 + at), **rule) for at, rule in enumerate(passing)]
    router = await stage.router(*targets)
    tags = {"utm": "mail", "Publisher:Id": "p-1"}
    await stage.sell(router, geography={"state": "CA", "country": "US"}, tags=tags)
    assert len(stage.bidders.heard) == len(targets)


ANSWERS: list[tuple[Play, dict[str, Any], Loss]] = [
    (bids(4), {"minimum_bid": 5}, Loss.BELOW_MINIMUM),
    (bids(60), {"maximum_bid": 50}, Loss.ABOVE_MAXIMUM),
    (bids(9, currency="EUR"), {}, Loss.OTHER_CURRENCY),
    (bids(9), {"currency": "EUR"}, Loss.OTHER_CURRENCY),
    (bids(9, phoneNumber="+445550100031"), {}, Loss.BAD_DESTINATION),
    (bids(9, phoneNumber="+19005550131"), {}, Loss.BAD_DESTINATION),
    (bids(9, phoneNumber=""), {}, Loss.NO_DESTINATION),
    (bids(9, expireInSeconds=1), {}, Loss.EXPIRED),
    (bids(9, expireInSeconds="soon"), {}, Loss.BAD_EXPIRY),
    (bids("NaN"), {}, Loss.BAD_AMOUNT),
    (bids(-3), {}, Loss.BAD_AMOUNT),
    (bids(0), {}, Loss.NO_BID),
    (Play(status=204), {}, Loss.NO_BID),
    (Play(status=500), {}, Loss.HTTP_STATUS),
    (Play(status=302, headers={"Location": "http://127.0.0.1/"}), {}, Loss.HTTP_STATUS),
    (Play(b"<html><body>Down</body></html>", content_type="text/html"), {}, Loss.UNREADABLE),
    (Play(b"[" * 5_000), {}, Loss.UNREADABLE),
    (Play(b"x" * 100_000), {}, Loss.TOO_LARGE),
    (Play(raw=b""), {}, Loss.UNREACHABLE),
    (Play(raw=b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000), {}, Loss.UNREADABLE),
    (bids(9, delay_ms=700), {"timeout_ms": 100}, Loss.LATE),
]


async def test_an_answer_that_is_no_bid_has_its_reason(stage: Stage) -> None:
    targets = [
        stage.target(f"/{at}", play, countries=["US"], **{"adaptive": False, **rule})
        for at, (play, rule, _) in enumerate(ANSWERS)
    ]
    router = await stage.router(stage.target("/good", bids(1)), *targets)

    won = await stage.sell(router)

    assert isinstance(won, AuctionWon)
    expected = {str(at): loss for at, (_, _, loss) in enumerate(ANSWERS)}
    assert stage.losses() == {"good": None, **expected}


CALL: dict[str, Any] = {
    "geography": {"state": "NY", "zip": "10001", "city": 'New "York"'},
    "tags": {"User:Age": "44", "Secret:Id": "7", "Publisher:Id": "p-9"},
}


def bidders_of_every_kind(stage: Stage) -> list[RtbTarget]:
    key = {"kind": "header", "name": "X-Key", "key": "hush-hush"}
    hmac_auth = {"kind": "hmac", "secret": "keep this"}
    template = (
        '{"zip": {callerZip}, "city": "[tag:Geo:City]", "age": [tag:User:Age],'
        '"secret": [tag:Secret:Id], "campaign": "{{campaignId}}", "who": "[Publisher:Id]",'
        '"any": "[tag:User:Missing|callerState]"}'
    )
    return [
        stage.target("/default", bids(1), auth=key),
        stage.target("/json", bids(2), template=template, shared_tags=["User"], auth=hmac_auth),
        stage.target(
            "/form",
            bids(3),
            content="form",
            method="PUT",
            template="c=[tag:Geo:City]&z={callerZip}",
        ),
        stage.target(
            "/xml", bids(4), content="xml", method="PATCH", template="<c>{callerCity}</c>"
        ),
        stage.target(
            "/query",
            bids(5),
            content="query",
            method="GET",
            template="c={callerCity}&cid={callerId}",
            auth={"kind": "basic", "username": "ann", "password": "pw"},
            headers=[{"name": "X-State", "value": "{callerState}"}],
        ),
        stage.target("/bearer", bids(6), auth={"kind": "bearer", "token": "tok"}),
    ]


async def test_the_request_is_made_as_the_bidder_wants_it(stage: Stage) -> None:
    targets = bidders_of_every_kind(stage)
    router = await stage.router(*targets)
    await stage.sell(router, **CALL)

    heard = {one.target.partition("?")[0]: one for one in stage.bidders.heard}
    told = orjson.loads(heard["/default"].body)
    assert told["campaignId"] == "ab" * 16
    assert (told["callerState"], told["currency"]) == ("NY", "USD")
    assert "callerId" not in told
    assert "x-rtb-test" not in heard["/default"].headers
    assert told["tags"] == {}
    assert heard["/default"].headers["x-key"] == "hush-hush"
    assert orjson.loads(heard["/json"].body) == {
        "zip": 10001,
        "city": 'New "York"',
        "age": 44,
        "secret": None,
        "campaign": "ab" * 16,
        "who": "p-9",
        "any": "NY",
    }
    at, signature = (heard["/json"].headers[f"x-rtb-{part}"] for part in ("timestamp", "signature"))
    signed = hmac.new(b"keep this", f"{at}.".encode() + heard["/json"].body, hashlib.sha256)
    assert signature == base64.b64encode(signed.digest()).decode()
    assert (heard["/form"].method, heard["/form"].body) == ("PUT", b"c=New+%22York%22&z=10001")
    assert heard["/xml"].method == "PATCH"
    assert heard["/xml"].body == b"<c>New &quot;York&quot;</c>"
    assert heard["/query"].target == "/query?c=New%20%22York%22&cid="
    assert heard["/query"].headers["authorization"].startswith("Basic ")
    assert heard["/query"].headers["x-state"] == "NY"
    assert heard["/bearer"].headers["authorization"] == "Bearer tok"
    everything = b"".join(one.body + one.target.encode() for one in stage.bidders.heard)
    for inner in (stage.account_id, stage.campaign_id):
        assert str(inner).encode() not in everything


async def test_a_caller_is_hidden_a_token_or_open(stage: Stage) -> None:
    targets = [
        stage.target(f"/{exposure}", bids(1), exposure=exposure, template='"{callerId}"')
        for exposure in ("hidden", "token", "open")
    ]
    router = await stage.router(*targets)
    await stage.sell(router, "CA1")
    await stage.sell(router, "CA2")
    heard = {
        name: [orjson.loads(one.body) for one in stage.bidders.asked(f"/{name}")]
        for name in ("hidden", "token", "open")
    }
    assert heard["hidden"] == ["", ""]
    assert heard["open"] == ["+12125550123"] * 2
    assert len(set(heard["token"])) == 1
    assert "2125550123" not in heard["token"][0]


async def test_the_answer_is_read_where_the_bidder_puts_it(stage: Stage) -> None:
    odd = b'{"r":[{"b":{"v":"$7.25"},"ok":"Y","n":"15550100077","s":"calls@acme.example.com"}]}'
    rules = {"amount": "$.r[0].b.v", "accept": "r[0].ok", "phone": "r[0].n", "sip": "r[0].s"}
    xml = b"<bid><price>6.5</price><phone_number>+15550100066</phone_number></bid>"
    targets = [
        stage.target("/odd", Play(odd), response=rules),
        stage.target("/phone", Play(odd), response=rules, prefers="phone", maximum_bid=7.26),
        stage.target("/xml", Play(xml, content_type="text/xml")),
        stage.target(
            "/static",
            bids(6, phoneNumber=""),
            destination={"kind": "phone", "number": "+15550100055"},
            ring_seconds=11,
            digits="9w1",
        ),
    ]
    for at, target in enumerate(targets):
        router = await stage.router(target)
        won = await stage.sell(router, f"CA{at}")
        assert isinstance(won, AuctionWon), target.name
        places = {
            "odd": SipDestination(address="sip:calls@acme.example.com"),
            "phone": PhoneDestination(number="+15550100077"),
            "xml": PhoneDestination(number="+15550100066"),
            "static": PhoneDestination(number="+15550100055"),
        }
        assert won.destination == places[target.name]
        if target.name == "static":
            assert (won.ring_seconds, won.digits) == (11, "9w1")


async def test_sip_headers_go_with_the_leg(stage: Stage) -> None:
    headers = [
        {"name": "X-State", "value": "{callerState}"},
        {"name": "X-None", "value": "{test}x"},
    ]
    play = bids(5, phoneNumber="", sipAddress="sip:a@b.example.com")
    router = await stage.router(stage.target("/sip", play, sip_headers=headers))
    won = await stage.sell(router, geography={"state": "NY"})
    assert isinstance(won, AuctionWon)
    assert won.sip_headers[0] == SipHeader(name="X-State", value="NY")


CAPPED: list[dict[str, Any]] = [
    {"concurrency": 1},
    *(
        {"limits": [{"period": period, "most": 1}]}
        for period in ("hour", "day", "week", "month", "total")
    ),
]


async def test_each_cap_lets_one_call_through(stage: Stage) -> None:
    for at, caps in enumerate(CAPPED):
        router = await stage.router(stage.target(f"/{at}", bids(5), caps=caps))
        assert isinstance(await stage.sell(router, f"CA{at}a"), AuctionWon)
        again = await stage.sell(router, f"CA{at}b")
        assert again == AuctionUnsold(
            auction_id=again.auction_id, reason=Unsold.NOBODY_ELIGIBLE, asked=0
        )
        assert stage.losses() == {str(at): Loss.CAPPED}


async def test_a_bidder_is_asked_so_often_a_minute(stage: Stage) -> None:
    router = await stage.router(stage.target("/one", bids(5), requests_per_minute=2))
    sold = await asyncio.gather(*(stage.sell(router, f"CA{at}") for at in range(5)))
    assert len(stage.bidders.heard) == 2 or len(stage.bidders.heard) == 4  # a minute may begin
    assert sum(isinstance(one, AuctionWon) for one in sold) == len(stage.bidders.heard)


ROUTERS: list[tuple[dict[str, Any], str | None, str]] = [
    ({}, "b", "9.0000"),
    ({"price": "second_plus", "second_price_plus": "0.5"}, "b", "8.5000"),
    ({"minimum_revenue": "9.5"}, None, Unsold.NO_BIDS),
    ({"currency": "EUR"}, None, Unsold.NO_BIDS),
    ({"minimum_bidders": 3}, None, Unsold.TOO_FEW_BIDDERS),
    ({"status": "paused"}, None, Unsold.ROUTER_PAUSED),
    ({"multipliers": ("1.2", "1")}, "a", "8.0000"),
    ({"bumps": ("2", "0")}, "a", "8.0000"),
    ({"states": ["NY"]}, "a", "8.0000"),
    ({"states": ["CA"]}, "b", "9.0000"),
    ({"tag": "gold"}, "a", "8.0000"),
    ({"tag": "lead"}, "b", "9.0000"),
]
"""Settings of a router of two who bid 8 and 9, and who wins at what price."""


@pytest.mark.parametrize(("changes", "winner", "price"), ROUTERS)
async def test_a_routers_setting_changes_who_wins(
    stage: Stage, changes: dict[str, Any], winner: str | None, price: str
) -> None:
    targets = [stage.target("/a", bids(8)), stage.target("/b", bids(9))]
    changes = dict(changes)
    multipliers, bumps = (changes.pop(name, (1, 1)) for name in ("multipliers", "bumps"))
    states, tag = changes.pop("states", None), changes.pop("tag", None)
    members: list[dict[str, Any]] = [
        {"target_id": target.id, "multiplier": multiplier, "bump": bump}
        for target, multiplier, bump in zip(targets, multipliers, bumps, strict=True)
    ]
    if states:
        members[0]["adjustments"] = [{"states": states, "bump": "3"}]
    if tag:
        test = {"tag": "plan", "operator": "==", "value": tag}
        members[0]["adjustments"] = [{"filter": {"tests": [test]}, "multiplier": "1.5"}]
    router = await stage.router(*targets, members=members, **changes)

    sold = await stage.sell(router, geography={"state": "NY"}, tags={"plan": "gold"})

    if winner is None:
        assert isinstance(sold, AuctionUnsold)
        assert sold.reason == price
    else:
        assert isinstance(sold, AuctionWon)
        assert (sold.target_name, f"{sold.price.amount:.4f}") == (winner, price)


async def test_a_routers_fallback_takes_what_nobody_buys(stage: Stage) -> None:
    router = await stage.router(
        stage.target("/no", Play(status=204)),
        fallback={"kind": "phone", "number": "+15550100099"},
    )
    sold = await stage.sell(router)
    assert isinstance(sold, AuctionWon)
    assert sold.target_id is None
    assert sold.price.amount == 0
    assert sold.destination == PhoneDestination(number="+15550100099")


async def test_a_failing_bidder_is_spared_and_tried_again(stage: Stage) -> None:
    target = stage.target("/down", Play(status=500))
    router = await stage.router(target, stage.target("/up", bids(5)), explore_percent=0)
    for at in range(7):
        await stage.sell(router, f"CA{at}")
    assert len(stage.bidders.asked("/down")) == 5
    assert stage.losses()["down"] == Loss.CIRCUIT_OPEN
    curious = await stage.router(explore_percent=100, members=[{"target_id": target.id}])
    await stage.sell(curious, "CA9")
    assert len(stage.bidders.asked("/down")) == 6


async def test_bodies_are_kept_without_secrets_and_numbers(stage: Stage) -> None:
    auth = {"kind": "bearer", "token": "very-secret-token"}
    template = '{"t": "very-secret-token", "c": "{callerId}"}'
    target = stage.target("/one", bids(5), auth=auth, template=template, exposure="open")
    router = await stage.router(target)
    won = await stage.sell(router)
    assert isinstance(won, AuctionWon)
    about = {"account_id": stage.account_id, "auction_id": won.auction_id}

    async def kept() -> Any:
        try:
            return await stage.ask(GetBid(**about, target_id=target.id))
        except Refused:
            return None

    bodies = await eventually(kept)
    assert bodies.request.endswith('{"t": "********", "c": "********123"}')
    assert '"bidAmount":5' in bodies.response
    assert "5550100031" not in bodies.response
    detail = await stage.ask(GetAuction(**about))
    assert [row.loss for row in detail.bidders] == [None]
