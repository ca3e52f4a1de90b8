"""Who may connect to whom: as the cards say, and nobody else.

Services meet at NATS, whose own permissions know subjects; a policy knows only who comes there.
"""

from collections.abc import Iterator
from typing import Any

from deploy.kubernetes.workloads import HEARD_OVER_HTTP, labels, named
from deploy.serve import PORT
from libs.contracts.catalogue import SERVICES
from libs.runtime.migrations import migrated_services

API = "networking.k8s.io/v1"
CALLS_OUT = ("ingress", "rtb", "flows", "tracking", "console")  # a card says whom
ASKS_THE_INGRESS = "console"  # for the sound of recordings
NATS = {"matchLabels": {"app.kubernetes.io/name": "nats"}}
POOLER = {"matchLabels": {"cnpg.io/poolerName": "postgres"}}
CLUSTER = {"matchLabels": {"cnpg.io/cluster": "database"}}
PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10"]
OUTSIDE = {"to": [{"ipBlock": {"cidr": "0.0.0.0/0", "except": PRIVATE}}]}
WEB = (80, 443)
MAIL = (465, 587)


def policies() -> Iterator[dict[str, Any]]:
    """Nothing is open but what a policy opens."""
    everybody = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    yield named("NetworkPolicy", API, "nobody", everybody)
    for service in SERVICES:
        yield _policy(service, list(_comes_to(service)), list(_goes_from(service)))
    yield _policy("migrate", [], [_names(), _to(POOLER, 5432)])
    yield _policy(
        "edge",
        [{"ports": _ports(80, 443)}],
        [_names(), *(_to({"matchLabels": labels(one)}, PORT) for one in HEARD_OVER_HTTP)],
    )
    ours = {"matchLabels": {"app.kubernetes.io/part-of": "callcenter-pro"}}
    yield _policy("collector", [_from(ours, 4318), {"ports": _ports(8889)}], [_names()])
    yield _around_nats()
    yield from _around_postgres()


def _comes_to(service: str) -> Iterator[dict[str, Any]]:
    if service in HEARD_OVER_HTTP:
        yield _from({"matchLabels": labels("edge")}, PORT)
    if service == "ingress":
        yield _from({"matchLabels": labels(ASKS_THE_INGRESS)}, PORT)


def _goes_from(service: str) -> Iterator[dict[str, Any]]:
    yield _names()
    yield _to(NATS, 4222)
    yield _to({"matchLabels": labels("collector")}, 4318)
    if service in migrated_services():
        yield _to(POOLER, 5432)
    if service == ASKS_THE_INGRESS:
        yield _to({"matchLabels": labels("ingress")}, PORT)
    if service in CALLS_OUT:
        ports = (*WEB, *MAIL) if service == "console" else WEB
        yield {**OUTSIDE, "ports": _ports(*ports)}


def _around_nats() -> dict[str, Any]:
    """The services, its own fellows, and whoever measures lags (KEDA) or reads its metrics."""
    services = {
        "matchExpressions": [
            {"key": "app.kubernetes.io/name", "operator": "In", "values": list(SERVICES)}
        ]
    }
    spec = {
        "podSelector": NATS,
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [_from(services, 4222), _from(NATS, 6222), {"ports": _ports(8222, 7777)}],
        "egress": [_names(), _to(NATS, 6222)],
    }
    return named("NetworkPolicy", API, "nats", spec)


def _around_postgres() -> Iterator[dict[str, Any]]:
    """The pooler lends to those who own tables; the cluster knows the pooler and its operator."""
    owners = {
        "matchExpressions": [
            {
                "key": "app.kubernetes.io/name",
                "operator": "In",
                "values": [*migrated_services(), "migrate"],
            }
        ]
    }
    pooler = {
        "podSelector": POOLER,
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [_from(owners, 5432), {"ports": _ports(9127)}],
        "egress": [_names(), _to(CLUSTER, 5432)],
    }
    yield named("NetworkPolicy", API, "postgres", pooler)
    cluster = {
        "podSelector": CLUSTER,
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [_from(POOLER, 5432), _from(CLUSTER, 5432), {"ports": _ports(8000, 9187)}],
        "egress": [{}],  # backups go wherever the operator was told
    }
    yield named("NetworkPolicy", API, "database", cluster)


def _policy(name: str, comes: list[dict[str, Any]], goes: list[dict[str, Any]]) -> dict[str, Any]:
    spec = {
        "podSelector": {"matchLabels": labels(name)},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": comes,
        "egress": goes,
    }
    return named("NetworkPolicy", API, name, spec)


def _names() -> dict[str, Any]:
    """Names of services are looked up in the cluster."""
    where = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}}
    ports = [{"protocol": protocol, "port": 53} for protocol in ("UDP", "TCP")]
    return {"to": [where], "ports": ports}


def _to(pods: dict[str, Any], port: int) -> dict[str, Any]:
    return {"to": [{"podSelector": pods}], "ports": _ports(port)}


def _from(pods: dict[str, Any], port: int) -> dict[str, Any]:
    return {"from": [{"podSelector": pods}], "ports": _ports(port)}


def _ports(*ports: int) -> list[dict[str, Any]]:
    return [{"protocol": "TCP", "port": port} for port in ports]
