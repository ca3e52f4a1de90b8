"""What a bidder is asked: one call, told in the bidder's own format, as a request to send.

Nothing of ours but the campaign's `rtb_id` and an id made for this request leaves the house.
"""

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from urllib.parse import urlencode, urlsplit
from uuid import UUID

import orjson
from pydantic import Field

from libs.contracts.bidding import Content, Exposure, RtbTarget
from libs.contracts.calls import Geography
from libs.contracts.ids import AuctionId, RtbTargetId
from libs.contracts.message import Instant, Value
from libs.contracts.money import Money
from libs.contracts.phone import Caller
from libs.contracts.tags import Tags
from libs.contracts.voice import SipHeader
from libs.rules.macros import BadTemplate, Place, Template, read_template
from libs.rules.proof import proof_of

USER_AGENT = "CallCenter-RTB/1.0"  # as the predecessor's bidders know it
TEST = "X-RTB-Test"  # whatever the template tells, a bidder must know that no call comes
TOKEN_LENGTH = 32
SIP_VALUE_MAX = 200  # characters of one header; the carrier takes 1,024 in all
TEMPLATES_KEPT = 8_192  # read ones: four of each of two thousand bidders
NANP_LENGTH = 12  # "+1", area code, prefix and line

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
_NAMES = frozenset(
    (
        "requestid",
        "campaignid",
        "callerid",
        "callerstate",
        "callerzip",
        "callercity",
        "callercountry",
        "callstarttime",
        "timestamp",
        "isotimestamp",
        "timeoutms",
        "minbid",
        "maxbid",
        "currency",
        "timezone",
        "sourcenumber",
        "inboundnumber",
        "inboundcallid",
        "useragent",
        "ipaddress",
        "sessionid",
        "referrer",
        "publisherid",
        "publishersubid",
        "exposecallerid",
        "test",
    )
)
_OF_GROUPS = frozenset(
    (
        "call:inboundcallid",
        "call:callerid",
        "call:calleridnoplus",
        "call:conversionamount",  # nothing has converted yet: always empty
        "call:conversionpayout",
        "publisher:id",
        "publisher:subid",
        "publisher:name",
    )
)


class Offered(Value):
    """A call as bidders may be told of it; what it costs us (`owed`) they are not told."""

    auction_id: AuctionId
    at: Instant
    campaign_rtb_id: str
    caller: Caller
    dialled: str
    geography: Geography = Geography()
    tags: Tags = Field(default_factory=dict)
    is_test: bool = False
    owed: Money | None = None

    @cached_property
    def tags_by_name(self) -> dict[str, str]:
        """The tags by lower-case name."""
        return {name.lower(): value for name, value in self.tags.items()}

    @cached_property
    def macros(self) -> dict[str, str]:
        """What macros stand for, whoever is asked."""
        return _of_the_call(self)


