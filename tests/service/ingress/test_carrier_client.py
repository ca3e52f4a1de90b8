"""What the carrier's library loads lazily is loaded before anybody calls."""

import subprocess
import sys


def test_a_first_request_to_the_carrier_loads_nothing() -> None:
    loads = (
        "import services.ingress.carrier.numbers, sys; before = set(sys.modules);"
        "from twilio.rest import Client; client = Client('AC' + '0' * 32, 'token');"
        "client.calls; client.incoming_phone_numbers; client.available_phone_numbers;"
        "print(*set(sys.modules) - before)"
    )
    done = subprocess.run([sys.executable, "-c", loads], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
