"""The order in which the eligible are tried: tier by tier, by weight within a tier."""

from collections.abc import Iterable
from random import Random

from services.router.domain.plan import Candidate


def arrange(eligible: Iterable[Candidate], seed: int) -> tuple[Candidate, ...]:
    """Order candidates: lower priority first; a weighted draw without replacement within.

    The first of a tier is each candidate with probability weight / sum of the tier's
    weights; when it turns out to be full, the second is so among the rest, however many
    turn out full (Efraimidis and Spirakis, 2006: sort by -log(u) / weight, of which the
    smallest key wins).  The same seed and candidates give the same order.
    """
    draw = Random(seed)  # noqa: S311 - fairness, not secrecy; recorded to be repeated
    keyed = [
        (candidate.priority, draw.expovariate(candidate.weight), at, candidate)
        for at, candidate in enumerate(eligible)
    ]
    return tuple(candidate for *_, candidate in sorted(keyed, key=lambda entry: entry[:3]))
