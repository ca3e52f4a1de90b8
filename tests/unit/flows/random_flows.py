"""Flows and callers drawn at random: well formed, and otherwise as odd as can be."""

from collections.abc import Sequence
from random import Random
from typing import Any
from uuid import UUID

from libs.contracts.flow_simulation import FlowScript
from libs.contracts.ids import FlowId
from services.flows.domain.flow import Flow
from services.flows.domain.language import examples
from services.flows.domain.unfit import fit
from tests.unit.flows.scenes import KINDS

SANDBOXED = ("code", "condition")
ELSEWHERE = ("sub_flow", "exit")
TYPES = tuple(type_ for type_ in KINDS if type_ not in (*SANDBOXED, *ELSEWHERE))
FLOW, SUB = FlowId(UUID(int=77)), FlowId(UUID(int=78))


def flows(draw: Random) -> tuple[Flow, Flow]:
    """A flow, and another that it may call."""
    return a_flow(draw, (*TYPES, "sub_flow")), a_flow(draw, (*TYPES, "exit"), SUB)


def a_flow(draw: Random, types: Sequence[str] = TYPES, id_: FlowId = FLOW) -> Flow:
    """Some nodes, most of whose ports lead to some of them."""
    nodes: list[dict[str, Any]] = []
    for at in range(draw.randint(1, 10)):
        type_ = draw.choice(types)
        nodes.append({**examples()[type_], "id": f"{type_}-{at}", **_changed(type_, draw)})
    edges = [
        {"source": node["id"], "port": port, "target": draw.choice(nodes)["id"]}
        for node in nodes
        for port in KINDS[node["type"]].model_validate(node).ports
        if draw.random() < 0.85
    ]
    return fit(
        {
            "id": str(id_),
            "name": "Drawn",
            "start": nodes[0]["id"],
            "nodes": nodes,
            "edges": edges,
            "restart_expired": draw.random() < 0.5,
        }
    )


def _changed(type_: str, draw: Random) -> dict[str, Any]:
    """Some options otherwise, where that leads elsewhere."""
    options: dict[str, dict[str, Any]] = {
        "menu": {"silence_retries": draw.randint(0, 3), "barge_in": draw.random() < 0.5},
        "gather": {"invalid_retries": draw.randint(0, 2), "skip_if_known": draw.random() < 0.5},
        "splitter": {
            "strategy": draw.choice(("percentage", "round_robin", "performance", "schedule")),
            "sticky": draw.random() < 0.3,
        },
        "router": {"failover": draw.random() < 0.8, "attempts": draw.randint(1, 4)},
        "transfer": {"attempts": draw.randint(1, 3)},
        "hold": {"rounds": draw.randint(1, 4)},
        "hang_up": {"normal_routing": draw.random() < 0.3},
        "sub_flow": {"flow_id": str(SUB)},
        "exit": {"port": draw.choice(("qualified", "other"))},
    }
    return options.get(type_, {})


def a_script(draw: Random) -> FlowScript:
    """A caller who does this and that, and people who do or do not pick up."""

    def done() -> dict[str, Any]:
        return draw.choice(
            (
                {"digits": draw.choice(("1", "2", "10001", "*", "9", "#", "12345678"))},
                {"speech": "sales"},
                {},
                {"message_seconds": draw.randint(0, 30)},
                {"digits": "1"},
                {"hang_up": draw.random() < 0.2},
            )
        )

    def leg() -> dict[str, Any]:
        does = draw.choice(("answers", "busy", "no_answer", "failed", "nobody"))
        return {"does": does, "caller_hangs_up": draw.random() < 0.1}

    return FlowScript.model_validate(
        {
            "seed": draw.randrange(2**31),
            "inputs": [done() for _ in range(draw.randint(0, 25))],
            "legs": [leg() for _ in range(draw.randint(0, 8))],
            "answers": {
                f"http_request-{at}": {"status": draw.choice((0, 200, 500)), "body": '{"vip": 1}'}
                for at in range(10)
            },
            "tags": {"clickid": "abc"} if draw.random() < 0.5 else {},
        }
    )
