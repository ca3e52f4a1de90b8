"""Settings change how a leg is dialled; the most specific word wins, and who said it is told."""

from collections.abc import Callable
from typing import Any

import pytest

from libs.contracts.call_settings import CallerId, Recovery
from libs.contracts.configuration import Buyer, Defaults
from libs.contracts.routing import DialNext
from services.router.domain.explain import explained
from services.router.domain.plan import Plan
from tests.unit.router.plans import BUYER, CALLER, a_plan, a_target, decide


def acme(**more: Any) -> Buyer:
    return BUYER.model_copy(update=more)


def dialled(plan: Plan, **more: Any) -> DialNext:
    outcome = decide(plan, caller=CALLER, **more).outcome
    assert isinstance(outcome, DialNext)
    return outcome


HOW: dict[str, tuple[dict[str, Any], Callable[[DialNext], object], object, object]] = {
    "recording": (
        {"recording": False},
        lambda o: o.dial.recording,
        "record-from-answer-dual",
        "do-not-record",
    ),
    "recording_notice": ({"recording_notice": "Recorded."}, lambda o: o.say, (), ("Recorded.",)),
    "connecting_message": (
        {"connecting_message": "One moment."},
        lambda o: o.say,
        (),
        ("One moment.",),
    ),
    "ring_seconds": ({"ring_seconds": 11}, lambda o: o.dial.ring_seconds, 25, 11),
    "limit_seconds": ({"limit_seconds": 90}, lambda o: o.dial.limit_seconds, 7_200, 90),
    "whisper": ({"whisper": "Roofing."}, lambda o: o.dial.whisper, "", "Roofing."),
    "press_to_accept": ({"press_to_accept": True}, lambda o: o.dial.press_to_accept, False, True),
    "digits": ({"digits": "ww12#"}, lambda o: o.dial.digits, "", "ww12#"),
    "caller_id dialled": (
        {"caller_id": CallerId(policy="dialled")},
        lambda o: o.dial.caller_id,
        None,
        "+18005550100",
    ),
    "caller_id fixed": (
        {"caller_id": CallerId(policy="fixed", number="+18885550199")},
        lambda o: o.dial.caller_id,
        None,
        "+18885550199",
    ),
}


@pytest.mark.parametrize("name", HOW)
def test_a_setting_changes_how_the_leg_is_dialled_and_who_set_it_is_told(name: str) -> None:
    setting, look, before, after = HOW[name]
    assert look(dialled(a_plan(a_target(1)))) == before
    levels = {
        "account": a_plan(a_target(1), defaults=Defaults(**setting)),
        "campaign": a_plan(a_target(1), **setting),
        "buyer": a_plan(a_target(1), buyers=[acme(**setting)]),
        "target": a_plan(a_target(1, **setting)),
    }
    for level, plan in levels.items():
        assert look(dialled(plan)) == after
        decision = decide(plan, caller=CALLER)
        used = {
            one.name: one.set_by for one in explained(decision.record, plan, heard=True).settings
        }
        assert used[name.split()[0]] == level


def test_the_most_specific_word_wins() -> None:
    plan = a_plan(
        a_target(1, whisper=""),
        buyers=[acme(whisper="of the buyer", ring_seconds=12)],
        defaults=Defaults(whisper="of the account", ring_seconds=13, limit_seconds=60),
    )
    dial = dialled(plan).dial
    assert (dial.whisper, dial.ring_seconds, dial.limit_seconds) == ("", 12, 60)


def test_a_notice_is_not_spoken_where_nothing_is_recorded() -> None:
    plan = a_plan(a_target(1, recording=False), recording_notice="Recorded.")
    assert dialled(plan).say == ()


def test_recovery_is_inherited_from_the_account() -> None:
    rule = Recovery(seconds=20, times=2)
    assert a_plan(a_target(1), defaults=Defaults(recovery=rule)).settings.recovery == rule
