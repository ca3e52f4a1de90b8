"""The legs of a call, read from what has been told of it.

A leg counts as *connected* when its end says that caller and callee were bridged;
`completed` without a bridge is no connection.  While its end has not been heard, a
leg that was picked up counts as connected.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from libs.contracts.calls import CallStatus
from libs.contracts.tracking import Leg
from services.tracking.domain.cells import (
    Bought,
    FellBack,
    Routed,
    Told,
    Transferred,
    first,
    second,
)

_CONNECTED_STATUS = (CallStatus.COMPLETED, CallStatus.ANSWERED)
_OF_A_LEG = ("ringing", "answered", "accepted", "ended")


@dataclass(frozen=True, slots=True)
class Decisions:
    """What router, ingress and operators decided, by step.

    Where both router and ingress did, the ingress's word counts; an operator has steps of her own.
    """

    routed: Mapping[int, Routed]
    fell_back: Mapping[int, FellBack]
    transferred: Mapping[int, Transferred]

    @property
    def steps(self) -> set[int]:
        """The steps that router or ingress decided."""
        return self.routed.keys() | self.fell_back.keys()

    @property
    def closes_at_once(self) -> bool:
        """Whether the first decision was to dial nobody."""
        fell_back, routed = self.fell_back.get(0), self.routed.get(0)
        if fell_back is not None:
            return not fell_back.destination
        return routed is not None and routed.outcome == "close"

    @property
    def last_reason(self) -> str:
        """Why the last step went as it did."""
        last = max(self.steps, default=0)
        decision = self.fell_back.get(last) or self.routed.get(last)
        return decision.reason if decision else ""


def decisions_of(told: Told) -> Decisions:
    """Read the decisions."""
    routed: dict[int, Routed] = {}
    fell_back: dict[int, FellBack] = {}
    transferred: dict[int, Transferred] = {}
    for name, cell in told.greatest.items():
        kind, _, step = name.partition(".")
        match kind:
            case "routed":
                routed[int(step)] = Routed._make(cell)
            case "fell_back":
                fell_back[int(step)] = FellBack._make(cell)
            case "transferred":
                transferred[int(step)] = Transferred._make(cell)
    return Decisions(routed, fell_back, transferred)


def legs_of(told: Told, decisions: Decisions) -> tuple[Leg, ...]:
    """Every leg that was dialled, in order."""
    parts = (name.partition(".") for name in told.least)
    heard_of = {int(step) for kind, _, step in parts if step and kind in _OF_A_LEG}
    legs = []
    for step in sorted(heard_of | decisions.steps | decisions.transferred.keys()):
        route = _route(step, decisions, heard_of=step in heard_of)
        if route is not None:
            legs.append(_leg(told, step, route))
    return tuple(legs)


def connected_of(legs: tuple[Leg, ...]) -> tuple[Leg, ...]:
    """The legs that count as connected."""
    return tuple(
        leg
        for leg in legs
        if leg.connected or (leg.connected is None and leg.answered_at is not None)
    )


def _route(step: int, decisions: Decisions, *, heard_of: bool) -> dict[str, Any] | None:
    """Where the step was dialled to, and for whom; None where nobody was dialled."""
    if (sent := decisions.transferred.get(step)) is not None:
        return {"destination": sent.destination, "dialled_at": sent.at}
    fell_back, routed = decisions.fell_back.get(step), decisions.routed.get(step)
    if fell_back is not None and fell_back.destination:
        return {"destination": fell_back.destination, "dialled_at": fell_back.at}
    refuted = fell_back is not None and not heard_of
    if routed is not None and routed.outcome == "dial" and not refuted:
        return {
            "destination": routed.destination,
            "dialled_at": routed.at,
            "target_id": routed.target_id or None,
            "target_name": routed.target_name,
            "buyer_id": routed.buyer_id or None,
            "buyer_name": routed.buyer_name,
        }
    return {} if heard_of else None


def _leg(told: Told, step: int, route: Mapping[str, Any]) -> Leg:
    times = {f"{name}_at": first(told.least, f"{name}.{step}") for name in _OF_A_LEG}
    rang_until = times["answered_at"] or times["ended_at"]
    return Leg.model_validate(
        {
            "step": step,
            **route,
            **times,
            **_bought(told, step, route),
            "status": _status(told, step),
            "connected": _was_connected(told, step),
            "ring_seconds": _between(times["ringing_at"], rang_until),
            "seconds": first(told.greatest, f"seconds.{step}"),
        }
    )


def _between(since: str | None, until: str | None) -> int | None:
    if since is None or until is None:
        return None
    passed = datetime.fromisoformat(until) - datetime.fromisoformat(since)
    return max(int(passed.total_seconds()), 0)


def _bought(told: Told, step: int, route: Mapping[str, Any]) -> dict[str, str]:
    """The bidder of a leg that the router had dialled."""
    cell = told.greatest.get(f"bought.{step}")
    if cell is None or "target_name" not in route:
        return {}
    bought = Bought._make(cell)
    found = {"rtb_router_id": bought.rtb_router_id, "rtb_target_id": bought.rtb_target_id}
    return {name: value for name, value in found.items() if value}


def _status(told: Told, step: int) -> Any:
    ended = second(told.greatest, f"status.{step}")
    if ended is not None:
        return ended
    if f"answered.{step}" in told.least:
        return CallStatus.IN_PROGRESS
    return CallStatus.RINGING if f"ringing.{step}" in told.least else None


def _was_connected(told: Told, step: int) -> bool | None:
    """What the leg's end said; None while it was not heard."""
    status = second(told.greatest, f"status.{step}")
    if status is None:
        return None
    bridged = first(told.greatest, f"bridged.{step}")
    return status in _CONNECTED_STATUS if bridged is None else bool(bridged)
