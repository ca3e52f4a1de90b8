"""What may be dialled without asking the router: never whom it could oversell."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.configuration import Buyer, CampaignStatus, Number, Status, Target
from libs.contracts.fallback import FallbackPlan
from libs.contracts.ids import BuyerId, NumberId
from libs.contracts.phone import PhoneDestination
from services.router.domain.fallback import fallback_plan
from services.router.domain.outcome import UNCONFIGURED_MESSAGE
from services.router.domain.plan import Plan
from tests.unit.router.plans import ACCOUNT, BUYER, a_plan, a_target

NUMBER = Number(id=NumberId(UUID(int=5)), number="+18005550100", account_sid="AC1")
SHARED = PhoneDestination(number="+15550109999")
PAUSED = Buyer(id=BuyerId(UUID(int=9)), name="Bold", status=Status.PAUSED)


def fallback(plan: Plan | None) -> FallbackPlan:
    return fallback_plan(ACCOUNT, NUMBER, plan)


def phones(plan: Plan) -> list[str]:
    return [str(destination) for destination in fallback(plan).destinations]


def free(n: int, **more: Any) -> Target:
    return a_target(n, dial_without_hold=True, **more)


def test_without_a_plan_it_is_a_closing() -> None:
    assert fallback(None) == FallbackPlan(
        account_id=ACCOUNT, number="+18005550100", closing_message=UNCONFIGURED_MESSAGE
    )


def test_free_targets_come_by_priority_and_the_campaigns_own_place_last() -> None:
    plan = a_plan(
        free(1),
        a_target(2),
        free(3, status=Status.PAUSED),
        free(4, buyer_id=PAUSED.id),
        free(5),
        free(6, destination=a_target(5).destination),
        places=[(9, 1), (1, 1), (1, 1), (1, 1), (2, 1), (3, 1)],
        buyers=[BUYER, PAUSED],
        fallback_destination=SHARED,
    )

    assert phones(plan) == ["+15550100005", "+15550100001", "+15550109999"]
    assert fallback(plan).closing_message == "Goodbye."


@pytest.mark.parametrize("status", [one for one in CampaignStatus if one != "active"])
def test_a_campaign_that_takes_no_calls_has_nowhere_to_fall_back_to(
    status: CampaignStatus,
) -> None:
    plan = a_plan(free(1), status=status, fallback_destination=SHARED)
    assert phones(plan) == []


def test_a_capped_target_is_not_dialled_under_another_name_either() -> None:
    capped = a_target(1, concurrency_cap=1, destination=SHARED)
    assert phones(a_plan(capped, free(2), fallback_destination=SHARED)) == ["+15550100002"]
    assert phones(a_plan(capped, free(2, destination=SHARED))) == []


targets = st.lists(
    st.fixed_dictionaries(
        {"destination": st.sampled_from([a_target(n).destination for n in range(4)])},
        optional={
            "concurrency_cap": st.integers(1, 3),
            "daily_cap": st.integers(1, 3),
            "status": st.sampled_from(Status),
        },
    ),
    max_size=8,
)


@given(targets, st.sampled_from([None, *(a_target(n).destination for n in range(4))]), st.data())
def test_nobody_with_a_cap_is_ever_dialled(
    made: list[dict[str, Any]], fallback_destination: PhoneDestination | None, data: st.DataObject
) -> None:
    all_targets = []
    for n, given_fields in enumerate(made):
        target = a_target(n, **given_fields)
        if not target.limited:
            target = free(n, **given_fields) if data.draw(st.booleans()) else target
        all_targets.append(target)
    plan = a_plan(*all_targets, fallback_destination=fallback_destination)

    destinations = fallback(plan).destinations

    capped = {target.destination for target in all_targets if target.limited}
    allowed = {target.destination for target in all_targets if target.dial_without_hold}
    assert not capped & set(destinations)
    assert set(destinations) <= allowed | {fallback_destination}
    assert len(set(destinations)) == len(destinations)
