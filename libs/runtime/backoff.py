"""How long to wait before trying again: longer each time, never all at once, and not for ever."""

import random
from dataclasses import dataclass
from datetime import timedelta

JITTER = 0.2  # those who failed together do not come back together


@dataclass(frozen=True, slots=True)
class Backoff:
    """`first` after the first try, `factor` times longer after each, at most `longest`."""

    first: timedelta
    factor: float
    longest: timedelta
    tries_max: int

    def after(self, tries: int) -> timedelta | None:
        """How long after so many tries the next one is made; None: no more.

        >>> backoff = Backoff(timedelta(seconds=5), 3, timedelta(hours=4), tries_max=12)
        >>> [backoff.after(12), backoff.after(1) < timedelta(seconds=7)]
        [None, True]
        """
        if tries >= self.tries_max:
            return None
        steps = min(tries - 1, self.tries_max)
        wait = min(self.first * self.factor**steps, self.longest)
        spread = random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - only apart from each other
        return wait * spread
