"""The only outbound HTTP: every address is checked where it is connected to, and all is limited.

A name is resolved once for a connection, each of its addresses is checked, and the connection
goes to a checked one: there is no second resolution that could tell another address.
Redirects are answers, never followed.
"""

import asyncio
import ipaddress
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache, partial
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from libs.runtime.threads import Threads

BYTES_MAX = 64 * 1024  # of an answer's body, also once it is unpacked
DNS_KEPT_SECONDS = 30  # an address that was checked serves so long
IDLE_SECONDS = 60.0  # how long a connection is kept for the next request
CONNECTIONS_MAX = 2_000  # of one process, all hosts together
ADDRESSES_KEPT = 8_192  # read ones: most are asked again and again
LOOKUPS_MAX = 64  # names looked up at once: a dead one takes its thread for many seconds

_GZIP_OR_ZLIB = 47  # zlib's word for: find out which


class Failure(StrEnum):
    """Why nothing was fetched."""

    ADDRESS_REFUSED = "address_refused"
    UNREACHABLE = "unreachable"
    LATE = "late"
    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"


class NotFetched(Exception):
    """The request had no answer that could be used."""

    def __init__(self, failure: Failure, text: str) -> None:
        super().__init__(text)
        self.failure = failure
        self.text = text


class AddressRefused(OSError):
    """A name leads where requests of others must not go."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One request, ready to be sent."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer; its body is unpacked."""

    status: int
    content_type: str
    body: bytes
    milliseconds: float


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


_NAT64 = ipaddress.ip_network("64:ff9b::/96")


LookUp = Callable[..., list[Any]]


class _CheckedResolver(AbstractResolver):
    """Resolves as the system does, and refuses a name with any address that is not public.

    It has threads of its own: the loop's few would soon all wait for names that are dead.
    """

    def __init__(self, look_up: LookUp, *, allow_private: bool) -> None:
        self._threads = Threads(LOOKUPS_MAX, "lookup")
        self._look_up = look_up
        self._allow_private = allow_private

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Addresses that may be connected to."""
        kind, flags = socket.SOCK_STREAM, socket.AI_ADDRCONFIG
        look_up = partial(self._look_up, host, port, family, kind, 0, flags)
        found = await self._threads.run(look_up)
        for *_, address in found:
            if not self._allow_private and not is_public(address[0]):
                raise AddressRefused(f"{host} has the address {address[0]}")
        return [
            ResolveResult(
                hostname=host,
                host=address[0],
                port=address[1],
                family=its_family,
                proto=protocol,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for its_family, _, protocol, _, address in found
        ]

    async def close(self) -> None:
        """Wait for nobody."""


class Fetch:
    """Sends requests over kept connections.  `allow_private` is for development alone."""

    def __init__(
        self, *, allow_private: bool = False, look_up: LookUp = socket.getaddrinfo
    ) -> None:
        self._allow_private = allow_private
        self._look_up = look_up
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Be ready to send."""
        connector = aiohttp.TCPConnector(
            limit=CONNECTIONS_MAX,
            resolver=_CheckedResolver(self._look_up, allow_private=self._allow_private),
            ttl_dns_cache=DNS_KEPT_SECONDS,
            keepalive_timeout=IDLE_SECONDS,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            skip_auto_headers=("User-Agent", "Content-Type"),
        )

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None
            await asyncio.sleep(0)  # sockets are let go of in the loop's next round

    async def __call__(
        self, request: Outgoing, within_seconds: float | None, bytes_max: int = BYTES_MAX
    ) -> Fetched:
        """Send a request and read its answer; raise NotFetched.

        `within_seconds` None: the asker cancels what takes too long for it.
        """
        assert self._session is not None, "opened before"
        url = self._checked(request.url)
        began = time.perf_counter()
        try:
            async with asyncio.timeout(within_seconds):
                async with self._session.request(
                    request.method,
                    url,
                    headers={"Accept-Encoding": "gzip, identity", **request.headers},
                    data=request.body or None,
                    allow_redirects=False,
                    timeout=_NO_TIMEOUT,
                ) as answer:
                    body = await _body(answer, bytes_max)
        except Exception as fault:
            raise _failed(fault, within_seconds) from fault
        took = (time.perf_counter() - began) * 1_000
        return Fetched(answer.status, answer.headers.get("Content-Type", ""), body, took)

    def _checked(self, text: str) -> URL:
        url, address = _read(text)
        if not self._allow_private and address is not None and not is_public(address):
            raise NotFetched(Failure.ADDRESS_REFUSED, f"{address} is no public address")
        return url


@lru_cache(maxsize=ADDRESSES_KEPT)
def _read(text: str) -> tuple[URL, str | None]:
    """An address that can be asked, and its host where that is an IP address."""
    try:
        url = URL(text)
        host = url.host
    except ValueError as fault:
        raise NotFetched(Failure.UNREACHABLE, "the address cannot be read") from fault
    if url.scheme not in ("http", "https") or not host:
        raise NotFetched(Failure.UNREACHABLE, "an address begins with https:// or http://")
    return url, host if _is_ip(host) else None


_UNREACHABLE = (aiohttp.InvalidURL, aiohttp.ClientConnectionError, OSError, ssl.SSLError)
_NO_TIMEOUT = aiohttp.ClientTimeout(total=None)


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


async def _body(answer: aiohttp.ClientResponse, bytes_max: int) -> bytes:
    unpack = _unpacker(answer.headers.get("Content-Encoding", "").strip().lower())
    body = bytearray()
    while chunk := await answer.content.readany():
        body += chunk if unpack is None else unpack.decompress(chunk, bytes_max + 1)
        if len(body) > bytes_max or (unpack is not None and unpack.unconsumed_tail):
            raise NotFetched(Failure.TOO_LARGE, f"more than {bytes_max} bytes")
    return bytes(body)


def _unpacker(encoding: str) -> Any:
    if encoding in ("", "identity"):
        return None
    if encoding in ("gzip", "x-gzip", "deflate"):
        return zlib.decompressobj(_GZIP_OR_ZLIB)
    raise NotFetched(Failure.UNREADABLE, f"packed as {encoding[:40]!r}, which was not asked for")


def _failed(fault: Exception, within_seconds: float | None) -> NotFetched:
    """What went wrong, in few words."""
    if isinstance(fault, NotFetched):
        return fault
    if isinstance(fault, TimeoutError):
        within = "" if within_seconds is None else f" within {within_seconds * 1_000:.0f} ms"
        return NotFetched(Failure.LATE, f"no answer{within}")
    refused = fault if isinstance(fault, AddressRefused) else getattr(fault, "os_error", None)
    if isinstance(refused, AddressRefused):
        return NotFetched(Failure.ADDRESS_REFUSED, str(refused))
    if isinstance(fault, _UNREACHABLE):
        return NotFetched(Failure.UNREACHABLE, f"{type(fault).__name__}: {str(fault)[:200]}")
    return NotFetched(Failure.UNREADABLE, f"{type(fault).__name__}: {str(fault)[:200]}")
