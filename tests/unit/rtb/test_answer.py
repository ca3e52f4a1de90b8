"""Whatever a bidder answers is a bid or has one reason; the field's own payloads are read."""

import json
import os
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from xml.sax.saxutils import escape

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from libs.contracts.auction import Loss
from libs.contracts.bidding import RtbTarget
from libs.contracts.phone import PhoneDestination, SipDestination
from services.rtb.domain.answer import NAMES, bid_of
from services.rtb.domain.bid import Bid, NoBid

NOW = datetime(2025, 8, 12, 16, 0, tzinfo=UTC)
GENERATED = 100_000 if os.environ.get("LONG") else 3_000


def a_target(**more: Any) -> RtbTarget:
    given = {"id": UUID(int=1), "name": "Acme", "endpoint": "https://bids.example.com/ping"}
    return RtbTarget.model_validate({**given, **more})


def read(body: bytes, status: int = 200, **more: Any) -> Bid | NoBid:
    return bid_of(a_target(**more), status, body, NOW)


FIELD: list[tuple[bytes, str, object]] = [
    (
        b'{"bidId":"RTB9","bidAmount":10,"expireInSeconds":60,"phoneNumber":"+15557779999",'
        b'"phoneNumberNoPlus":"15557779999"}',
        "10",
        PhoneDestination(number="+15557779999"),
    ),
    (
        b'{"bidId":"RTB9","bidAmount":4.2,"expireInSeconds":39,'
        b'"bidExpireDT":"8/12/2025 4:12:56 PM +00:00","bidExpireEpoch":1755015176448,'
        b'"phoneNumber":"+15555550913","sipAddress":"RTB9@rtb.sip.example.com",'
        b'"warnings":[{"code":230,"description":"a cached version"}]}',
        "4.2",
        SipDestination(address="sip:RTB9@rtb.sip.example.com"),
    ),
    (
        b'{"uuid":"64ce","status":"reserved","retreaver_payout":90.0,"retreaver_seconds":120,'
        b'"inbound_number":"+15550100930","expires_at":"2025-08-12T16:01:06.534Z"}',
        "90",
        PhoneDestination(number="+15550100930"),
    ),
]
"""Answers as the trade's platforms give them."""


@pytest.mark.parametrize(("body", "amount", "destination"), FIELD)
def test_the_fields_answers_are_bids(body: bytes, amount: str, destination: object) -> None:
    bid = read(body)
    assert isinstance(bid, Bid), bid
    assert bid.amount.amount == Decimal(amount)
    assert bid.destination == destination
    assert NOW < bid.expires_at <= NOW + timedelta(hours=1)


BUYERS: list[tuple[bytes, str, str | Loss]] = [
    (
        b'{"status":"success","try_all_buyers_ping_id":"xyz789","buyers":['
        b'{"buyer_id":1,"name":"Buyer A","bid":25.00,"ping_id":"abc123"},'
        b'{"buyer_id":2,"name":"Buyer B","bid":20.00,"ping_id":"def456"}]}',
        "$.buyers[0].bid",
        "25",
    ),
    (
        b'{"success":true,"status":"accepted","try_all_buyers":{"ping_id":"x"},'
        b'"buyers":[{"id":1,"bid_price":25.0,"ping_id":"abc"}]}',
        "$.buyers[0].bid_price",
        "25",
    ),
    (
        b'{"success":"false","status":"caller_number_suppressed","errors":["on a list"]}',
        "$.buyers[0].bid_price",
        Loss.REFUSED,
    ),
]


@pytest.mark.parametrize(("body", "path", "came_to"), BUYERS)
def test_an_answer_that_lists_buyers_is_read_by_a_path(
    body: bytes, path: str, came_to: str | Loss
) -> None:
    own = {"kind": "phone", "number": "+12125550188"}
    said = read(body, destination=own, response={"amount": path})
    if isinstance(said, Bid):
        assert said.amount.amount == Decimal(came_to)
    else:
        assert said.loss is came_to


