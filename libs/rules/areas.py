"""Whether a caller is where a rule wants her, by whose word."""

from collections.abc import Iterator, Sequence
from math import asin, cos, radians, sin, sqrt

from libs.contracts.areas import Area, AreaRule, Nowhere, Sighting, Source
from libs.rules.finding import PASSED, Finding, named
from libs.rules.lists import beginning_of, listed

EARTH_RADIUS_KM = 6_371.0088  # the mean one: distances are right to half a percent

Point = tuple[float, float]


def distance_km(here: Point, there: Point) -> float:
    """The way over the globe between two points, each latitude and longitude in degrees.

    >>> round(distance_km((40.7128, -74.0060), (34.0522, -118.2437)))
    3936
    """
    north, south = radians(here[0]), radians(there[0])
    across = radians(there[1] - here[1])
    chord = sin((south - north) / 2) ** 2 + cos(north) * cos(south) * sin(across / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(min(1.0, chord)))


def check(rule: AreaRule, sightings: Sequence[Sighting]) -> Finding:
    """Test where a caller is.

    Of each kind of place, the first of the rule's sources that says it is believed.  An
    area holds her if any of its places does; if none does but some kind is not known,
    `unknown` decides.

    >>> from libs.rules.places import sighting_of_number
    >>> rule = AreaRule(inside=Area(states=("CT", "NY")))
    >>> check(rule, [sighting_of_number("+12015550100")])
    Finding(passed=False, seen='state NJ (number)', needed='state CT or NY')
    """
    in_order = _by_trust(rule.sources, sightings)
    for area, wanted in ((rule.inside, True), (rule.outside, False)):
        if area is None:
            continue
        held = _holds(area, in_order)
        if held is None and rule.unknown is Nowhere.ADMIT:
            continue
        if held is not wanted:
            needed = _described(area)
            return Finding(False, _seen(area, in_order), needed if wanted else f"not {needed}")
    return PASSED


def _by_trust(sources: Sequence[Source], sightings: Sequence[Sighting]) -> list[Sighting]:
    return [seen for source in sources for seen in sightings if seen.source is source]


def _said(sightings: Sequence[Sighting], kind: str) -> tuple[str | None, Source | None]:
    for seen in sightings:
        value = getattr(seen, kind)
        if value:
            return value, seen.source
    return None, None


def _point(sightings: Sequence[Sighting]) -> tuple[Point | None, Source | None]:
    for seen in sightings:
        if seen.latitude is not None and seen.longitude is not None:
            return (seen.latitude, seen.longitude), seen.source
    return None, None


def _holds(area: Area, sightings: Sequence[Sighting]) -> bool | None:
    """Whether an area holds her; None: no source says enough."""
    unknown = False
    for held in _verdicts(area, sightings):
        if held:
            return True
        unknown = unknown or held is None
    return None if unknown else False


def _verdicts(area: Area, sightings: Sequence[Sighting]) -> Iterator[bool | None]:
    for kind, places in (
        ("country", area.countries),
        ("state", area.states),
        ("area_code", area.area_codes),
    ):
        if places:
            value, _ = _said(sightings, kind)
            yield None if value is None else listed(places, value)
    if area.zips:
        code, _ = _said(sightings, "zip")
        yield None if code is None else beginning_of(area.zips, code) is not None
    if area.circles:
        point, _ = _point(sightings)
        yield (
            None
            if point is None
            else any(
                distance_km(point, (circle.latitude, circle.longitude)) <= circle.radius_km
                for circle in area.circles
            )
        )


_KINDS = (
    ("country", "countries", "country"),
    ("state", "states", "state"),
    ("area_code", "area_codes", "area code"),
    ("zip", "zips", "ZIP code"),
)


def _seen(area: Area, sightings: Sequence[Sighting]) -> str:
    parts = []
    for kind, places, word in _KINDS:
        if getattr(area, places):
            value, source = _said(sightings, kind)
            parts.append(f"{word} {value} ({source})" if value else f"{word} unknown")
    if area.circles:
        point, source = _point(sightings)
        parts.append(_distance_seen(area, point, source) if point else "distance unknown")
    return ", ".join(parts)


def _distance_seen(area: Area, point: Point, source: Source | None) -> str:
    nearest = min(
        distance_km(point, (circle.latitude, circle.longitude)) for circle in area.circles
    )
    return f"{nearest:,.0f} km away ({source})"


def _described(area: Area) -> str:
    parts = [
        f"{word} {named(getattr(area, places))}"
        for _, places, word in _KINDS
        if getattr(area, places)
    ]
    if area.circles:
        radii = sorted({f"{circle.radius_km:,g}" for circle in area.circles})
        parts.append(f"within {named(radii)} km")
    return " or ".join(parts)
