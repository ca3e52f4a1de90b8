"""What dashboards and alerts look at, services really say; each alert has its page."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.telemetry.dashboards import DASHBOARDS, FOLDER, files

ROOT = Path(__file__).parents[2]
ALERTS = [
    rule
    for group in yaml.safe_load((ROOT / "deploy/telemetry/alerts.yaml").read_text())["groups"]
    for rule in group["rules"]
]
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text()
ENDS = {
    "create_counter": ("_total",),
    "create_gauge": ("",),
    "create_histogram": ("_bucket", "_count", "_sum"),
}
PROMQL = {"sum", "max", "min", "by", "rate", "increase", "histogram_quantile", "and", "or"}
MADE_ELSEWHERE = {"le", "service_name"}  # labels of Prometheus and of the collector


def instruments() -> dict[str, set[str]]:
    """Every series that the services can say, and the attributes that stand in the same module."""
    series: dict[str, set[str]] = {}
    for path in (*(ROOT / "libs").rglob("*.py"), *(ROOT / "services").rglob("*.py")):
        text = path.read_text()
        if "opentelemetry" not in text:
            continue
        tree = ast.parse(text)
        keys = {
            key.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Dict)
            for key in node.keys
            if isinstance(key, ast.Constant) and isinstance(key.value, str)
        }
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in ENDS
                and isinstance(node.args[0], ast.Constant)
            ):
                name = str(node.args[0].value).replace(".", "_")
                for end in ENDS[node.func.attr]:
                    series[name + end] = keys
    return series


SERIES = instruments()
EXPRESSIONS: list[tuple[str, str]] = [
    *((rule["alert"], rule["expr"]) for rule in ALERTS),
    *(
        (f"{board}: {title}", expression)
        for board, panels in DASHBOARDS.items()
        for title, _, shown in panels
        for expression, _ in shown
    ),
]


@pytest.mark.parametrize(("where", "expression"), EXPRESSIONS)
def test_what_is_looked_at_is_said_by_a_service(where: str, expression: str) -> None:
    labels = {
        word
        for part in re.findall(r"by \(([^)]*)\)|\{([^}]*)\}", expression)
        for word in re.findall(r"[a-z_]+(?=\s*[,=]|\s*$)", re.sub(r'"[^"]*"', "", "".join(part)))
    }
    bare = re.sub(r"by \([^)]*\)|\{[^}]*\}|\[[^]]*\]", " ", expression)
    named = set(re.findall(r"[a-z_]{2,}", bare)) - PROMQL
    assert named, where
    assert named <= set(SERIES), f"{where}: nobody says {named - set(SERIES)}"
    known = set().union(*(SERIES[name] for name in named)) | MADE_ELSEWHERE
    assert labels <= known, f"{where}: nobody says {labels - known}"


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule["alert"])
def test_an_alert_has_its_page(rule: dict[str, Any]) -> None:
    section = re.search(rf"^## {rule['alert']}$(.*?)(?=^## |\Z)", RUNBOOK, re.M | re.S)
    assert section is not None, "docs/runbook.md does not know it"
    assert "**Do**" in section[1]
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert rule["annotations"]["summary"]


def test_every_instrument_is_looked_at_by_somebody() -> None:
    text = " ".join(expression for _, expression in EXPRESSIONS)
    unseen = {
        name
        for name in SERIES
        if not name.endswith(("_count", "_sum")) and not re.search(rf"\b{name}\b", text)
    }
    assert unseen == set()


def test_the_committed_dashboards_are_those_of_the_code() -> None:
    """They differ? Then `make dashboards`."""
    assert {path.name: path.read_text() for path in FOLDER.iterdir()} == files()
