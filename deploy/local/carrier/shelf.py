"""The numbers that the carrier has to sell, and how they are looked for."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from deploy.local.carrier.resources import Denied

SHELF_MAX = 100  # numbers of one area code
US_AREAS = {"212": ("New York", "NY"), "310": ("Los Angeles", "CA"), "415": ("San Francisco", "CA")}
CA_AREAS = {"416": ("Toronto", "ON"), "604": ("Vancouver", "BC")}
TOLL_FREE = {"800": ("", ""), "888": ("", "")}
GB_AREAS = {"20": ("London", "")}
GB_MOBILE = {"7700": ("", "")}
_SHELVES: Mapping[tuple[str, str], tuple[str, Mapping[str, tuple[str, str]]]] = {
    ("US", "Local"): ("+1", US_AREAS),
    ("US", "TollFree"): ("+1", TOLL_FREE),
    ("CA", "Local"): ("+1", CA_AREAS),
    ("CA", "TollFree"): ("+1", TOLL_FREE),
    ("GB", "Local"): ("+44", GB_AREAS),
    ("GB", "Mobile"): ("+44", GB_MOBILE),
}
"""Country and kind -> the country's code, its areas with their town and region."""

SUBSCRIBER = {2: "7946", 3: "555", 4: "90"}
"""What stands before the last four digits, by the length of the area code."""

_FLAGS = frozenset(
    (
        *("SmsEnabled", "MmsEnabled", "VoiceEnabled", "FaxEnabled", "Beta"),
        *(f"Exclude{which}AddressRequired" for which in ("All", "Local", "Foreign")),
    )
)
_PLACES = frozenset(("InRegion", "InLocality", "InPostalCode", "InRateCenter", "InLata"))
_NEAR = frozenset(("NearNumber", "NearLatLong", "Distance"))
_PAGING = frozenset(("PageSize", "Page", "PageToken"))
PARAMETERS = frozenset(("AreaCode", "Contains")) | _FLAGS | _PLACES | _NEAR | _PAGING
"""What Twilio's own document of the API knows of such a search."""

_CONTAINS = re.compile(r"[0-9A-Za-z*%+$]{2,16}")
_KEYPAD = ("ABC", "DEF", "GHI", "JKL", "MNO", "PQRS", "TUV", "WXYZ")
_KEYS = {letter: str(key) for key, letters in enumerate(_KEYPAD, 2) for letter in letters}


def check(query: Mapping[str, str]) -> None:
    """Refuse what Twilio's document does not know, by its own error number."""
    for name, value in query.items():
        if name not in PARAMETERS:
            raise Denied(400, 20001, f"Unknown parameter {name}")
        if name in _FLAGS and value not in ("true", "false"):
            raise Denied(400, 20001, f"{name} {value!r} is not true or false")
    if not re.fullmatch("([0-9]{3})?", query.get("AreaCode", "")):
        raise Denied(400, 21451, f"Invalid area code {query['AreaCode']!r}")
    if "Contains" in query and not _CONTAINS.fullmatch(query["Contains"]):
        raise Denied(400, 21446, f"Invalid pattern {query['Contains']!r}")


def on_sale(
    country: str, kind: str, query: Mapping[str, str], owned: frozenset[str]
) -> Iterator[dict[str, Any]]:
    """What is on the shelf and wanted; raise KeyError where the country has no such kind."""
    code, areas = _SHELVES[country, kind]
    wanted = _pattern(query.get("Contains", ""))
    for area, (town, region) in areas.items():
        if query.get("AreaCode", area) != area:
            continue
        if query.get("InRegion", region) != region or query.get("InLocality", town) != town:
            continue
        for at in range(SHELF_MAX):
            number = f"{code}{area}{SUBSCRIBER[len(area)]}{at + 100:04d}"
            if number not in owned and wanted.search(number):
                yield _shown(number, country, town, region)


def _pattern(contains: str) -> re.Pattern[str]:
    """A pattern of a search: `*` for any digit, `%` for any digits, letters by their keys."""
    plain = {"*": r"\d", "%": r"\d*", "+": r"^\+", "$": "$"}
    return re.compile("".join(plain.get(one, _KEYS.get(one.upper(), one)) for one in contains))


def _shown(number: str, country: str, town: str, region: str) -> dict[str, Any]:
    return {
        "phone_number": number,
        "friendly_name": number,
        "locality": town or None,
        "region": region or None,
        "rate_center": None,
        "lata": None,
        "latitude": None,
        "longitude": None,
        "postal_code": None,
        "iso_country": country,
        "address_requirements": "none",
        "beta": False,
        "capabilities": {"voice": True, "SMS": True, "MMS": True, "fax": False},
    }
