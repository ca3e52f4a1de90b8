"""Signatures: what the carrier's own library would sign is believed, and nothing else."""

import hashlib
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import FormData
from twilio.request_validator import RequestValidator

from services.ingress.twilio_forms import Form, read_form
from services.ingress.twilio_guard import is_body_of, is_signed, signature

TOKEN = "an auth token"
HOST = "https://calls.example.com"
URL = f"{HOST}/api/webhooks/voice"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NAMES = st.sampled_from(["SipHeader", "Tag", "tag", "Tag2", "é", ""])
PAIRS = st.lists(st.tuples(NAMES, TEXTS), max_size=8)
PORTS = st.sampled_from(["", ":80", ":443", ":8443"])
PATHS = st.sampled_from(
    ["", "/", "/api/webhooks/voice", "/api/webhooks/dial/1/0?owner=router&account=2", "/a?b=%20+c"]
)

Pair = tuple[str, str]


def form_of(*pairs: Pair) -> Form:
    return read_form(urlencode(pairs).encode())


def library_signature(url: str, *pairs: Pair, token: str = TOKEN) -> str:
    """What the library signs; it reads repeated names from Starlette's own `FormData` only."""
    return str(RequestValidator(token).compute_signature(url, FormData(list(pairs))))


def library_believes(url: str, given_signature: str, *pairs: Pair) -> bool:
    return bool(RequestValidator(TOKEN).validate(url, FormData(list(pairs)), given_signature))


@given(PATHS, PAIRS)
def test_any_form_is_signed_as_the_library_signs_it(path: str, pairs: list[Pair]) -> None:
    url = HOST + path

    assert signature(TOKEN, url, form_of(*pairs)) == library_signature(url, *pairs)


@given(PAIRS, PAIRS)
def test_a_signature_holds_for_the_fields_it_was_made_of_alone(
    signed: list[Pair], sent: list[Pair]
) -> None:
    made = library_signature(URL, *signed)

    assert is_signed(made, URL, form_of(*sent), [TOKEN]) == library_believes(URL, made, *sent)


@pytest.mark.parametrize(
    "sent",
    [
        (("To", "1"),),
        (("CallSid", "CA1"), ("To", "1"), ("Extra", "1")),
        (("CallSid", "CA2"), ("To", "1")),
        (("CallSid", "CA1"), ("CallSid", "CA2"), ("To", "1")),
    ],
)
def test_a_field_left_out_added_changed_or_repeated_is_noticed(
    sent: tuple[Pair, ...],
) -> None:
    made = library_signature(URL, ("CallSid", "CA1"), ("To", "1"))

    assert is_signed(made, URL, form_of(("To", "1"), ("CallSid", "CA1")), [TOKEN])
    assert not is_signed(made, URL, Form(sent, dict(sent)), [TOKEN])


@given(st.sampled_from(["http", "https"]), PORTS, PORTS, PATHS, PATHS)
def test_ports_are_forgiven_as_the_library_forgives_them_and_nothing_else(
    scheme: str, configured: str, signed: str, path: str, signed_path: str
) -> None:
    url = f"{scheme}://Calls.Example.com{configured}{path}"
    made = library_signature(f"{scheme}://Calls.Example.com{signed}{signed_path}", ("A", "1"))

    believed = is_signed(made, url, form_of(("A", "1")), [TOKEN])

    assert believed == library_believes(url, made, ("A", "1"))


@pytest.mark.parametrize(
    ("signed", "asked", "library"),
    [
        ("https://[2001:db8::1]:8443/a", "https://[2001:db8::1]:8443/a", True),
        ("https://[2001:db8::1]:443/a", "https://[2001:db8::1]/a", True),
        ("https://[2001:db8::1]/a", "https://[2001:db8::1]:8443/a", False),
        ("https://user:word@calls/a", "https://user:word@calls:8443/a", False),
        (f"{URL}?", f"{URL}?", False),
    ],
)
def test_an_odd_host_is_treated_as_any_other(signed: str, asked: str, library: bool) -> None:
    """The library cuts hosts at their first colon, and drops a bare question mark."""
    made = library_signature(signed, ("A", "1"))

    assert library_believes(asked, made, ("A", "1")) is library
    assert is_signed(made, asked, form_of(("A", "1")), [TOKEN])


@pytest.mark.parametrize(
    "made", ["", "x", "\xff\x00", "=" * 10_000, "é" * 28, library_signature(URL, token="another")]
)
def test_what_is_no_signature_or_anothers_is_refused_without_a_fault(made: str) -> None:
    """The library fails where there is none."""
    assert not is_signed(made, URL, form_of(), [TOKEN])


def test_any_of_the_tokens_will_do_while_they_are_rotated_and_none_without_an_account() -> None:
    made_with_next = library_signature(URL, ("A", "1"), token="the next token")

    assert is_signed(made_with_next, URL, form_of(("A", "1")), [TOKEN, "the next token"])
    assert not is_signed(made_with_next, URL, form_of(("A", "1")), [TOKEN])
    assert not is_signed(made_with_next, URL, form_of(("A", "1")), [])


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_a_digest_in_the_address_must_be_the_body_s(digested: bytes, sent: bytes) -> None:
    """The library leaves it unchecked wherever fields are given as a mapping."""
    query = f"a=b&bodySHA256={hashlib.sha256(digested).hexdigest()}"

    assert is_body_of(query, sent) == (digested == sent)


@pytest.mark.parametrize("query", ["bodySHA256=", "bodySHA256", "bodySHA256=%C3%A9"])
def test_a_digest_that_is_none_is_no_body_s(query: str) -> None:
    assert not is_body_of(query, b"body")


def test_an_address_without_a_digest_says_nothing_about_the_body() -> None:
    assert is_body_of("owner=router", b"body")
