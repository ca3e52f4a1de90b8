"""What the tests of both servers need: other programs that are in their way."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from deploy.local.servers.ports import LOOPBACK

REPOSITORY = Path(__file__).parents[3]
GONE_WITHIN_S = 20.0  # a shutdown takes 0.05 s where nobody else works

KEEPER = """
import sys, time
from pathlib import Path
from deploy.local.servers import {kind}
server = {kind}(Path(sys.argv[1]))
server.start()
print(server.pid, flush=True)
time.sleep(600)
"""


@contextmanager
def listener(host: str) -> Iterator[int]:
    """Listen on a port of this host as another program would, and say which."""
    with socket.socket() as taken:
        taken.bind((host, 0))
        taken.listen()
        yield taken.getsockname()[1]


def keeper_killed(kind: str, folder: Path) -> psutil.Process:
    """Start a server in another process, `kill -9` that process, and return the server's."""
    keeper = subprocess.Popen(
        [sys.executable, "-c", KEEPER.format(kind=kind), str(folder)],
        stdout=subprocess.PIPE,
        cwd=REPOSITORY,
        text=True,
    )
    with keeper:
        assert keeper.stdout is not None
        server = psutil.Process(int(keeper.stdout.readline()))
        keeper.kill()
    return server


@contextmanager
def again(process: psutil.Process) -> Iterator["subprocess.Popen[bytes]"]:
    """Run the same program once more, as the same user, such that it outlives its starter."""
    command, folder, owner = process.cmdline(), process.cwd(), process.uids().real
    environment = process.environ()
    process.send_signal(signal.SIGINT)
    process.wait(GONE_WITHIN_S)
    orphan = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        user=owner if os.geteuid() == 0 else None,
        start_new_session=True,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield orphan
    finally:
        orphan.kill()
        orphan.wait()


def listens_on(process: psutil.Process) -> set[str]:
    """Return the addresses on which a process and its children listen."""
    return {
        address
        for member in (process, *process.children(recursive=True))
        for address in _listeners(member)
    }


def _listeners(member: psutil.Process) -> set[str]:
    """A server's workers come and go: one that has just gone listens nowhere."""
    try:
        sockets = member.net_connections("inet")
    except psutil.NoSuchProcess:
        return set()
    return {socket.laddr.ip for socket in sockets if socket.status == psutil.CONN_LISTEN}


__all__ = ["GONE_WITHIN_S", "LOOPBACK", "again", "keeper_killed", "listener", "listens_on"]