@dataclass(frozen=True, slots=True)
class Request:
    """A request, ready to be sent."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = b""


class Told(Mapping[str, str]):
    """What each macro stands for, for one bidder; what it may not see is not there."""

    def __init__(self, target: RtbTarget, offered: Offered, timeout_ms: int, secret: bytes) -> None:
        number = _shown(target, offered.caller, secret)
        request_id = request_id_of(offered.auction_id, target.id)
        self._offered = offered
        self._own = {
            "requestid": request_id,
            "inboundcallid": request_id,
            "call:inboundcallid": request_id,
            "callerid": number,
            "call:callerid": number,
            "call:calleridnoplus": number.removeprefix("+"),
            "tag:inboundnumber:number": number,
            "tag:inboundnumber:number-noplus": number.removeprefix("+"),
            "timeoutms": str(timeout_ms),
            "minbid": f"{target.minimum_bid:f}",
            "maxbid": f"{target.maximum_bid:f}",
            "currency": target.currency,
            "timezone": target.zone,
            "exposecallerid": "yes" if target.exposure is Exposure.OPEN else "no",
            "tag:target:id": str(target.id),
            "tag:target:name": target.name,
        }
        if target.exposure is Exposure.OPEN:
            self._own |= _rest_of_the_number(offered.caller)
        self._groups = frozenset(group.lower() for group in target.shared_tags)

    def __getitem__(self, name: str) -> str:
        if name in self._own:
            return self._own[name]
        if name in self._offered.macros:
            return self._offered.macros[name]
        group, _, tag = name.partition(":")
        if group == "tag" and tag.partition(":")[0] in self._groups:
            return self._offered.tags_by_name[tag]
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        yield from self._own
        yield from self._offered.macros

    def __len__(self) -> int:
        return len(self._own) + len(self._offered.macros)


def is_known(name: str) -> bool:
    """Whether a macro of this (lower-case) name may stand in a template: any tag, else a known one.

    >>> [is_known(name) for name in ("callerid", "tag:geo:zipcode", "call:callerid")]
    [True, True, True]
    >>> is_known("secret"), is_known("call:secret")
    (False, False)
    """
    return name in _NAMES or name in _OF_GROUPS or name.startswith("tag:")


def request_id_of(auction_id: AuctionId, target_id: RtbTargetId) -> str:
    """The one id of this asking that the bidder knows; no two bidders have the same."""
    named = hashlib.sha1(auction_id.bytes + str(target_id).encode(), usedforsecurity=False)
    return UUID(bytes=named.digest()[:16], version=5).hex  # as uuid5 does, in half the time


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


def _of_the_call(offered: Offered) -> dict[str, str]:
    geography, tags = offered.geography, offered.tags_by_name
    number = offered.caller.number or ""
    values = {
        "campaignid": offered.campaign_rtb_id,
        "callerstate": geography.state,
        "callerzip": geography.zip,
        "callercity": geography.city,
        "callercountry": geography.country,
        "callstarttime": offered.at.isoformat(),
        "isotimestamp": offered.at.isoformat(),
        "timestamp": str(int(offered.at.timestamp() * 1_000)),
        "sourcenumber": offered.dialled,
        "inboundnumber": offered.dialled,
        "useragent": tags.get("visit:user_agent", ""),
        "ipaddress": tags.get("visit:ip", ""),
        "sessionid": tags.get("visit:session", ""),
        "referrer": tags.get("visit:referrer", ""),
        "publisherid": tags.get("publisher:id", ""),
        "publishersubid": tags.get("publisher:subid", ""),
        "publisher:id": tags.get("publisher:id", ""),
        "publisher:subid": tags.get("publisher:subid", ""),
        "publisher:name": tags.get("publisher:name", ""),
        "tag:publisher:id": tags.get("publisher:id", ""),
        "tag:publisher:subid": tags.get("publisher:subid", ""),
        "tag:publisher:name": tags.get("publisher:name", ""),
        "test": "1" if offered.is_test else "0",
        "tag:geo:subdivision": geography.state,
        "tag:geo:subdivisioncode": geography.state,
        "tag:geo:city": geography.city,
        "tag:geo:zipcode": geography.zip,
        "tag:geo:country": geography.country,
        "tag:geo:countrycode": geography.country,
        "tag:address:state": geography.state,
        "tag:address:city": geography.city,
        "tag:address:zip 5": geography.zip[:5],
        "tag:inboundnumber:state": geography.state,
        "tag:technology:ipaddress": tags.get("visit:ip", ""),
        "tag:technology:useragentstring": tags.get("visit:user_agent", ""),
    }
    if _is_nanp(number):  # an area code tells no more than the state does
        values["tag:inboundnumber:areacode"] = number[2:5]
    return values


def _rest_of_the_number(caller: Caller) -> dict[str, str]:
    number = caller.number or ""
    if not _is_nanp(number):
        return {}
    return {"tag:inboundnumber:prefix": number[5:8], "tag:inboundnumber:suffix": number[8:]}


def _is_nanp(number: str) -> bool:
    return number.startswith("+1") and len(number) == NANP_LENGTH


def _shown(target: RtbTarget, caller: Caller, secret: bytes) -> str:
    number = caller.number or ""
    match target.exposure:
        case Exposure.OPEN:
            return number
        case Exposure.HIDDEN:
            return ""
        case Exposure.TOKEN:
            return token_of(target.id, number, secret) if number else ""


def token_of(target_id: UUID, number: str, secret: bytes) -> str:
    """A caller's name for one bidder: always the same, and nobody can tell whose."""
    keyed = hmac.new(secret, f"{target_id}/{number}".encode(), hashlib.sha256)
    return keyed.hexdigest()[:TOKEN_LENGTH]


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
