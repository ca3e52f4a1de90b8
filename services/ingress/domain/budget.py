"""How long a caller may wait for an answer, and what of it is kept back."""

WEBHOOK_DEADLINE_MAX_MS = 8_000  # the carrier gives up at 15 s, two attempts to connect included
RENDER_RESERVE_MS = 200  # for writing the answer, and the way back
ACK_WAIT_MS = 300  # how long a fact's acknowledgement is waited for; then it goes to the disk


def ask_budget_ms(webhook_deadline_ms: int) -> int:
    """What a question to another service may take, whatever is configured.

    >>> ask_budget_ms(5_000), ask_budget_ms(60_000)
    (4800, 7800)
    """
    return min(webhook_deadline_ms, WEBHOOK_DEADLINE_MAX_MS) - RENDER_RESERVE_MS
