"""Demo data, loaded as an operator would: by asking the services."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from deploy.local.bidders import DEMO
from deploy.local.demo_flow import load_flow
from libs.contracts.bidding import RtbMember, RtbRouter, RtbTarget
from libs.contracts.bidding_edits import GetRtb, RtbNoun, SaveRtbRouter, SaveRtbTarget
from libs.contracts.bulk import AccountConfiguration, ImportConfiguration, Imported
from libs.contracts.call_settings import Conversion, Recovery
from libs.contracts.caps import Caps, Counted, Limit, Period
from libs.contracts.configuration import (
    Assignment,
    Buyer,
    Campaign,
    CampaignStatus,
    Number,
    Target,
)
from libs.contracts.editing import Actor, Got
from libs.contracts.filters import Operator, TagFilter, TagTest
from libs.contracts.ids import AccountId, FlowId
from libs.contracts.money import usd
from libs.contracts.phone import PhoneDestination
from libs.contracts.schedule import Schedule, WeeklyShift
from libs.contracts.screening import DuplicateRule
from libs.runtime.ask import Ask, Refused
from libs.runtime.deadline import Deadline

ACCOUNT = AccountId(UUID("0d3e0000-0000-4000-8000-000000000001"))
NUMBERS = ("+18005550100", "+18005550101", "+18005550102", "+18005550103")
NUMBER, CHOOSY_NUMBER, AUCTION_NUMBER, FLOW_NUMBER = NUMBERS
CALLER = "+12125550123"
FRONT_DESK, HOTLINE, OVERFLOW = "+15550100001", "+15550100002", "+15550100003"
SCRIPT = f"{FRONT_DESK}=busy;{HOTLINE}=answer:3,talk:40,callee-hangs-up"
ASK_WITHIN_MS = 5_000

_ACTOR = Actor(name="demo", via="make run")


def _id(number: int) -> Any:
    """Name a thing of the demo: the same in every run."""
    return UUID(f"0d3e0000-0000-4000-8000-{number:012x}")


_ACME, _BOLD = _id(0x11), _id(0x12)
_FLOW = FlowId(_id(0x81))


async def load(ask: Ask, account_sid: str, bidders_url: str) -> int:
    """Have what is not there yet; give how many things were new."""
    new = await _load_bidders(ask, bidders_url)
    question = ImportConfiguration(
        account_id=ACCOUNT, actor=_ACTOR, configuration=configuration(account_sid)
    )
    imported: Imported = await ask(question, Deadline.within(ASK_WITHIN_MS))
    new += await load_flow(ask, ACCOUNT, _ACTOR, _FLOW)
    return new + len(imported.documents)


async def _load_bidders(ask: Ask, url: str) -> int:
    """The bidders and the router that asks them; their addresses are new in every run."""
    new = 0
    for target in _bidders(url):
        version = await _version(ask, RtbNoun.TARGET, target.id)
        save = SaveRtbTarget(
            account_id=ACCOUNT, actor=_ACTOR, expected_version=version, document=target
        )
        await ask(save, Deadline.within(ASK_WITHIN_MS))
        new += version is None
    router = RtbRouter(
        id=_id(0x71),
        name="Solar ring",
        members=tuple(RtbMember(target_id=target.id) for target in _bidders(url)),
        minimum_revenue=Decimal(5),
    )
    if await _version(ask, RtbNoun.ROUTER, router.id) is None:
        save_router = SaveRtbRouter(account_id=ACCOUNT, actor=_ACTOR, document=router)
        await ask(save_router, Deadline.within(ASK_WITHIN_MS))
        new += 1
    return new


async def _version(ask: Ask, noun: RtbNoun, key: UUID) -> int | None:
    question = GetRtb(account_id=ACCOUNT, noun=noun, key=key)
    try:
        got: Got = await ask(question, Deadline.within(ASK_WITHIN_MS))
    except Refused:
        return None
    return got.row.version


def _bidders(url: str) -> tuple[RtbTarget, ...]:
    """Five bidders as deploy.local.bidders plays them."""
    return tuple(
        RtbTarget(
            id=_id(0x61 + at),
            name=path.strip("/").replace("-", " ").capitalize(),
            company=f"Bidder {at + 1}",
            endpoint=f"{url}{path}",
        )
        for at, path in enumerate(DEMO)
    )


def configuration(account_sid: str) -> AccountConfiguration:
    """Everything that the router keeps for the demo."""
    roofs = Campaign(
        id=_id(0x31),
        name="Roofing leads",
        status=CampaignStatus.ACTIVE,
        assignments=tuple(
            Assignment(target_id=target.id, priority=priority)
            for priority, target in enumerate(_targets(), 1)
        ),
    )
    numbers = {
        NUMBER: roofs,
        CHOOSY_NUMBER: _choosy(),
        AUCTION_NUMBER: _auctioned(),
        FLOW_NUMBER: _in_flow(),
    }
    return AccountConfiguration(
        buyers=(Buyer(id=_ACME, name="Acme Roofing"), Buyer(id=_BOLD, name="Bold Roofs")),
        targets=(*_targets(), *_choosy_targets()),
        campaigns=tuple(numbers.values()),
        numbers=tuple(
            Number(
                id=_id(0x41 + at),
                number=number,
                account_sid=account_sid,
                campaign_id=campaign.id,
            )
            for at, (number, campaign) in enumerate(numbers.items())
        ),
    )


def _auctioned() -> Campaign:
    """Sold to outside bidders; the overflow desk takes what nobody buys."""
    return Campaign(
        id=_id(0x33),
        name="Solar leads",
        status=CampaignStatus.ACTIVE,
        rtb_enabled=True,
        rtb_id="5" * 32,
        assignments=(
            Assignment(rtb_router_id=_id(0x71), priority=1),
            Assignment(target_id=_id(0x23), priority=2),
        ),
    )


def _in_flow() -> Campaign:
    """Its flow leads callers; where that asks for somebody, bidders are asked first."""
    return Campaign(
        id=_id(0x34),
        name="Solar front desk",
        status=CampaignStatus.ACTIVE,
        flow_id=_FLOW,
        rtb_enabled=True,
        rtb_id="6" * 32,
        assignments=(Assignment(rtb_router_id=_id(0x71)),),
    )


def _choosy() -> Campaign:
    """Two tiers; in the first, whoever may take the call draws by weight."""
    return Campaign(
        id=_id(0x32),
        name="Window leads",
        status=CampaignStatus.ACTIVE,
        assignments=tuple(
            Assignment(target_id=target.id, priority=1 if weight else 2, weight=weight or 1)
            for target, weight in zip(_choosy_targets(), (1, 1, 3, 1, 0, 0), strict=True)
        ),
        recovery=Recovery(seconds=20, times=2),
    )


def _choosy_targets() -> tuple[Target, ...]:
    """Each takes some calls and not others."""
    sunday_night = WeeklyShift(days=("sunday",), opens="01:30", closes="04:00")
    mail = TagTest(tag="source", operator=Operator.EQUAL, value="mail")
    rules: tuple[tuple[str, dict[str, Any]], ...] = (
        ("Night desk", {"schedule": Schedule(zone="America/New_York", hours=(sunday_night,))}),
        ("Mail desk", {"filter": TagFilter(tests=(mail,))}),
        (
            "Pay per sale desk",
            {
                "conversion": Conversion(after_seconds=30, revenue=usd("25")),
                "caps": Caps(limits=(Limit(period=Period.DAY, counts=Counted.CONVERSION, most=1),)),
            },
        ),
        (
            "New callers desk",
            {"duplicates": DuplicateRule(scope="target", after="connection", days=30)},
        ),
        ("Overflow desk", {}),
        ("Last desk", {}),
    )
    return tuple(
        Target(
            id=_id(0x51 + at),
            buyer_id=(_ACME, _BOLD)[at % 2],
            name=name,
            destination=PhoneDestination(number=f"+1555010001{at + 1}"),
            zone="America/New_York",
            **rule,
        )
        for at, (name, rule) in enumerate(rules)
    )


def _targets() -> tuple[Target, ...]:
    return (
        Target(
            id=_id(0x21),
            buyer_id=_ACME,
            name="Acme front desk",
            destination=PhoneDestination(number=FRONT_DESK),
            caps=Caps(concurrency=2),
            zone="America/New_York",
        ),
        Target(
            id=_id(0x22),
            buyer_id=_BOLD,
            name="Bold hotline",
            destination=PhoneDestination(number=HOTLINE),
            caps=Caps(limits=(Limit(period=Period.DAY, most=100),)),
            zone="America/Chicago",
        ),
        Target(
            id=_id(0x23),
            buyer_id=_BOLD,
            name="Bold overflow",
            destination=PhoneDestination(number=OVERFLOW),
            dial_without_hold=True,
        ),
    )
