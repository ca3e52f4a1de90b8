"""The order in which the eligible are tried: tier by tier, and within a tier by its spread."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from math import inf
from random import Random
from uuid import UUID

from libs.contracts.configuration import Campaign, Performance, Spread, Sticking
from libs.contracts.ids import TargetId
from libs.contracts.screening import CallerHistory
from libs.rules.history import connected_targets
from services.router.domain.candidate import Candidate
from services.router.domain.context import Estimate, Inputs
from services.router.domain.plan import Plan

NOBODY_YET = Estimate(calls=0, revenue=Decimal(0))


def arrange(
    plan: Plan, eligible: Sequence[Candidate], inputs: Inputs, *, now: datetime, seed: int
) -> tuple[Candidate, ...]:
    """Order candidates: lower priority first, then agents' own, the campaign's spread among equals.

    With sticking, whoever served this caller last comes before all tiers.  The same inputs
    give the same order.
    """
    keyed = [
        (*candidate.tier, *key, at, candidate)
        for at, (key, candidate) in enumerate(
            zip(_keys(plan, eligible, inputs, seed), eligible, strict=True)
        )
    ]
    order = [candidate for *_, candidate in sorted(keyed, key=lambda entry: entry[:-1])]
    last = _served_last(plan.campaign, inputs, now)
    return tuple(sorted(order, key=lambda candidate: candidate.id != last))


def _keys(
    plan: Plan, eligible: Sequence[Candidate], inputs: Inputs, seed: int
) -> list[tuple[float, float]]:
    """For each candidate where it stands in its tier: smaller is earlier, draws break ties.

    The draws are a weighted sample without replacement: the first of a tier is each with
    probability weight / sum of weights, and so on among the rest, however many turn out
    full (Efraimidis and Spirakis, 2006: sort by -log(u) / weight).
    """
    draw = Random(seed)  # noqa: S311 - fairness, not secrecy; recorded to be repeated
    draws = [draw.expovariate(candidate.weight) for candidate in eligible]
    firsts: list[float]
    match plan.campaign.spread:
        case Spread.WEIGHT:
            firsts = [0.0] * len(eligible)
        case Spread.ROUND_ROBIN:
            firsts = _rotation(eligible, inputs.turn)
        case Spread.LEAST_BUSY:
            firsts = [float(_live(plan, candidate, inputs)) for candidate in eligible]
        case Spread.MOST_FREE:
            firsts = [-_free(plan, candidate, inputs) for candidate in eligible]
        case Spread.PERFORMANCE:
            rule, seen, index = plan.campaign.performance, inputs.estimates, plan.index
            firsts = [
                -float(estimated(rule, seen.get(index[candidate.id], NOBODY_YET)))
                for candidate in eligible
            ]
    return list(zip(firsts, draws, strict=True))


def _rotation(eligible: Sequence[Candidate], turn: int) -> list[float]:
    """Each in turn, tier by tier: with the next turn the next in the plan comes first."""
    tiers: dict[tuple[int, int], list[UUID]] = {}
    for candidate in eligible:
        tiers.setdefault(candidate.tier, []).append(candidate.id)
    places = {
        target_id: float((at - turn) % len(tier))
        for tier in tiers.values()
        for at, target_id in enumerate(tier)
    }
    return [places[candidate.id] for candidate in eligible]


def _live(plan: Plan, candidate: Candidate, inputs: Inputs) -> int:
    load = inputs.loads.get(plan.index[candidate.id])
    return load.live if load else 0


def _free(plan: Plan, candidate: Candidate, inputs: Inputs) -> float:
    load = inputs.loads.get(plan.index[candidate.id])
    return inf if load is None or load.free is None else float(load.free)


def scored(plan: Plan, candidate: Candidate, inputs: Inputs) -> str:
    """What the campaign's spread made of a candidate, in words; empty where it only draws."""
    match plan.campaign.spread:
        case Spread.PERFORMANCE:
            seen = inputs.estimates.get(plan.index[candidate.id], NOBODY_YET)
            worth = estimated(plan.campaign.performance, seen)
            return f"{worth:.4f} a call, from {seen.revenue:f} in {seen.calls} calls"
        case Spread.LEAST_BUSY:
            return f"{_live(plan, candidate, inputs)} at once"
        case Spread.MOST_FREE:
            free = _free(plan, candidate, inputs)
            return "any number free" if free == inf else f"{free:.0f} free"
        case _:
            return ""


def estimated(rule: Performance, seen: Estimate) -> Decimal:
    """Revenue per call, drawn towards the prior while calls are few.

    >>> estimated(Performance(prior_calls=10), Estimate(calls=10, revenue=Decimal(30)))
    Decimal('2')
    """
    prior = rule.prior.amount
    value = (prior * rule.prior_calls + seen.revenue) / (rule.prior_calls + seen.calls)
    if seen.calls < rule.calls_min:
        return value * (100 + rule.newcomer_percent) / 100
    if value < prior:
        return value * (100 - rule.laggard_percent) / 100
    return value


def served(campaign: Campaign, inputs: Inputs, now: datetime) -> tuple[TargetId, ...]:
    """The targets that the caller was connected with lately, the latest first."""
    since = now - timedelta(days=campaign.sticking_days)
    lately = tuple(call for call in inputs.history.calls if call.at >= since)
    return connected_targets(CallerHistory(calls=lately))


def _served_last(campaign: Campaign, inputs: Inputs, now: datetime) -> TargetId | None:
    if campaign.sticking is not Sticking.SAME:
        return None
    return next(iter(served(campaign, inputs, now)), None)
