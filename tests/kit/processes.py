"""The product as its processes, each of which a test may kill and start again."""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from deploy.local.servers import NatsServer, PostgresServer
from deploy.local.servers.ports import free_port
from deploy.local.servers.process import Child, Command
from deploy.local.servers.server import Server
from deploy.nats import FILE, OPERATOR, USERS, logins, server_environment
from libs.runtime.ask import Ask
from libs.runtime.broker import Broker
from libs.runtime.migrations import migrate_all, migrated_services
from tests.kit.engine import server_folder

ROOT = Path(__file__).resolve().parents[2]
READY_WITHIN_SECONDS = 60.0  # importing a service costs two seconds of CPU, on a busy machine more
STOP_WITHIN_SECONDS = 15.0
POLL_SECONDS = 0.05
PASSWORDS = {user: f"password-of-{user}" for user in USERS}


@dataclass
class Process:
    """One service's process; it keeps its port when it is started again."""

    service: str
    port: int
    command: Command
    environment: dict[str, str]
    child: Child | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it; it is ready later."""
        self.child = Child(self.command)

    def kill(self) -> None:
        """End it at once, as a crash would."""
        assert self.child is not None
        self.child.kill()

    async def ready(self, *, whole: bool = True) -> None:
        """Wait until it is ready; `whole`: and misses nothing."""
        give_up_at = time.monotonic() + READY_WITHIN_SECONDS
        async with httpx.AsyncClient(timeout=5) as http:
            while not await self._is_ready(http, whole=whole):
                assert self.child is not None
                log = self.command.log.read_text()[-2_000:]
                assert not self.child.ended, f"{self.service} died: {log}"
                assert time.monotonic() < give_up_at, f"{self.service} is not ready: {log}"
                await asyncio.sleep(POLL_SECONDS)

    async def _is_ready(self, http: httpx.AsyncClient, *, whole: bool) -> bool:
        try:
            answer = await http.get(f"{self.url}/readyz")
        except httpx.TransportError:
            return False
        return answer.is_success and not (whole and json.loads(answer.text)["degraded"])


@dataclass
class Processes:
    """PostgreSQL, NATS with a user for each service, and services, all of the test's own."""

    folder: Path
    settings: Mapping[str, str]
    stack: AsyncExitStack
    postgres: PostgresServer = field(init=False)
    nats: NatsServer = field(init=False)

    async def open(self) -> None:
        """Start the servers, and make the schemas."""
        self.postgres = PostgresServer(server_folder(), durable=False)  # kills are no power cuts
        await self._start(self.postgres)
        await self.open_nats()
        await asyncio.to_thread(self.migrate)

    async def open_nats(self) -> None:
        """Start one NATS server."""
        self.nats = NatsServer(
            server_folder(), config=FILE, environment=server_environment(PASSWORDS)
        )
        await self._start(self.nats)

    def migrate(self) -> None:
        """Bring all schemas to the newest revision of our own sources."""
        migrate_all(self.postgres.url, migrated_services())

    async def _start(self, server: Server) -> None:
        await asyncio.to_thread(server.start)
        self.stack.push_async_callback(asyncio.to_thread, server.discard)

    @property
    def nats_settings(self) -> dict[str, str]:
        """Where NATS is, for services."""
        return {"NATS_URL": self.nats.url}

    def service(self, name: str, label: str = "", root: Path = ROOT) -> Process:
        """A service's process, not yet started; `root`: of which tree of the sources."""
        port = free_port()
        arguments = [
            *(sys.executable, "-m", "uvicorn", "--factory", f"services.{name}.app:create"),
            *("--host", "127.0.0.1", "--port", str(port), "--no-access-log"),
            *("--log-level", "warning"),
        ]
        environment = {
            **{key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ},
            "PYTHONPATH": str(root),
            "DATABASE_URL": self.postgres.url,
            **self.nats_settings,
            "INGRESS_DIR": str(self.folder / f"ingress{label}"),
            **logins(PASSWORDS),
            **self.settings,
        }
        log = self.folder / f"{name}{label}.log"
        command = Command(arguments, root, log, environment, farewell=signal.SIGTERM)
        process = Process(name, port, command, environment)
        self.stack.push_async_callback(self._stop, process)
        return process

    async def ask(self) -> Ask:
        """Ask as the operator may: everybody everything."""
        broker = Broker(self.nats.url, OPERATOR, OPERATOR, PASSWORDS[OPERATOR])
        broker.open()
        self.stack.push_async_callback(broker.close)
        return Ask(broker)

    async def _stop(self, process: Process) -> None:
        if process.child is not None:
            await asyncio.to_thread(process.child.stop, STOP_WITHIN_SECONDS)
