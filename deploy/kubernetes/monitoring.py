"""What Prometheus's operator is told: the same alerts as everywhere, and where metrics are."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from deploy.kubernetes.workloads import labels, named

ALERTS = Path(__file__).parents[1] / "telemetry" / "alerts.yaml"
API = "monitoring.coreos.com/v1"
EVERY = "30s"  # what alerts look at are spans of five minutes and more


def monitors() -> Iterator[dict[str, Any]]:
    """The rules of `alerts.yaml`, word for word, and the collector, which has all metrics."""
    yield named("PrometheusRule", API, "callcenter", yaml.safe_load(ALERTS.read_text()))
    spec = {
        "selector": {"matchLabels": labels("collector")},
        "podMetricsEndpoints": [{"port": "metrics", "interval": EVERY, "honorLabels": True}],
    }
    yield named("PodMonitor", API, "collector", spec)