ODD = {
    "bidAmount": 99,
    "x": {
        "yes": "no",
        "pay": "4.50",
        "unit": "eur",
        "to": "+12125550177",
        "at": "sip:a@b.example",
        "after": 33,
        "until": 7,
        "why": "full",
        "no": "E7",
    },
}
PATHS: list[tuple[dict[str, str], str, object]] = [
    ({"amount": "x.pay"}, "amount", Decimal("4.5")),
    ({"accept": "x.yes"}, "loss", Loss.REFUSED),
    ({"accept": "x.yes", "reject_reason": "x.why"}, "note", "full"),
    ({"accept": "x.yes", "reject_code": "$.x.no"}, "code", "E7"),
    ({"currency": "x.unit"}, "loss", Loss.OTHER_CURRENCY),
    ({"phone": "x.to"}, "destination", PhoneDestination(number="+12125550177")),
    ({"sip": "x.at"}, "destination", SipDestination(address="sip:a@b.example")),
    ({"required_seconds": "x.after"}, "required_seconds", 33),
    ({"expiry": "x.until"}, "expires_at", NOW + timedelta(seconds=7)),
]


@pytest.mark.parametrize(("paths", "field", "value"), PATHS)
def test_each_path_is_followed_where_it_is_set(
    paths: dict[str, str], field: str, value: object
) -> None:
    own = {"kind": "phone", "number": "+12125550188"}
    body = json.dumps(ODD).encode()

    def found(**response: str) -> object:
        said = read(body, destination=own, response=response)
        shown = getattr(said, field, None)
        return getattr(shown, "amount", shown)

    assert found(**paths) == value
    assert found() != value


