"""Deadlines shrink, breakers open and close, seals rotate, logs hide numbers."""

import json
import logging

import pytest
from pydantic import ValidationError

from libs.runtime.breaker import OPEN_SECONDS, WINDOW_SECONDS, Breaker
from libs.runtime.deadline import HEADER, SKEW_MS, Deadline
from libs.runtime.seal import CannotOpen, Seal
from libs.runtime.telemetry import JsonLines, about
from services.router.settings import Settings


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_deadline_travels_and_forgives_a_slow_clock() -> None:
    deadline = Deadline.within(1_000)
    arrived = Deadline.from_headers({HEADER: deadline.header()}, default_ms=9_000)
    assert 900 < arrived.remaining_ms <= 1_001
    assert arrived.less(400).remaining_ms < 601
    assert Deadline.from_headers({HEADER: "soon"}, 5_000).remaining_ms > 4_000
    assert not Deadline.within(-SKEW_MS / 2).passed
    assert Deadline.within(-SKEW_MS * 2).passed


def test_a_breaker_opens_after_three_failures_in_a_row_of_time_and_tries_again() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    for _ in range(2):
        breaker.failed()
    assert not breaker.open
    clock.now = WINDOW_SECONDS + 1
    breaker.failed()
    assert not breaker.open, "the first two are too long ago"
    breaker.failed()
    breaker.failed()
    assert breaker.open
    clock.now += OPEN_SECONDS
    assert [breaker.open, breaker.open] == [False, True], "one is let through to try"
    breaker.succeeded()
    assert not breaker.open


def test_a_seal_is_opened_by_its_secret_alone() -> None:
    sealed = Seal("the secret", "tokens").close("a token")
    assert "a token" not in sealed
    assert Seal("the secret", "tokens").open(sealed) == "a token"
    for other in (Seal("another secret", "tokens"), Seal("the secret", "cookies")):
        with pytest.raises(CannotOpen):
            other.open(sealed)


def test_a_log_line_carries_the_call_and_hides_numbers() -> None:
    about(call_id="call 7", account_id="account 3")
    record = logging.makeLogRecord(
        {"msg": "from %s", "args": ("+12125550123",), "levelname": "INFO", "to": "+18005550100"}
    )
    line = json.loads(JsonLines("router").format(record))
    assert (line["call_id"], line["account_id"], line["service"]) == (
        "call 7",
        "account 3",
        "router",
    )
    assert "5550123" not in json.dumps(line)
    assert "5550100" not in json.dumps(line)


def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:p@h/d")
    monkeypatch.setenv("SESSION_SECRET", "short")
    with pytest.raises(ValidationError, match="SESSION_SECRET"):
        Settings()
    monkeypatch.setenv("SESSION_SECRET", "a secret that is long enough")
    monkeypatch.setenv("ROUTER_DATABASE_URL", "postgresql://own:p@h/d")
    assert Settings().database_url == "postgresql://own:p@h/d", "its own name wins"
