"""Repeat and duplicate are two facts; a duplicate is one by whom, by what, and since when."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from libs.contracts.ids import BuyerId, CampaignId, TargetId
from libs.contracts.screening import (
    CallerHistory,
    DuplicateAfter,
    DuplicateRule,
    DuplicateScope,
    EarlierCall,
    RepeatLimit,
)
from libs.rules.finding import Finding
from libs.rules.history import check_duplicate, check_repeats, connected_targets, is_repeat

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAY = timedelta(days=1)
CAMPAIGN, OTHER_CAMPAIGN = CampaignId(UUID(int=1)), CampaignId(UUID(int=2))
BUYER, OTHER_BUYER = BuyerId(UUID(int=3)), BuyerId(UUID(int=4))
TARGET, SIBLING, STRANGER = (TargetId(UUID(int=number)) for number in (5, 6, 7))


def earlier(
    target: TargetId = TARGET,
    buyer: BuyerId = BUYER,
    *,
    ago: timedelta = 12 * DAY,
    converted: bool = True,
    connected: bool = True,
    campaign: CampaignId = CAMPAIGN,
) -> EarlierCall:
    at = NOW - ago
    return EarlierCall(
        at=at,
        campaign_id=campaign,
        target_id=target,
        buyer_id=buyer,
        connected_at=at if connected else None,
        converted_at=at if converted else None,
    )


def duplicate(rule: DuplicateRule, *calls: EarlierCall) -> Finding:
    return check_duplicate(
        rule,
        CallerHistory(calls=calls),
        campaign_id=CAMPAIGN,
        target_id=TARGET,
        buyer_id=BUYER,
        now=NOW,
    )


def rule(scope: str = "buyer", after: str = "conversion", days: int | None = 30) -> DuplicateRule:
    return DuplicateRule(scope=DuplicateScope(scope), after=DuplicateAfter(after), days=days)


@pytest.mark.parametrize(
    ("scope", "call", "passed"),
    [
        ("none", earlier(), True),
        ("target", earlier(), False),
        ("target", earlier(SIBLING), True),
        ("buyer", earlier(SIBLING), False),
        ("buyer", earlier(STRANGER, OTHER_BUYER), True),
    ],
)
def test_whose_call_counts_is_the_scope(scope: str, call: EarlierCall, passed: bool) -> None:
    assert duplicate(rule(scope), call).passed is passed


@pytest.mark.parametrize(
    ("after", "connected", "converted", "passed"),
    [
        ("conversion", True, False, True),
        ("conversion", True, True, False),
        ("connection", True, False, False),
        ("connection", False, False, True),
    ],
)
def test_what_became_of_it_counts(
    after: str, connected: bool, converted: bool, passed: bool
) -> None:
    call = earlier(connected=connected, converted=converted)
    assert duplicate(rule(after=after), call).passed is passed


def test_a_duplicate_is_one_for_its_days_to_the_microsecond() -> None:
    assert duplicate(rule(days=30), earlier(ago=30 * DAY)).passed
    assert not duplicate(rule(days=30), earlier(ago=30 * DAY - timedelta(microseconds=1))).passed
    assert not duplicate(rule(days=None), earlier(ago=9_999 * DAY)).passed


def test_the_latest_call_is_told() -> None:
    found = duplicate(rule(), earlier(ago=20 * DAY), earlier(SIBLING, ago=12 * DAY))
    assert found.seen == "converted with this buyer 12 days ago"
    assert found.needed == "not converted with this buyer within 30 days"
    fresh = duplicate(rule("target", "connection", None), earlier(ago=DAY / 2))
    assert fresh.seen == "connected with this target less than a day ago"
    assert fresh.needed == "not connected with this target ever"


def test_another_campaign_counts_unless_the_rule_keeps_to_its_own() -> None:
    elsewhere = earlier(campaign=OTHER_CAMPAIGN)
    assert not duplicate(rule(), elsewhere).passed
    within = rule().model_copy(update={"within_campaign": True})
    assert duplicate(within, elsewhere).passed
    assert not duplicate(within, earlier()).passed


def test_who_merely_called_is_a_repeat_and_no_duplicate() -> None:
    call = EarlierCall(at=NOW - DAY)
    assert is_repeat(CallerHistory(calls=(call,)))
    assert not is_repeat(CallerHistory())
    assert duplicate(rule("buyer", "connection"), call).passed


def test_calls_beyond_the_limit_are_refused() -> None:
    limit = RepeatLimit(calls_max=2, days=7)
    old, recent = EarlierCall(at=NOW - 7 * DAY), EarlierCall(at=NOW - DAY)
    assert check_repeats(limit, CallerHistory(calls=(old, recent)), NOW).passed
    found = check_repeats(limit, CallerHistory(calls=(recent, recent)), NOW)
    assert (found.passed, found.seen) == (False, "2 before this in 7 days")


def test_connected_targets_come_latest_first_and_once() -> None:
    calls = (
        earlier(SIBLING, ago=3 * DAY),
        earlier(SIBLING, ago=2 * DAY),
        earlier(TARGET, ago=DAY),
        earlier(STRANGER, ago=DAY / 2, connected=False),
    )
    assert connected_targets(CallerHistory(calls=calls)) == (TARGET, SIBLING)
