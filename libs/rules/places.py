"""What each source says of where a caller is, in one form.

An area code says where a number was given out, and numbers move with people; the carrier's
city, state and ZIP code are mostly those of the number too.  Points are known only where a
visit, or an account's own list of ZIP codes, gives them: this software has no such list.
"""

import re

import phonenumbers

from libs.contracts.areas import STATES, Sighting, Source
from libs.contracts.calls import Geography
from libs.rules.area_codes import area_codes, country_of_state
from libs.rules.zip_states import state_of_zip

_COUNTRY = re.compile(r"[A-Z]{2}")
_US_ZIP = re.compile(r"([0-9]{5})(-?[0-9]{4})?")
_CANADIAN_ZIP = re.compile(r"[A-Z][0-9][A-Z]([0-9][A-Z][0-9])?")
_TERRITORIES = frozenset(("AS", "GU", "MP", "PR", "VI"))


def country_of_number(number: str) -> str | None:
    """The country of an E.164 number; the territories of the US count as US.

    >>> [country_of_number(n) for n in ("+12125550100", "+18765550100", "+442071838750", "+210")]
    ['US', 'JM', 'GB', None]
    """
    if number.startswith("+1"):
        return area_codes().get(number[2:5], (None, None))[0]
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return None
    country = phonenumbers.region_code_for_number(parsed)
    if country is None and parsed.country_code is not None:
        country = phonenumbers.region_code_for_country_code(parsed.country_code)
    return country if country and _COUNTRY.fullmatch(country) and country != "ZZ" else None


def sighting_of_number(number: str) -> Sighting:
    """What a caller's number says.

    >>> found = sighting_of_number("+12125550100")
    >>> found.country, found.state, found.area_code
    ('US', 'NY', '212')
    """
    code = number[2:5] if number.startswith("+1") else ""
    known = area_codes().get(code)
    return Sighting(
        source=Source.NUMBER,
        country=country_of_number(number),
        state=known[1] if known else None,
        area_code=code if known else None,
    )


def sighting(
    source: Source,
    *,
    country: str = "",
    state: str = "",
    zip_code: str = "",
    point: tuple[float, float] | None = None,
) -> Sighting:
    """What another source says, as texts of any spelling; what is unreadable is not said.

    A ZIP code tells its state, and a state its country, where the source itself does not.
    A point is latitude and longitude in degrees.

    >>> found = sighting(Source.GATHERED, zip_code=" 10001-2345")
    >>> found.country, found.state, found.zip
    ('US', 'NY', '10001')
    """
    country, state = country.strip().upper(), state.strip().upper()
    if country in _TERRITORIES:
        country, state = "US", country
    zip_found = _read_zip(zip_code)
    foreign = country not in {"", "US", "CA"}
    known = state if state in STATES else state_of_zip(zip_found or "")
    state_found = None if foreign else known
    return Sighting(
        source=source,
        country=_read_country(country) or (country_of_state(state_found) if state_found else None),
        state=state_found,
        zip=zip_found if not foreign else None,
        latitude=point[0] if point else None,
        longitude=point[1] if point else None,
    )


def sighting_of_carrier(geography: Geography) -> Sighting:
    """What the carrier told with the call."""
    return sighting(
        Source.CARRIER,
        country=geography.country,
        state=geography.state,
        zip_code=geography.zip,
    )


def _read_country(text: str) -> str | None:
    return text if _COUNTRY.fullmatch(text) else None


def _read_zip(text: str) -> str | None:
    """Five digits, or a Canadian code without its blank."""
    text = text.strip().upper().replace(" ", "")
    american = _US_ZIP.fullmatch(text)
    if american:
        return american[1]
    return text if _CANADIAN_ZIP.fullmatch(text) else None
