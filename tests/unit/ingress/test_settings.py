"""What an operator may set, by which names, and what is refused."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from services.ingress.domain.budget import webhook_budget_ms
from services.ingress.settings import Settings

ENVIRONMENT = {
    "INGRESS_PUBLIC_BASE_URL": "https://calls.example.com/",
    "INGRESS_DIR": "/var/lib/ingress",
    "TWILIO_ACCOUNT_SID": "AC1",
    "TWILIO_AUTH_TOKEN": "hush",
    "SESSION_SECRET": "a secret of the tests",
    "NATS_URL": "nats://shared:4222",
}


def a_setting(folder: Path, **more: Any) -> Settings:
    """Settings, with everything that a test does not care about filled in."""
    values: dict[str, Any] = {
        "public_base_url": "https://calls.example.com",
        "folder": folder,
        "twilio_account_sid": "AC1",
        "twilio_auth_token": "hush",
        "session_secret": "a secret of the tests",
    }
    return Settings(**values | more)


def from_environment(monkeypatch: pytest.MonkeyPatch, **more: str) -> Settings:
    for name, value in (ENVIRONMENT | more).items():
        monkeypatch.setenv(name, value)
    read: Any = Settings
    settings: Settings = read()
    return settings


def test_the_environment_is_read_by_the_documented_names(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = from_environment(
        monkeypatch,
        INGRESS_WEBHOOK_DEADLINE_MS="1234",
        INGRESS_TRACE_RATIO="0.5",
        INGRESS_ENVIRONMENT="development",
        INGRESS_VERIFY_SIGNATURES="false",
        TWILIO_API_BASE_URL="http://127.0.0.1:9000",
    )
    assert settings.public_base_url == "https://calls.example.com"
    assert settings.folder == Path("/var/lib/ingress")
    assert (settings.twilio_account_sid, settings.twilio_auth_token.get_secret_value()) == (
        "AC1",
        "hush",
    )
    assert settings.nats_url == "nats://shared:4222"
    assert settings.webhook_deadline_ms == 1_234
    assert settings.trace_ratio == 0.5
    assert settings.verify_signatures is False
    assert settings.twilio_api_base_url == "http://127.0.0.1:9000"


def test_the_services_own_name_wins_over_the_shared_one(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = from_environment(
        monkeypatch,
        INGRESS_NATS_URL="nats://own:4222",
        INGRESS_SESSION_SECRET="another long secret",
    )
    assert settings.nats_url == "nats://own:4222"
    assert settings.session_secret.get_secret_value() == "another long secret"


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = repr(from_environment(monkeypatch))
    assert "hush" not in shown
    assert "a secret of the tests" not in shown


@pytest.mark.parametrize("missing", sorted(set(ENVIRONMENT) - {"NATS_URL"}))
def test_what_has_no_safe_default_must_be_given(
    monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv(missing)
    read: Any = Settings
    with pytest.raises(ValidationError):
        read()


@pytest.mark.parametrize(
    "wrong",
    [
        {"public_base_url": "calls.example.com"},
        {"public_base_url": "https://calls.example.com/app"},
        {"public_base_url": "https://calls.example.com?x=1"},
        {"public_base_url": "https://"},
        {"public_base_url": "https://:8443"},
        {"public_base_url": "https://calls.example.com:0"},
        {"public_base_url": "https://calls.example.com:99999"},
        {"public_base_url": "https://calls.example.com:https"},
        {"public_base_url": "https://[2001:db8::1"},
        {"webhook_deadline_ms": 499},
        {"trace_ratio": 1.1},
        {"session_secret": "short"},
        {"twilio_auth_token": ""},
        {"twilio_account_sid": ""},
        {"verify_signatures": False},
        {"verify_signatures": False, "environment": "production"},
    ],
)
def test_what_cannot_work_or_is_not_safe_is_refused(tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        a_setting(tmp_path, **wrong)


def test_signatures_go_unchecked_only_in_development(tmp_path: Path) -> None:
    settings = a_setting(tmp_path, verify_signatures=False, environment="development")
    assert not settings.verify_signatures


@pytest.mark.parametrize(
    "address", ["https://calls.example.com:8443", "https://[2001:db8::1]:8443", "http://127.0.0.1"]
)
def test_a_port_or_an_address_of_digits_is_a_public_address_too(
    tmp_path: Path, address: str
) -> None:
    assert a_setting(tmp_path, public_base_url=f"{address}/").public_base_url == address


def test_no_deadline_makes_a_caller_wait_for_more_than_eight_seconds(tmp_path: Path) -> None:
    settings = a_setting(tmp_path, webhook_deadline_ms=10**9)
    assert webhook_budget_ms(settings.webhook_deadline_ms) == 8_000
