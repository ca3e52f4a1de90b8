"""Flows to begin with: whole, with tests that pass, and nothing in them that is anybody's own.

Who takes the calls is the campaign's plan: its priorities, caps and RTB routers.
"""

from typing import Any

from libs.contracts.flow_imports import FlowTemplate

_SORRY = "Sorry, nobody can take your call right now. Please leave a message after the tone."
_WORKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday"]
_HOURS = {
    "zone": "America/New_York",
    "hours": [{"days": _WORKDAYS, "opens": "09:00", "closes": "17:00"}],
    "calendars": [{"calendar": "us_federal"}],
}
_AT_NIGHT = "2030-01-08T03:00:00Z"  # ten in the evening in New York


def _wires(*edges: str) -> list[dict[str, str]]:
    """Edges written as "menu 1 desk"; a port of two words is written with a tilde."""
    found = []
    for edge in edges:
        source, port, target = edge.split(" ")
        found.append({"source": source, "port": port.replace("~", " "), "target": target})
    return found


def _template(key: str, name: str, description: str, **document: Any) -> FlowTemplate:
    whole = {"spec_version": 1, "name": name, "description": description, **document}
    return FlowTemplate(key=key, name=name, description=description, document=whole)


_DESK: dict[str, Any] = {"type": "router", "id": "desk", "label": "The campaign's plan"}
_MESSAGE: dict[str, Any] = {"type": "voicemail", "id": "message", "prompt": {"text": _SORRY}}
_ANSWERED = {"name": "Somebody answers", "legs": [{}], "expects": {"ports": ["desk answered"]}}
_NOBODY = {"name": "Nobody is there", "inputs": [{"message_seconds": 9}]}


PRIORITY = _template(
    "basic_priority",
    "Basic priority",
    "The campaign's plan, and a voicemail when nobody takes the call.",
    start="desk",
    nodes=[_DESK, _MESSAGE],
    edges=_wires("desk no_answer message", "desk no_buyer message"),
    tests=[
        _ANSWERED,
        {**_NOBODY, "expects": {"ports": ["desk no_buyer", "message recorded"]}},
    ],
)

RTB = _template(
    "rtb_auction",
    "RTB auction with fallback",
    "Says hello, sells the call by the campaign's plan with its RTB router, "
    "and takes a message when nobody buys it.",
    start="hello",
    nodes=[
        {
            "type": "play",
            "id": "hello",
            "prompts": [{"text": "Thank you for calling {campaign}. We find the best expert."}],
        },
        {**_DESK, "plan": {"connecting_message": "Connecting you now."}},
        _MESSAGE,
    ],
    edges=_wires("hello done desk", "desk no_answer message", "desk no_buyer message"),
    tests=[
        {
            "name": "The second buyer answers",
            "legs": [{"does": "no_answer"}, {}],
            "expects": {
                "ports": ["hello done", "desk answered"],
                "heard": ["Connecting you now."],
            },
        },
        {**_NOBODY, "expects": {"finished": "9 s"}},
    ],
)

TIME_BASED = _template(
    "time_based",
    "Time-based",
    "The campaign's plan in business hours, words and a voicemail outside of them.",
    start="hours",
    nodes=[
        {
            "type": "hours",
            "id": "hours",
            "schedule": _HOURS,
            "closed_prompt": {"text": "We are closed now."},
        },
        _DESK,
        _MESSAGE,
    ],
    edges=_wires(
        "hours open desk",
        "hours closed message",
        "hours holiday message",
        "desk no_answer message",
        "desk no_buyer message",
    ),
    tests=[
        {**_ANSWERED, "expects": {"ports": ["hours open", "desk answered"]}},
        {
            "name": "At night",
            "at": _AT_NIGHT,
            "expects": {"ports": ["hours closed", "message silence"], "heard": ["closed now"]},
        },
    ],
)

