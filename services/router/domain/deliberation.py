"""The first half of a decision: who may take a call and in which order, before any counter."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from libs.contracts.routing import RouteReason
from services.router.domain.candidate import Candidate
from services.router.domain.choice import arrange
from services.router.domain.context import CallContext, FlowPart, Inputs
from services.router.domain.eligibility import Sieve
from services.router.domain.outcome import RING_MIN_SECONDS
from services.router.domain.plan import Plan
from services.router.domain.record import EDITION, Deliberation, Seat, passed_over
from services.router.domain.screening import turned_away


def deliberate(
    context: CallContext,
    step: int,
    plan: Plan | RouteReason,
    inputs: Inputs,
    *,
    now: datetime,
    seed: int,
    edition: int = EDITION,
) -> Deliberation:
    """Say who may take the call, in which order; or that it must be closed, and why.

    A reason in the place of a plan closes the call whoever there may be.  `edition` is that of
    the rules to go by.
    """
    asked: dict[str, Any] = {
        "step": step,
        "at": now,
        "context": context,
        "inputs": inputs,
        "seed": seed,
        "edition": edition,
    }
    if isinstance(plan, RouteReason):
        return Deliberation.model_construct(
            **asked, plan=None, given=plan, closing=plan, ring_seconds_left=0
        )
    to_flow = runs_flow(plan, context, inputs)
    no = turned_away(plan, context, inputs, now, edition) if step == 0 or to_flow else None
    left = _ring_seconds_left(plan, context, now)
    excluded: tuple[Seat, ...] = ()
    order: tuple[Candidate, ...] = ()
    closing: RouteReason | None = RouteReason.FLOW
    if not to_flow:  # nobody is looked for before the flow asks
        excluded, eligible = _sorted_out(plan, context, inputs, now)
        order = arrange(plan, eligible, inputs, now=now, seed=seed)
        if context.honoured is not None:
            order = _promised_first(order, context.honoured.candidate_id)
        closing = _closing(plan, context, order, left)
    return Deliberation.model_construct(
        **asked,
        plan=plan,
        given=None,
        turned_away=no,
        closing=no.reason if no else closing,
        ring_seconds_left=left,
        excluded=excluded,
        order=order,
    )


def runs_flow(plan: Plan, context: CallContext, inputs: Inputs) -> bool:
    """Whether the campaign's flow is to have the call, if the campaign takes it at all."""
    new = context.flow is FlowPart.NONE and inputs.share_percent is None
    return plan.campaign.flow_id is not None and new


def _ring_seconds_left(plan: Plan, context: CallContext, now: datetime) -> int:
    assert plan.settings.ring_budget_seconds is not None, "the platform sets it"
    since = (now - context.ring_began_at).total_seconds() - context.talked_seconds
    return plan.settings.ring_budget_seconds - int(since)


def _sorted_out(
    plan: Plan, context: CallContext, inputs: Inputs, now: datetime
) -> tuple[tuple[Seat, ...], list[Candidate]]:
    """Those who may not take the call, each with why; and those who may."""
    sieve = Sieve(plan, context, inputs, now)
    excluded: list[Seat] = []
    eligible: list[Candidate] = []
    for at, (candidate, line) in enumerate(zip(plan.candidates, plan.lines, strict=True)):
        no = sieve.exclusion(line)
        if no is None:
            eligible.append(candidate)
        else:
            excluded.append(passed_over(at, no))
    return tuple(excluded), eligible


def _promised_first(order: tuple[Candidate, ...], candidate_id: UUID) -> tuple[Candidate, ...]:
    """Who has a place for this very call comes before all tiers."""
    return tuple(sorted(order, key=lambda candidate: candidate.id != candidate_id))


def _closing(
    plan: Plan, context: CallContext, order: Sequence[Candidate], left: int
) -> RouteReason | None:
    assert plan.settings.dial_attempts is not None, "the platform sets it"
    if not plan.candidates:
        return RouteReason.NO_TARGET
    if len(context.tried) >= plan.settings.dial_attempts:
        return RouteReason.DIAL_ATTEMPTS_SPENT
    if not order:
        return RouteReason.NOBODY_ELIGIBLE
    if left < RING_MIN_SECONDS:
        return RouteReason.RING_BUDGET_SPENT
    return None
