"""Reading a publisher's ping: whatever it is written in, under whatever names the trade uses."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

from libs.contracts.areas import STATES
from libs.contracts.calls import Geography
from libs.contracts.message import Value
from libs.contracts.phone import WITHHELD, Caller, read_caller
from libs.contracts.tags import TAG_NAME_MAX, TAG_TEXT_MAX, TAGS_MAX, Tags
from services.rtb.domain.tree import Unreadable, read_tree

NANP_DIGITS = 10
ZIP_DIGITS_MAX = 10
CITY_MAX = 80

ALIASES: Mapping[str, tuple[str, ...]] = {
    "caller": (
        "cid",
        "callerid",
        "caller_id",
        "caller_number",
        "callernumber",
        "phone",
        "phone_number",
    ),
    "zip": ("zipcode", "zip", "zip_code", "callerzip", "postalcode", "postal_code"),
    "state": ("state", "callerstate", "caller_state", "statecode"),
    "city": ("city", "callercity", "caller_city"),
    "publisher": (
        "publisherid",
        "publisher_id",
        "publisher",
        "pubid",
        "pub_id",
        "traffic_source_id",
    ),
}
"""Where each thing is looked for, whatever the case."""

CERTIFICATES: Mapping[str, tuple[str, ...]] = {
    "trustedform": (
        "trusted_form_url",
        "trustedformurl",
        "trusted_form_cert_url",
        "xxtrustedformcerturl",
        "trustedform",
    ),
    "jornaya": ("jornaya_leadid", "jornaya_lead_id", "jornaya", "leadid", "universal_leadid"),
}
"""Certificates of a lead's consent: by whichever name they are sent, the call has one tag each."""

_KNOWN = frozenset(name for names in ALIASES.values() for name in names)
_PLAIN = re.compile(r"[^\x00-\x1f\x7f]*")


class Unusable(ValueError):
    """The ping cannot be read."""


class Ping(Value):
    """What a publisher tells of a call to come; what has no name of ours is a tag `ping:…`.

    Certificates of consent are tags `lead:…` besides.
    """

    caller: Caller = WITHHELD
    geography: Geography = Geography()
    publisher: str = ""
    tags: Tags


def read_ping(query: str, body: bytes, content_type: str) -> Ping:
    """Read the query and the body: JSON, XML or a form; raise Unusable."""
    fields = _of_form(query) | _of_body(body, content_type)
    lower = {name.lower(): value.strip() for name, value in fields.items()}

    def one(meaning: str) -> str:
        return next((lower[name] for name in ALIASES[meaning] if lower.get(name)), "")

    geography = Geography(
        state=_state(one("state")),
        zip=one("zip") if re.fullmatch(r"[0-9A-Za-z -]{3,10}", one("zip")) else "",
        city=one("city")[:CITY_MAX] if _PLAIN.fullmatch(one("city")) else "",
        country="US" if one("zip") or one("state") else "",
    )
    return Ping(
        caller=_caller(one("caller")),
        geography=geography,
        publisher=one("publisher")[:TAG_NAME_MAX] if _PLAIN.fullmatch(one("publisher")) else "",
        tags=dict(_tags(lower)),
    )


def _of_form(text: str) -> dict[str, str]:
    try:
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=TAGS_MAX))
    except ValueError as fault:
        raise Unusable(f"more than {TAGS_MAX} fields, or no form at all") from fault


def _of_body(body: bytes, content_type: str) -> dict[str, str]:
    if not body.strip():
        return {}
    if content_type.startswith("application/x-www-form-urlencoded"):
        return _of_form(body.decode(errors="replace"))
    try:
        tree = read_tree(body)
    except Unreadable as fault:
        raise Unusable(str(fault)) from fault
    if isinstance(tree, dict) and len(tree) == 1:
        (inner,) = tree.values()
        tree = inner if isinstance(inner, dict) else tree
    if not isinstance(tree, dict):
        raise Unusable("the body is no object with fields")
    return dict(_flat(tree))


def _flat(tree: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The plain fields; those within `tags` too."""
    for name, value in tree.items():
        if isinstance(value, dict) and name.lower() == "tags":
            yield from _flat(value)
        elif isinstance(value, bool):
            yield name, "true" if value else "false"
        elif isinstance(value, str | int | float):
            yield name, str(value)


def _certificates(lower: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    kind = re.sub("[^a-z]", "", lower.get("cert_type", "").lower())
    for meaning, names in CERTIFICATES.items():
        sent = [lower[name] for name in names if lower.get(name)]
        if kind and kind in names:
            sent.append(lower.get("cert_id", ""))
        if sent and sent[0] and len(sent[0]) <= TAG_TEXT_MAX and "\0" not in sent[0]:
            yield f"lead:{meaning}", sent[0]


def _tags(lower: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield from _certificates(lower)
    told = len(CERTIFICATES)
    for name, value in lower.items():
        fits = len(name) <= TAG_NAME_MAX - len("ping:") and len(value) <= TAG_TEXT_MAX
        if name in _KNOWN or not fits or not name or "\0" in value + name:
            continue
        told += 1
        if told < TAGS_MAX:
            yield f"ping:{name}", value


def _state(text: str) -> str:
    return text.upper() if text.upper() in STATES else ""


def _caller(text: str) -> Caller:
    """A number as people write it: ten digits are of North America.

    >>> [_caller(text).text for text in ("(212) 555-0100", "12125550100", "+4930123456", "no")]
    ['+12125550100', '+12125550100', '+4930123456', '']
    """
    digits = re.sub(r"[^0-9]", "", text)
    if not digits or re.search(r"[A-Za-z]", text):
        return WITHHELD
    if text.lstrip().startswith("+"):
        return read_caller(f"+{digits}")
    return read_caller(f"+1{digits}" if len(digits) == NANP_DIGITS else f"+{digits}")
