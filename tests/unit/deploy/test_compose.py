"""`compose.yaml` starts what there is, tells it what it reads, and lets it do no more."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import AliasChoices
from pydantic_settings import BaseSettings

from deploy.draw_secrets import draw
from deploy.example_env import settings_of
from deploy.local.play import PLAYS
from deploy.local.play import Settings as PlaySettings
from deploy.serve import arguments
from libs.contracts.catalogue import SERVICES
from libs.runtime.migrations import migrated_services

DEPLOY = Path(__file__).parents[3] / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
OF_THE_CONTAINER = {"SERVICE", "FORWARDED_ALLOW_IPS"}  # read by deploy.serve and by uvicorn
PUBLISHED = {"edge"}
ROOT_INSIDE = {"postgres", "nats", "edge", "collector"}  # as their makers made them


def names_of(settings: type[BaseSettings]) -> set[str]:
    """All names of variables that some settings read."""
    names: set[str] = set()
    for field in settings.model_fields.values():
        alias = field.validation_alias
        names |= (
            {str(one) for one in alias.choices} if isinstance(alias, AliasChoices) else {str(alias)}
        )
    return names


def required_of(settings: type[BaseSettings]) -> dict[str, set[str]]:
    return {
        name: {str(one) for one in getattr(field.validation_alias, "choices", ())}
        or {str(field.validation_alias)}
        for name, field in settings.model_fields.items()
        if field.is_required()
    }


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("secrets")
    draw(folder, "calls.example.com")
    return folder


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_told_what_it_reads_and_nothing_else(service: str, drawn: Path) -> None:
    asked = COMPOSE[service]["environment"]
    files = {path.name for path in (drawn / service).iterdir()}
    assert asked["SERVICE"] == asked["NATS_USER"] == service
    assert {*asked, *files} - OF_THE_CONTAINER <= names_of(settings_of(service))
    in_the_image = {"INGRESS_DIR"}
    for name, choices in required_of(settings_of(service)).items():
        assert choices & {*asked, *files, *in_the_image}, f"{service} is not told {name}"
    assert f"./secrets/{service}:/run/secrets:ro" in COMPOSE[service]["volumes"]
    assert arguments(asked)[4] == f"services.{service}.app:create"


def test_the_played_carrier_is_told_what_it_reads(drawn: Path) -> None:
    asked = COMPOSE["carrier"]["environment"]
    files = {path.name for path in (drawn / "operator").iterdir()}
    assert {*asked, *files} - {"SSL_CERT_FILE", "edge.crt"} <= names_of(PlaySettings)
    assert {COMPOSE[play]["command"][-1] for play in ("carrier", "bidders")} == set(PLAYS)


def test_the_job_before_knows_every_schemas_address(drawn: Path) -> None:
    files = {path.name for path in (drawn / "migrate").iterdir()}
    assert files == {
        "DATABASE_URL",
        *(f"{one.upper()}_DATABASE_URL" for one in migrated_services()),
    }


def test_secrets_are_drawn_once_and_read_by_their_owner_alone(drawn: Path) -> None:
    before = {path: path.read_bytes() for path in drawn.rglob("*") if path.is_file()}
    assert draw(drawn, "other.example.com") == []
    assert {path: path.read_bytes() for path in drawn.rglob("*") if path.is_file()} == before
    assert all(path.stat().st_mode & 0o077 == 0 for path in before)
    shared = {(drawn / one / "SESSION_SECRET").read_bytes() for one in ("router", "console")}
    assert len(shared) == 1, "what one service seals another one opens"


@pytest.mark.parametrize("name", sorted(COMPOSE))
def test_nothing_may_do_more_than_it_must(name: str) -> None:
    container: dict[str, Any] = COMPOSE[name]
    assert ("ports" in container) == (name in PUBLISHED)
    assert "privileged" not in container
    if name != "postgres":  # it writes its socket and its data where it likes
        assert container["read_only"] is True
    if name in SERVICES:
        assert container["cap_drop"] == ["ALL"]
    if name not in {*ROOT_INSIDE, "secrets"}:
        assert "user" not in container, "the image's own user is nobody in particular"


def test_the_image_runs_as_nobody_in_particular() -> None:
    lines = (DEPLOY / "Dockerfile").read_text().splitlines()
    last_stage = lines[max(at for at, line in enumerate(lines) if line.startswith("FROM")) :]
    assert "USER 10001:10001" in last_stage
    assert not any(re.search(r"apt-get|pip install|npm", line) for line in last_stage)
