"""Where callers are, who said so, and where they must be."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from libs.contracts.message import Document, Value, refused_at

PLACES_MAX = 5_000  # of one list: the ZIP codes of the largest states
CIRCLES_MAX = 100  # places of business of one buyer
RADIUS_KM_MAX = 20_038  # half the equator: further away is nothing

_CODES = """
    AK AL AR AS AZ CA CO CT DC DE FL GA GU HI IA ID IL IN KS KY LA MA MD ME MI MN MO MP MS MT
    NC ND NE NH NJ NM NV NY OH OK OR PA PR RI SC SD TN TX UT VA VI VT WA WI WV WY
    AB BC MB NB NL NS NT NU ON PE QC SK YT
"""
STATES = frozenset(_CODES.split())
"""Two-letter codes of the states and territories of the US, and of Canada's provinces."""


def _known_state(code: str) -> str:
    if code not in STATES:
        raise ValueError(f"{code[:20]!r} is no state or province: write two letters, such as NY")
    return code


def in_order(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Sorted, each once: such a list is searched by halves, and equal lists are equal."""
    return tuple(sorted(set(texts)))


InOrder = AfterValidator(in_order)

State = Annotated[str, AfterValidator(_known_state)]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
AreaCode = Annotated[str, StringConstraints(pattern=r"^[2-9][0-9]{2}$")]
ZipPrefix = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,10}$")]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]


class Source(StrEnum):
    """Who said where a caller is.

    `gathered`: she keyed or said it; `visit`: her browser's visit; `carrier`: what the
    carrier told with the call; `number`: what her number's area and country code say, which
    is where the number was given out, not where she is.
    """

    GATHERED = "gathered"
    VISIT = "visit"
    CARRIER = "carrier"
    NUMBER = "number"


class Sighting(Value):
    """What one source says of where a caller is; None where it does not say."""

    source: Source
    country: str | None = None
    state: str | None = None
    zip: str | None = None
    area_code: str | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None


class Circle(Document):
    """Everything within so many kilometres of a point."""

    latitude: Latitude
    longitude: Longitude
    radius_km: float = Field(gt=0, le=RADIUS_KM_MAX)


class Area(Document):
    """Places, of which any will do; a ZIP code may be given by its first characters."""

    countries: Annotated[tuple[Country, ...], InOrder] = Field(default=(), max_length=PLACES_MAX)
    states: Annotated[tuple[State, ...], InOrder] = Field(default=(), max_length=len(STATES))
    zips: Annotated[tuple[ZipPrefix, ...], InOrder] = Field(default=(), max_length=PLACES_MAX)
    area_codes: Annotated[tuple[AreaCode, ...], InOrder] = Field(default=(), max_length=PLACES_MAX)
    circles: tuple[Circle, ...] = Field(default=(), max_length=CIRCLES_MAX)

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if not (self.countries or self.states or self.zips or self.area_codes or self.circles):
            raise refused_at(("states",), "an area of nothing holds nobody: name a place")
        return self


class Nowhere(StrEnum):
    """What becomes of a caller of whom no source says enough."""

    REFUSE = "refuse"
    ADMIT = "admit"


class AreaRule(Document):
    """A caller must be inside one area, outside another, or both.

    Of the sources allowed, the first that says a thing is believed.
    """

    inside: Area | None = None
    outside: Area | None = None
    sources: tuple[Source, ...] = Field(default=tuple(Source), min_length=1)
    unknown: Nowhere = Nowhere.REFUSE