REFUSED: list[tuple[bytes, Loss, str]] = [
    (
        b'{"bidId":"R","bidAmount":0,"rejectReason":"Caller ID (Code: 1004)"}',
        Loss.REFUSED,
        "Caller",
    ),
    (b"FAILED must include caller_number (string)", Loss.UNREADABLE, "no JSON"),
    (b'{"status":"rejected","bid":5}', Loss.REFUSED, ""),
    (b'{"accepted":"false","bidAmount":80}', Loss.REFUSED, ""),
    (b'{"bidAmount":1e99}', Loss.BAD_AMOUNT, "1e+99"),
    (b'{"bidAmount":true}', Loss.BAD_AMOUNT, "True"),
    (b'{"bidAmount":"four"}', Loss.BAD_AMOUNT, "four"),
    (b'{"bidAmount":5,"phoneNumber":"+1800555EXTERNAL"}', Loss.BAD_DESTINATION, "+1800555E"),
    (b'{"bidAmount":5,"sipAddress":"sip:a@b\\r\\nX-Evil: 1"}', Loss.BAD_DESTINATION, "sip:a@b"),
    (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", Loss.UNREADABLE, "no XML"),
    (b"\xff\xfe\x00", Loss.UNREADABLE, "no JSON"),
    (b'{"bidAmount":5,"phoneNumber":"+12125550199","bidAmount":6}', Loss.UNREADABLE, "'bidAm"),
    (b'{"a":[{"b":1,"b":2}],"bidAmount":5}', Loss.UNREADABLE, "'b' is there twice"),
    (b'{"a":' * 1_000 + b"1" + b"}" * 1_000, Loss.UNREADABLE, "no JSON"),
    (b"<HTML><body>5</body></HTML>", Loss.UNREADABLE, "a page for people"),
]


@pytest.mark.parametrize(("body", "loss", "note"), REFUSED)
def test_what_is_no_bid_has_its_reason(body: bytes, loss: Loss, note: str) -> None:
    said = read(body)
    assert isinstance(said, NoBid)
    assert said.loss is loss
    assert note in said.note


def test_a_sip_host_of_ours_would_make_a_loop() -> None:
    body = b'{"bid":5,"sip":"sip:x@Edge.sip.ours.example"}'
    said = bid_of(a_target(), 200, body, NOW, frozenset(("sip.ours.example",)))
    assert isinstance(said, NoBid)
    assert said.loss is Loss.BAD_DESTINATION
    assert isinstance(read(body), Bid)


EXPIRIES: list[tuple[object, int | None]] = [
    (None, 60),
    (30, 30),
    ("45", 45),
    (1755014460, 60),
    (1755014460000, 60),
    ("2025-08-12T16:02:00Z", 120),
    ("2025-08-12T16:02:00", 120),
    ("2025-08-12T12:02:00-04:00", 120),
    (9_999_999, 3_600),
    ("never", None),
    (-5, None),
    (True, None),
]


@pytest.mark.parametrize(("said", "seconds"), EXPIRIES)
def test_an_expiry_is_read_in_each_of_its_forms(said: object, seconds: int | None) -> None:
    body = json.dumps({"bid": 5, "phoneNumber": "+15550100031", "expires_at": said}).encode()
    bid = read(body)
    if seconds is None:
        assert isinstance(bid, NoBid)
        assert bid.loss is Loss.BAD_EXPIRY
    else:
        assert isinstance(bid, Bid)
        assert bid.expires_at == NOW + timedelta(seconds=seconds)


def test_an_answer_that_a_path_takes_for_ever_in_is_no_bid() -> None:
    body = json.dumps({"bid": 5, "all": [{"price": at} for at in range(4_000)]}).encode()
    said = read(body, response={"accept": "$..[?count($..*) > 9]"})
    assert isinstance(said, NoBid)
    assert (said.loss, said.note[:20]) == (Loss.UNREADABLE, "its paths take more ")


AMOUNTS: list[tuple[object, str | Loss]] = [
    ("1,004.50", "1004.5"),
    (" $4.5 ", "4.5"),
    ("+.5", "0.5"),
    (1e1, "10"),
    (100_000, "100000"),
    (100_000.01, Loss.BAD_AMOUNT),
    ("4,50", Loss.BAD_AMOUNT),
    ("1_000", Loss.BAD_AMOUNT),
    ("٤", Loss.BAD_AMOUNT),
    ("1e-9999", Loss.BAD_AMOUNT),
    ("0x10", Loss.BAD_AMOUNT),
    (10**40, Loss.BAD_AMOUNT),
    ("", Loss.NO_BID),
    (None, Loss.NO_BID),
    ("0.00004", Loss.NO_BID),
    (5e-324, Loss.NO_BID),
]


@pytest.mark.parametrize(("said", "came_to"), AMOUNTS)
def test_an_amount_is_read_exactly_or_not_at_all(said: object, came_to: str | Loss) -> None:
    body = json.dumps({"bid": said, "phoneNumber": "+12125550199"}).encode()
    read_as = read(body)
    if isinstance(read_as, Bid):
        assert str(read_as.amount.amount.normalize()) == str(Decimal(str(came_to)).normalize())
    elif read_as.loss is Loss.ABOVE_MAXIMUM:
        assert read_as.amount is not None
        assert read_as.amount.amount == Decimal(str(came_to))
    else:
        assert read_as.loss is came_to


DURATIONS: list[tuple[object, int | None]] = [
    (12.5, 13),
    ("90", 90),
    ("", 0),
    (10**9, 14_400),
    (-1, None),
    ("soon", None),
    (True, None),
    ([60, 90], None),
]


@pytest.mark.parametrize(("said", "seconds"), DURATIONS)
def test_a_duration_that_cannot_be_read_makes_no_bid(said: object, seconds: int | None) -> None:
    body = json.dumps({"bid": 5, "phoneNumber": "+12125550199", "x": {"after": said}}).encode()
    bid = read(body, response={"required_seconds": "x.after"})
    if isinstance(bid, NoBid):
        assert (bid.loss, seconds) == (Loss.BAD_DURATION, None)
    else:
        assert bid.required_seconds == seconds


@pytest.mark.parametrize(("said", "refuses"), [(0, True), (0.0, True), (1, False), ("-", False)])
def test_a_number_of_nought_refuses(said: object, refuses: bool) -> None:
    body = json.dumps({"accepted": said, "bid": 5, "phoneNumber": "+12125550199"}).encode()
    bid = read(body, currency="EUR")
    assert isinstance(bid, NoBid) == refuses
    assert bid.amount is not None
    assert bid.amount.currency == "EUR"


KNOWN = sorted({name for names in NAMES.values() for name in names})
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KNOWN), inner),
    max_leaves=6,
)
TREES = st.dictionaries(st.sampled_from(KNOWN) | st.text(max_size=8), VALUES, max_size=8)
BODIES = st.binary(max_size=200) | TREES.map(lambda tree: json.dumps(tree).encode())


