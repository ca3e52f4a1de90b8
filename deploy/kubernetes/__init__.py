"""What Kubernetes is told: `base/`, written from the cards, the contracts and the settings.

`make kubernetes` writes it; an overlay (`overlays/example`) says what is a cluster's own.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from deploy.kubernetes import monitoring, network, scaling, surroundings, workloads

BASE = Path(__file__).parent / "base"
HEAD = "# Written by `make kubernetes` from deploy/kubernetes: do not edit.\n"
Manifest = Mapping[str, Any]


def files() -> dict[str, str]:
    """The base's files, and those beside it, by name, as text."""
    parts = {
        "services.yaml": [*workloads.services(), workloads.migrate()],
        "edge.yaml": list(surroundings.edge()),
        "network.yaml": list(network.policies()),
        "scaling.yaml": list(scaling.scalers()),
        "postgres.yaml": list(surroundings.postgres()),
        "telemetry.yaml": list(surroundings.telemetry()),
    }
    texts = {name: HEAD + "---\n".join(map(_text, ones)) for name, ones in parts.items()}
    kustomization = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "namespace": workloads.NAMESPACE,
        "resources": sorted(parts),
    }
    component = {
        "apiVersion": "kustomize.config.k8s.io/v1alpha1",
        "kind": "Component",
        "resources": ["prometheus.yaml"],
    }
    watched = "---\n".join(map(_text, monitoring.monitors()))
    return {
        **texts,
        "../monitoring/kustomization.yaml": HEAD + _text(component),
        "../monitoring/prometheus.yaml": HEAD + watched,
        "kustomization.yaml": HEAD + _text(kustomization),
        "../nats-values.yaml": HEAD + _text(surroundings.nats_values()),
    }


def manifests() -> Iterator[Manifest]:
    """Everything that the base makes."""
    for name, text in files().items():
        if "/" not in name and name != "kustomization.yaml":
            yield from yaml.safe_load_all(text)


class _Blocks(yaml.SafeDumper):
    """Writes texts of several lines as blocks, and nothing as a reference to something else."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _block(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Blocks.add_representer(str, _block)


def _text(manifest: Manifest) -> str:
    return yaml.dump(manifest, Dumper=_Blocks, sort_keys=False, width=110)
