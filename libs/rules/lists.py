"""Looking a text up in a sorted list of texts, or of beginnings of texts, by halves."""

from bisect import bisect_left
from collections.abc import Sequence


def listed(texts: Sequence[str], text: str) -> bool:
    """Whether a sorted list has this text.

    >>> listed(("NJ", "NY"), "NY"), listed(("NJ", "NY"), "CT")
    (True, False)
    """
    at = bisect_left(texts, text)
    return at < len(texts) and texts[at] == text


def beginning_of(beginnings: Sequence[str], text: str) -> str | None:
    """The shortest text of a sorted list that `text` begins with.

    >>> beginning_of(("+1900", "+44"), "+19005550100"), beginning_of(("+1900",), "+1901")
    ('+1900', None)
    """
    for length in range(1, len(text) + 1):
        if listed(beginnings, text[:length]):
            return text[:length]
    return None
