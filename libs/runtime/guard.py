"""A last resort for edges that must answer whatever happens: say the fault once, then go on.

Questions have such a guard in `answers`.  Events have none on purpose.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

log = logging.getLogger(__name__)
Outcome = TypeVar("Outcome")


async def guarded(
    work: Awaitable[Outcome],
    otherwise: Callable[[], Outcome],
    doing: str,
    expected: tuple[type[Exception], ...] = (),
) -> Outcome:
    """Give the outcome of `work`; after a fault, which is logged, that of `otherwise`.

    `expected` exceptions are no faults and pass through.
    """
    try:
        return await work
    except expected:
        raise
    except Exception:  # the guard: see the module's docstring
        log.exception("could not %s", doing)
        return otherwise()
