"""Which traffic source brought somebody: what her address names, else the page before, else none.

A named source is `utm_source`, the older `source`, or the network whose click id was there.
Somebody who came from no page, or from the same site, came `direct`.
"""

from collections.abc import Mapping

from libs.contracts.visits import Touch
from services.tracking.domain.arrival import host_of

DIRECT = "direct"
SOURCE_MAX = 200  # characters, as of all that is grouped by

_NAMES = ("utm_source", "source")
_NETWORKS = {
    "gclid": "google",
    "gbraid": "google",
    "wbraid": "google",
    "dclid": "google",
    "fbclid": "facebook",
    "msclkid": "microsoft",
    "ttclid": "tiktok",
    "twclid": "twitter",
    "li_fat_id": "linkedin",
    "liclid": "linkedin",
}


def named_source(tags: Mapping[str, str]) -> str:
    """The source that tags name; empty where they name none.

    >>> named_source({"utm_source": "Bing"}), named_source({"gclid": "x"}), named_source({})
    ('bing', 'google', '')
    """
    said = next((tags[name] for name in _NAMES if tags.get(name)), "")
    if said:
        return said.strip().lower()
    return next((network for name, network in _NETWORKS.items() if tags.get(name)), "")


def source_of(touch: Touch) -> str:
    """What brought a visitor at one time."""
    return traffic_source(touch.tags, touch.referrer, touch.landing)


def traffic_source(tags: Mapping[str, str], referrer: str, landing: str) -> str:
    """What brought a visitor with these tags from one page to another."""
    return (named_source(tags) or source_of_page(referrer, landing))[:SOURCE_MAX]


def source_of_page(referrer: str, landing: str) -> str:
    """The site that a visitor came from.

    >>> source_of_page("https://www.example.com/roofs", "https://roofs.example/")
    'example.com'
    >>> source_of_page("https://roofs.example/a", "https://roofs.example/b")
    'direct'
    """
    host = host_of(referrer).removeprefix("www.")
    return host if host and host != host_of(landing).removeprefix("www.") else DIRECT
