"""Addresses are written and read by the same hand."""

from urllib.parse import urlsplit
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.ids import AccountId, CallId
from services.ingress.domain.callbacks import (
    ADDRESSES,
    Kind,
    Leg,
    kind_of,
    pool_of,
    read_dial_url,
    read_leg,
)

BASE = "https://calls.example.com"
CALL = "00000000-0000-0000-0000-000000000001"
POOL = "0190a0b0-0000-7000-8000-00000000000c"


@given(
    st.uuids(),
    st.integers(0, 1_000),
    st.none() | st.uuids(),
    st.none() | st.integers(0, 1_000),
    st.sampled_from(["dial", "leg", "recording", "turn"]),
)
def test_what_is_written_is_read(
    call: UUID, step: int, account: UUID | None, fell_back: int | None, kind: str
) -> None:
    leg = Leg(CallId(call), step, None if account is None else AccountId(account), fell_back)
    url = urlsplit(leg.url(BASE, kind))
    assert kind_of(url.path) is (Kind.VOICE if kind == "turn" else Kind(kind))
    assert read_leg(url.path, url.query) == leg
    assert (read_dial_url(url.geturl()) == leg) is (kind == "dial")


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/api/webhooks/dial/not-a-call/1", ""),
        (f"/api/webhooks/dial/{CALL}/1001", ""),
        (f"/api/webhooks/dial/{CALL}/-1", ""),
        (f"/api/webhooks/dial/{CALL}/one", ""),
        (f"/api/webhooks/dial/{CALL}/1", "account=nobody"),
        (f"/api/webhooks/dial/{CALL}/1", "fell_back=-1"),
        (f"/api/webhooks/dial/{CALL}/1", "fell_back=many"),
        (f"/api/webhooks/dial/{CALL}/1/2", ""),
        ("/api/webhooks/dial", ""),
    ],
)
def test_what_nobody_wrote_names_no_leg(path: str, query: str) -> None:
    assert read_leg(path, query) is None


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/api/webhooks/voice", Kind.VOICE),
        ("/api/webhooks/twilio/voice", Kind.VOICE),
        (f"/api/webhooks/pool/{POOL}/voice", Kind.VOICE),
        ("/api/webhooks/pool/17/voice", Kind.VOICE),
        ("/api/webhooks/tracking-tag/17/voice", Kind.VOICE),
        ("/api/twilio/trunk/voice", Kind.VOICE),
        ("/api/webhooks/status", Kind.STATUS),
        ("/api/webhooks/call-status", Kind.STATUS),
        ("/api/webhooks/twilio/status", Kind.STATUS),
        (f"/api/webhooks/pool/{POOL}/status", Kind.STATUS),
        ("/api/webhooks/tracking-tag/17/status", Kind.STATUS),
        ("/api/webhooks/fallback", Kind.FALLBACK),
        ("/api/webhooks/pool/{pool_id}", None),
        ("/api/webhooks/voice/", None),
        ("/api/webhooks/pool//voice", None),
        ("/api/webhooks/pool/a/b/voice", None),
        ("/api/twilio/trunk", None),
        ("/", None),
    ],
)
def test_numbers_of_today_and_of_long_ago_are_answered(path: str, kind: Kind | None) -> None:
    assert kind_of(path) is kind


def test_every_address_is_reached() -> None:
    for address, kind in ADDRESSES.items():
        path = address.format(pool_id=POOL, call_id=CALL, step=1, tag_id=5)
        assert kind_of(path) is kind


def test_a_pool_is_known_by_its_id_and_an_old_one_still_rings() -> None:
    assert pool_of(f"/api/webhooks/pool/{POOL}/voice") == UUID(POOL)
    assert pool_of(f"{BASE}/api/webhooks/pool/{POOL}/voice") == UUID(POOL)
    assert pool_of("/api/webhooks/pool/17/voice") is None
    assert pool_of(f"/api/webhooks/pool/{'-' * 36}/voice") is None


@pytest.mark.parametrize("url", ["", "https://[bad/api/webhooks/dial/x/1", "mailto:a@b"])
def test_an_error_url_of_somebody_else_names_no_leg(url: str) -> None:
    assert read_dial_url(url) is None