@settings(max_examples=2_000)
@given(body=BODIES, status=st.sampled_from((200, 200, 200, 204, 400, 500)))
def test_every_answer_is_classified(body: bytes, status: int) -> None:
    said = read(body, status, currency="USD", response={"amount": "$.price"})
    if isinstance(said, Bid):
        assert said.amount.amount > 0
        assert said.expires_at > NOW
    else:
        assert said.loss in Loss


def a_value(rng: random.Random, depth: int = 0) -> object:
    """Anything that a bidder may put into a field."""
    plain = (
        lambda: rng.choice((None, True, False, "", "yes", "no", "NaN", "$4.50", "1e999", "٣")),
        lambda: rng.choice((0, -1, 10**40, 2.5, 1e308, float("nan"), float("inf"))),
        lambda: rng.choice(("+12125550199", "sip:a@b.example", "USD", "2030-01-01T00:00:00Z")),
        lambda: "".join(chr(rng.randrange(1, 0xD7FF)) for _ in range(rng.randrange(12))),
        lambda: rng.randrange(-(10**6), 10**13),
    )
    if depth < 3 and rng.random() < 0.2:
        inner = [a_value(rng, depth + 1) for _ in range(rng.randrange(4))]
        return inner if rng.random() < 0.5 else {rng.choice(KNOWN): one for one in inner}
    return rng.choice(plain)()


def a_body(rng: random.Random) -> bytes:
    """JSON, XML, or either cut, changed, doubled or replaced by noise."""
    fields = {rng.choice(KNOWN): a_value(rng) for _ in range(rng.randrange(8))}
    if rng.random() < 0.1:  # of mere chance few would be whole bids
        fields = {"bidAmount": "4.50", "phoneNumber": "+12125550199"} | dict([*fields.items()][:2])
    body = json.dumps(fields).encode()
    if rng.random() < 0.3:
        inside = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in fields.items())
        body = f"<bid>{inside}</bid>".encode()
    match rng.randrange(7):
        case 0:
            return body[: rng.randrange(len(body) + 1)]
        case 1:
            at = rng.randrange(len(body))
            return body[:at] + bytes((rng.randrange(256),)) + body[at + 1 :]
        case 2:
            return body + body
        case 3:
            return rng.randbytes(rng.randrange(200))
        case 4:
            return body.replace(b"{", b'{"bidAmount": 1, ', 1)
        case _:
            return body


def test_generated_answers_are_classified_each_and_none_raises() -> None:
    rng = random.Random(5)
    own = {"kind": "phone", "number": "+12125550188"}
    targets = (
        a_target(),
        a_target(),
        a_target(destination=own, response={"amount": "$..bid", "accept": "$[?@ == 'yes']"}),
        a_target(destination=own, response={"amount": "$..*", "expiry": "$.*[-1]"}),
    )
    came_to: Counter[str] = Counter()
    for _ in range(GENERATED):
        status = rng.choice((200, 200, 200, 204, 500))
        said = bid_of(rng.choice(targets), status, a_body(rng), NOW)
        came_to["bid" if isinstance(said, Bid) else said.loss] += 1
    assert sum(came_to.values()) == GENERATED
    assert {"bid", Loss.NO_BID, Loss.REFUSED, Loss.UNREADABLE, Loss.BAD_AMOUNT} <= set(came_to)
