"""What Kubernetes is told is valid, complete, and as the cards and settings say."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from deploy.draw_secrets import draw
from deploy.example_env import settings_of
from deploy.kubernetes import BASE, files, manifests, monitoring
from deploy.kubernetes.network import CALLS_OUT, OUTSIDE
from deploy.kubernetes.sealed import secrets
from deploy.kubernetes.workloads import HEARD_OVER_HTTP, PUBLIC
from deploy.nats import USERS, rights_of
from libs.contracts.catalogue import SERVICES
from libs.contracts.streams import DURABLES
from libs.runtime.migrations import migrated_services
from tests.laws.test_cards import card
from tests.unit.deploy.test_compose import OF_THE_CONTAINER, names_of, required_of

ALL = list(manifests())
BY_KIND: dict[tuple[str, str], dict[str, Any]] = {
    (one["kind"], one["metadata"]["name"]): dict(one) for one in ALL
}
OPERATORS_OWN = {"Cluster", "Pooler", "ScheduledBackup", "ScaledObject"}  # no published schema here
VERSION = "1.36"  # of the schemas; what is used is stable since 1.33


def pod_of(service: str) -> dict[str, Any]:
    return BY_KIND["Deployment", service]["spec"]["template"]["spec"]  # type: ignore[no-any-return]


def test_the_committed_files_are_those_of_the_code() -> None:
    """They differ? Then `make kubernetes`, and look at the difference."""
    for name, text in files().items():
        assert (BASE / name).read_text() == text, name


@pytest.mark.parametrize(
    "manifest",
    [one for one in ALL if one["kind"] not in OPERATORS_OWN],
    ids=lambda one: f"{one['kind']} {one['metadata']['name']}",
)
def test_a_manifest_keeps_the_published_schema(manifest: dict[str, Any]) -> None:
    kubernetes_validate.validate(manifest, VERSION, strict=True)


def test_the_schemas_refuse_what_is_wrong() -> None:
    wrong = {**BY_KIND["Deployment", "router"], "spec": {"replica": 2}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, VERSION, strict=True)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_told_what_it_reads(service: str, tmp_path: Path) -> None:
    draw(tmp_path, "calls.example.com")
    told = {one["name"] for one in pod_of(service)["containers"][0]["env"]}
    sealed = {one["metadata"]["name"]: set(one["data"]) for one in secrets(tmp_path)}
    volumes = {one["name"]: one for one in pod_of(service)["volumes"]}
    told |= sealed[volumes["secrets"]["secret"]["secretName"]]
    assert told - OF_THE_CONTAINER <= names_of(settings_of(service))
    for name, choices in required_of(settings_of(service)).items():
        assert choices & {*told, "INGRESS_DIR"}, f"{service} is not told {name}"


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_kept_up(service: str) -> None:
    pod = pod_of(service)
    container = pod["containers"][0]
    assert container["livenessProbe"]["httpGet"]["path"] == "/healthz"
    assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
    assert container["resources"]["requests"]
    assert pod["topologySpreadConstraints"]
    assert ("PodDisruptionBudget", service) in BY_KIND
    least = (
        BY_KIND["ScaledObject", service]["spec"]["minReplicaCount"]
        if service == "tracking"
        else BY_KIND["HorizontalPodAutoscaler", service]["spec"]["minReplicas"]
    )
    assert least >= 2


def test_every_pod_is_restricted() -> None:
    for (kind, name), manifest in BY_KIND.items():
        if kind in ("Deployment", "Job"):
            pod = manifest["spec"]["template"]["spec"]
            assert pod["securityContext"]["runAsNonRoot"] is True, name
            for container in pod["containers"]:
                inside = container["securityContext"]
                assert inside["readOnlyRootFilesystem"] is True, name
                assert inside["capabilities"] == {"drop": ["ALL"]}, name


def test_a_policy_opens_what_a_card_says_and_no_more() -> None:
    closed = BY_KIND["NetworkPolicy", "nobody"]["spec"]
    assert closed == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    for service in SERVICES:
        policy = BY_KIND["NetworkPolicy", service]["spec"]
        goes_out = any(one["to"] == OUTSIDE["to"] for one in policy["egress"] if "to" in one)
        assert (
            goes_out == (card(service)["calls out"].strip() != "nobody") == (service in CALLS_OUT)
        )
        to_postgres = any(one["ports"][0]["port"] == 5432 for one in policy["egress"])
        assert to_postgres == (service in migrated_services())
        assert bool(policy["ingress"]) == (service in HEARD_OVER_HTTP)
        assert ("Service", service) in BY_KIND or service not in HEARD_OVER_HTTP


def test_tracking_grows_with_a_durable_that_exists() -> None:
    told = BY_KIND["ScaledObject", "tracking"]["spec"]["triggers"][0]["metadata"]
    read = {(one.stream, one.name) for one in DURABLES if one.service == "tracking"}
    assert (told["stream"], told["consumer"]) in read


def test_the_chart_of_nats_has_the_users_of_the_contracts() -> None:
    values = yaml.safe_load((BASE.parent / "nats-values.yaml").read_text())
    users = {one["user"]: one for one in values["config"]["merge"]["authorization"]["users"]}
    assert set(users) == set(USERS)
    for name, user in users.items():
        rights = rights_of(name)
        assert user["permissions"]["publish"]["allow"] == list(rights.publish)
        assert user["permissions"]["subscribe"]["allow"] == list(rights.subscribe)
    assert values["config"]["cluster"]["replicas"] == 3


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="needs kubectl, for kustomize in it")
def test_the_example_overlay_is_built() -> None:
    overlay = BASE.parent / "overlays" / "example"
    done = subprocess.run(
        ["kubectl", "kustomize", str(overlay)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    built = list(yaml.safe_load_all(done.stdout))
    public = next(one for one in built if one["metadata"]["name"] == PUBLIC)
    asked = {
        one["valueFrom"]["configMapKeyRef"]["key"]
        for manifest in built
        if manifest["kind"] == "Deployment"
        for one in manifest["spec"]["template"]["spec"]["containers"][0].get("env", ())
        if "valueFrom" in one
    }
    assert asked <= set(public["data"])
    assert len(built) > len(ALL)


def test_prometheus_is_told_the_alerts_and_where_metrics_are() -> None:
    rule, monitor = monitoring.monitors()
    assert rule["spec"] == yaml.safe_load(monitoring.ALERTS.read_text())
    (endpoint,) = monitor["spec"]["podMetricsEndpoints"]
    collector = BY_KIND["Deployment", "collector"]["spec"]["template"]
    chosen = monitor["spec"]["selector"]["matchLabels"].items()
    assert chosen <= collector["metadata"]["labels"].items()
    ports = {port["name"] for port in collector["spec"]["containers"][0]["ports"]}
    assert endpoint["port"] in ports
