"""What the services stand on and behind: the edge, PostgreSQL, NATS, the collector."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deploy.kubernetes.workloads import (
    HEARD_OVER_HTTP,
    INSIDE,
    NAMESPACE,
    PUBLIC,
    Size,
    budget,
    deployment,
    labels,
    named,
    resources,
    spread,
)
from deploy.nats import MAX_PAYLOAD, USERS, password_name, rights_of
from deploy.roles import DATABASE, first_statements
from deploy.serve import PORT
from libs.runtime.migrations import migrated_services

DEPLOY = Path(__file__).parents[1]
NGINX = "nginxinc/nginx-unprivileged:1.28"
NGINX_USER = 101
COLLECTOR = "otel/opentelemetry-collector-contrib:0.139.0"
POSTGRES = "ghcr.io/cloudnative-pg/postgresql:18"
EVENTS_DISK = "20Gi"  # EVENTS takes 4 GiB at most, DEAD a quarter; a server compacts beside them
LENT_AT_ONCE = 20  # connections of a role at the server: the cores, twice over, and some
BORROWERS_MAX = 2_000
_WEB = {"http": 80, "https": 443}


def edge() -> Iterator[dict[str, Any]]:
    """The same nginx as in compose, two of them behind the cluster's load balancer."""
    template = (DEPLOY / "edge" / "nginx.conf.template").read_text()
    names = {one.upper(): f"{one}.{NAMESPACE}.svc.cluster.local:{PORT}" for one in HEARD_OVER_HTTP}
    resolver = {"RESOLVER": "kube-dns.kube-system.svc.cluster.local"}
    from_public = {"configMapKeyRef": {"name": PUBLIC, "key": "name"}}
    container = {
        "name": "edge",
        "image": NGINX,
        "ports": [{"name": name, "containerPort": port} for name, port in _WEB.items()],
        "env": [
            {"name": "PUBLIC_NAME", "valueFrom": from_public},
            *({"name": name, "value": value} for name, value in {**names, **resolver}.items()),
        ],
        "readinessProbe": {"httpGet": {"path": "/edge/healthz", "port": "http"}},
        "lifecycle": {"preStop": {"sleep": {"seconds": 10}}},
        "securityContext": INSIDE,
        "resources": resources(Size(200, 64, 256)),
        "volumeMounts": [
            {"name": "template", "mountPath": "/etc/nginx/templates", "readOnly": True},
            {"name": "secrets", "mountPath": "/run/secrets", "readOnly": True},
            {"name": "written", "mountPath": "/etc/nginx/conf.d", "subPath": "conf.d"},
            {"name": "written", "mountPath": "/tmp", "subPath": "tmp"},  # noqa: S108
        ],
    }
    pod = {
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": NGINX_USER,
            "runAsGroup": NGINX_USER,
            "fsGroup": NGINX_USER,
            "seccompProfile": {"type": "RuntimeDefault"},
            "sysctls": [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}],
        },
        "topologySpreadConstraints": spread("edge"),
        "containers": [container],
        "volumes": [
            {"name": "template", "configMap": {"name": "edge"}},
            {"name": "secrets", "secret": {"secretName": "callcenter-edge", "defaultMode": 0o440}},
            {"name": "written", "emptyDir": {"sizeLimit": "64Mi"}},
        ],
    }
    yield _texts("edge", {"nginx.conf.template": template})
    yield deployment("edge", 2, pod)
    yield budget("edge")
    ports = [{"name": name, "port": port, "targetPort": name} for name, port in _WEB.items()]
    spec = {
        "type": "LoadBalancer",
        "externalTrafficPolicy": "Local",  # or callers' addresses would be a node's
        "selector": labels("edge"),
        "ports": ports,
    }
    yield named("Service", "v1", "edge", spec)


