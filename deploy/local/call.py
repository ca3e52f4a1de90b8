"""Place a call to a number of the running stack, or ask where one would go.

Run: make call FROM=+12125550123 TO=+18005550100 [SCRIPT="+15550100001=busy"]
     make rehearse FROM=+12125550123 TO=+18005550101 [AT=2026-03-08T07:30Z] [TAGS=source=mail]
"""

import argparse
import json
import sys
from typing import Any

import httpx

from deploy.local.folders import STATE

CALL_SECONDS_MAX = 600.0


def main() -> int:
    """Ask the stack's played carrier, and print what it tells."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="caller", required=True)
    parser.add_argument("--to", required=True)
    parser.add_argument("--script", default="")
    parser.add_argument("--rehearse", action="store_true", help="only say where it would go")
    parser.add_argument("--at", default="", help="the instant of a rehearsal, RFC 3339")
    parser.add_argument("--tags", default="", help="of a rehearsal: name=value,name=value")
    asked = parser.parse_args()
    if any("=" not in pair for pair in asked.tags.split(",") if pair):
        parser.error("tags are written name=value,name=value")
    path, body = _rehearsal(asked) if asked.rehearse else _call(asked)
    try:
        exchange_url = json.loads(STATE.read_text())["carrier"]
        with httpx.stream(
            "POST", f"{exchange_url}{path}", json=body, timeout=CALL_SECONDS_MAX
        ) as told:
            for line in told.iter_lines():
                print(line, flush=True)
            return 0 if told.is_success else 1
    except (FileNotFoundError, httpx.ConnectError):
        print("The stack is not running: start it with `make run`.", file=sys.stderr)
        return 1


def _call(asked: argparse.Namespace) -> tuple[str, dict[str, Any]]:
    return "/play", {"from": asked.caller, "to": asked.to, "script": asked.script}


def _rehearsal(asked: argparse.Namespace) -> tuple[str, dict[str, Any]]:
    tags = dict(pair.partition("=")[::2] for pair in asked.tags.split(",") if pair)
    body: dict[str, Any] = {
        "caller": {"kind": "number", "text": asked.caller},
        "dialled": asked.to,
        "tags": tags,
    }
    return "/rehearse", body | ({"at": asked.at} if asked.at else {})


if __name__ == "__main__":
    sys.exit(main())
