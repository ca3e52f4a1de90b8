"""Demo data: a campaign with two buyers, a number that nobody has, and a call flow to play with.

The id of each thing is a function of the account and the thing.  So what is the demo's is known
without a mark of its own, whatever it is called by now, and nothing that people make ever is.
"""

from collections.abc import Iterator
from random import Random
from typing import Any
from uuid import UUID, uuid5

from libs.contracts.bulk import AccountConfiguration
from libs.contracts.call_settings import Conversion
from libs.contracts.caps import Caps, Limit, Period
from libs.contracts.configuration import (
    Assignment,
    Buyer,
    Campaign,
    CampaignStatus,
    Number,
    Target,
)
from libs.contracts.editing import Noun
from libs.contracts.ids import AccountId, FlowId
from libs.contracts.money import usd
from libs.contracts.phone import PhoneDestination, parse_phone

_DEMO = UUID("3a5c52a2-5c1e-5b0e-9d0a-5d1f0a7b6c11")
_NAMES = {
    Noun.NUMBER: ("number",),
    Noun.CAMPAIGN: ("roofing",),
    Noun.TARGET: ("front desk", "hotline", "overflow"),
    Noun.BUYER: ("acme", "bold"),
}
NUMBERS_MAX = 20  # that are tried: a number belongs to one account of the whole platform
_AREAS = ("205", "303", "404", "512", "602", "702", "804", "907")  # 555-0100 to -0199 are nobody's
SID = "DEMO"
"""The carrier account of its number: none, so that no call comes and no carrier is asked."""


def id_of(account_id: AccountId, name: str) -> Any:
    """The id of a thing of an account's demo."""
    return uuid5(_DEMO, f"{account_id}/{name}")


def flow_id_of(account_id: AccountId) -> FlowId:
    """The id of the demo's flow."""
    return FlowId(id_of(account_id, "flow"))


def things_of(account_id: AccountId) -> Iterator[tuple[Noun, str]]:
    """Everything that the router keeps of it, each before what it names."""
    for noun, names in _NAMES.items():
        for name in names:
            yield noun, str(id_of(account_id, name))


def numbers_of(account_id: AccountId) -> Iterator[Any]:
    """Numbers for it, the same in every try: fictional ones, which no carrier gives away."""
    drawn = Random(str(account_id))  # noqa: S311 - nothing is secret about them
    for _ in range(NUMBERS_MAX):
        yield parse_phone(f"+1{drawn.choice(_AREAS)}55501{drawn.randrange(100):02}")


def configuration_of(
    account_id: AccountId, number: Any, missing: frozenset[str]
) -> AccountConfiguration:
    """What is to be kept of it where the things with these ids are missing."""

    def named(name: str) -> Any:
        return id_of(account_id, name)

    acme = Buyer(
        id=named("acme"),
        name="Acme Roofing (demo)",
        conversion=Conversion(after_seconds=60, revenue=usd("24")),
        caps=Caps(concurrency=10),
    )
    bold = Buyer(
        id=named("bold"),
        name="Bold Roofs (demo)",
        conversion=Conversion(after_seconds=30, revenue=usd("18")),
    )
    targets = (
        _target(named("front desk"), acme, "Front desk (demo)", 1, Caps(concurrency=2)),
        _target(
            named("hotline"),
            bold,
            "Hotline (demo)",
            2,
            Caps(limits=(Limit(period=Period.DAY, most=100),)),
        ),
        _target(named("overflow"), bold, "Overflow (demo)", 3, Caps()),
    )
    campaign = Campaign(
        id=named("roofing"),
        name="Roofing leads (demo)",
        description="Demo data: try things here, and remove it when you know your way.",
        status=CampaignStatus.ACTIVE,
        assignments=tuple(
            Assignment(target_id=target.id, priority=priority)
            for priority, target in enumerate(targets, 1)
        ),
    )
    own = Number(id=named("number"), number=number, account_sid=SID, campaign_id=campaign.id)

    def lacking(*things: Any) -> tuple[Any, ...]:
        return tuple(thing for thing in things if str(thing.id) in missing)

    return AccountConfiguration(
        buyers=lacking(acme, bold),
        targets=lacking(*targets),
        campaigns=lacking(campaign),
        numbers=lacking(own),
    )


def _target(id: Any, buyer: Buyer, name: str, line: int, caps: Caps) -> Target:
    return Target(
        id=id,
        buyer_id=buyer.id,
        name=name,
        destination=PhoneDestination(number=f"+1212555018{line}"),
        caps=caps,
        zone="America/New_York",
    )


_SORRY = "Nobody can take your call right now. Please call again later."


def flow_of(account_id: AccountId) -> dict[str, Any]:
    """A flow with a menu, a question and somebody who is called, and a test that plays it."""
    return {
        "id": str(flow_id_of(account_id)),
        "name": "Front desk (demo)",
        "start": "menu",
        "nodes": [
            {
                "type": "menu",
                "id": "menu",
                "prompt": {"text": "Thank you for calling. For a new roof, press 1."},
                "options": [{"key": "1", "label": "New roof", "words": ["roof"]}],
                "repeat_key": "*",
            },
            {
                "type": "gather",
                "id": "zip",
                "prompt": {"text": "Please key in your ZIP code."},
                "tag": "gathered:zip",
                "digits_min": 5,
                "digits_max": 5,
                "skip_if_known": True,
            },
            {
                "type": "router",
                "id": "desk",
                "plan": {"connecting_message": "We are looking for the best expert for you."},
            },
            {"type": "hang_up", "id": "sorry", "prompt": {"text": _SORRY}, "reason": "nobody"},
        ],
        "edges": [
            {"source": source, "port": port, "target": target}
            for source, port, target in (
                ("menu", "1", "zip"),
                ("zip", "done", "desk"),
                ("desk", "no_answer", "sorry"),
                ("desk", "no_buyer", "sorry"),
            )
        ],
        "tests": [
            {
                "name": "Connected",
                "inputs": [{"digits": "1"}, {"digits": "10001"}],
                "legs": [{}],
                "expects": {"finished": "conversation", "tags": {"gathered:zip": "10001"}},
            }
        ],
    }
