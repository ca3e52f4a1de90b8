"""A publisher pings, gets a bid that is kept, and its call is honoured; all is to be seen."""

import asyncio
import base64
import hashlib
import hmac
import time
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree

from deploy.local.bidders import PlayedBidders, bids
from libs.contracts.routing import Close, DialNext
from tests.kit.hosting import eventually
from tests.service.console.shop import CALLER, NUMBER, Shop

XML = b"<bid_request><CID>12125550100</CID><zipcode>10001</zipcode></bid_request>"


async def test_a_ping_gets_a_bid_and_its_call_is_honoured(shop: Shop) -> None:
    told = await shop.ping(zipcode="10001", publisherId="Ann", SubID="7")

    assert (told["accept"], told["bidAmount"], told["bidCurrency"]) == (True, 9.0, "USD")
    assert (told["phoneNumber"], told["phoneNumberNoPlus"]) == (NUMBER, NUMBER[1:])
    assert 55 <= told["expireInSeconds"] <= 60
    assert told["expiresInSec"] == told["expireInSeconds"]
    assert abs(told["bidExpireEpoch"] / 1_000 - time.time() - 60) < 10
    assert shop.campaign_id not in str(told)
    assert isinstance(await shop.call(), DialNext)

    async def fulfilled() -> dict[str, Any] | None:
        (ping,) = await shop.pings()
        return ping if ping["call_id"] else None

    ping = await eventually(fulfilled)
    assert ping["call_id"] == str(shop.call_id)
    assert (ping["publisher"], ping["caller"], ping["price"]["amount"]) == ("Ann", CALLER, "9.0000")
    assert ping["tags"] == {"ping:subid": "7"}
    assert await shop.pings(accepted="false") == []
    explained = await shop.stage.owner.get(f"calls/{shop.call_id}/explanation")
    assert "it was promised by a quote of" in explained["steps"][0]["sentence"]


async def test_late_and_other_callers_go_by_policy(shop: Shop) -> None:
    await shop.campaign(quotes={"seconds": 10, "late_calls": "reject"})
    await shop.ping()
    other = await shop.call("+12125550111")
    assert isinstance(other, Close)
    assert other.reason == "not_quoted"
    assert isinstance(await shop.call(), DialNext)
    again = await shop.call()
    assert isinstance(again, Close)
    explained = await shop.stage.owner.get(f"calls/{shop.call_id}/explanation")
    assert "a quote that another call has used" in explained["steps"][0]["sentence"]


async def test_the_same_ping_again_gets_the_same_bid_with_a_warning(shop: Shop) -> None:
    first = await shop.ping(zip="10001")
    again = await shop.ping(zip="10001")
    assert again["bidId"] == first["bidId"]
    assert again["warnings"][0]["code"] == 230
    assert "warnings" not in first
    other = await shop.ping(zip="10002")
    assert other["bidId"] != first["bidId"]


SPELLINGS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("GET", "json", {"params": {"cid": "2125550100", "zipcode": "10001"}}),
    ("POST", "json", {"json": {"Caller_Number": "12125550100", "Zip_Code": "10001"}}),
    (
        "GET",
        "json",
        {"params": {"inbound_number": "+18005550199", "caller_number": "2125550100"}},
    ),
    ("POST", "json", {"data": {"callerid": "(212) 555-0100", "ZIP": "10001"}}),
    (
        "POST",
        "xml",
        {
            "content": XML,
            "headers": {"Content-Type": "application/xml"},
        },
    ),
)


async def test_all_spellings_of_a_ping_are_read(shop: Shop) -> None:
    for method, form, more in SPELLINGS:
        answer = await shop.raw(method, form, **more)
        if form == "xml":
            root = ElementTree.fromstring(answer.text)
            told = {child.tag: child.text for child in root}
            assert (root.tag, told["accept"], told["bidAmount"]) == ("bid_response", "true", "9.0")
        else:
            assert answer.json()["accept"] is True, more
    assert {ping["caller"] for ping in await shop.pings()} == {CALLER}


