"""Orders among equals: by weight from a seed, in rotation, or smoothly by weight."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from random import Random
from typing import Protocol, Self, TypeVar

T = TypeVar("T")


class Sortable(Protocol):
    """Something that has an order."""

    def __lt__(self, other: Self, /) -> bool: ...


K = TypeVar("K", bound=Sortable)


def by_weight(
    items: Iterable[T],
    *,
    weight: Callable[[T], float],
    seed: int,
    priority: Callable[[T], int] = lambda item: 0,
) -> tuple[T, ...]:
    """Order items: lower priority first; a weighted draw without replacement within.

    The first of a tier is each item with probability weight / sum of the tier's weights;
    when it turns out to be full, the second is so among the rest, however many turn out
    full (Efraimidis and Spirakis, 2006: sort by -log(u) / weight, the smallest key wins).
    The same seed and items in the same order give the same result.  Weights are above 0.

    >>> by_weight("ABC", weight=lambda item: 1, seed=7, priority=lambda item: item == "A")[-1]
    'A'
    """
    draw = Random(seed)  # noqa: S311 - fairness, not secrecy; recorded to be repeated
    keyed = [
        (priority(item), draw.expovariate(weight(item)), at, item) for at, item in enumerate(items)
    ]
    return tuple(item for *_, item in sorted(keyed, key=lambda entry: entry[:3]))


def in_rotation(items: Iterable[T], *, key: Callable[[T], K], last: K | None) -> tuple[T, ...]:
    """Order items by key, beginning after the one that had the last turn.

    `last` need not be among them: who is away for a while loses her turns, and nobody else
    is served twice for it.

    >>> in_rotation("CAD", key=str, last="B")
    ('C', 'D', 'A')
    """
    in_order = sorted(items, key=key)
    first = next(
        (at for at, item in enumerate(in_order) if last is not None and last < key(item)), 0
    )
    return (*in_order[first:], *in_order[:first])


def smooth_turn(
    weights: Mapping[K, int], credit: Mapping[K, int]
) -> tuple[Sequence[K], dict[K, int]]:
    """Whose turn it is, who is next in line, and the credit to keep for the turn after.

    Each turn, everybody earns her weight and the richest pays the sum of all: in any run of
    turns as long as that sum, each is first exactly as often as her weight, spread out
    evenly.  Credit begins empty; of equals, the smaller key is first.

    >>> line, credit = smooth_turn({"A": 2, "B": 1}, {})
    >>> line, credit
    (['A', 'B'], {'A': -1, 'B': 1})
    """
    earned = {key: credit.get(key, 0) + weight for key, weight in weights.items()}
    line = sorted(sorted(earned), key=lambda key: -earned[key])
    if line:
        earned[line[0]] -= sum(weights.values())
    return line, earned
