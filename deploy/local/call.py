"""Place a call to a number of the running stack.

Run: make call FROM=+12125550123 TO=+18005550100 [SCRIPT="+15550100001=busy"]
"""

import argparse
import json
import sys

import httpx

from deploy.local.folders import STATE

CALL_SECONDS_MAX = 600.0


def main() -> int:
    """Ask the stack's played carrier to call, and print what it tells."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="caller", required=True)
    parser.add_argument("--to", required=True)
    parser.add_argument("--script", default="")
    asked = parser.parse_args()
    try:
        exchange_url = json.loads(STATE.read_text())["carrier"]
        body = {"from": asked.caller, "to": asked.to, "script": asked.script}
        with httpx.stream(
            "POST", f"{exchange_url}/play", json=body, timeout=CALL_SECONDS_MAX
        ) as told:
            for line in told.iter_lines():
                print(line, flush=True)
            return 0 if told.is_success else 1
    except (FileNotFoundError, httpx.ConnectError):
        print("The stack is not running: start it with `make run`.", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
