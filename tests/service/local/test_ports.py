"""Ports are free when we say so, and never where outgoing connections get theirs."""

import pytest

from deploy.local.servers.ports import PORTS, free_port, is_free
from tests.service.local.life import listener


def test_a_free_port_that_is_preferred_is_taken() -> None:
    port = free_port()

    assert free_port(port) == port


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_a_port_somebody_listens_on_is_left_alone(host: str) -> None:
    with listener(host) as taken:
        assert not is_free(taken)
        assert free_port(taken) != taken


def test_ports_lie_below_those_of_outgoing_connections() -> None:
    """A client that knocks at a stopped server's port must not be given that port itself."""
    assert all(free_port() in PORTS for _ in range(20))
    assert PORTS.stop <= 32_768