NO_PINGS: tuple[tuple[bytes, int, str], ...] = (
    (b'{"CID": "+1212', 400, "no JSON"),
    (b"[1, 2]", 400, "no object"),
    (b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", 400, "no XML"),
    (b"x" * 70_000, 413, "64 kB"),
)
ODD_FIELDS: tuple[dict[str, Any], ...] = (
    {"publisherId": "a\x01b", "CID": "9" * 500},
    {"publisherId": "é" * 500, "CID": "+1²125550100"},
    {"zip": "x" * 5_000, "state": "\x00", "city": "\n" * 9, "CID": None},
    {"CID": {"a": 1}, "zipcode": [1], "tags": {"deep": {"er": 1}}, "n": 1e308},
    {"": "", "a" * 300: "b", "nul": "\x00"},
    {f"f{at}": "v" for at in range(400)},
)


async def test_what_is_no_ping_is_refused(shop: Shop) -> None:
    for content, status, words in NO_PINGS:
        answer = await shop.raw(content=content)
        assert (answer.status_code, words in answer.json()["error"]) == (status, True), words


async def test_odd_fields_are_no_fault_of_ours(shop: Shop) -> None:
    for fields in ODD_FIELDS:
        answer = await shop.raw(json=fields)
        assert answer.status_code == 200, answer.text
        query = {name: str(value) for name, value in fields.items()}
        by_query = await shop.raw("GET", params=query)
        assert by_query.status_code in (200, 400, 414), fields


async def test_nobody_learns_which_campaigns_there_are(shop: Shop) -> None:
    unknown = await shop.http.get(f"/v1/production/{'0' * 32}.json")
    assert (unknown.status_code, "error" in unknown.json()) == (404, True)
    assert (await shop.http.get("/v1/production/nonsense.json")).status_code == 422
    row = await shop.stage.owner.get(f"ping-rules/{shop.campaign_id}")
    gone = await shop.stage.owner(
        "DELETE", f"ping-rules/{shop.campaign_id}", headers={"If-Match": f'"{row["version"]}"'}
    )
    assert gone.status_code == 200
    assert (await shop.raw(json={"CID": CALLER})).status_code == 404


async def test_a_key_is_asked_for_where_one_is_set(shop: Shop) -> None:
    row = await shop.rules(auth={"kind": "bearer", "token": "hush-hush"})
    assert row["document"]["auth"]["token"] == "********"
    assert (await shop.raw(json={"CID": CALLER})).status_code == 401
    wrong = await shop.raw(json={"CID": CALLER}, headers={"Authorization": "Bearer hush"})
    assert wrong.status_code == 401
    right = await shop.raw(json={"CID": CALLER}, headers={"Authorization": "Bearer hush-hush"})
    assert right.json()["accept"] is True
    await shop.rules(bid="10")  # the secret came back masked, and stays
    again = await shop.raw(json={"zip": "1"}, headers={"Authorization": "Bearer hush-hush"})
    assert again.status_code == 200


def signed(body: bytes, at: float, key: str = "hush-hush") -> dict[str, str]:
    stamp = str(int(at * 1_000))
    proof = hmac.new(key.encode(), f"{stamp}.".encode() + body, hashlib.sha256).digest()
    return {"X-RTB-Timestamp": stamp, "X-RTB-Signature": base64.b64encode(proof).decode()}


async def test_a_signature_holds_for_its_body_and_time_and_once(shop: Shop) -> None:
    await shop.rules(auth={"kind": "hmac", "secret": "hush-hush"})
    body, now = b'{"CID": "+12125550100"}', time.time()
    proof = signed(body, now)
    assert (await shop.raw(content=body, headers=proof)).status_code == 200
    replayed = await shop.raw(content=body, headers=proof)
    assert (replayed.status_code, "used before" in replayed.text) == (401, True)
    text = proof["X-RTB-Signature"]
    twin = text[:-2] + chr(ord(text[-2]) + 1) + "="  # the same bytes, written otherwise
    if base64.b64decode(twin) == base64.b64decode(text):
        again = await shop.raw(content=body, headers={**proof, "X-RTB-Signature": twin})
        assert again.status_code == 401
    for content, headers in (
        (b'{"CID": "+12125550199"}', signed(body, now + 1)),
        (body, signed(body, now - 301)),
        (body, signed(body, now + 301)),
        (body, signed(body, now + 2, "another key")),
        (body, {**signed(body, now + 3), "X-RTB-Signature": "?"}),
        (body, {**signed(body, now + 4), "X-RTB-Timestamp": "²³".encode("latin-1")}),
        (body, {**signed(body, now + 5), "X-RTB-Timestamp": "9" * 400}),
        (body, {}),
    ):
        assert (await shop.raw(content=content, headers=headers)).status_code == 401
    stamp = str(int(now))  # seconds, as the predecessor's publishers sign
    raw = hmac.new(b"hush-hush", f"{stamp}.".encode() + body, hashlib.sha256).digest()
    in_seconds = {"X-RTB-Timestamp": stamp, "X-RTB-Signature": base64.b64encode(raw).decode()}
    assert (await shop.raw(content=body, headers=in_seconds)).status_code == 200
    query = b"cid=2125550100"
    by_query = await shop.raw("GET", params=query.decode(), headers=signed(query, now + 4))
    assert by_query.json()["accept"] is True


async def test_a_publisher_has_its_own_key_price_and_pause(shop: Shop) -> None:
    ann = {"name": "Ann", "auth": {"kind": "bearer", "token": "ann's"}, "bid": "12"}
    bob = {"name": "Bob", "bid": "3"}
    await shop.rules(publishers=[ann, bob])
    proof = {"Authorization": "Bearer ann's"}
    told = (await shop.raw(json={"CID": CALLER}, headers=proof)).json()
    assert told["bidAmount"] == 12.0
    pretended = await shop.raw(json={"CID": CALLER, "publisherId": "ann"})
    assert pretended.status_code == 401
    assert (await shop.ping(publisherId="bob", zip="2"))["bidAmount"] == 3.0
    assert (await shop.ping(publisherId="Cy", zip="3"))["bidAmount"] == 9.0
    await shop.rules(publishers=[ann, {**bob, "status": "paused"}], only_publishers=True)
    await shop.rejected(1007, publisherId="Bob", zip="4")
    stranger = await shop.raw(json={"CID": CALLER, "publisherId": "Cy"})
    assert stranger.status_code == 401
    assert [one["publisher"] for one in await shop.pings(publisher="Ann")] == ["Ann"]


async def test_modifiers_limits_and_requirements_shape_the_bid(shop: Shop) -> None:
    gold = {"tests": [{"tag": "ping:plan", "operator": "in", "values": ["gold"]}]}
    await shop.rules(
        modifiers=[
            {"states": ["NY"], "multiplier": "2"},
            {"filter": gold, "bump": "1.5"},
            {"states": ["TX"], "reject": True},
        ],
        maximum_bid="19",
        required_tags=["zip"],
    )
    assert (await shop.ping(zip="10001", state="CA"))["bidAmount"] == 9.0
    assert (await shop.ping(zip="10001", state="NY"))["bidAmount"] == 18.0
    assert (await shop.ping(zip="10001", state="ny", plan="gold"))["bidAmount"] == 19.0
    assert (await shop.ping(zip="10001", state="CA", plan="gold"))["bidAmount"] == 10.5
    await shop.rejected(1005, zip="10001", state="TX")
    await shop.rejected(1002, state="CA")
    await shop.rules(required_tags=[], require_caller=True, minimum_bid="9.5")
    await shop.rejected(1100, CID="")
    await shop.rejected(1003, state="CA")


async def test_rejections_carry_the_codes_of_the_trade(shop: Shop) -> None:
    await shop.campaign(countries=["US"])
    await shop.rejected(1004, CID="+4930123456")
    await shop.campaign(filter={"tests": [{"tag": "ping:x", "operator": "exists"}]})
    await shop.rejected(1002)
    await shop.campaign(filter=None, status="paused")
    await shop.rejected(1001)
    await shop.campaign(status="active", quotes=None)
    await shop.rejected(1001)
    await shop.campaign(quotes={"seconds": 60})
    await shop.rules(status="paused")
    await shop.rejected(1001)
    codes = [one["code"] for one in await shop.pings(accepted="false")]
    assert codes == [1001, 1001, 1001, 1002, 1004]


async def test_pings_above_the_rate_are_told_when_to_come_back(shop: Shop) -> None:
    await shop.rules(requests_per_minute=3, publishers=[{"name": "Ann", "requests_per_minute": 1}])
    answers = [await shop.raw(json={"CID": CALLER, "publisherId": "Ann"}) for _ in range(2)]
    answers += [await shop.raw(json={"CID": CALLER}) for _ in range(4)]
    statuses = [answer.status_code for answer in answers]
    assert statuses[0] == 200
    assert statuses.count(429) >= 1
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert refused.json()["rejectCode"] == 1024


async def test_more_at_once_than_one_process_serves_are_refused_at_once(shop: Shop) -> None:
    await shop.rules(requests_per_minute=1_000)
    answers = await asyncio.gather(
        *(shop.raw(json={"CID": f"+121255501{at:02}"}) for at in range(99))
    )
    statuses = [answer.status_code for answer in answers]
    assert set(statuses) == {200, 429}
    assert statuses.count(200) >= 20


async def test_what_our_own_bidders_pay_is_passed_through_less_the_margin(shop: Shop) -> None:
    bidders = PlayedBidders({"/acme": bids("20")})
    await bidders.start()
    shop.stage.stack.push_async_callback(bidders.stop)
    owner, made = shop.stage.owner, shop.made
    bidder = made["rtb-targets"]["document"]
    await owner.put(
        f"rtb-targets/{bidder['id']}",
        {**bidder, "endpoint": f"{bidders.url}/acme"},
        made["rtb-targets"]["version"],
    )
    ring = made["rtb-routers"]["document"]["id"]
    await shop.rules(price="pass_through", margin_percent="25", rtb_router_id=ring)
    assert (await shop.ping(state="NY"))["bidAmount"] == 15.0
    (ping,) = await shop.pings()
    auction = await owner.get(f"auctions/{ping['auction_id']}")
    assert (auction["auction"]["reason"], auction["bidders"][0]["amount"]["amount"]) == (
        "for_a_quote",
        "20.0000",
    )
    bidders.plays["/acme"] = bids("0")
    await shop.rejected(1003, state="CA")
    await shop.rules(rtb_router_id=None)  # what the target pays: nothing is set
    await shop.rejected(1003, state="TX")


async def test_rules_name_a_campaign_that_takes_pings_and_a_router_that_is_there(
    shop: Shop,
) -> None:
    owner = shop.stage.owner
    draft = await owner.post("campaigns", {"name": "No RTB"})
    no = await owner("POST", "ping-rules", json={"id": draft["document"]["id"]})
    assert (no.status_code, no.json()["code"]) == (409, "incomplete")
    row = await owner.get(f"ping-rules/{shop.campaign_id}")
    lost = {**row["document"], "price": "pass_through", "rtb_router_id": str(uuid4())}
    headers = {"If-Match": f'"{row["version"]}"'}
    path = f"ping-rules/{shop.campaign_id}"
    no = await owner("PUT", path, json=lost, headers=headers)
    assert (no.status_code, no.json()["errors"][0]["path"]) == (422, "body.rtb_router_id")
    stale = await owner("PUT", path, json=row["document"], headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["current_version"]) == (409, row["version"])
    twice = {**row["document"], "publishers": [{"name": "Ann"}, {"name": "ann"}]}
    no = await owner("PUT", path, json=twice, headers=headers)
    assert no.status_code == 422


async def test_the_door_describes_itself(shop: Shop) -> None:
    document = (await shop.http.get("/openapi.json")).json()
    assert {"get", "post"} <= set(document["paths"]["/v1/production/{rtb_id}.{form}"])
