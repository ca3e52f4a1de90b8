"""A decision told to people: a table of candidates, and one plain sentence."""

from typing import Any, Literal

from libs.contracts.auction import AuctionResult, AuctionWon
from libs.contracts.call_settings import PLATFORM_CALL, PLATFORM_LEG
from libs.contracts.explaining import (
    CandidateVerdict,
    ExplainedStep,
    Rule,
    SettingUsed,
    Verdict,
)
from libs.contracts.ids import AuctionId
from libs.contracts.routing import RouteReason
from libs.rules.inherit import Resolved, resolve
from services.router.domain.candidate import AUCTION, Candidate
from services.router.domain.choice import scored
from services.router.domain.context import Inputs
from services.router.domain.plan import Plan, call_levels, leg_levels
from services.router.domain.record import Record, Seat
from services.router.domain.screening import quote_told
from services.router.domain.verdicts import TurnedAway
from services.router.domain.words import CLOSED, NOBODY_LOOKED_AT, OTHERWISE, PASSED_OVER, SPREADS

NAMED_MAX = 3  # candidates a sentence names; the table has them all


def candidates(record: Record, plan: Plan | None) -> tuple[CandidateVerdict, ...]:
    """The table: first the order in which they were tried, then those who might not be."""
    if plan is None:
        return ()
    looked_at = sorted(
        record.seats, key=lambda seat: (seat.place is None, seat.place or 0, seat.at)
    )
    in_order = [seat for seat in looked_at if seat.place is not None]
    rest = [
        Seat(at=at, verdict=Verdict.LOST, rule=Rule.NOT_REACHED, place=place)
        for place, at in enumerate(record.rest, len(in_order))
    ]
    seats = (*in_order, *rest, *looked_at[len(in_order) :])
    return tuple(_row(seat, plan, record.inputs, bool(in_order)) for seat in seats)


def _row(seat: Seat, plan: Plan, inputs: Inputs, looked: bool) -> CandidateVerdict:
    candidate = plan.candidates[seat.at]
    return CandidateVerdict(
        target_id=candidate.target.id if candidate.target else None,
        target_name=_name(candidate, inputs),
        buyer_id=candidate.buyer.id if candidate.buyer else None,
        buyer_name=candidate.buyer.name if candidate.buyer else _company(candidate, inputs),
        rtb_router_id=candidate.rtb_router_id,
        auction_id=_auction_of(candidate, inputs),
        priority=candidate.priority,
        weight=candidate.weight,
        verdict=seat.verdict,
        rule=seat.rule,
        seen=seat.seen,
        needed=seat.needed,
        holder=seat.holder,
        score="" if seat.place is None else scored(plan, candidate, inputs),
        otherwise=_otherwise(seat, looked),
    )


def _result(candidate: Candidate, inputs: Inputs) -> AuctionResult | None:
    router_id = candidate.rtb_router_id
    return None if router_id is None else inputs.auctions.get(router_id)


def _name(candidate: Candidate, inputs: Inputs) -> str:
    result = _result(candidate, inputs)
    return result.target_name if isinstance(result, AuctionWon) else candidate.name


def _company(candidate: Candidate, inputs: Inputs) -> str:
    result = _result(candidate, inputs)
    return (result.company or result.target_name) if isinstance(result, AuctionWon) else AUCTION


def _auction_of(candidate: Candidate, inputs: Inputs) -> AuctionId | None:
    result = _result(candidate, inputs)
    return None if result is None else result.auction_id


def _otherwise(seat: Seat, looked: bool) -> str:
    """What would have had to differ for a candidate that was excluded or not reached."""
    if seat.verdict is Verdict.CHOSEN:
        return ""
    unlooked = seat.rule is Rule.NOT_REACHED and not looked
    words = NOBODY_LOOKED_AT if unlooked else OTHERWISE[seat.rule]
    return words.format(needed=seat.needed, holder=seat.holder or "it", place=(seat.place or 0) + 1)


def explained(record: Record, plan: Plan | None, *, heard: bool) -> ExplainedStep:
    """One step with its table and its sentence.

    Not `heard`: the ingress had fallen back before the decision reached it.
    """
    table = candidates(record, plan)
    unheard = "" if heard else " The ingress had fallen back before it heard this."
    return ExplainedStep(
        step=record.step,
        at=record.at,
        outcome=_outcome(record),
        reason=record.reason,
        campaign_name=plan.campaign.name if plan else "",
        config_version=record.config_version,
        seed=record.seed,
        candidates=table,
        sentence=_given_on(record, plan) + _sentence(record, plan, table) + unheard,
        spread=plan.campaign.spread if plan else "",
        settings=_settings(record, plan) if plan else (),
    )


def _outcome(record: Record) -> Literal["dial", "flow", "close"]:
    if record.fallback or record.reason is RouteReason.CHOSEN:
        return "dial"
    return "flow" if record.reason is RouteReason.FLOW else "close"


