"""Pings as the trade's platforms document them, and as nobody should send them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.rtb.domain.ping import Ping, Unusable, read_ping

JSON, XML = "application/json", "application/xml"
FIELD: list[tuple[str, bytes, str, dict[str, str], set[str]]] = [
    (
        "",
        b'{"CID":"15557779999","exposeCallerId":"yes","zipcode":"12345","sipOk":"yes"}',
        JSON,
        {"caller": "+15557779999", "zip": "12345"},
        {"ping:exposecallerid", "ping:sipok"},
    ),
    (
        "",
        b"<bid_request><CID>15557779999</CID><zipcode>12345</zipcode></bid_request>",
        XML,
        {"caller": "+15557779999", "zip": "12345"},
        set(),
    ),
    (
        "",
        b"<BidRequest><cid>+15557779999</cid><SubID>7</SubID></BidRequest>",
        XML,
        {"caller": "+15557779999"},
        {"ping:subid"},
    ),
    (
        "CID=15557779999&zipcode=12345&publisherInboundCallId=x1",
        b"",
        "",
        {"caller": "+15557779999", "zip": "12345"},
        {"ping:publisherinboundcallid"},
    ),
    (
        "",
        b'{"cid":"+15557779999","exposeCallerid":"no","zip_code":"90001","State":"CA",'
        b'"trusted_form_url":"https://cert/1"}',
        JSON,
        {"caller": "+15557779999", "zip": "90001", "state": "CA"},
        {"ping:exposecallerid", "ping:trusted_form_url", "lead:trustedform"},
    ),
    (
        "key=5f&caller_number=%2B15557779999&inbound_number=%2B18005550100",
        b"",
        "",
        {"caller": "+15557779999"},
        {"ping:key", "ping:inbound_number"},
    ),
    (
        "",
        b'{"caller_id":"18005551234","traffic_source_id":"source_abc"}',
        JSON,
        {"caller": "+18005551234", "publisher": "source_abc"},
        set(),
    ),
]


@pytest.mark.parametrize(("query", "body", "kind", "told", "tags"), FIELD)
def test_documented_pings_are_read(
    query: str, body: bytes, kind: str, told: dict[str, str], tags: set[str]
) -> None:
    ping = read_ping(query, body, kind)
    found = {
        "caller": ping.caller.text,
        "zip": ping.geography.zip,
        "state": ping.geography.state,
        "publisher": ping.publisher,
    }
    assert {name: value for name, value in found.items() if value} == told
    assert set(ping.tags) == tags


NAMES = st.sampled_from(("CID", "cid", "zip", "state", "tags", "Cert_Type", "Cert_Id", "", "a"))
TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=8,
)


@settings(max_examples=1_000)
@given(
    query=st.text(max_size=60),
    body=st.binary(max_size=120) | TREES.map(lambda tree: str(tree).replace("'", '"').encode()),
    kind=st.sampled_from((JSON, XML, "application/x-www-form-urlencoded", "")),
)
def test_whatever_is_sent_is_a_ping_or_is_refused(query: str, body: bytes, kind: str) -> None:
    try:
        ping: Ping | None = read_ping(query, body, kind)
    except Unusable:
        ping = None
    assert ping is None or ping.caller.number is None or ping.caller.number.startswith("+")
