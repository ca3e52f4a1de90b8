"""Ports of the loopback interface."""

import random
import socket

LOOPBACK = "127.0.0.1"
# Below the ranges from which systems draw the ports of outgoing connections (Linux 32768, others
# 49152): a client that keeps knocking at a stopped server's port up there is one day given that
# very port, connects to itself, and blocks the restart.
PORTS = range(15_000, 32_000)
DRAWS_MAX = 200  # with fewer than one free port in a hundred the machine has another problem


def is_free(port: int) -> bool:
    """Say whether a server could listen on this port of 127.0.0.1 now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do: what lingers of a stopped server must not make its port look taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
            probe.listen()
        except OSError:
            return False
    return True


def free_port(preferred: int | None = None) -> int:
    """Return the preferred port if it is free on 127.0.0.1, else any free one.

    Before the caller's server listens, another program may take the port: then ask again.
    """
    if preferred is not None and is_free(preferred):
        return preferred
    for _ in range(DRAWS_MAX):
        port = random.choice(PORTS)  # noqa: S311 - not a secret
        if is_free(port):
            return port
    raise OSError(f"no free port among {DRAWS_MAX} drawn from {PORTS.start} to {PORTS.stop}")
