"""A setting may stand in a file of its name; what the environment says wins."""

from pathlib import Path

import pytest

from libs.runtime.settings import SECRETS_DIR, ServiceSettings, WithDatabase, of_service


def settings() -> WithDatabase:
    """As a service's module makes them when it is imported."""

    class Settings(WithDatabase, ServiceSettings):
        model_config = of_service("router")

    return Settings()


def test_a_secret_is_read_from_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "DATABASE_URL").write_text("postgresql://from.a.file/x\n")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv(SECRETS_DIR, str(tmp_path))
    assert settings().database_url == "postgresql://from.a.file/x"

    monkeypatch.setenv("DATABASE_URL", "postgresql://said/x")
    assert settings().database_url == "postgresql://said/x"
    monkeypatch.setenv("ROUTER_DATABASE_URL", "postgresql://its.own/x")
    assert settings().database_url == "postgresql://its.own/x"
