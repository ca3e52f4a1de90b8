"""How many processes of each service run: by their cores, tracking by what waits to be read."""

from collections.abc import Iterator
from typing import Any

from deploy.kubernetes.workloads import NAMESPACE, named
from libs.contracts.streams import TRACKING_CALLS

CORES_USED_PERCENT = 60  # of what is asked for: what is left carries a burst until others start
AT_LEAST = 2  # one may go at any moment
AT_MOST = {"ingress": 20, "router": 20, "rtb": 20, "flows": 20, "console": 6}
READERS_MAX = 8
FACTS_WAITING = 2_000  # for each reader: ten batches
SECONDS_STABLE = 300  # fewer only after so long: calls last minutes


def scalers() -> Iterator[dict[str, Any]]:
    """Whoever a caller waits for by cores; the reader of facts by its lag."""
    for service, most in AT_MOST.items():
        yield _by_cores(service, most)
    yield _by_lag()


def _by_cores(service: str, most: int) -> dict[str, Any]:
    metric = {
        "type": "Resource",
        "resource": {
            "name": "cpu",
            "target": {"type": "Utilization", "averageUtilization": CORES_USED_PERCENT},
        },
    }
    spec = {
        "scaleTargetRef": _deployment(service),
        "minReplicas": AT_LEAST,
        "maxReplicas": most,
        "metrics": [metric],
        "behavior": {"scaleDown": {"stabilizationWindowSeconds": SECONDS_STABLE}},
    }
    return named("HorizontalPodAutoscaler", "autoscaling/v2", service, spec)


def _by_lag() -> dict[str, Any]:
    trigger = {
        "type": "nats-jetstream",
        "metadata": {
            "natsServerMonitoringEndpoint": f"nats-headless.{NAMESPACE}.svc.cluster.local:8222",
            "account": "$G",
            "stream": TRACKING_CALLS.stream,
            "consumer": TRACKING_CALLS.name,
            "lagThreshold": str(FACTS_WAITING),
            "activationLagThreshold": "0",
        },
    }
    spec = {
        "scaleTargetRef": _deployment("tracking"),
        "minReplicaCount": AT_LEAST,
        "maxReplicaCount": READERS_MAX,
        "cooldownPeriod": SECONDS_STABLE,
        "triggers": [trigger],
    }
    return named("ScaledObject", "keda.sh/v1alpha1", "tracking", spec)


def _deployment(service: str) -> dict[str, Any]:
    return {"apiVersion": "apps/v1", "kind": "Deployment", "name": service}
