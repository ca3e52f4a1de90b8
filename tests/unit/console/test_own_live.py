"""An agent hears of herself and of the calls that were sent to her, and of few at a time."""

from services.console.live import Happened
from services.console.own_live import CALLS_MAX, OwnEar


def happened(name: str, call_id: str | None = None, agent_id: str | None = None) -> Happened:
    return Happened(7, "account", name, b"all of it", call_id, agent_id)


def test_she_is_told_that_something_happened_and_not_what() -> None:
    ear = OwnEar("ann", ["now"])
    told = b'id: 7\nevent: leg.ended\ndata: {"call_id":"now"}\n\n'
    assert ear(happened("leg.ended", "now")) == told
    changed = ear(happened("agent.state_changed", agent_id="ann"))
    assert changed == b"id: 7\nevent: agent.state_changed\ndata: {}\n\n"


def test_calls_are_hers_once_they_were_sent_to_her() -> None:
    ear = OwnEar("ann", [])
    assert ear(happened("leg.ringing", "new")) is None
    assert ear(happened("call.routed", "new", "eve")) is None
    assert ear(happened("call.routed", "new", "ann")) is not None
    assert ear(happened("leg.ringing", "new")) is not None


def test_she_hears_of_her_latest_calls_only() -> None:
    ear = OwnEar("ann", ["first"])
    for number in range(CALLS_MAX):
        ear(happened("call.routed", f"call {number}", "ann"))
    assert ear(happened("call.ended", "first")) is None
    assert ear(happened("call.ended", "call 0")) is not None
