"""The six services as Deployments, with what keeps each up, and the job that migrates."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from deploy.draw_secrets import READER
from deploy.serve import FINISH_WITHIN_SECONDS, PORT
from libs.contracts.catalogue import SERVICES
from libs.runtime.migrations import migrated_services

NAMESPACE = "callcenter"
IMAGE = "callcenter-pro"
PUBLIC = "callcenter-public"  # a ConfigMap of the overlay: what is a cluster's own
GONE_AFTER_SECONDS = 5  # until all who balance load have heard that a pod is going
SPOOL_SIZE = "256Mi"  # twice what the ingress keeps while NATS is away


@dataclass(frozen=True)
class Size:
    """What one process of a service asks for; `cpu` in thousandths of a core, memory in MiB."""

    cpu: int
    memory: int
    memory_max: int


SIZES = {
    "ingress": Size(250, 192, 384),
    "router": Size(500, 256, 512),
    "rtb": Size(500, 256, 512),
    "flows": Size(250, 448, 768),  # and three processes for users' code
    "tracking": Size(500, 320, 768),
    "console": Size(250, 320, 768),
}
HEARD_OVER_HTTP = ("ingress", "tracking", "rtb", "console")

FROM_PUBLIC = {
    "ingress": {
        "INGRESS_PUBLIC_BASE_URL": "base-url",
        "TWILIO_ACCOUNT_SID": "twilio-account-sid",
    },
    "tracking": {"TRACKING_PUBLIC_BASE_URL": "base-url"},
    "console": {"CONSOLE_PUBLIC_BASE_URL": "base-url", "CONSOLE_FIRST_OWNER": "first-owner"},
}
OF_ALL = {
    "NATS_URL": "nats://nats:4222",
    "NATS_REPLICAS": "3",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318",
    "FORWARDED_ALLOW_IPS": "*",  # only the edge and the console reach a service: see network.py
}
OWN = {"console": {"CONSOLE_INGRESS_BASE_URL": f"http://ingress:{PORT}"}}
INSIDE = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
}
POD = {
    "runAsNonRoot": True,
    "runAsUser": READER,
    "runAsGroup": READER,
    "fsGroup": READER,
    "seccompProfile": {"type": "RuntimeDefault"},
}


def labels(name: str) -> dict[str, str]:
    """By what a thing of ours is found."""
    return {"app.kubernetes.io/part-of": "callcenter-pro", "app.kubernetes.io/name": name}


def named(kind: str, api: str, name: str, spec: dict[str, Any]) -> dict[str, Any]:
    """A manifest of ours."""
    meta = {"name": name, "namespace": NAMESPACE, "labels": labels(name)}
    return {"apiVersion": api, "kind": kind, "metadata": meta, "spec": spec}


def services() -> Iterator[dict[str, Any]]:
    """Each service, its budget of disruption, and its name where it is spoken to over HTTP."""
    for service in SERVICES:
        yield _deployment(service)
        yield budget(service)
        if service in HEARD_OVER_HTTP:
            ports = [{"name": "http", "port": PORT, "targetPort": "http"}]
            yield named("Service", "v1", service, {"selector": labels(service), "ports": ports})


def budget(name: str) -> dict[str, Any]:
    """Nodes are emptied one pod of a kind at a time."""
    spec = {"maxUnavailable": 1, "selector": {"matchLabels": labels(name)}}
    return named("PodDisruptionBudget", "policy/v1", name, spec)


def spread(name: str) -> list[dict[str, Any]]:
    """One zone's or node's end must not be the end of all of a kind."""
    return [
        {
            "maxSkew": 1,
            "topologyKey": f"{place}",
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": {"matchLabels": labels(name)},
        }
        for place in ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
    ]


def deployment(name: str, replicas: int, pod: dict[str, Any]) -> dict[str, Any]:
    """New pods are ready before old ones go."""
    spec = {
        "replicas": replicas,
        "revisionHistoryLimit": 3,
        "strategy": {"rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}},
        "selector": {"matchLabels": labels(name)},
        "template": {"metadata": {"labels": labels(name)}, "spec": pod},
    }
    return named("Deployment", "apps/v1", name, spec)


def migrate() -> dict[str, Any]:
    """Brings every schema to the newest revision, each as its own role; before the new code."""
    pod = {
        "restartPolicy": "OnFailure",
        "automountServiceAccountToken": False,
        "securityContext": POD,
        "containers": [
            {
                "name": "migrate",
                "image": IMAGE,
                "command": ["python", "-m", "libs.runtime.migrations"],
                "securityContext": INSIDE,
                "resources": resources(Size(100, 192, 384)),
                "volumeMounts": _mounts("migrate"),
            }
        ],
        "volumes": _volumes("migrate"),
    }
    template = {"metadata": {"labels": labels("migrate")}, "spec": pod}
    return named("Job", "batch/v1", "migrate", {"backoffLimit": 6, "template": template})


def resources(size: Size) -> dict[str, Any]:
    """No limit of cores: one that is reached makes callers wait."""
    return {
        "requests": {"cpu": f"{size.cpu}m", "memory": f"{size.memory}Mi"},
        "limits": {"memory": f"{size.memory_max}Mi"},
    }


def _deployment(service: str) -> dict[str, Any]:
    container = {
        "name": service,
        "image": IMAGE,
        "ports": [{"name": "http", "containerPort": PORT}],
        "env": list(_environment(service)),
        "startupProbe": _probe("/healthz", every=2, failures=60),
        "livenessProbe": _probe("/healthz", every=10, failures=3),
        "readinessProbe": _probe("/readyz", every=5, failures=2),
        "lifecycle": {"preStop": {"sleep": {"seconds": GONE_AFTER_SECONDS}}},
        "securityContext": INSIDE,
        "resources": resources(SIZES[service]),
        "volumeMounts": _mounts(service),
    }
    pod = {
        "terminationGracePeriodSeconds": GONE_AFTER_SECONDS + FINISH_WITHIN_SECONDS + 10,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,  # else ROUTER_PORT and the like would look like settings
        "securityContext": POD,
        "topologySpreadConstraints": spread(service),
        "containers": [container],
        "volumes": _volumes(service),
    }
    return deployment(service, 2, pod)


def _environment(service: str) -> Iterator[dict[str, Any]]:
    plain = {"SERVICE": service, "NATS_USER": service, **OF_ALL, **OWN.get(service, {})}
    if service in migrated_services():
        plain["DATABASE_POOLER"] = "true"
    for name, value in plain.items():
        yield {"name": name, "value": value}
    for name, key in FROM_PUBLIC.get(service, {}).items():
        yield {"name": name, "valueFrom": {"configMapKeyRef": {"name": PUBLIC, "key": key}}}


def _probe(path: str, every: int, failures: int) -> dict[str, Any]:
    return {
        "httpGet": {"path": path, "port": "http"},
        "periodSeconds": every,
        "timeoutSeconds": 3,
        "failureThreshold": failures,
    }


def _mounts(name: str) -> list[dict[str, Any]]:
    spool = [{"name": "spool", "mountPath": "/var/lib/ingress"}] if name == "ingress" else []
    return [
        {"name": "secrets", "mountPath": "/run/secrets", "readOnly": True},
        {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108 - a pod's own
        *spool,
    ]


def _volumes(name: str) -> list[dict[str, Any]]:
    spool = [{"name": "spool", "emptyDir": {"sizeLimit": SPOOL_SIZE}}] if name == "ingress" else []
    secret = {"secretName": f"callcenter-{name}", "defaultMode": 0o440}
    return [
        {"name": "secrets", "secret": secret},
        {"name": "tmp", "emptyDir": {"sizeLimit": "64Mi"}},
        *spool,
    ]
