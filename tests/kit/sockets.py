"""Unit tests touch nothing: they cannot connect to anything over IP."""

import socket
from typing import Any

import pytest


class SocketRefused(Exception):
    """A unit test tried to connect; mark it `sockets` if that is what it is about."""


def refuse_connections(patch: pytest.MonkeyPatch) -> None:
    """Let no socket connect over IP; sockets between our own threads are local and stay."""
    for name in ("connect", "connect_ex"):
        patch.setattr(socket.socket, name, refusing(getattr(socket.socket, name)))


def refusing(connect: Any) -> Any:
    def refuse(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            raise SocketRefused(f"{address}")
        return connect(self, address)

    return refuse
