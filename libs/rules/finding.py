"""What a rule found: whether it lets a call through, what it saw, and what it takes."""

from collections.abc import Sequence
from dataclasses import dataclass

NAMED_MAX = 5  # entries of a list that a sentence names; the rest is counted


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule's verdict; where it is no, `seen` and `needed` say why in words for people."""

    passed: bool
    seen: str = ""
    needed: str = ""


PASSED = Finding(True)


def named(texts: Sequence[str], conjunction: str = "or") -> str:
    """A list as people say it, cut short.

    >>> named(["NY"]), named(["CT", "NJ", "NY"]), named(["a", "b", "c", "d", "e", "f", "g"])
    ('NY', 'CT, NJ or NY', 'a, b, c, d, e or 2 more')
    """
    shown = list(texts[:NAMED_MAX])
    if len(texts) > NAMED_MAX:
        shown.append(f"{len(texts) - NAMED_MAX:,} more")
    if len(shown) < 2:  # noqa: PLR2004 - one thing needs no conjunction
        return "".join(shown)
    return f"{', '.join(shown[:-1])} {conjunction} {shown[-1]}"
