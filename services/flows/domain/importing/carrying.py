"""An old flow, carried over: its document in our language, and what could not be."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID, uuid5

from libs.contracts.flow_imports import NotCarried
from services.flows.domain.importing import deciding, dialling, speaking
from services.flows.domain.importing.making import Making
from services.flows.domain.importing.old import OldNode, read

_FLOWS = UUID("9d2f1c5b-53c7-5b43-9a0d-0a9c4f1e7b10")

KINDS: Mapping[str, Callable[[Making, OldNode], None]] = {
    "ivr_menu": speaking.menu,
    "menu": speaking.menu,
    "gather_input": speaking.gather,
    "gather": speaking.gather,
    "play_audio": speaking.play,
    "play": speaking.play,
    "hangup": speaking.hang_up,
    "end": speaking.hang_up,
    "voicemail": speaking.voicemail,
    "business_hours": dialling.hours,
    "hours": dialling.hours,
    "advanced_router": dialling.router,
    "router": dialling.router,
    "traffic_splitter": dialling.splitter,
    "splitter": dialling.splitter,
    "transfer": dialling.transfer,
    "whisper": dialling.whisper,
    "action": dialling.action,
    "tracking_pixel": deciding.pixel,
    "pixel": deciding.pixel,
    "custom_logic": deciding.code,
    "javascript": deciding.code,
    "condition": deciding.condition,
    "profile_enrich": deciding.enrich,
}
"""The old types of both dialects."""

ENTRIES_MAX = 50  # nodes in a row that are left out


def carried(document: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[NotCarried, ...]]:
    """A flow's document, and what is not in it; raises NotAFlow."""
    nodes, making = read(document), Making()
    for old in nodes:
        if old.type == "start":
            making.entries[old.id] = old.way(0) or ""
        elif old.type in KINDS:
            KINDS[old.type](making, old)
        else:
            making.tell(old, "type", f"{old.type[:40]} is unknown: callers go to the plan there")
            making.add(old, "hang_up", normal_routing=True, reason="unknown node")
    start = next((old.id for old in nodes if old.type == "start"), nodes[0].id)
    begins = _led(making, start)
    if begins is None:
        making.told.append(NotCarried(node="", field="start", why="leads nowhere"))
        only = OldNode(id="to-the-plan", type="end", label="", config={})
        begins = making.add(only, "hang_up", normal_routing=True)
    name = str(document.get("name") or "Imported flow")[:256]
    return {
        "id": str(uuid5(_FLOWS, f"{document.get('id', '')}/{name}")),
        "name": name,
        "description": str(document.get("description") or "")[:4_096],
        "start": begins,
        "nodes": list(making.nodes.values()),
        "edges": [
            {"source": source, "port": port, "target": target}
            for (source, port), way in making.wires.items()
            if (target := _led(making, way)) is not None
        ],
        "layout": {old.id: dict(old.place) for old in nodes if old.place},
    }, tuple(making.told)


def _led(making: Making, way: str) -> str | None:
    """Where a way leads, past nodes that are left out; None: nowhere."""
    for _ in range(ENTRIES_MAX):
        if way in making.nodes:
            return way
        if way not in making.entries:
            return None
        way = making.entries[way]
    return None