def postgres() -> Iterator[dict[str, Any]]:
    """Three servers by CloudNativePG, and before them a pooler by the name that services know."""
    roles = [
        {"name": one, "ensure": "present", "login": True, "passwordSecret": {"name": f"role-{one}"}}
        for one in migrated_services()
    ]
    spec = {
        "instances": 3,
        "imageName": POSTGRES,
        "storage": {"size": "100Gi"},
        "walStorage": {"size": "20Gi"},
        "postgresql": {
            "parameters": {"max_connections": "300", "shared_buffers": "2GB"},
            "synchronous": {"method": "any", "number": 1},  # a promise to a caller is on two disks
        },
        "resources": resources(Size(2_000, 4_096, 8_192)),
        "bootstrap": {
            "initdb": {"database": DATABASE, "postInitApplicationSQL": list(first_statements())}
        },
        "managed": {"roles": roles},
    }
    yield named("Cluster", "postgresql.cnpg.io/v1", "database", spec)
    lending = {
        "poolMode": "transaction",
        "parameters": {
            "max_client_conn": str(BORROWERS_MAX),
            "default_pool_size": str(LENT_AT_ONCE),
            "server_reset_query_always": "0",
        },
    }
    pooler = {"cluster": {"name": "database"}, "instances": 2, "type": "rw", "pgbouncer": lending}
    yield named("Pooler", "postgresql.cnpg.io/v1", "postgres", pooler)
    daily = {
        "schedule": "0 0 3 * * *",
        "cluster": {"name": "database"},
        "backupOwnerReference": "self",
    }
    yield named("ScheduledBackup", "postgresql.cnpg.io/v1", "database", daily)


def nats_values() -> dict[str, Any]:
    """Values for NATS's own chart: three servers on disk, and the users of `nats.conf`."""
    users = [
        {
            "user": user,
            "password": f"<< ${password_name(user)} >>",
            "permissions": {
                "publish": {"allow": list(rights_of(user).publish)},
                "subscribe": {"allow": list(rights_of(user).subscribe)},
            },
        }
        for user in USERS
    ]
    secrets = {
        password_name(user): {
            "valueFrom": {"secretKeyRef": {"name": f"callcenter-{user}", "key": "NATS_PASSWORD"}}
        }
        for user in USERS
    }
    file_store = {"enabled": True, "pvc": {"enabled": True, "size": EVENTS_DISK}}
    return {
        "config": {
            "cluster": {"enabled": True, "replicas": 3},
            "jetstream": {"enabled": True, "fileStore": file_store},
            "merge": {
                "max_payload": f"<< {MAX_PAYLOAD} >>",
                "authorization": {"users": users},
            },
        },
        "container": {"env": secrets, "merge": {"resources": resources(Size(500, 512, 2_048))}},
        "podTemplate": {
            "topologySpreadConstraints": {
                "kubernetes.io/hostname": {"maxSkew": 1, "whenUnsatisfiable": "DoNotSchedule"}
            }
        },
        "promExporter": {"enabled": True},
        "natsBox": {"enabled": False},
    }


def telemetry() -> Iterator[dict[str, Any]]:
    """The collector: traces and metrics of all services come to it."""
    container = {
        "name": "collector",
        "image": COLLECTOR,
        "args": ["--config", "/etc/otel/collector.yaml"],
        "ports": [
            {"name": "otlp", "containerPort": 4318},
            {"name": "metrics", "containerPort": 8889},
        ],
        "securityContext": INSIDE,
        "resources": resources(Size(100, 128, 512)),
        "volumeMounts": [{"name": "settings", "mountPath": "/etc/otel", "readOnly": True}],
    }
    pod = {
        "automountServiceAccountToken": False,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 10_001,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [container],
        "volumes": [{"name": "settings", "configMap": {"name": "collector"}}],
    }
    text = (DEPLOY / "telemetry" / "collector.yaml").read_text()
    yield _texts("collector", {"collector.yaml": text})
    yield deployment("collector", 1, pod)
    ports = [{"name": name, "port": port} for name, port in (("otlp", 4318), ("metrics", 8889))]
    yield named("Service", "v1", "collector", {"selector": labels("collector"), "ports": ports})


def _texts(name: str, data: dict[str, str]) -> dict[str, Any]:
    meta = {"name": name, "namespace": NAMESPACE, "labels": labels(name)}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": data}
