"""Users' regular expressions, on an engine whose time grows with the text and no faster.

RE2 knows no look-around and no back-references, so no pattern can make it backtrack; it
bounds repetitions and the memory of a pattern as well.
"""

from functools import lru_cache
from typing import Protocol

import re2

from libs.contracts.filters import PATTERN_LENGTH_MAX

MEMORY_MAX_BYTES = 1 << 20  # of one compiled pattern; a list of a hundred words needs a tenth
COMPILED_MAX = 4_096  # patterns kept compiled: all those of a large account
TEXT_LENGTH_MAX = 2_000  # of what is searched: no tag is longer


class PatternRefused(ValueError):
    """A pattern that the engine does not take; its text says why."""


class _Compiled(Protocol):
    def search(self, text: str) -> object | None: ...


def _options() -> re2.Options:
    options = re2.Options()
    options.max_mem = MEMORY_MAX_BYTES
    options.log_errors = False
    return options


_OPTIONS = _options()


@lru_cache(maxsize=COMPILED_MAX)
def _compiled(pattern: str) -> _Compiled:
    if len(pattern) > PATTERN_LENGTH_MAX:
        raise PatternRefused(f"a pattern has at most {PATTERN_LENGTH_MAX} characters")
    try:
        compiled: _Compiled = re2.compile(pattern, _OPTIONS)
    except re2.error as fault:
        said = fault.args[0]
        why = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
        raise PatternRefused(
            f"{why}: patterns are those of RE2, without look-around and back-references"
        ) from fault
    return compiled


def refusal(pattern: str) -> str | None:
    """Why a pattern is not taken, or None if it is.

    >>> refusal(r"^(a+)+$") is None
    True
    >>> refusal("(?=a)")
    'invalid perl operator: (?=: patterns are those of RE2, without look-around and back-references'
    """
    try:
        _compiled(pattern)
    except PatternRefused as no:
        return str(no)
    return None


def found(pattern: str, text: str) -> bool:
    r"""Whether the pattern occurs anywhere in the text; upper and lower case differ.

    >>> found(r"^\+1(212|646)", "+12125550100"), found("(?i)solar", "Solar roof")
    (True, True)

    Raises PatternRefused for what `refusal` refuses.
    """
    return _compiled(pattern).search(text[:TEXT_LENGTH_MAX]) is not None
