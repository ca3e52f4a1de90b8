"""A decision told to people: a table of candidates, and one plain sentence."""

from libs.contracts.routing import (
    CandidateVerdict,
    ExplainedStep,
    RouteReason,
    Rule,
    Verdict,
)
from services.router.domain.decision import Record
from services.router.domain.plan import Plan

NAMED_MAX = 3  # candidates a sentence names; the table has them all

_CLOSED = {
    RouteReason.UNKNOWN_NUMBER: "nobody has configured the number {dialled}",
    RouteReason.NUMBER_OF_ANOTHER_CARRIER: "{dialled} belongs to another account at the carrier",
    RouteReason.NUMBER_WITHOUT_CAMPAIGN: "{dialled} is assigned to no campaign",
    RouteReason.CAMPAIGN_DRAFT: "the campaign is still a draft",
    RouteReason.CAMPAIGN_PAUSED: "the campaign is paused",
    RouteReason.CAMPAIGN_COMPLETED: "the campaign is completed",
    RouteReason.NO_TARGET: "the campaign has no target",
    RouteReason.NOBODY_ELIGIBLE: "no target of the campaign may take the call",
    RouteReason.ALL_CAPPED: "every eligible target has reached a cap",
    RouteReason.RING_BUDGET_SPENT: "the caller has heard enough ringing for this campaign",
}

_PASSED_OVER = {
    Rule.TARGET_PAUSED: "is paused",
    Rule.BUYER_PAUSED: "belongs to a paused buyer",
    Rule.ALREADY_TRIED: "had been dialled before",
    Rule.CONCURRENCY_CAP: "is at its concurrency cap ({seen}, needs {needed})",
    Rule.DAILY_CAP: "is at its daily cap ({seen}, needs {needed})",
}


def candidates(record: Record, plan: Plan | None) -> tuple[CandidateVerdict, ...]:
    """The table: first the order in which they were tried, then those who might not be."""
    if plan is None:
        return ()
    seats = sorted(record.seats, key=lambda seat: (seat.place is None, seat.place or 0, seat.at))
    return tuple(
        CandidateVerdict(
            target_id=plan.candidates[seat.at].target.id,
            target_name=plan.candidates[seat.at].target.name,
            buyer_id=plan.candidates[seat.at].buyer.id,
            buyer_name=plan.candidates[seat.at].buyer.name,
            priority=plan.candidates[seat.at].priority,
            weight=plan.candidates[seat.at].weight,
            verdict=seat.verdict,
            rule=seat.rule,
            seen=seat.seen,
            needed=seat.needed,
        )
        for seat in seats
    )


def explained(record: Record, plan: Plan | None, *, heard: bool) -> ExplainedStep:
    """One step with its table and its sentence.

    Not `heard`: the ingress had fallen back before the decision reached it.
    """
    table = candidates(record, plan)
    unheard = "" if heard else " The ingress had fallen back before it heard this."
    return ExplainedStep(
        step=record.step,
        at=record.at,
        outcome="dial" if record.reason is RouteReason.CHOSEN else "close",
        reason=record.reason,
        campaign_name=plan.campaign.name if plan else "",
        config_version=record.config_version,
        seed=record.seed,
        candidates=table,
        sentence=_sentence(record, table) + unheard,
    )


def _sentence(record: Record, table: tuple[CandidateVerdict, ...]) -> str:
    chosen = next((row for row in table if row.verdict is Verdict.CHOSEN), None)
    passed = _passed_over(table)
    if chosen is None:
        why = _CLOSED[record.reason].format(dialled=record.context.dialled)
        return f"The call was closed because {why}{passed}."
    others = sum(row.verdict is Verdict.LOST for row in table)
    rest = f", before {others} more in the order" if others else ""
    return (
        f"{chosen.target_name} of {chosen.buyer_name} was dialled: the first with room in the "
        f"drawn order (priority {chosen.priority}, weight {chosen.weight}){rest}{passed}."
    )


def _passed_over(table: tuple[CandidateVerdict, ...]) -> str:
    excluded = [row for row in table if row.verdict is Verdict.EXCLUDED]
    if not excluded:
        return ""
    named = [
        f"{row.target_name} {_PASSED_OVER[row.rule].format(seen=row.seen, needed=row.needed)}"
        for row in excluded[:NAMED_MAX]
    ]
    more = len(excluded) - NAMED_MAX
    if more > 0:
        named.append(f"{more} more were passed over")
    return "; " + "; ".join(named)
