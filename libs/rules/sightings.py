"""What filters and areas see of a call: its tags, and where its caller is, by whose word."""

from collections.abc import Mapping
from typing import Protocol

from libs.contracts.areas import Sighting, Source
from libs.contracts.calls import Geography
from libs.contracts.phone import Caller
from libs.rules.places import sighting, sighting_of_carrier, sighting_of_number


class Described(Protocol):
    """A call, as far as filters and areas look at it."""

    @property
    def caller(self) -> Caller: ...
    @property
    def dialled(self) -> str: ...
    @property
    def geography(self) -> Geography: ...
    @property
    def tags(self) -> Mapping[str, str]: ...


def tags_of(context: Described) -> Mapping[str, str]:
    """All tags of a call; what somebody has tagged outweighs what the carrier believes.

    The carrier's own are `caller:number`, `caller:city`, `caller:state`, `caller:zip`,
    `caller:country` and `dialled`; those it did not tell are not there.
    """
    geography = context.geography
    told = {
        "caller:number": context.caller.number or "",
        "caller:city": geography.city,
        "caller:state": geography.state,
        "caller:zip": geography.zip,
        "caller:country": geography.country,
        "dialled": context.dialled,
    }
    return {name: value for name, value in told.items() if value} | dict(context.tags)


def sightings_of(context: Described) -> tuple[Sighting, ...]:
    """Where the caller is, as far as each source says.

    What she gave and what her visit told are tags: `gathered:zip`, `visit:latitude`, ...
    """
    tags = context.tags
    found = [
        sighting(
            source,
            country=tags.get(f"{prefix}:country", ""),
            state=tags.get(f"{prefix}:state", ""),
            zip_code=tags.get(f"{prefix}:zip", ""),
            point=_point(tags.get(f"{prefix}:latitude"), tags.get(f"{prefix}:longitude")),
        )
        for source, prefix in ((Source.GATHERED, "gathered"), (Source.VISIT, "visit"))
    ]
    found.append(sighting_of_carrier(context.geography))
    if context.caller.number is not None:
        found.append(sighting_of_number(context.caller.number))
    return tuple(found)


def _point(latitude: str | None, longitude: str | None) -> tuple[float, float] | None:
    try:
        return float(latitude or ""), float(longitude or "")
    except ValueError:
        return None