def _given_on(record: Record, plan: Plan | None) -> str:
    """Why a caller who had been connected already is dialled on for."""
    rule = plan.settings.recovery if plan else None
    if rule is None or not record.context.recoveries:
        return ""
    return (
        f"The callee before hung up within {rule.seconds} seconds "
        f"(recovery {record.context.recoveries} of {rule.times}). "
    )


def _sentence(record: Record, plan: Plan | None, table: tuple[CandidateVerdict, ...]) -> str:
    chosen = next((row for row in table if row.verdict is Verdict.CHOSEN), None)
    passed = _passed_over(table)
    if record.reason is RouteReason.FLOW and plan is not None:
        return f"The call went to the flow of {plan.campaign.name}."
    if chosen is None or plan is None:
        no = record.turned_away
        publisher = record.context.publisher
        why = CLOSED[record.reason].format(
            dialled=record.context.dialled,
            publisher=publisher.name if publisher else "",
            seen=no.seen if no else "",
            needed=no.needed if no else "",
            blocked=_blocked(no) if no else "",
        )
        what = "The call was closed"
        if record.fallback and plan is not None:
            what = f"The campaign's fallback destination {plan.fallback} was dialled"
        return f"{what} because {why}{passed if no is None else ''}."
    others = sum(row.verdict is Verdict.LOST for row in table)
    rest = f", before {others} more in the order" if others else ""
    how = SPREADS[plan.campaign.spread].format(
        priority=_tier(plan, chosen), weight=f"{chosen.weight:g}", score=chosen.score
    )
    if chosen.rule is Rule.SOLD:
        how = f"it won the auction at {chosen.seen}"
    if record.inputs.share_percent is not None:
        return f"A place with {chosen.target_name} was kept for a quote: {how}{rest}{passed}."
    if _as_promised(record, plan):
        how = f"it was promised by {quote_told(record.context, record.at)}"
    return f"{chosen.target_name} of {chosen.buyer_name} was dialled: {how}{rest}{passed}."


def _tier(plan: Plan, chosen: CandidateVerdict) -> str:
    """The priority of a candidate's entry, and an agent's own."""
    at = plan.index.get(chosen.target_id) if chosen.target_id else None
    agent = plan.candidates[at].agent if at is not None else None
    return f"{chosen.priority}, as an agent {agent.priority}" if agent else str(chosen.priority)


def _blocked(no: TurnedAway) -> str:
    """What a caller is who is not to be it: "+12125550123 is a blocked number"."""
    must_not_be = no.needed.removeprefix("not ")
    return f"{no.seen} is {must_not_be}" if must_not_be != no.needed else no.seen


def _as_promised(record: Record, plan: Plan) -> bool:
    quote = record.context.honoured
    if quote is None or record.step > 0:
        return False
    chosen = (seat.at for seat in record.seats if seat.verdict is Verdict.CHOSEN)
    return any(plan.candidates[at].id == quote.candidate_id for at in chosen)


def _passed_over(table: tuple[CandidateVerdict, ...]) -> str:
    excluded = [row for row in table if row.verdict is Verdict.EXCLUDED]
    if not excluded:
        return ""
    named = [f"{row.target_name} {_why(row)}" for row in excluded[:NAMED_MAX]]
    more = len(excluded) - NAMED_MAX
    if more > 0:
        named.append(f"{more} more {'was' if more == 1 else 'were'} passed over")
    return "; " + "; ".join(named)


def _why(row: CandidateVerdict) -> str:
    its, whose = "its", ""
    if row.holder and row.holder != f"target {row.target_name}":
        kind, _, name = row.holder.partition(" ")
        its, whose = "the", f" of {row.holder}"
        if kind == "entry":
            whose = f" of its entry in {name}"
    return PASSED_OVER[row.rule].format(
        seen=row.seen, needed=row.needed, holder=row.holder, its=its, whose=whose
    )


def _settings(record: Record, plan: Plan) -> tuple[SettingUsed, ...]:
    """The settings in force, for the call and for the leg that was chosen, with who set them."""
    used = _used(resolve(PLATFORM_CALL, call_levels(plan.defaults, plan.campaign)))
    chosen = next((seat for seat in record.seats if seat.verdict is Verdict.CHOSEN), None)
    if chosen is not None:
        one = plan.candidates[chosen.at]
        levels = leg_levels(plan.defaults, plan.campaign, one.buyer, one.target, plan.upper)
        used += _used(resolve(PLATFORM_LEG, levels))
    elif record.fallback:
        levels = leg_levels(plan.defaults, plan.campaign, None, None)
        used += _used(resolve(PLATFORM_LEG, levels))
    return tuple(used)


def _used(resolved: Resolved[Any]) -> list[SettingUsed]:
    values = resolved.settings.model_dump(mode="json", exclude_none=True)
    return [
        SettingUsed(name=name, value=str(values.get(name, "")), set_by=level)
        for name, level in resolved.provenance.items()
    ]
