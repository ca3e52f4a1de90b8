"""How much fits into one answer."""

from collections.abc import Sequence

from libs.contracts.message import Value

ANSWER_BYTES_MAX = 400_000  # a message may have 512 kB


def fitting(values: Sequence[Value]) -> int:
    """How many of these, from the first on, fit into one answer; one always does."""
    room = ANSWER_BYTES_MAX
    for count, value in enumerate(values):
        room -= len(value.model_dump_json().encode())
        if room < 0:
            return max(count, 1)
    return len(values)
