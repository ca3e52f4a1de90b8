"""Ends with 0 while the service beside it can do its work, for engines that ask by a command.

Run: python deploy/healthcheck.py [PORT]
"""

import http.client
import sys

PORT = 8_000
WITHIN_SECONDS = 3.0


def is_ready(port: int) -> bool:
    """Whether `/readyz` says so."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WITHIN_SECONDS)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(0 if is_ready(int(sys.argv[1]) if len(sys.argv) > 1 else PORT) else 1)
