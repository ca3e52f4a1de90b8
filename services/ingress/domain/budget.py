"""How long a caller may wait for an answer, and what of it is kept back.  In milliseconds."""

WEBHOOK_DEADLINE_MAX_MS = 8_000  # the carrier gives up at 15 s, two attempts to connect included
RENDER_RESERVE_MS = 200  # for telling that we fell back, writing the answer, and the way back
AFTER_FLOW_RESERVE_MS = 1_000  # for the plan to take a call whose flow does not answer
ACK_WAIT_MS = 300  # how long a fact's acknowledgement is waited for; then it goes to the disk
SPOOL_RESERVE_MS = 50  # for putting it there, and the way back
BODY_WAIT_MS = 1_000  # a form comes in one packet or two, and somebody waits for the answer


def webhook_budget_ms(configured_ms: int) -> int:
    """How long a webhook may take, whatever is configured.

    >>> webhook_budget_ms(5_000), webhook_budget_ms(60_000)
    (5000, 8000)
    """
    return min(configured_ms, WEBHOOK_DEADLINE_MAX_MS)


def body_wait_ms(left_ms: float, *, only_tells: bool = False) -> float:
    """How long the rest of a body is waited for, when so much is left of the webhook.

    One that only tells is waited for as long as can be: the carrier does not tell it again.
    """
    usual = max(0, min(BODY_WAIT_MS, left_ms - RENDER_RESERVE_MS))
    return max(usual, left_ms - ACK_WAIT_MS - SPOOL_RESERVE_MS) if only_tells else usual


def ack_wait_ms(left_ms: float) -> float:
    """How long an acknowledgement is waited for, when so much is left of the webhook.

    >>> ack_wait_ms(5_000), ack_wait_ms(200), ack_wait_ms(10)
    (300, 150, 0)
    """
    return max(0, min(ACK_WAIT_MS, left_ms - SPOOL_RESERVE_MS))
