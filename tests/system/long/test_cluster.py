"""A NATS cluster of three keeps every fact three times: its leader may be killed under load."""

import asyncio
import os
from pathlib import Path

import nats
import nats.errors
import pytest
from nats.js.errors import NoStreamResponseError, ServiceUnavailableError

from deploy.local.servers import NatsServer
from deploy.local.servers.ports import free_port
from deploy.nats import FILE, OPERATOR, server_environment
from libs.contracts.streams import EVENTS
from tests.kit.hosting import eventually
from tests.kit.processes import PASSWORDS, Processes
from tests.system.crash.town import CALLS_AROUND, product_running, town_in

SERVERS = 3
ROUTES = """\
include {users}
cluster {{
  name: calls
  listen: 127.0.0.1:{port}
  routes: [{routes}]
}}
"""


class Clustered(Processes):
    """As processes are, on three NATS servers that know each other."""

    servers: tuple[NatsServer, ...] = ()

    @property
    def nats_settings(self) -> dict[str, str]:
        urls = ",".join(server.url for server in self.servers)
        return {"NATS_URL": urls, "NATS_REPLICAS": str(SERVERS)}

    async def open_nats(self) -> None:
        ports = [free_port() for _ in range(SERVERS)]
        routes = ", ".join(f'"nats://127.0.0.1:{port}"' for port in ports)
        servers = []
        for at, port in enumerate(ports):
            config = self.folder / f"cluster{at}.conf"
            users = f'"{os.path.relpath(FILE, self.folder)}"'
            config.write_text(ROUTES.format(users=users, port=port, routes=routes))
            folder = self.folder / f"nats{at}"
            servers.append(
                NatsServer(folder, config=config, environment=server_environment(PASSWORDS))
            )
        self.servers = tuple(servers)
        await asyncio.gather(*(self._start(server) for server in servers))
        self.nats = servers[0]  # whom the tests ask

    async def leader(self) -> NatsServer | None:
        """Who leads the stream of facts now; none while they elect one."""
        client = await nats.connect(
            [server.url for server in self.servers if server.running],
            user=OPERATOR,
            password=PASSWORDS[OPERATOR],
            inbox_prefix=f"_INBOX_{OPERATOR}",
        )
        try:
            info = await client.jetstream(timeout=1).stream_info(EVENTS.name)
        except (nats.errors.TimeoutError, NoStreamResponseError, ServiceUnavailableError):
            return None
        finally:
            await client.close()
        if info.cluster is None or info.cluster.leader is None:
            return None
        assert info.config.num_replicas == SERVERS
        return next(server for server in self.servers if server.name == info.cluster.leader)


@pytest.mark.skipif("LONG" not in os.environ, reason="a minute: make test-long")
async def test_the_leader_is_killed_under_load(tmp_path: Path) -> None:
    async with (
        product_running(tmp_path, routers=2, kind=Clustered) as product,
        town_in(product) as running,
    ):
        assert isinstance(product.processes, Clustered)
        leader = await eventually(product.processes.leader)
        running.callers.start()
        await running.callers.more(CALLS_AROUND * 4)
        await asyncio.to_thread(leader.kill)
        await running.callers.more(CALLS_AROUND * 8)
        assert await eventually(product.processes.leader) is not leader
        await running.all_is_well()
        slow = sorted(
            step.latency_ms for report in running.callers.reports for step in report.steps
        )
        print(
            f"\n{len(running.callers.reports)} calls, {len(slow)} webhooks, all 200: "
            f"p50 {slow[len(slow) // 2]:.0f} ms, p99 {slow[len(slow) * 99 // 100]:.0f} ms, "
            f"slowest {slow[-1]:.0f} ms"
        )
