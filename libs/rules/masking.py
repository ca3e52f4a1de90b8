"""What outsiders were told and answered, as it may be kept: without secrets and numbers."""

import re
from collections.abc import Iterable

BODY_KEPT_MAX = 8_000  # characters of a body; the start says what it was
MASK = "********"
_NUMBER = re.compile(r"(?<![\dA-Za-z.])(\+?\d{4,11})(\d{3})(?![\dA-Za-z.])")
_SECRET_MIN = 4  # shorter ones would mask half of a text


def masked_text(text: str, secrets: Iterable[str] = ()) -> str:
    """A text without these secrets; of phone numbers only the end remains.

    >>> masked_text('{"callerId":"+12125550123","bid":12.5}')
    '{"callerId":"********123","bid":12.5}'
    """
    return _NUMBER.sub(rf"{MASK}\2", without_secrets(text, secrets)[:BODY_KEPT_MAX])


def without_secrets(text: str, secrets: Iterable[str]) -> str:
    """A text without these secrets."""
    for secret in secrets:
        if len(secret) >= _SECRET_MIN:
            text = text.replace(secret, MASK)
    return text
