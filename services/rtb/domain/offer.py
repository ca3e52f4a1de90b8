"""What a bidder is asked: one call, told in the bidder's own format, as a request to send."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from urllib.parse import urlencode, urlsplit

import orjson

from libs.contracts.bidding import Content, RtbTarget
from libs.contracts.voice import SipHeader
from libs.rules.macros import BadTemplate, Place, Template, read_template
from libs.rules.proof import proof_of
from services.rtb.domain.offered import Offered, Told, is_known

USER_AGENT = "CallCenter-RTB/1.0"  # as the predecessor's bidders know it
TEST = "X-RTB-Test"  # whatever the template tells, a bidder must know that no call comes
SIP_VALUE_MAX = 200  # characters of one header; the carrier takes 1,024 in all
TEMPLATES_KEPT = 8_192  # read ones: four of each of two thousand bidders

PLACES: Mapping[Content, Place] = {
    Content.JSON: Place.JSON,
    Content.FORM: Place.FORM,
    Content.XML: Place.XML,
    Content.QUERY: Place.URL,
}
_TYPES: Mapping[Content, str] = {
    Content.JSON: "application/json",
    Content.FORM: "application/x-www-form-urlencoded",
    Content.XML: "application/xml",
}


@dataclass(frozen=True, slots=True)
class Request:
    """A request, ready to be sent."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = b""


def offer_of(
    target: RtbTarget, offered: Offered, timeout_ms: int, now: datetime, secret: bytes
) -> Request:
    """The request to one bidder; `secret` makes callers' tokens."""
    told = Told(target, offered, timeout_ms, secret)
    address = _template(target.endpoint, Place.URL).fill(told)
    text = _content(target, told, offered)
    body = b""
    if target.content is not Content.QUERY:
        body = text.encode()
    elif text:
        address += ("&" if urlsplit(address).query else "?") + text
    headers = {"User-Agent": USER_AGENT, "Accept": "application/json, application/xml"}
    if body:
        headers["Content-Type"] = _TYPES[target.content]
    if offered.is_test:
        headers[TEST] = "1"
    for header in target.headers:
        headers[header.name] = _template(header.value.get_secret_value(), Place.HEADER).fill(told)
    return Request(target.method, address, headers | proof_of(target.auth, body, now), body)


def sip_headers_of(target: RtbTarget, offered: Offered, secret: bytes) -> tuple[SipHeader, ...]:
    """The headers that a SIP leg to a bidder carries; one that has no value is left out."""
    if not target.sip_headers:
        return ()
    told = Told(target, offered, 0, secret)
    filled = (
        SipHeader(
            name=one.name, value=_template(one.value, Place.HEADER).fill(told)[:SIP_VALUE_MAX]
        )
        for one in target.sip_headers
    )
    return tuple(one for one in filled if one.value)


def check_templates(target: RtbTarget) -> Iterator[tuple[str, str]]:
    """Each field whose template cannot be read, with what is wrong."""
    texts = [("endpoint", target.endpoint, Place.URL)]
    texts.append(("template", target.template, PLACES[target.content]))
    for at, header in enumerate(target.headers):
        texts.append((f"headers.{at}.value", header.value.get_secret_value(), Place.HEADER))
    for at, sip in enumerate(target.sip_headers):
        texts.append((f"sip_headers.{at}.value", sip.value, Place.HEADER))
    for field, text, place in texts:
        try:
            _template(text, place)
        except BadTemplate as fault:
            yield field, str(fault)


@lru_cache(maxsize=TEMPLATES_KEPT)
def _template(text: str, place: Place) -> Template:
    return read_template(text, place, is_known)


def _content(target: RtbTarget, told: Told, offered: Offered) -> str:
    if target.template:
        return _template(target.template, PLACES[target.content]).fill(told)
    match target.content:
        case Content.JSON:
            told_all = {**_as_before(told), "tags": _shared(target, offered)}
            return orjson.dumps(told_all).decode()
        case Content.XML:
            return _template(_DEFAULT_XML, Place.XML).fill(told)
        case Content.FORM | Content.QUERY:
            return urlencode(_as_before(told))


_DEFAULT = (
    "requestId",
    "campaignId",
    "callerId",
    "callerState",
    "callerZip",
    "callStartTime",
    "timeoutMs",
    "minBid",
    "maxBid",
    "currency",
)
_DEFAULT_XML = "".join(
    ("<bid_request>", *(f"<{name}>{{{name}}}</{name}>" for name in _DEFAULT), "</bid_request>")
)


def _as_before(told: Told) -> dict[str, str]:
    """What the predecessor told, under its names; what is not known is left out."""
    return {name: value for name in _DEFAULT if (value := told[name.lower()])}


def _shared(target: RtbTarget, offered: Offered) -> dict[str, str]:
    groups = {group.lower() for group in target.shared_tags}
    return {
        name: value
        for name, value in offered.tags.items()
        if name.partition(":")[0].lower() in groups
    }
