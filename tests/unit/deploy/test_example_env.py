"""The committed `example.env` is what the services' settings say, and they read its names."""

import re

import pytest

from deploy.example_env import FILE, example, settings_of
from libs.contracts.catalogue import SERVICES

NEEDED = {
    "DATABASE_URL": "postgresql://u:p@h/d",
    "SESSION_SECRET": "a secret that is long enough",
    "INGRESS_PUBLIC_BASE_URL": "https://calls.example.com",
    "INGRESS_DIR": "/var/lib/ingress",
    "TWILIO_ACCOUNT_SID": "AC1",
    "TWILIO_AUTH_TOKEN": "a token",
}


def test_the_committed_file_is_that_of_the_code() -> None:
    """It differs? Then `make env`, and look at the difference."""
    assert FILE.read_text() == example()


def test_what_must_be_set_is_enough_for_every_service(monkeypatch: pytest.MonkeyPatch) -> None:
    must = {line[:-1] for line in example().splitlines() if re.fullmatch(r"[A-Z_]+=", line)}
    assert must == set(NEEDED)
    for name, value in NEEDED.items():
        monkeypatch.setenv(name, value)
    for service in SERVICES:
        settings_of(service)()


def test_every_name_in_the_file_is_read_by_somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in NEEDED.items():
        monkeypatch.setenv(name, value)
    defaults = dict(re.findall(r"^# ([A-Z_]+)=(.*)$", example(), re.MULTILINE))
    other = {
        "LOG_LEVEL": "ERROR",
        "NATS_REPLICAS": "3",
        "DATABASE_POOLER": "true",
        "INGRESS_ENVIRONMENT": "development",
        "INGRESS_VERIFY_SIGNATURES": "true",
        "INGRESS_WEBHOOK_DEADLINE_MS": "4000",
        "INGRESS_TRACE_RATIO": "0.5",
        "CONSOLE_SECURE_COOKIES": "false",
        "CONSOLE_CORS_ORIGINS": '["https://pages.example.com"]',
        "CONSOLE_REQUESTS_PER_MINUTE": "7",
        "CONSOLE_HELP_QUESTIONS_PER_HOUR": "7",
        "CONSOLE_KEEP_HELP_DAYS": "7",
        "CONSOLE_SMTP_URL": "smtp://user:secret@mail.example.com:587",
        "CONSOLE_PASSWORD_MEMORY_MIB": "32",
        "CONSOLE_SIGN_UP": "true",
        "CONSOLE_SIGN_UPS_PER_HOUR": "7",
        "CONSOLE_INVITATIONS_PER_HOUR": "7",
        "CONSOLE_MAIL_FROM": "calls@example.com",
        "CONSOLE_ASSISTANT_SECONDS": "7",
        "FLOWS_SANDBOX_WORKERS": "2",
        "FLOWS_KEEP_DAYS": "30",
        "FLOWS_ALLOW_PRIVATE_ADDRESSES": "true",
        "RTB_ALLOW_PRIVATE_ADDRESSES": "true",
        "RTB_KEEP_AUCTIONS_DAYS": "30",
        "RTB_PINGS_PER_SECOND": "7",
        "TRACKING_ALLOW_PRIVATE_ADDRESSES": "true",
        "TRACKING_KEEP_CALLS_DAYS": "90",
        "TRACKING_KEEP_DELIVERIES_DAYS": "7",
        "TRACKING_KEEP_VISITS_DAYS": "7",
        "TRACKING_PROVE_BOOKS_AT_HOUR": "7",
        "TRACKING_TRUSTED_PROXIES": "1",
        "RTB_OWN_SIP_HOSTS": '["sip.example.com"]',
        "ROUTER_PLATFORM_NUMBERS_MAX": "7",
        "ROUTER_PLATFORM_ACCOUNT_ID": "018f3b1c-0000-7000-8000-000000000002",
        "CONSOLE_FIRST_ACCOUNT_ID": "018f3b1c-0000-7000-8000-000000000002",
    }
    for name in defaults:
        before = [settings_of(service)() for service in SERVICES]
        with monkeypatch.context() as patch:
            patch.setenv(name, other.get(name, "http://something.else"))
            after = [settings_of(service)() for service in SERVICES]
        same = name == "INGRESS_VERIFY_SIGNATURES"  # it cannot be switched off in production
        assert (before == after) is same, f"nobody reads {name}"
