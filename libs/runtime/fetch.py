"""The only outbound HTTP: every address is checked where it is connected to, and all is limited.

Redirects are answers, never followed.
"""

import asyncio
import base64
import ipaddress
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from yarl import URL

from libs.runtime.addresses import AddressRefused, LookUp, Names, is_public
from libs.runtime.lines import Lines, Place
from libs.runtime.not_fetched import Failure, NotFetched

BYTES_MAX = 64 * 1024  # of an answer's body, also once it is unpacked
ADDRESSES_KEPT = 8_192  # read ones: most are asked again and again

_AGAIN = frozenset(("GET", "PUT"))  # asked twice they do what they do once
_OURS = frozenset(("connection", "content-length", "expect", "transfer-encoding", "upgrade"))
"""Headers that say how a message travels: nobody else may."""


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


class Fetch:
    """Sends requests over kept connections.  `allow_private` is for development alone."""

    def __init__(
        self, *, allow_private: bool = False, look_up: LookUp = socket.getaddrinfo
    ) -> None:
        self._allow_private = allow_private
        self._look_up = look_up
        self._lines: Lines | None = None

    async def open(self) -> None:
        """Be ready to send."""
        self._lines = Lines(Names(self._look_up, allow_private=self._allow_private))

    async def close(self) -> None:
        """Close all connections."""
        if self._lines is not None:
            self._lines.close()
            self._lines = None
            await asyncio.sleep(0)  # sockets are let go of in the loop's next round

    async def __call__(
        self, request: Outgoing, within_seconds: float | None, bytes_max: int = BYTES_MAX
    ) -> Fetched:
        """Send a request and read its answer; raise NotFetched.

        `within_seconds` None: the asker cancels what takes too long for it.
        """
        assert self._lines is not None, "opened before"
        began = time.perf_counter()
        address = self._checked(request.url)
        data, again = _written(request, address), request.method in _AGAIN
        try:
            async with asyncio.timeout(within_seconds):
                answer = await self._lines.ask(address.place, data, bytes_max, again=again)
        except (OSError, ValueError) as fault:  # also a TimeoutError, and what TLS may say
            raise _failed(fault, within_seconds) from fault
        took = (time.perf_counter() - began) * 1_000
        return Fetched(answer.status, answer.content_type, answer.body, took)

    def _checked(self, text: str) -> "_Address":
        address = _read(text)
        if not self._allow_private and address.ip is not None and not is_public(address.ip):
            raise NotFetched(Failure.ADDRESS_REFUSED, f"{address.ip} is no public address")
        return address


@dataclass(frozen=True, slots=True)
class _Address:
    """Where a request goes, with headers by lower-case name; `ip` where that names the host."""

    place: Place
    path: str
    headers: Mapping[str, str]
    ip: str | None


@lru_cache(maxsize=ADDRESSES_KEPT)
def _read(text: str) -> _Address:
    try:
        url = URL(text)
        host, port = url.raw_host, url.port
    except ValueError as fault:
        raise NotFetched(Failure.UNREACHABLE, "the address cannot be read") from fault
    if url.scheme not in ("http", "https") or not host or not port:
        raise NotFetched(Failure.UNREACHABLE, "an address begins with https:// or http://")
    headers = {
        "host": f"Host: {url.host_port_subcomponent}",
        "accept": "Accept: */*",
        "accept-encoding": "Accept-Encoding: gzip, identity",
    }
    if url.user is not None:
        pair = base64.b64encode(f"{url.user}:{url.password or ''}".encode()).decode()
        headers["authorization"] = f"Authorization: Basic {pair}"
    place = Place(host.rstrip("."), port, url.scheme == "https")
    return _Address(place, url.raw_path_qs, headers, host if _is_ip(host) else None)


def _written(request: Outgoing, address: _Address) -> bytes:
    """The request as it travels; raise NotFetched where a header would begin another one."""
    headers = {**address.headers}
    for name, value in request.headers.items():
        if name.lower() not in _OURS:
            headers[name.lower()] = f"{name}: {value}"
    if request.body or request.method != "GET":
        headers["content-length"] = f"Content-Length: {len(request.body)}"
    lines = (f"{request.method} {address.path} HTTP/1.1", *headers.values())
    head = "\r\n".join(lines)
    if max(head.count("\n"), head.count("\r")) >= len(lines) or "\0" in head:
        raise NotFetched(Failure.UNREADABLE, "a header holds a line break")
    return f"{head}\r\n\r\n".encode() + request.body


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _failed(fault: Exception, within_seconds: float | None) -> NotFetched:
    """What went wrong, in few words."""
    if isinstance(fault, TimeoutError):
        within = "" if within_seconds is None else f" within {within_seconds * 1_000:.0f} ms"
        return NotFetched(Failure.LATE, f"no answer{within}")
    if isinstance(fault, AddressRefused):
        return NotFetched(Failure.ADDRESS_REFUSED, str(fault))
    return NotFetched(Failure.UNREACHABLE, f"{type(fault).__name__}: {fault}"[:200])
