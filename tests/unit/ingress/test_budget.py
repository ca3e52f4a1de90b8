"""No setting makes a caller wait longer than eight seconds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingress.domain.budget import (
    RENDER_RESERVE_MS,
    SPOOL_RESERVE_MS,
    ack_wait_ms,
    body_wait_ms,
    webhook_budget_ms,
)

PATIENCE_MS = 8_000
HUGE = 10**9


def longest_webhook_ms(configured_ms: int) -> float:
    """A slow body, a router that never answers, a stream that never acknowledges."""
    budget = webhook_budget_ms(configured_ms)
    spent = body_wait_ms(budget)
    ask_until = budget - RENDER_RESERVE_MS
    spent = max(ask_until, spent + ack_wait_ms(budget - spent))
    return spent + ack_wait_ms(budget - spent)


@given(st.integers(500, HUGE))
def test_the_longest_webhook_keeps_something_back(configured_ms: int) -> None:
    longest = longest_webhook_ms(configured_ms)
    assert longest <= webhook_budget_ms(configured_ms) - SPOOL_RESERVE_MS
    assert longest <= PATIENCE_MS


@pytest.mark.parametrize("left_ms", [-50, 0, 10, 100])
def test_nothing_waits_a_negative_time(left_ms: float) -> None:
    assert ack_wait_ms(left_ms) >= 0
    assert body_wait_ms(left_ms) >= 0
    assert body_wait_ms(left_ms, only_tells=True) >= 0


@given(st.floats(0, PATIENCE_MS))
def test_what_only_tells_is_waited_for_longer_and_can_still_be_kept(left_ms: float) -> None:
    waited = body_wait_ms(left_ms, only_tells=True)
    assert waited >= body_wait_ms(left_ms)
    assert waited == 0 or left_ms - waited >= RENDER_RESERVE_MS


def test_a_slow_callback_has_the_whole_time() -> None:
    assert (body_wait_ms(5_000), body_wait_ms(5_000, only_tells=True)) == (1_000, 4_650)
