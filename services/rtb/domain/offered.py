"""A call as bidders may be told of it, and what each macro stands for.

Nothing of ours but the campaign's `rtb_id` and an id made for this request leaves the house.
"""

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from functools import cached_property
from uuid import UUID

from pydantic import Field

from libs.contracts.bidding import Exposure, RtbTarget
from libs.contracts.calls import Geography
from libs.contracts.ids import AuctionId, RtbTargetId
from libs.contracts.message import Instant, Value
from libs.contracts.money import Money
from libs.contracts.phone import Caller
from libs.contracts.tags import Tags

TOKEN_LENGTH = 32
NANP_LENGTH = 12  # "+1", area code, prefix and line
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
