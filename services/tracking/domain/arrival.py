"""What a page says of its visitor: only names that are known are kept, nothing is invented."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from urllib.parse import parse_qsl, urlsplit

from libs.contracts.configuration import Status
from libs.contracts.dni import ParameterType, TrackingTag, UrlParameter
from libs.contracts.tags import TAG_TEXT_MAX
from libs.rules.tags import merged

ADDRESS_MAX = 1_000  # of a kept address; longer ones are cut
PAIRS_MAX = 200  # parameters of one address that are looked at
GEOGRAPHY = ("country", "state", "city", "zip", "latitude", "longitude")

UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "utm_id")
CLICK_IDS = (
    *("gclid", "gbraid", "wbraid", "dclid", "fbclid", "msclkid", "ttclid", "twclid"),
    *("liclid", "li_fat_id", "clickid"),
)
BROWSERS = ("_ga", "_fbp", "_fbc")
PREDECESSORS = (
    *("publisher", "pubid", "affid", "subid", "source", "medium", "campaign", "content", "term"),
    *("keyword", "placement", "adgroup", "creative", "device", "network", "matchtype"),
    *("adposition", "target", "targetid", "loc_physical_ms", "loc_interest_ms", "campaign_id"),
    *("offer_id", "affiliate_id", "sub_id", *(f"sub{at}" for at in range(1, 11))),
)
KNOWN = frozenset((*UTM, *CLICK_IDS, *BROWSERS, *PREDECESSORS))
"""Parameters that every page may tell of."""

_BRINGS = frozenset((*UTM, *CLICK_IDS, *PREDECESSORS))
"""Those that say what has brought a visitor: a new one begins a new visit."""

_INTEGER = re.compile(r"[+-]?\d{1,30}")


@dataclass(frozen=True, slots=True)
class Said:
    """What a page, or a site's server, says of a visitor; nothing of it is trusted."""

    visitor: str
    page: str = ""
    referrer: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    geography: Mapping[str, str] = field(default_factory=dict)
    user_agent: str = ""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A visitor on a page, as it is kept; `source` is the same for the same tags that bring."""

    visitor: str
    page: str
    referrer: str
    tags: dict[str, str]
    source: str
    user_agent: str


def arrival_of(said: Said, tag: TrackingTag, registered: Iterable[UrlParameter]) -> Arrival:
    """Keep what is known of it: the tag's own tags, the parameters by name, the geography."""
    given = _clean({**dict(_pairs(said.page)), **said.parameters})
    registered = [one for one in registered if one.status is Status.ACTIVE]
    allowed = KNOWN | set(tag.parameters)
    heard = {name: text for name, text in given.items() if name in allowed}
    for one in registered:
        if (text := _fit(one, given.get(one.parameter, ""))) or one.default:
            heard[one.tag] = text or one.default
    where = {
        f"visit:{name}": text
        for name, text in _clean(said.geography).items()
        if name in GEOGRAPHY and text
    }
    brings = _BRINGS | {one.tag for one in registered} | set(tag.parameters)
    return Arrival(
        visitor=said.visitor,
        page=bare(said.page),
        referrer=bare(said.referrer),
        tags=merged(tag.tags, heard, where),
        source=_digest({name: heard[name] for name in sorted(heard) if name in brings}),
        user_agent=said.user_agent.replace("\0", "")[:ADDRESS_MAX],
    )


def bare(address: str) -> str:
    """An address without its query and fragment, in which people's secrets stand.

    >>> bare("https://example.com/roofs?email=a@b.c#top"), bare("javascript:alert(1)")
    ('https://example.com/roofs', '')
    """
    try:
        parts = urlsplit(address.replace("\0", ""))
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host:
        return ""
    return f"{parts.scheme}://{host}{port}{parts.path}"[:ADDRESS_MAX]


def host_of(address: str) -> str:
    """The host of an address or origin, in lower case; empty where there is none."""
    try:
        return (urlsplit(address).hostname or "").lower()
    except ValueError:
        return ""


def _pairs(address: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(urlsplit(address).query, max_num_fields=PAIRS_MAX)
    except ValueError:
        return []


def _clean(given: Mapping[str, str]) -> dict[str, str]:
    return {
        name: text.replace("\0", "")[:TAG_TEXT_MAX]
        for name, text in given.items()
        if isinstance(text, str)
    }


def _fit(parameter: UrlParameter, text: str) -> str:
    """The value if it is of the parameter's type, else nothing."""
    match parameter.type:
        case ParameterType.TEXT:
            return text
        case ParameterType.INTEGER:
            return text if _INTEGER.fullmatch(text) else ""
        case ParameterType.DECIMAL:
            try:
                return text if text and Decimal(text).is_finite() else ""
            except InvalidOperation:
                return ""


def _digest(tags: Mapping[str, str]) -> str:
    if not tags:
        return ""
    return sha256("\0".join(f"{name}={text}" for name, text in tags.items()).encode()).hexdigest()
