"""Writes `nats.conf`.  Run: make nats-conf."""

from deploy.nats import FILE, configuration

FILE.write_text(configuration())
