"""A NATS server of our own with JetStream, on loopback only, with its data in one folder.

The folder holds `lock`, `log`, `server.conf` (written at every start) and `jetstream`.
"""

import http.client
import json
import os
import secrets
import shutil
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from deploy.local.servers.ports import LOOPBACK, free_port
from deploy.local.servers.process import Command, end_orphans
from deploy.local.servers.server import Server, ServerDied

READY_WITHIN_S = 30.0  # a start takes 0.03 s; large streams are read again after a crash
STOP_WITHIN_S = 10.0  # it flushes its streams and leaves
LOOK_WITHIN_S = 1.0  # one look: it answers at once or is not ready

# The included file says what it wants about users, permissions and limits. Where the server listens
# and keeps its data is said after it, and what is said last counts.
MAIN = """\
max_payload: 512KB
{include}
server_name: {name}
host: {host}
port: {port}
http: {monitor}
jetstream {{ store_dir: {store} }}
"""


class NatsServer(Server):
    """A NATS server with JetStream."""

    program = "nats-server"
    farewell = signal.SIGTERM
    ready_within_s = READY_WITHIN_S
    stop_within_s = STOP_WITHIN_S

    def __init__(
        self,
        folder: Path,
        port: int | None = None,
        config: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Prepare a server; `port` is a wish.

        `config` is a file to include, for users and permissions; `environment` has the values of
        its `$NAMES`. The server reads a value of digits as a number and refuses it as a password.
        """
        super().__init__(folder)
        self._wanted_port = port
        self._config = config
        self._environment = dict(environment or {})
        self._port: int | None = None
        self._monitor_port: int | None = None
        self._name = ""

    @property
    def port(self) -> int:
        """Return the port clients connect to, known from the first start on."""
        assert self._port is not None, "the server was never started"
        return self._port

    @property
    def monitor_port(self) -> int:
        """Return the port of the monitoring pages, known from the first start on."""
        assert self._monitor_port is not None, "the server was never started"
        return self._monitor_port

    @property
    def name(self) -> str:
        """Return how the running server calls itself; each start draws another name."""
        return self._name

    @property
    def url(self) -> str:
        """Return the address for clients, without credentials."""
        return f"nats://{LOOPBACK}:{self.port}"

    @property
    def monitor_url(self) -> str:
        """Return the address of the monitoring pages (`/healthz`, `/varz`, `/jsz`)."""
        return f"http://{LOOPBACK}:{self.monitor_port}"

    def _prepare(self) -> None:
        end_orphans(self._folder.path, self.program, self.farewell, self.stop_within_s)

    def _choose_ports(self) -> None:
        self._port, self._monitor_port = free_port(self._wanted_port), free_port()

    def _command(self) -> Command:
        self._name = f"callcenter-{secrets.token_hex(4)}"
        main = self._folder.path / "server.conf"
        main.write_text(self._configuration())
        return Command(
            [find_program(self.program), "--config", str(main)],
            folder=self._folder.path,
            log=self._log,
            environment=self._environment,
            farewell=self.farewell,
        )

    def _configuration(self) -> str:
        folder = self._folder.path
        include = ""
        if self._config is not None:  # the server reads included paths as relative, always
            include = f"include {quoted(os.path.relpath(self._config.resolve(), folder))}"
        return MAIN.format(
            include=include,
            name=self._name,
            host=LOOPBACK,
            port=self.port,
            monitor=quoted(f"{LOOPBACK}:{self.monitor_port}"),
            store=quoted(str(folder)),
        )

    def _is_ready(self) -> bool:
        """Ask the monitoring pages, which know JetStream's state and need no credentials.

        The name tells our server from another that was faster at the port.
        """
        if page(self.monitor_port, "/healthz") is None:
            return False
        about = page(self.monitor_port, "/varz")
        return about is not None and json.loads(about)["server_name"] == self._name


def find_program(name: str) -> str:
    """Return the path of the wheel's program: beside our Python, else on the PATH."""
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        raise ServerDied(f"{name} is not installed")
    return found


def page(port: int, path: str) -> bytes | None:
    """Return a monitoring page, or None if there is none or it reports trouble."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=LOOK_WITHIN_S)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    return body if answer.status == http.HTTPStatus.OK else None


def quoted(text: str) -> str:
    """Return text as a string of NATS's configuration language, whose escapes are JSON's."""
    return json.dumps(text, ensure_ascii=False)
