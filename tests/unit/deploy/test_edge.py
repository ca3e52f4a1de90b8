"""The edge sends every address that a door has to that door's service."""

import json
import re
from pathlib import Path

import pytest
import yaml

from services.console.middleware import BODY_BYTES_MAX
from services.ingress.twilio_forms import BODY_BYTES_MAX as FORM_BYTES_MAX

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "deploy" / "edge" / "nginx.conf.template").read_text()
LOCATIONS = [
    (expression, pattern, body, found[1])
    for expression, pattern, body in re.findall(
        r"location (~ )?(\S+) \{\n(.*?)\n  \}", TEXT, re.DOTALL
    )
    if (found := re.search(r"proxy_pass http://\$(\w+);", body))
]
DOORS = [
    (door, path)
    for door in ("ingress", "rtb", "tracking")
    for path in json.loads((ROOT / "docs" / "doors" / f"{door}.json").read_text())["paths"]
]


def service_at(path: str) -> str:
    """As nginx chooses: the first expression that matches, else the longest prefix, here `/`."""
    for is_expression, pattern, _, service in LOCATIONS:
        if is_expression and re.search(pattern, path):
            return service
    return "console"


@pytest.mark.parametrize(("door", "path"), DOORS)
def test_a_doors_address_leads_to_it(door: str, path: str) -> None:
    assert service_at(path) == door


@pytest.mark.parametrize(
    "path", ["/", "/console/calls", "/api/v1/calls", "/api/v1/events", "/docs", "/readyz"]
)
def test_everything_else_is_the_consoles(path: str) -> None:
    assert service_at(path) == "console"


def test_what_services_show_each_other_alone_is_not_shown_outside() -> None:
    assert service_at("/recordings/ticket") == "console", "the ingress gives sound to the console"


def test_who_is_not_signed_is_limited_and_bodies_are() -> None:
    for _, _, body, service in LOCATIONS:
        assert ("limit_req " in body) == (service != "ingress")
    assert "client_max_body_size 64k;" in TEXT
    assert FORM_BYTES_MAX <= 64 * 1024
    assert BODY_BYTES_MAX <= 1024 * 1024


def test_each_name_in_the_template_is_given_by_compose() -> None:
    edge = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())["services"]["edge"]
    assert set(re.findall(r"\$\{(\w+)\}", TEXT)) == set(edge["environment"])
