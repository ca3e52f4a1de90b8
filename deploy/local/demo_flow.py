"""The demo's flow: menu, hours, splitter, input, code, the plan with its auction, voicemail."""

from typing import Any

from libs.contracts.editing import Actor, Saved
from libs.contracts.flow_edits import GetFlow, PublishFlow, SaveFlow
from libs.contracts.ids import AccountId, FlowId
from libs.runtime.ask import Ask, Refused
from libs.runtime.deadline import Deadline

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SORRY = "Nobody can take your call right now. Please leave a message after the tone."

NODES: tuple[dict[str, Any], ...] = (
    {
        "type": "menu",
        "id": "menu",
        "prompt": {"text": "Thank you for calling. For solar panels, press 1."},
        "options": [{"key": "1", "label": "Solar", "words": ["solar"]}],
        "invalid_prompt": {"text": "That is no option."},
        "repeat_key": "*",
    },
    {
        "type": "hours",
        "id": "hours",
        "schedule": {
            "zone": "America/New_York",
            "hours": [{"days": list(_DAYS), "opens": "00:00", "closes": "24:00"}],
        },
    },
    {
        "type": "splitter",
        "id": "split",
        "strategy": "round_robin",
        "branches": [{"name": "short"}, {"name": "friendly"}],
    },
    {
        "type": "play",
        "id": "friendly",
        "prompts": [{"text": "Solar saves a household 1,500 dollars a year on average."}],
    },
    {
        "type": "gather",
        "id": "zip",
        "prompt": {"text": "Please key in your ZIP code."},
        "tag": "gathered:zip",
        "digits_min": 5,
        "digits_max": 5,
        "skip_if_known": True,
    },
    {
        "type": "code",
        "id": "logic",
        "routes": ["near", "far"],
        "source": "const zip = tags['gathered:zip'];\n"
        "return {route: zip.startsWith('9') ? 'far' : 'near', data: {coast: zip[0]}};",
    },
    {
        "type": "router",
        "id": "desk",
        "plan": {"connecting_message": "We are looking for the best expert for you."},
    },
    {
        "type": "voicemail",
        "id": "message",
        "prompt": {"text": _SORRY},
        "seconds_max": 60,
        "transcribe": True,
    },
    {
        "type": "hang_up",
        "id": "far",
        "prompt": {"text": "We do not serve your area yet. Goodbye."},
        "reason": "too far",
    },
)
EDGES = (
    ("menu", "1", "hours"),
    ("hours", "open", "split"),
    ("hours", "closed", "message"),
    ("split", "short", "zip"),
    ("split", "friendly", "friendly"),
    ("friendly", "done", "zip"),
    ("zip", "done", "logic"),
    ("logic", "near", "desk"),
    ("logic", "far", "far"),
    ("desk", "no_answer", "message"),
    ("desk", "no_buyer", "message"),
)
TESTS = (
    {
        "name": "Sold",
        "inputs": [{"digits": "1"}, {"digits": "10001"}],
        "legs": [{}],
        "expects": {"finished": "conversation", "tags": {"coast": "1"}},
    },
    {
        "name": "Nobody buys",
        "inputs": [{"digits": "1"}, {"digits": "10001"}, {"message_seconds": 9}],
        "legs": [{"does": "no_answer"}],
        "expects": {"finished": "9 s", "heard": [_SORRY]},
    },
    {
        "name": "Too far",
        "inputs": [{"digits": "1"}, {"digits": "90001"}],
        "expects": {"finished": "too far"},
    },
)


def document(flow_id: FlowId) -> dict[str, Any]:
    """The flow as it is saved."""
    return {
        "id": str(flow_id),
        "name": "Solar front desk",
        "start": "menu",
        "nodes": list(NODES),
        "edges": [dict(zip(("source", "port", "target"), edge, strict=True)) for edge in EDGES],
        "tests": list(TESTS),
    }


async def load_flow(ask: Ask, account_id: AccountId, actor: Actor, flow_id: FlowId) -> int:
    """Save and publish the flow, if it is not there; give how many things were new."""
    deadline_ms = 15_000  # publishing runs its tests
    try:
        await ask(GetFlow(account_id=account_id, flow_id=flow_id), Deadline.within(deadline_ms))
    except Refused as no:
        if no.code != "not_found":
            raise
    else:
        return 0
    edit: dict[str, Any] = {"account_id": account_id, "actor": actor}
    draft: Saved = await ask(
        SaveFlow(**edit, document=document(flow_id)), Deadline.within(deadline_ms)
    )
    await ask(
        PublishFlow(**edit, flow_id=flow_id, expected_version=draft.version, note="The demo's"),
        Deadline.within(deadline_ms),
    )
    return 1