CAPACITY = _template(
    "capacity_overflow",
    "Capacity and overflow",
    "Callers wait with words when nobody has room, are offered again in rounds, and may leave a "
    "message instead.",
    start="desk",
    nodes=[
        {**_DESK, "plan": {"spread": "most_free"}},
        {
            "type": "hold",
            "id": "wait",
            "prompt": {"text": "All lines are busy. Stay on the line, or press 1 for a message."},
            "music": {"text": "Thank you for waiting."},
            "seconds": 20,
            "rounds": 3,
        },
        _MESSAGE,
    ],
    edges=_wires(
        "desk no_answer wait",
        "desk no_buyer wait",
        "wait round desk",
        "wait left message",
        "wait exhausted message",
    ),
    tests=[
        {
            "name": "Room in the second round",
            "inputs": [{}],
            "legs": [{"does": "nobody"}, {}],
            "expects": {"ports": ["desk no_buyer", "wait round", "desk answered"]},
        },
        {
            "name": "Leaves a message",
            "inputs": [{"digits": "1"}, {"message_seconds": 5}],
            "expects": {"ports": ["desk no_buyer", "wait left", "message recorded"]},
        },
    ],
)

SCREENING = _template(
    "caller_screening",
    "Caller screening with press 1",
    "The caller presses 1 to go on, and whoever takes the call presses 1 to accept it.",
    start="screen",
    nodes=[
        {
            "type": "menu",
            "id": "screen",
            "prompt": {"text": "Press 1 to speak to an expert about {campaign}."},
            "options": [{"key": "1", "label": "Go on", "words": ["yes", "expert"]}],
            "speech": True,
            "silence_prompt": {"text": "Are you there?"},
        },
        {
            **_DESK,
            "plan": {
                "whisper": "A screened call for {campaign} from {caller_state}.",
                "press_to_accept": True,
            },
        },
        {"type": "hang_up", "id": "bye", "prompt": {"text": "Goodbye."}, "reason": "not screened"},
        _MESSAGE,
    ],
    edges=_wires(
        "screen 1 desk",
        "screen invalid bye",
        "screen timeout bye",
        "desk no_answer message",
        "desk no_buyer message",
    ),
    tests=[
        {
            "name": "Says yes",
            "inputs": [{"speech": "Yes, please"}],
            "legs": [{}],
            "expects": {"ports": ["screen 1", "desk answered"]},
        },
        {"name": "A machine", "expects": {"finished": "not screened", "heard": ["Are you there?"]}},
    ],
)

AFTER_HOURS = _template(
    "after_hours_voicemail",
    "After-hours voicemail",
    "Outside of hours the caller leaves a message, which is written down.",
    start="hours",
    nodes=[
        {"type": "hours", "id": "hours", "schedule": _HOURS},
        {"type": "hang_up", "id": "plan", "reason": "in hours", "normal_routing": True},
        {
            "type": "voicemail",
            "id": "message",
            "prompt": {"text": "You have reached us outside of our hours. Leave a message."},
            "transcribe": True,
        },
    ],
    edges=_wires("hours open plan", "hours closed message", "hours holiday message"),
    tests=[
        {"name": "In hours", "expects": {"finished": "in hours"}},
        {
            "name": "On a holiday",
            "at": "2030-01-01T15:00:00Z",
            "inputs": [{"message_seconds": 12}],
            "expects": {"ports": ["hours holiday", "message recorded"]},
        },
    ],
)

AB_TEST = _template(
    "ab_test",
    "A/B test",
    "Half of the callers hear one greeting, half the other; a caller hears the same each time, and "
    "the flow's traffic says which comes to more conversations.",
    start="split",
    nodes=[
        {
            "type": "splitter",
            "id": "split",
            "strategy": "percentage",
            "sticky": True,
            "branches": [{"name": "short", "share": 50}, {"name": "friendly", "share": 50}],
        },
        {"type": "play", "id": "short", "prompts": [{"text": "Connecting."}]},
        {
            "type": "play",
            "id": "friendly",
            "prompts": [{"text": "Hello, and welcome to {campaign}. One moment, please."}],
        },
        _DESK,
        _MESSAGE,
    ],
    edges=_wires(
        "split short short",
        "split friendly friendly",
        "split otherwise desk",
        "short done desk",
        "friendly done desk",
        "desk no_answer message",
        "desk no_buyer message",
    ),
    tests=[
        {**_ANSWERED, "seed": 1, "expects": {"finished": "conversation"}},
        {**_ANSWERED, "name": "Another", "seed": 2, "expects": {"finished": "conversation"}},
    ],
)

TEMPLATES = (PRIORITY, RTB, TIME_BASED, CAPACITY, SCREENING, AFTER_HOURS, AB_TEST)
