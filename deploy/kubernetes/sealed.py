"""Prints drawn secrets as Kubernetes' own, for kubeseal or another keeper to close.

Run, after `python -m deploy.draw_secrets FOLDER`:
python -m deploy.kubernetes.sealed FOLDER | kubeseal -o yaml
"""

import base64
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import make_url

from deploy.kubernetes.workloads import NAMESPACE, labels
from libs.runtime.migrations import migrated_services

NOT_THERE = {"postgres", "nats", "shared"}  # the operators of PostgreSQL and NATS have their own


def secrets(folder: Path) -> Iterator[dict[str, Any]]:
    """One for each container, and each role's login for CloudNativePG."""
    for part in sorted(path for path in folder.iterdir() if path.name not in NOT_THERE):
        files = {path.name: path.read_bytes() for path in sorted(part.iterdir())}
        yield _secret(f"callcenter-{part.name}", "Opaque", files)
    for service in migrated_services():
        url = make_url((folder / service / "DATABASE_URL").read_text())
        login = {"username": str(url.username), "password": str(url.password)}
        encoded = {name: value.encode() for name, value in login.items()}
        yield _secret(f"role-{service}", "kubernetes.io/basic-auth", encoded)


def _secret(name: str, kind: str, values: dict[str, bytes]) -> dict[str, Any]:
    meta = {"name": name, "namespace": NAMESPACE, "labels": labels(name)}
    data = {key: base64.b64encode(value).decode() for key, value in values.items()}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": meta, "type": kind, "data": data}


if __name__ == "__main__":
    sys.stdout.write(yaml.safe_dump_all(secrets(Path(sys.argv[1])), sort_keys=False))
