"""Calls are listed by filters and in pages, and only to the account they belong to."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from libs.contracts.calls import CallStatus
from libs.contracts.ids import AccountId, BuyerId, CallId, CampaignId
from libs.contracts.phone import Caller, CallerKind
from libs.contracts.tracking import CallRecord, CallState, GetCall, ListCalls, ListLiveCalls
from libs.runtime.ask import Refused
from tests.kit.facts import ACCOUNT, BUYER, CALLER, CAMPAIGN, NOON, CallStory
from tests.service.tracking.stage import Stage

STRANGER = AccountId(UUID(int=77))
OTHER_CAMPAIGN = CampaignId(UUID(int=78))
OTHER_BUYER = BuyerId(UUID(int=79))
OTHER_CALLER = Caller(kind=CallerKind.NUMBER, text="+12125550111")


def story_at(minute: int, account_id: AccountId = ACCOUNT) -> CallStory:
    return CallStory(account_id, began_at=NOON + timedelta(minutes=minute))


@pytest.fixture
async def told(stage: Stage) -> AsyncIterator[dict[str, CallId]]:
    """Six calls a minute apart, one of a stranger; tracking runs."""
    stories = {
        name: story_at(minute)
        for minute, name in enumerate(["completed", "closed", "live", "ringing", "other"])
    }
    stories["stranger's"] = story_at(5, STRANGER)
    completed, closed, live, ringing, other, strangers = stories.values()
    async with stage.tracking():
        await stage.tell(
            *(completed.arrived(), completed.routed(), completed.answered()),
            *(completed.leg_ended(bridged=True), completed.ended()),
            *(closed.arrived(), closed.closed(), closed.ended()),
            *(live.arrived(), live.routed(), live.answered()),
            *(ringing.arrived(caller=OTHER_CALLER), ringing.routed()),
            *(other.arrived(), other.routed(campaign_id=OTHER_CAMPAIGN, buyer_id=OTHER_BUYER)),
            *(other.leg_ended(status=CallStatus.BUSY), other.ended()),
            *(strangers.arrived(), strangers.routed(), strangers.ringing()),
        )
        await stage.facts_of(completed.call_id, 5)
        await stage.facts_of(other.call_id, 4)
        await stage.ask_until_known(strangers.call_id, STRANGER)
        yield {name: story.call_id for name, story in stories.items()}


def names(calls: list[CallRecord], told: dict[str, CallId]) -> list[str]:
    by_id = {call_id: name for name, call_id in told.items()}
    return [by_id[call.call_id] for call in calls]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, ["other", "ringing", "live", "closed", "completed"]),
        ({"states": [CallState.COMPLETED]}, ["completed"]),
        ({"states": [CallState.RINGING, CallState.CLOSED]}, ["ringing", "closed"]),
        ({"states": [CallState.ABANDONED]}, []),
        ({"campaign_id": OTHER_CAMPAIGN}, ["other"]),
        ({"campaign_id": CAMPAIGN}, ["ringing", "live", "closed", "completed"]),
        ({"buyer_id": BUYER}, ["ringing", "live", "completed"]),
        ({"buyer_id": BUYER, "states": list(CallState)}, ["ringing", "live", "completed"]),
        ({"caller": OTHER_CALLER.text}, ["ringing"]),
        ({"caller": CALLER.text, "buyer_id": OTHER_BUYER}, ["other"]),
        ({"caller": "nobody"}, []),
        ({"since": NOON + timedelta(minutes=3)}, ["other", "ringing"]),
        ({"until": NOON + timedelta(minutes=1)}, ["completed"]),
        # An arrival is told one second after its minute.
        ({"since": NOON + timedelta(minutes=1, seconds=1), "limit": 2}, None),
        ({"account_id": STRANGER}, ["stranger's"]),
    ],
    ids=str,
)
async def test_filters(
    stage: Stage, told: dict[str, CallId], filters: dict[str, Any], expected: list[str] | None
) -> None:
    calls = await stage.all_pages(**filters)

    assert names(calls, told) == (expected or ["other", "ringing", "live", "closed"])[
        : None if expected is None else len(expected)
    ]
