"""Addresses: what is written into a document is read back, and nothing else is."""

from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.ids import AccountId, CallId, PoolId
from services.ingress.domain.callbacks import (
    ADDRESSES,
    STEP_MAX,
    Kind,
    Leg,
    kind_of,
    pool_of,
    read_dial_url,
    read_leg,
)

BASE = "https://calls.example.com"
CALL = UUID("6f0c3f0e-6f0b-4a55-9d52-0c7a6f5f3f61")
STEPS = st.integers(0, STEP_MAX)
LEGS = st.builds(
    Leg,
    call_id=st.uuids().map(CallId),
    step=STEPS,
    account_id=st.none() | st.uuids().map(AccountId),
    fell_back=st.none() | STEPS,
)


@given(LEGS, st.sampled_from(["dial", "leg", "recording", "turn"]))
def test_an_address_that_is_written_is_read_back(leg: Leg, kind: str) -> None:
    address = urlsplit(leg.url(BASE, kind))

    assert f"{address.scheme}://{address.netloc}" == BASE
    assert read_leg(address.path, address.query) == leg
    assert kind_of(address.path) is Kind(kind)


@given(LEGS)
def test_the_carrier_names_a_dial_action_as_it_was_written(leg: Leg) -> None:
    assert read_dial_url(leg.url(BASE, "dial")) == leg
    assert read_dial_url(leg.url(BASE, "recording")) is None


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("", ""),
        ("/", "account=1"),
        ("/api/webhooks/voice", ""),
        (f"/api/webhooks/dial/{CALL}", ""),
        (f"/api/webhooks/dial/{CALL}/0/1", ""),
        ("/api/webhooks/dial/not-a-call/0", ""),
        (f"/api/webhooks/dial/{CALL}/first", ""),
        (f"/api/webhooks/dial/{CALL}/-1", ""),
        (f"/api/webhooks/dial/{CALL}/{STEP_MAX + 1}", ""),
        (f"/api/webhooks/dial/{CALL}/{'9' * 5_000}", ""),
        (f"/api/webhooks/dial/{CALL}/0", "account=mine"),
        (f"/api/webhooks/dial/{CALL}/0", "fell_back=some"),
        (f"/api/webhooks/dial/{CALL}/0", "fell_back=-1"),
        (f"/api/webhooks/dial/{CALL}/0", f"fell_back={STEP_MAX + 1}"),
    ],
)
def test_a_foreign_address_names_no_leg(path: str, query: str) -> None:
    assert read_leg(path, query) is None


@pytest.mark.parametrize(
    "url",
    ["", "not a url", "https://elsewhere.example.com/", f"{BASE}/api/webhooks/voice", "https://[/"],
)
def test_a_foreign_error_url_names_no_leg(url: str) -> None:
    assert read_dial_url(url) is None


@given(st.text(max_size=80), st.text(max_size=80))
def test_no_text_breaks_the_reading(path: str, query: str) -> None:
    read_leg(path, query)
    read_dial_url(path)
    pool_of(path)
    kind_of(path)


@pytest.mark.parametrize(("address", "kind"), ADDRESSES.items())
def test_every_address_is_known(address: str, kind: Kind) -> None:
    for name in ("pool_id", "call_id", "tag_id"):
        address = address.replace(f"{{{name}}}", str(CALL))
    path = address.replace("{step}", "0")

    assert kind_of(path) is kind
    assert kind_of(f"{path}/more") is None
    assert kind_of(f"/elsewhere{path}") is None


@pytest.mark.parametrize(
    "path",
    [
        "/api/webhooks/pool//voice",
        "/api/webhooks/pool/a/b/voice",
        f"/api/webhooks/pool/{'a' * 65}/voice",
        "/api/webhooks/",
        "/API/webhooks/voice",
        "/api/webhooks/voice\n",
    ],
)
def test_what_only_resembles_an_address_is_none(path: str) -> None:
    assert kind_of(path) is None


def test_a_pool_is_read_from_its_own_address_alone() -> None:
    pool = PoolId(uuid4())

    assert pool_of(f"/api/webhooks/pool/{pool}/voice") == pool
    assert pool_of(f"{BASE}/api/webhooks/pool/{pool}/voice") == pool
    assert pool_of(f"/api/webhooks/pool/{'-' * 36}/voice") is None
    assert pool_of("/api/webhooks/voice") is None
