"""On which sites a tag works, and who is no visitor."""

import ipaddress
import re
from collections.abc import Iterable

from libs.contracts.dni import TrackingTag
from services.tracking.domain.arrival import host_of

IPV6_PREFIX = 64  # what one household has: more addresses are no more people

_ROBOT = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|facebookexternalhit|preview|lighthouse|headless|monitor|"
    r"pingdom|uptime|curl/|wget/|python-|httpx|go-http|java/|okhttp|scrapy|phantomjs|mediapartners",
    re.IGNORECASE,
)


def is_robot(user_agent: str) -> bool:
    """Whether nobody reads the page.

    >>> is_robot("Mozilla/5.0 (compatible; Googlebot/2.1)"), is_robot("Mozilla/5.0 Firefox/142.0")
    (True, False)
    """
    return not user_agent or _ROBOT.search(user_agent) is not None


def works_on(tag: TrackingTag, address: str) -> bool:
    """Whether a tag may be used by this page or origin."""
    host = host_of(address)
    return not tag.domains or (bool(host) and any(_covers(one, host) for one in tag.domains))


def _covers(domain: str, host: str) -> bool:
    if domain.startswith("*."):
        return host.endswith(domain[1:])
    return host == domain


def household(address: str) -> str:
    """Whom an address stands for: itself, or the network that IPv6 gives to one household.

    >>> household("192.0.2.7"), household("2001:db8:1:2:3:4:5:6")
    ('192.0.2.7', '2001:db8:1:2::/64')
    """
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(known, ipaddress.IPv6Address) and known.ipv4_mapped is None:
        return str(ipaddress.ip_network((known, IPV6_PREFIX), strict=False))
    return str(getattr(known, "ipv4_mapped", None) or known)


def visitors_address(peer: str, forwarded: str, proxies: int) -> str:
    """Whose request it is: the last address that our own proxies (so many) have written down.

    >>> visitors_address("10.0.0.1", "6.6.6.6, 192.0.2.7", 1)
    '192.0.2.7'
    """
    hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
    if not proxies or len(hops) < proxies:
        return peer
    return hops[-proxies]


def is_one_of(addresses: Iterable[str], address: str) -> bool:
    """Whether an address is listed, however either is written."""
    return household(address) != "" and household(address) in {household(one) for one in addresses}
