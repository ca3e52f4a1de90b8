"""Where names of the outside lead: each address is checked, and kept for a while.

A name is resolved once for a connection, each of its addresses is checked, and the connection
goes to a checked one: there is no second resolution that could tell another address.
"""

import asyncio
import ipaddress
import socket
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from typing import Any

from libs.runtime.threads import Threads

KEPT_SECONDS = 30.0  # an address that was checked serves so long
KEPT_MAX = 4_096  # names whose addresses are kept
LOOKUPS_MAX = 64  # names looked up at once: a dead one takes its thread for many seconds

LookUp = Callable[..., list[Any]]
Addresses = list[tuple[int, int, int, str, Any]]
"""As `socket.getaddrinfo` gives them."""

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class AddressRefused(OSError):
    """A name leads where requests of others must not go."""


class NameUnknown(OSError):
    """Nobody can say where a name leads."""


def is_public(address: str) -> bool:
    """Whether an address is of the public internet.

    >>> [is_public(one) for one in ("8.8.8.8", "10.0.0.1", "169.254.169.254", "::1")]
    [True, False, False, False]
    >>> [is_public(one) for one in ("::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::")]
    [False, False, False]
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        elif ip.sixtofour is not None or ip.teredo is not None or ip in _NAT64:
            return False
    return ip.is_global and not ip.is_multicast


class Names:
    """Resolves as the system does, and refuses a name with any address that is not public.

    It has threads of its own: the loop's few would soon all wait for names that are dead.
    """

    def __init__(self, look_up: LookUp, *, allow_private: bool) -> None:
        self._threads = Threads(LOOKUPS_MAX, "lookup")
        self._look_up = look_up
        self._allow_private = allow_private
        self._known: OrderedDict[tuple[str, int], tuple[float, asyncio.Task[Addresses]]]
        self._known = OrderedDict()

    async def addresses(self, host: str, port: int) -> Addresses:
        """Addresses that may be connected to; who asks for the same at once waits together."""
        now = asyncio.get_running_loop().time()
        until, looking = self._known.get((host, port), (0.0, None))
        if looking is None or until < now or (looking.done() and looking.exception()):
            looking = asyncio.create_task(self._checked(host, port))
            looking.add_done_callback(_seen)
            self._known[host, port] = (now + KEPT_SECONDS, looking)
            while len(self._known) > KEPT_MAX:
                self._known.popitem(last=False)
        return await asyncio.shield(looking)

    async def _checked(self, host: str, port: int) -> Addresses:
        kind, flags = socket.SOCK_STREAM, socket.AI_ADDRCONFIG
        look_up = partial(self._look_up, host, port, socket.AF_UNSPEC, kind, 0, flags)
        try:
            found: Addresses = await self._threads.run(look_up)
        except (socket.gaierror, UnicodeError) as fault:
            raise NameUnknown(f"no address of {host}: {fault}") from fault
        for *_, address in found:
            if not self._allow_private and not is_public(address[0]):
                raise AddressRefused(f"{host} has the address {address[0]}")
        return found


def _seen(looking: asyncio.Task[Addresses]) -> None:
    """Whoever waited may have gone: a fault that nobody takes is no fault of ours."""
    if not looking.cancelled():
        looking.exception()
