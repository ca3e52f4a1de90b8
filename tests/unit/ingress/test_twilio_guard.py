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
URL = "https://calls.example.com/api/webhooks/voice"
OTHERS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NAMES = st.sampled_from(["SipHeader", "Tag", "tag", "Tag2", "é", ""])
PAIRS = st.lists(st.tuples(NAMES, OTHERS), max_size=8)
PATHS = ["/", "/api/webhooks/voice", "/api/webhooks/dial/1/0?owner=router&account=2", "/a?b=%20+c"]


def form_of(*pairs: tuple[str, str]) -> Form:
    return read_form(urlencode(pairs).encode())


def library_signature(url: str, *pairs: tuple[str, str], token: str = TOKEN) -> str:
    """What the library signs; it reads repeated names from Starlette's own `FormData` only."""
    return str(RequestValidator(token).compute_signature(url, FormData(list(pairs))))


@given(PAIRS)
def test_any_form_is_signed_as_the_library_signs_it(pairs: list[tuple[str, str]]) -> None:
    assert signature(TOKEN, URL, form_of(*pairs)) == library_signature(URL, *pairs)


@given(PAIRS, PAIRS)
def test_a_signature_holds_for_the_fields_it_was_made_of_alone(
    signed: list[tuple[str, str]], sent: list[tuple[str, str]]
) -> None:
    given_signature = library_signature(URL, *signed)

    believed = RequestValidator(TOKEN).validate(
        URL, FormData([(name, value) for name, value in sent]), given_signature
    )

    assert is_signed(given_signature, URL, form_of(*sent), [TOKEN]) == believed


@given(
    st.sampled_from(["http", "https"]),
    st.sampled_from(["", ":80", ":443", ":8443"]),
    st.sampled_from(["", ":80", ":443", ":8443"]),
    st.sampled_from(PATHS),
)
def test_ports_are_forgiven_as_the_library_forgives_them(
    scheme: str, configured: str, signed: str, path: str
) -> None:
    url = f"{scheme}://calls.example.com{configured}{path}"
    given_signature = library_signature(f"{scheme}://calls.example.com{signed}{path}", ("A", "1"))

    believed = RequestValidator(TOKEN).validate(url, FormData([("A", "1")]), given_signature)

    assert is_signed(given_signature, url, form_of(("A", "1")), [TOKEN]) == believed


@pytest.mark.parametrize(
    "host", ["calls.example.com", "[2001:db8::1]", "[2001:db8::1]:8443", "user:word@calls:8443"]
)
def test_the_exact_address_is_believed_whatever_its_host(host: str) -> None:
    """The library cuts a host at its first colon: it refuses the last two."""
    url = f"https://{host}/api/webhooks/voice"

    assert is_signed(library_signature(url, ("A", "1")), url, form_of(("A", "1")), [TOKEN])


def test_an_address_that_ends_in_a_bare_question_mark_is_believed() -> None:
    url = f"{URL}?"

    assert is_signed(library_signature(url), url, form_of(), [TOKEN])


def test_no_signature_at_all_is_refused() -> None:
    assert not is_signed("", URL, form_of(), [TOKEN])


@pytest.mark.parametrize("given_signature", ["x", "\xff\x00", "=" * 10_000, "é" * 28])
def test_what_is_no_signature_is_refused(given_signature: str) -> None:
    assert not is_signed(given_signature, URL, form_of(), [TOKEN])


def test_any_of_the_tokens_will_do_while_they_are_rotated() -> None:
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
