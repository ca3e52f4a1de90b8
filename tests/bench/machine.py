"""What the machine says of itself: its name, its load, and who used its processors."""

import contextlib
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

GIT_WITHIN_S = 10.0  # a status of this repository takes far less


@dataclass(frozen=True)
class Strain:
    """How busy the machine was beside us: load average of a minute, processor time stolen."""

    load_average: float
    steal_percent: float


class StrainGauge:
    """Measures between its making and its reading."""

    def __init__(self) -> None:
        self._before = psutil.cpu_times()

    def read(self) -> Strain:
        """Say how it was; systems that do not tell stolen time stole none."""
        before, now = self._before, psutil.cpu_times()
        passed = sum(now) - sum(before)
        stolen = getattr(now, "steal", 0.0) - getattr(before, "steal", 0.0)
        return Strain(os.getloadavg()[0], 100 * stolen / passed if passed else 0.0)


def cpu_seconds(pids: Mapping[str, int]) -> dict[str, float]:
    """Sum the processor time of processes with all their children, dead ones included."""
    return {name: _of_tree(pid) for name, pid in pids.items()}


def _of_tree(pid: int) -> float:
    root = psutil.Process(pid)
    times = root.cpu_times()
    total = times.user + times.system + times.children_user + times.children_system
    for child in root.children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            times = child.cpu_times()
            total += times.user + times.system
    return total


def described() -> str:
    """Name processor, memory and versions."""
    gigabytes = psutil.virtual_memory().total / 1024**3
    return (
        f"{_processor()}, {psutil.cpu_count()} cores, {gigabytes:.0f} GB, {platform.system()}, "
        f"Python {platform.python_version()}, uvicorn {version('uvicorn')}, "
        f"nats-py {version('nats-py')}, psycopg {version('psycopg')}"
    )


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        named = re.search(r"^model name\s*: (.+)$", cpuinfo.read_text(), re.MULTILINE)
        if named:
            return named[1]
    return platform.processor() or platform.machine()


def today() -> str:
    """Name the day, in UTC."""
    return datetime.now(UTC).date().isoformat()


def commit(root: Path) -> str:
    """Name the commit that is measured, with a plus if files differ from it."""
    git = shutil.which("git")
    if git is None:
        return "unknown"

    def say(*arguments: str) -> str:
        told = subprocess.run(
            [git, *arguments],
            cwd=root,
            capture_output=True,
            text=True,
            timeout=GIT_WITHIN_S,
            check=False,
        )
        return told.stdout.strip()

    name = say("rev-parse", "--short=12", "HEAD")
    if not name or name == "HEAD":
        return "unknown"
    changed = say("status", "--porcelain", "--untracked-files=no", "--", ":!docs/benchmarks")
    return f"{name}+" if changed else name
