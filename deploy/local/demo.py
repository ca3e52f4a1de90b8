"""Demo data, loaded as an operator would: by asking the services."""

from uuid import UUID

from libs.contracts.caps import Caps, Limit, Period
from libs.contracts.configuration import (
    Assignment,
    Buyer,
    Campaign,
    CampaignStatus,
    Number,
    Target,
)
from libs.contracts.editing import (
    Actor,
    Edit,
    SaveBuyer,
    SaveCampaign,
    SaveNumber,
    SaveTarget,
)
from libs.contracts.ids import AccountId, BuyerId, CampaignId, NumberId, TargetId
from libs.contracts.phone import PhoneDestination
from libs.runtime.ask import Ask, Refused
from libs.runtime.deadline import Deadline

ACCOUNT = AccountId(UUID("0d3e0000-0000-4000-8000-000000000001"))
NUMBER = "+18005550100"
CALLER = "+12125550123"
FRONT_DESK, HOTLINE, OVERFLOW = "+15550100001", "+15550100002", "+15550100003"
SCRIPT = f"{FRONT_DESK}=busy;{HOTLINE}=answer:3,talk:40,callee-hangs-up"
ASK_WITHIN_MS = 5_000

_ACTOR = Actor(name="demo", via="make run")
_ACME, _BOLD = (BuyerId(UUID(f"0d3e0000-0000-4000-8000-00000000001{n}")) for n in (1, 2))
_TARGETS = tuple(TargetId(UUID(f"0d3e0000-0000-4000-8000-00000000002{n}")) for n in (1, 2, 3))
_CAMPAIGN = CampaignId(UUID("0d3e0000-0000-4000-8000-000000000031"))
_NUMBER = NumberId(UUID("0d3e0000-0000-4000-8000-000000000041"))


async def load(ask: Ask, account_sid: str) -> int:
    """Save what is not there yet; give how many things were new."""
    new = 0
    for question in _questions(account_sid):
        try:
            await ask(question, Deadline.within(ASK_WITHIN_MS))
            new += 1
        except Refused as no:
            if no.code != "stale":  # stale: an earlier run has saved it
                raise
    return new


def _questions(account_sid: str) -> list[Edit]:
    about = {"account_id": ACCOUNT, "actor": _ACTOR}
    buyers = (Buyer(id=_ACME, name="Acme Roofing"), Buyer(id=_BOLD, name="Bold Roofs"))
    campaign = Campaign(
        id=_CAMPAIGN,
        name="Roofing leads",
        status=CampaignStatus.ACTIVE,
        assignments=tuple(
            Assignment(target_id=target, priority=priority)
            for priority, target in enumerate(_TARGETS, 1)
        ),
    )
    number = Number(id=_NUMBER, number=NUMBER, account_sid=account_sid, campaign_id=_CAMPAIGN)
    return [
        *(SaveBuyer(**about, document=buyer) for buyer in buyers),
        *(SaveTarget(**about, document=target) for target in _targets()),
        SaveCampaign(**about, document=campaign),
        SaveNumber(**about, document=number),
    ]


def _targets() -> tuple[Target, ...]:
    return (
        Target(
            id=_TARGETS[0],
            buyer_id=_ACME,
            name="Acme front desk",
            destination=PhoneDestination(number=FRONT_DESK),
            caps=Caps(concurrency=2),
            zone="America/New_York",
        ),
        Target(
            id=_TARGETS[1],
            buyer_id=_BOLD,
            name="Bold hotline",
            destination=PhoneDestination(number=HOTLINE),
            caps=Caps(limits=(Limit(period=Period.DAY, most=100),)),
            zone="America/Chicago",
        ),
        Target(
            id=_TARGETS[2],
            buyer_id=_BOLD,
            name="Bold overflow",
            destination=PhoneDestination(number=OVERFLOW),
            dial_without_hold=True,
        ),
    )
