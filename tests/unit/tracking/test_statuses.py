"""Status, sub-status and who hung up, in the words of the trade, from whatever was told."""

from collections.abc import Callable

import pytest

from libs.contracts.calls import CallStatus, Fact
from libs.contracts.outcomes import SubStatus
from libs.contracts.routing import RouteReason
from services.tracking.domain.call import fold
from services.tracking.domain.cells import NOTHING
from services.tracking.domain.record import record_of
from services.tracking.domain.statuses import _NOT_OPEN, _REJECTED
from tests.kit.facts import CallStory

Telling = Callable[[CallStory], list[Fact]]
NOBODY_ELIGIBLE = RouteReason.NOBODY_ELIGIBLE

CASES: dict[str, tuple[str, str | None, str | None, Telling]] = {
    "rings": ("ringing", None, None, lambda s: [s.arrived(), s.routed(), s.ringing()]),
    "talks": ("connected", None, None, lambda s: [s.routed(), s.answered()]),
    "callee ends it": (
        *("finished", "served", "callee"),
        lambda s: [s.routed(), s.answered(), s.leg_ended(bridged=True), s.ended()],
    ),
    "caller ends it": (
        *("finished", "served", "caller"),
        lambda s: [s.routed(), s.answered(), s.leg_ended(bridged=True, caller_gone=True)],
    ),
    "nobody says who ended it": (
        *("finished", "served", None),
        lambda s: [s.routed(), s.answered(), s.leg_ended(), s.ended()],
    ),
    "the second takes it": (
        *("finished", "recovered", "callee"),
        lambda s: [
            *(s.routed(), s.leg_ended(status=CallStatus.BUSY)),
            *(s.routed(1), s.leg_ended(1, bridged=True), s.ended()),
        ],
    ),
    "a rescue takes it": (
        *("finished", "rescued", "callee"),
        lambda s: [s.fell_back(), s.leg_ended(bridged=True), s.ended()],
    ),
    "caller leaves while it rings": (
        *("caller_hung_up", "while_ringing_buyer", "caller"),
        lambda s: [s.routed(), s.ringing(), s.ended(CallStatus.NO_ANSWER)],
    ),
    "caller leaves at once": (
        *("caller_hung_up", "before_dialling", "caller"),
        lambda s: [s.arrived(), s.ended(CallStatus.CANCELED)],
    ),
    "all busy": (
        *("no_buyer", "busy", "platform"),
        lambda s: [s.routed(), s.leg_ended(status=CallStatus.BUSY), s.ended()],
    ),
    "not accepted": (
        *("no_buyer", "not_accepted", "platform"),
        lambda s: [s.routed(), s.leg_ended(bridged=False), s.ended()],
    ),
    "nobody eligible": (
        *("no_buyer", "all_filtered", "platform"),
        lambda s: [s.closed(reason=NOBODY_ELIGIBLE), s.ended()],
    ),
    "a duplicate whom nobody wants": (
        *("no_buyer", "prevent_dupes", "platform"),
        lambda s: [
            s.closed(reason=NOBODY_ELIGIBLE).model_copy(update={"duplicate": True}),
            s.ended(),
        ],
    ),
    "all capped": (
        *("no_buyer", "all_maxed_out", "platform"),
        lambda s: [s.closed(reason=RouteReason.ALL_CAPPED), s.ended()],
    ),
    "closed": (
        *("not_open", "campaign_closed", "platform"),
        lambda s: [s.closed(reason=RouteReason.CAMPAIGN_CLOSED), s.ended()],
    ),
    "blocked": (
        *("rejected", "caller_blocked", "platform"),
        lambda s: [s.closed(reason=RouteReason.CALLER_BLOCKED), s.ended()],
    ),
    "fell back to the closing": (
        *("failed", "fell_back", "platform"),
        lambda s: [s.fell_back(dialled=None), s.ended()],
    ),
    "a flow says all there is": (
        *("finished", "in_flow", None),
        lambda s: [
            s.closed(reason=RouteReason.FLOW).model_copy(update={"outcome": "flow"}),
            s.ended(),
        ],
    ),
    "only its end is heard": ("failed", "unknown", "platform", lambda s: [s.ended()]),
}


@pytest.mark.parametrize("case", CASES)
def test_how_a_call_came_out(case: str) -> None:
    *expected, telling = CASES[case]
    facts = telling(CallStory())
    made = record_of(facts[0].call_id, fold(NOTHING, facts))
    assert [made.status, made.sub_status, made.hung_up_by] == expected


def test_a_reason_of_the_routers_has_its_own_word() -> None:
    for reason in RouteReason:
        if reason in {*SubStatus}:
            story = CallStory()
            facts = [story.closed(reason=reason), story.ended()]
            made = record_of(story.call_id, fold(NOTHING, facts))
            assert made.sub_status == SubStatus(reason)
    assert {*SubStatus} >= _REJECTED | _NOT_OPEN


def test_how_long_it_rang_and_they_spoke() -> None:
    story = CallStory()
    facts = [
        *(story.routed(), story.ringing(), story.leg_ended(status=CallStatus.BUSY)),
        *(story.routed(1), story.ringing(1), story.answered(1)),
        *(story.leg_ended(1, bridged=True, seconds=30), story.ended()),
    ]
    made = record_of(story.call_id, fold(NOTHING, facts))
    assert [leg.ring_seconds for leg in made.legs] == [1, 1]
    assert (made.ring_seconds, made.talk_seconds) == (2, 30)
