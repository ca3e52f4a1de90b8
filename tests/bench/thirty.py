"""A flow of thirty nodes that asks nobody outside.

Three inputs, and between them texts, tags, hours, shares and whispers.
"""

from typing import Any
from uuid import NAMESPACE_URL, uuid5

from libs.contracts.ids import FlowId

FLOW_ID = FlowId(uuid5(NAMESPACE_URL, "bench/flow/0"))
KEYS = ("1", "2", "10001")
"""What the caller keys, turn by turn."""

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NEARLY_ALWAYS = {
    "zone": "America/New_York",
    "hours": [
        {
            "days": DAYS,
            "opens": "00:00",
            "closes": "24:00",
            "breaks": [{"opens": "03:58", "closes": "03:59"}],
        }
    ],
}

Leaving = tuple[dict[str, Any], str]
"""A node, and the port by which the measured caller leaves it."""

STRETCH: tuple[Leaving, ...] = (
    (
        {"type": "set_tags", "tags": {"line": "{dialled}", "greeting": "Hello, {caller_city|you}"}},
        "done",
    ),
    ({"type": "hours", "schedule": NEARLY_ALWAYS}, "open"),
    (
        {"type": "play", "prompts": [{"text": "{greeting}."}, {"text": "This is {campaign}."}]},
        "done",
    ),
    (
        {
            "type": "splitter",
            "strategy": "weight",
            "branches": [{"name": "all", "share": 3}, {"name": "none", "share": 0}],
        },
        "all",
    ),
    ({"type": "whisper", "message": "A caller from {caller_state}, who called {line}."}, "done"),
    ({"type": "set_tags", "tags": {"seen": "{iso_timestamp}"}}, "done"),
    ({"type": "play", "prompts": [{"audio": "https://cdn.example.com/{campaign_id}.mp3"}]}, "done"),
)
OPTIONS = [{"key": "1", "label": "Sales"}, {"key": "2", "label": "Service"}]
INPUTS: tuple[Leaving, ...] = (
    ({"type": "menu", "prompt": {"text": "For sales, press 1."}, "options": OPTIONS}, "1"),
    ({"type": "menu", "prompt": {"text": "For service, press 2."}, "options": OPTIONS}, "2"),
    (
        {
            "type": "gather",
            "prompt": {"text": "Please key in your ZIP code."},
            "tag": "gathered:zip",
            "digits_min": 5,
            "digits_max": 5,
            "pattern": "^[0-9]{5}$",
        },
        "done",
    ),
)
END: Leaving = ({"type": "hang_up", "prompt": {"text": "Goodbye."}}, "")


def document() -> dict[str, Any]:
    """Each turn comes through a stretch of six or seven nodes."""
    short = STRETCH[:-1]
    first, second, third = INPUTS
    chain = (*short, first, *STRETCH, second, *STRETCH, third, *short, END)
    return {
        "id": str(FLOW_ID),
        "name": "Thirty nodes",
        "start": "n0",
        "nodes": [{**node, "id": f"n{at}"} for at, (node, _) in enumerate(chain)],
        "edges": [
            {"source": f"n{at}", "port": port, "target": f"n{at + 1}"}
            for at, (_, port) in enumerate(chain[:-1])
        ],
    }
