"""Where the servers of the tests come from: containers if they are at hand, else the wheels."""

import os
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.local.servers.process import Folder, FolderInUse

if TYPE_CHECKING:
    from testcontainers.core.container import DockerContainer

POSTGRES_IMAGE = "postgres:18"
NATS_IMAGE = "nats:2"
FOLDER_PREFIX = "callcenter-test-"
MEMORY = Path("/dev/shm")  # a file system in memory, on Linux
MEMORY_FREE_MIN = 8 * 1024**3  # NATS wants room for all that its streams may ever hold
LEFT_AFTER_S = 600.0  # a folder is claimed milliseconds after it is made
ENGINE_WITHIN_S = 1.0  # an engine that is slower to answer would slow down every run


@cache
def containers_at_hand() -> bool:
    """Say whether a Docker engine answers at once and has both images; never so in CI."""
    if os.environ.get("CI"):
        return False
    inspect = ["docker", "image", "inspect", POSTGRES_IMAGE, NATS_IMAGE]
    try:
        done = subprocess.run(inspect, capture_output=True, timeout=ENGINE_WITHIN_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


@dataclass(frozen=True)
class PostgresContainer:
    """Where a PostgreSQL in a container listens."""

    password: str
    address: str

    def url_of(self, database: str) -> str:
        return f"postgresql://postgres:{self.password}@{self.address}/{database}"


@dataclass(frozen=True)
class NatsContainer:
    """Where a NATS in a container listens."""

    address: str

    @property
    def url(self) -> str:
        return f"nats://{self.address}"


@contextmanager
def postgres_container(settings: dict[str, str]) -> Iterator[PostgresContainer]:
    """Run PostgreSQL with these settings; it may not be ready yet."""
    password = secrets.token_urlsafe(12)
    container = (
        new_container(POSTGRES_IMAGE)
        .with_env("POSTGRES_PASSWORD", password)
        .with_exposed_ports(5432)
        .with_command(["postgres", *(f"-c{name}={value}" for name, value in settings.items())])
    )
    with container:
        yield PostgresContainer(password, address_of(container, 5432))


@contextmanager
def nats_container() -> Iterator[NatsContainer]:
    """Run NATS with JetStream; it may not be ready yet."""
    container = new_container(NATS_IMAGE).with_exposed_ports(4222).with_command(["-js"])
    with container:
        yield NatsContainer(address_of(container, 4222))


def new_container(image: str) -> "DockerContainer":
    # Its helper container needs an image of its own, which a machine without a registry lacks.
    os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")
    from testcontainers.core.container import DockerContainer  # reads the variable when imported

    return DockerContainer(image)


def address_of(container: "DockerContainer", port: int) -> str:
    return f"{container.get_container_host_ip()}:{container.get_exposed_port(port)}"


def server_folder() -> Path:
    """Make a folder for a server of our own, in which also an unprivileged account can work.

    Pytest's own temporary folders are closed to others. In memory where there is room: on a disk
    a sixth of a run's time goes into making and deleting the files of databases.
    """
    place = Path(tempfile.gettempdir())
    sweep(place)
    if MEMORY.is_dir():
        sweep(MEMORY)
        place = MEMORY if shutil.disk_usage(MEMORY).free > MEMORY_FREE_MIN else place
    folder = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX, dir=place))
    folder.chmod(0o711)
    return folder


def sweep(place: Path) -> None:
    """Delete what killed runs left: old folders in which no living process keeps a server."""
    for left in place.glob(f"{FOLDER_PREFIX}*"):
        with suppress(OSError, FolderInUse):  # another user's, or another run's
            if time.time() - left.stat().st_mtime > LEFT_AFTER_S:
                folder = Folder(left)
                folder.claim()
                shutil.rmtree(left)
                folder.release()
