"""Asks whether a library of ours has a known weakness, and looks at locks and licences.

Run: make audit.  Weaknesses are asked of osv.dev (`uv audit`) and of npm's registry (`npm audit`),
each for a minute at most.  What needs nobody: every locked file has a hash and comes from the
public registries, and no licence forbids what we do.  Ends with 0 if all is well, 1 if something
was found, 2 if nothing was found and somebody could not be asked.
"""

import importlib.metadata
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
WEB = ROOT / "services" / "console" / "web"
UV = Path(sys.executable).parent / "uv"
WAIT_SECONDS = 60.0  # the registries answer within seconds or not at all
PYPI = "https://pypi.org/simple"
FORBIDDING = re.compile(r"AGPL|(?<!L)GPL|SSPL|BUSL|Commons Clause|Proprietary", re.IGNORECASE)
"""Licences under which we could not keep our own sources to ourselves, or not use theirs."""


@dataclass(frozen=True)
class Asked:
    """What somebody said of our libraries: None where there was no answer, with the reason."""

    who: str
    weaknesses: tuple[str, ...] | None
    said: str = ""


def ask_osv(wait_seconds: float = WAIT_SECONDS) -> Asked:
    """Python's libraries, also those of tests and tools."""
    features = ("--preview-features", "audit-command,json-output", "--output-format", "json")
    done = _run([str(UV), "audit", "--frozen", *features], ROOT, wait_seconds)
    return _read("osv.dev", done, of_uv)


def ask_npm(wait_seconds: float = WAIT_SECONDS) -> Asked:
    """The browser application's libraries, also those that only build it."""
    return _read("npm's registry", _run(["npm", "audit", "--json"], WEB, wait_seconds), of_npm)


def of_uv(told: Any) -> list[str]:
    """What `uv audit` has found."""
    return [
        f"{one['dependency']['name']} {one['dependency']['version']}: {one['id']}"
        f" {one['summary']}, mended in {', '.join(one['fix_versions']) or 'no version'}"
        for one in told["vulnerabilities"]
    ]


def of_npm(told: Any) -> list[str]:
    """What `npm audit` has found."""
    found = told["vulnerabilities"].items()
    return [f"{name} {one['range']}: {one['severity']}" for name, one in found]


def _read(
    who: str, done: subprocess.CompletedProcess[str], found: Callable[[Any], list[str]]
) -> Asked:
    try:
        return Asked(who, tuple(found(json.loads(done.stdout))))
    except (ValueError, LookupError, TypeError, AttributeError):
        return Asked(who, None, _said(done))


def _run(program: list[str], folder: Path, wait_seconds: float) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(  # noqa: S603 - tools of ours
            program,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=wait_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(program, 2, "", f"no answer in {wait_seconds:g} s")
    except OSError as fault:
        return subprocess.CompletedProcess(program, 2, "", str(fault))


def _said(done: subprocess.CompletedProcess[str]) -> str:
    """The last of what a tool complains of, but for where its log is."""
    lines = [line.strip() for line in done.stderr.splitlines() if "complete log" not in line]
    complaints = [line for line in lines if line]
    return complaints[-1] if complaints else f"exit {done.returncode}, nothing that can be read"


def lock_faults(uv_lock: dict[str, Any], npm_lock: dict[str, Any]) -> Iterator[str]:
    """What is locked without a hash, or comes from elsewhere than the public registries."""
    for package in uv_lock["package"]:
        source, name = package["source"], package["name"]
        if source == {"virtual": "."}:
            continue
        files = [*package.get("wheels", ()), *filter(None, [package.get("sdist")])]
        if source.get("registry") != PYPI:
            yield f"{name} comes from {source}"
        if not files or any("hash" not in file for file in files):
            yield f"{name} has a file without a hash"
    for place, package in npm_lock["packages"].items():
        if place and not package.get("integrity", "").startswith("sha512-"):
            yield f"{place} has no hash"


def licence_faults(uv_lock: dict[str, Any], npm_lock: dict[str, Any]) -> Iterator[str]:
    """Libraries whose licence forbids what we do, or is not known; of Python's those installed."""
    named = {package["name"] for package in uv_lock["package"]}
    for installed in importlib.metadata.distributions():
        name = re.sub(r"[-_.]+", "-", installed.metadata["Name"]).lower()
        if name in named:
            yield from _fault(name, _licence_of(installed.metadata))
    for place, package in npm_lock["packages"].items():
        if place:
            yield from _fault(place, str(package.get("license", "")))


def _licence_of(metadata: Any) -> str:
    classified = [one for one in metadata.get_all("Classifier") or () if one.startswith("License")]
    return metadata.get("License-Expression") or " ".join(classified) or metadata.get("License", "")


def _fault(name: str, licence: str) -> Iterator[str]:
    if not licence:
        yield f"{name} does not say its licence"
    elif FORBIDDING.search(licence):
        yield f"{name} is under {licence[:60]}"


def main() -> int:
    """Ask and look, tell, and say by the exit code how it is."""
    locks = (
        tomllib.loads((ROOT / "uv.lock").read_text()),
        json.loads((WEB / "package-lock.json").read_text()),
    )
    found = [*lock_faults(*locks), *licence_faults(*locks)]
    _say(f"locks: {len(locks[0]['package'])} of Python, {len(locks[1]['packages']) - 1} of npm")
    silent = False
    for asked in (ask_osv(), ask_npm()):
        if asked.weaknesses is None:
            silent = True
            _say(f"{asked.who} could not be asked, so nothing is known: {asked.said}")
        else:
            _say(f"{asked.who}: {len(asked.weaknesses)} weaknesses")
            found += asked.weaknesses
    for one in found:
        _say(f"! {one}")
    return 1 if found else 2 if silent else 0


def _say(line: str) -> None:
    print(line)  # noqa: T201 - it is a command


if __name__ == "__main__":
    sys.exit(main())
