"""Only the carrier's signature opens the door; its own library is the oracle."""

import hashlib
from urllib.parse import urlencode

import pytest
from starlette.datastructures import FormData
from twilio.request_validator import RequestValidator

from services.ingress.twilio_forms import Form, read_form
from services.ingress.twilio_guard import is_body_of, is_signed, signature

TOKEN = "the auth token"
URL = "https://calls.example.com/api/webhooks/voice"
PLAIN = [("CallSid", "CA1"), ("To", "+18005550100"), ("FromCity", "São Paulo"), ("ToZip", "")]


def form(pairs: list[tuple[str, str]]) -> Form:
    return read_form(urlencode(pairs).encode())


def fields(pairs: list[tuple[str, str]]) -> FormData:
    return FormData([*pairs])


def sdk_accepts(url: str, pairs: list[tuple[str, str]], given: str) -> bool:
    return bool(RequestValidator(TOKEN).validate(url, fields(pairs), given))


@pytest.mark.parametrize(
    "url",
    [
        URL,
        URL + "?owner=router&account=1",
        "https://calls.example.com:443/api/webhooks/voice",
        "https://calls.example.com:8443/api/webhooks/voice",
        "http://calls.example.com/x",
        "http://calls.example.com:80/x",
    ],
)
@pytest.mark.parametrize(
    "pairs",
    [
        PLAIN,
        [],
        [("b", "2"), ("a", "1"), ("A", "3"), ("aa", "")],
        [("k", "2"), ("k", "1"), ("k", "2"), ("j", "0")],
        [("CallToken", '{"parentCallInfoToken":"e=="}'), ("From", "<Dial/>&")],
    ],
)
def test_it_signs_and_believes_as_the_library_does(url: str, pairs: list[tuple[str, str]]) -> None:
    theirs = RequestValidator(TOKEN).compute_signature(url, fields(pairs))
    assert signature(TOKEN, url, form(pairs)) == theirs
    assert is_signed(theirs, url, form(pairs), [TOKEN])
    assert sdk_accepts(url, pairs, theirs)


@pytest.mark.parametrize(
    ("signed", "asked"),
    [
        (URL, URL.replace(".com", ".com:443")),
        (URL.replace(".com", ".com:443"), URL),
        ("http://h.example:80/x", "http://h.example/x"),
        ("https://Calls.Example.com:443/x", "https://Calls.Example.com/x"),
    ],
)
def test_the_default_port_may_be_said_or_not(signed: str, asked: str) -> None:
    given = signature(TOKEN, signed, form(PLAIN))
    assert is_signed(given, asked, form(PLAIN), [TOKEN])
    assert sdk_accepts(asked, PLAIN, given)


def test_another_port_is_another_address() -> None:
    given = signature(TOKEN, URL.replace(".com", ".com:8443"), form(PLAIN))
    assert not is_signed(given, URL, form(PLAIN), [TOKEN])


@pytest.mark.parametrize(
    "given",
    ["", "x", "no base64 at all é", signature("another token", URL, form(PLAIN))],
)
def test_a_missing_or_wrong_signature_is_refused_without_a_fault(given: str) -> None:
    assert not is_signed(given, URL, form(PLAIN), [TOKEN])


@pytest.mark.parametrize(
    "changed",
    [
        PLAIN[1:],
        [*PLAIN, ("Extra", "1")],
        [("CallSid", "CA2"), *PLAIN[1:]],
        [("CallSid", "CA1"), ("CallSid", "CA2"), *PLAIN[1:]],
    ],
)
def test_every_field_counts(changed: list[tuple[str, str]]) -> None:
    given = signature(TOKEN, URL, form(PLAIN))
    pairs = tuple(changed)
    assert not is_signed(given, URL, Form(pairs, dict(pairs)), [TOKEN])


def test_the_address_counts_with_its_query() -> None:
    given = signature(TOKEN, URL + "?account=1", form(PLAIN))
    assert not is_signed(given, URL + "?account=2", form(PLAIN), [TOKEN])
    assert not is_signed(given, URL, form(PLAIN), [TOKEN])


def test_both_tokens_count_while_they_are_rotated_and_none_without_an_account() -> None:
    given = signature("the next token", URL, form(PLAIN))
    assert is_signed(given, URL, form(PLAIN), [TOKEN, "the next token"])
    assert not is_signed(given, URL, form(PLAIN), [TOKEN])
    assert not is_signed(given, URL, form(PLAIN), [])


def test_a_digest_in_the_address_must_be_the_bodys() -> None:
    body = b"CallSid=CA1"
    digest = hashlib.sha256(body).hexdigest()
    assert is_body_of(f"bodySHA256={digest}", body)
    assert not is_body_of(f"bodySHA256={digest}", b"CallSid=CA2")
    assert not is_body_of("bodySHA256=", body)
    assert not is_body_of("bodySHA256=%C3%A9", body)
    assert is_body_of("account=1", body)
