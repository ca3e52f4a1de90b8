"""How a number stands at the carrier: its addresses and its name, which say what it serves."""

from collections.abc import Mapping
from uuid import UUID

from libs.contracts.carrier_numbers import NumberPlace, PlaceKind
from libs.contracts.ids import PoolId
from services.ingress.domain.callbacks import PREFIX, pool_of

POOL_NAME, CAMPAIGN_NAME, FREE_NAME = "Pool ", "Campaign Direct", "Unassigned"
METHOD = "POST"


def setting(base_url: str, place: NumberPlace) -> dict[str, str]:
    """What the carrier must know of a number, by the names of its fields.

    A number that serves nothing keeps its addresses: whoever still calls it hears a closing,
    never an error of the carrier.

    >>> setting("https://calls.example.com", NumberPlace())["voice_url"]
    'https://calls.example.com/api/webhooks/voice'
    """
    below = f"{base_url}{PREFIX}"
    within = f"{below}/pool/{place.pool_id}" if place.kind is PlaceKind.POOL else below
    return {
        "friendly_name": _name(place),
        "voice_url": f"{within}/voice",
        "voice_method": METHOD,
        "voice_fallback_url": f"{below}/fallback",
        "voice_fallback_method": METHOD,
        "status_callback": f"{within}/status",
        "status_callback_method": METHOD,
    }


def _name(place: NumberPlace) -> str:
    match place.kind:
        case PlaceKind.POOL:
            return f"{POOL_NAME}{place.pool_id}"
        case PlaceKind.CAMPAIGN:
            return CAMPAIGN_NAME
        case PlaceKind.NONE:
            return FREE_NAME


def differing(wanted: Mapping[str, str], found: Mapping[str, str | None]) -> dict[str, str]:
    """Those settings that are otherwise at the carrier, as they should be.

    >>> differing({"voice_url": "a", "voice_method": "POST"}, {"voice_url": "a"})
    {'voice_method': 'POST'}
    """
    return {name: value for name, value in wanted.items() if (found.get(name) or "") != value}


def place_of(base_url: str, found: Mapping[str, str | None]) -> NumberPlace | None:
    """What a number's settings at the carrier serve; None where they are not wholly ours."""
    place = _named(found.get("friendly_name") or "", found.get("voice_url") or "")
    if place is None or differing(setting(base_url, place), found):
        return None
    return place


def _named(name: str, voice_url: str) -> NumberPlace | None:
    if name == CAMPAIGN_NAME:
        return NumberPlace(kind=PlaceKind.CAMPAIGN)
    if name == FREE_NAME:
        return NumberPlace()
    pool_id = pool_of(voice_url)
    if pool_id is None:
        return None
    return NumberPlace(kind=PlaceKind.POOL, pool_id=PoolId(UUID(str(pool_id))))
