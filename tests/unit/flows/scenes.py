"""One node, entered and told things in turn, and what it does each time."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from libs.contracts.calls import CallStatus, LegEnded
from libs.contracts.flows import Keyed, LegOver, Recorded
from libs.contracts.ids import AccountId, CallId, CampaignId, FlowId
from libs.contracts.phone import Caller
from services.flows.domain.language import examples, kinds, type_of
from services.flows.domain.moves import Answered, Ask, Go, Heard, Stay
from services.flows.domain.nodes.node import Node
from services.flows.domain.scene import Scene
from services.flows.domain.session import Session

A_MONDAY = datetime(2030, 1, 7, 15, tzinfo=UTC)
KINDS = {type_of(kind): kind for kind in kinds()}
CALL = CallId(UUID(int=1))


def a_node(type_: str, **changes: Any) -> Node:
    """The example of a kind, with some fields otherwise."""
    return KINDS[type_].model_validate({**examples()[type_], **changes})


def a_session(node: str = "n", **more: Any) -> Session:
    """A caller at a node."""
    return Session(
        **{
            "call_id": CALL,
            "account_id": AccountId(UUID(int=2)),
            "flow_id": FlowId(UUID(int=3)),
            "version": 1,
            "flow_name": "Front desk",
            "campaign_id": CampaignId(UUID(int=4)),
            "campaign_name": "Roofing",
            "caller": Caller(kind="number", text="+12125550100"),
            "dialled": "+18005550100",
            "seed": 5,
            "started_at": A_MONDAY,
            "node": node,
            "entered_at": A_MONDAY,
            **more,
        }
    )


def leg_over(status: str, **more: Any) -> LegOver:
    """The end of a leg."""
    return LegOver(
        ended=LegEnded(
            call_id=CALL, at=A_MONDAY, seen_at=A_MONDAY, status=CallStatus(status), **more
        )
    )


def read_heard(given: dict[str, Any]) -> Heard:
    """What a case says was heard: {"digits": "1"}, {"leg": "busy"}, {"answer": 3}, ..."""
    if "leg" in given:
        more = {name: value for name, value in given.items() if name != "leg"}
        return leg_over(given["leg"], **more)
    if "answer" in given or "failed" in given:
        return Answered(value=given.get("answer"), failed=given.get("failed", ""))
    if "recorded" in given:
        return Recorded(recording_sid="RE1", seconds=given["recorded"])
    return Keyed(**given)


def moves_of(node: Node, heard: list[dict[str, Any]], **session: Any) -> list[dict[str, Any]]:
    """What a node does when it is come to, and after each thing that is heard."""
    now = session.pop("now", A_MONDAY)
    at = a_session(node.id, **session).at(node.id, now)
    move = node.enter(Scene(at, now))
    moves = [move]
    for one in heard:
        assert isinstance(move, Stay | Ask), f"{node.id} has left already, by {move}"
        at = at.model_copy(update={"keep": move.keep})
        move = node.resume(Scene(at, now), read_heard(one))
        moves.append(move)
    kinds_ = {Go: "go", Stay: "stay", Ask: "ask"}
    return [{kinds_.get(type(one), "finish"): full(one.model_dump(mode="json"))} for one in moves]


def full(value: Any) -> Any:
    """Without what is empty; of the leg before, how it ended."""
    if isinstance(value, dict):
        if "leg_sid" in value:
            value = {name: value[name] for name in ("status", "bridged", "seconds")}
        kept = {name: full(one) for name, one in value.items()}
        return {name: one for name, one in kept.items() if one not in (None, "", [], {})}
    return [full(one) for one in value] if isinstance(value, list) else value
