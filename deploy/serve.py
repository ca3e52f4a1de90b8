"""Starts the service that `SERVICE` names, in the place of this process: what the image does.

Run: SERVICE=router python -m deploy.serve
"""

import os
import sys
from collections.abc import Mapping

from libs.contracts.catalogue import SERVICES

PORT = 8_000  # in a container of its own every service may have the same
FINISH_WITHIN_SECONDS = 20  # more than the longest answer takes; orchestrators wait 30 for us


def arguments(environment: Mapping[str, str]) -> list[str]:
    """What runs; whose addresses are believed of a proxy, `FORWARDED_ALLOW_IPS` says to uvicorn."""
    service = environment.get("SERVICE", "")
    if service not in SERVICES:
        raise SystemExit(f"SERVICE={service}: not one of {', '.join(SERVICES)}")
    return [
        *(sys.executable, "-m", "uvicorn", "--factory", f"services.{service}.app:create"),
        *("--host", "0.0.0.0", "--port", str(PORT), "--proxy-headers"),  # noqa: S104 - a container's
        *("--no-access-log", "--log-level", "warning", "--no-server-header"),
        *("--timeout-graceful-shutdown", str(FINISH_WITHIN_SECONDS)),
    ]


if __name__ == "__main__":
    command = arguments(os.environ)
    os.execv(command[0], command)  # noqa: S606 - the arguments are ours
