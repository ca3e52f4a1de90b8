"""A campaign's plan as a node of its flow wants it: other entries, numbers of its own, settings."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid5

from libs.contracts.call_settings import LegSettings
from libs.contracts.caps import Caps
from libs.contracts.configuration import Assignment, Buyer, Campaign, Target
from libs.contracts.flow_routing import FlowPlan, PlainNumber
from libs.contracts.ids import AccountId, BuyerId, TargetId
from services.router.domain.context import Words
from services.router.domain.plan import Plan, Shelf, plan_of

_BUYERS = UUID("c1d1e3a2-5a55-5c0f-9f6a-4b0b7a1f3d10")


def words_of(wanted: FlowPlan) -> Words:
    """What is said in this call alone: plans are kept by their content, and know no caller."""
    return Words(whisper=wanted.whisper, connecting_message=wanted.connecting_message)


def without_words(wanted: FlowPlan) -> FlowPlan:
    """What a plan can be made and kept for."""
    return wanted.model_copy(update={"whisper": None, "connecting_message": None})


def flow_plan(
    account_id: AccountId, campaign: Campaign, shelf: Shelf, version: int, wanted: FlowPlan
) -> Plan:
    """The plan that a flow's node wants; entries that are not there (any more) are left out."""
    update: dict[str, Any] = {}
    if wanted.entries or wanted.numbers:
        shelf = _with_numbers(shelf, wanted)
        update["assignments"] = (
            *(entry for entry in wanted.entries if _is_there(entry, shelf)),
            *(_entry(one) for one in wanted.numbers),
        )
    for name in ("spread", "ring_budget_seconds"):
        if getattr(wanted, name) is not None:
            update[name] = getattr(wanted, name)
    upper = LegSettings(
        ring_seconds=wanted.ring_seconds,
        press_to_accept=wanted.press_to_accept,
        recording=wanted.recording,
    )
    return plan_of(account_id, campaign.model_copy(update=update), shelf, version, upper)


def _is_there(entry: Assignment, shelf: Shelf) -> bool:
    if entry.rtb_router_id is not None:
        return True
    return entry.target_id in shelf.targets or entry.group_id in shelf.groups


def _entry(number: PlainNumber) -> Assignment:
    return Assignment(target_id=TargetId(number.id), priority=number.priority, weight=number.weight)


def _with_numbers(shelf: Shelf, wanted: FlowPlan) -> Shelf:
    """The shelf with a target and a buyer of its own for each number."""
    targets, buyers = dict(shelf.targets), dict(shelf.buyers)
    for number in wanted.numbers:
        buyer = Buyer(id=BuyerId(uuid5(_BUYERS, str(number.id))), name=number.name)
        buyers[buyer.id] = buyer
        targets[TargetId(number.id)] = Target(
            id=TargetId(number.id),
            buyer_id=buyer.id,
            name=number.name,
            destination=number.destination,
            caps=Caps(concurrency=number.concurrency),
        )
    return replace(shelf, targets=targets, buyers=buyers)
