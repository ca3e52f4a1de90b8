"""Configures the product by the questions that an operator's console asks; never by SQL."""

import asyncio
from collections.abc import Iterator
from uuid import NAMESPACE_URL, UUID, uuid5

from libs.contracts.caps import Caps, Limit, Period
from libs.contracts.configuration import (
    Assignment,
    Buyer,
    Campaign,
    CampaignStatus,
    Carrier,
    Number,
    Target,
)
from libs.contracts.editing import (
    Actor,
    Edit,
    SaveBuyer,
    SaveCampaign,
    SaveCarrier,
    SaveNumber,
    SaveTarget,
)
from libs.contracts.ids import AccountId, BuyerId, CampaignId, NumberId, TargetId
from libs.contracts.phone import PhoneDestination
from libs.runtime.ask import Ask
from libs.runtime.broker import Broker
from libs.runtime.deadline import Deadline
from tests.bench.scene import ACCOUNT_SID, AUTH_TOKEN, Scene

CONNECT_WITHIN_S = 10.0  # the server listens already
EDIT_WITHIN_MS = 10_000  # one edit takes a few
ACTOR = Actor(name="bench", role="operator", via="bench")


def name_of(kind: str, index: int) -> UUID:
    """Name a thing of the scene: the same in every run."""
    return uuid5(NAMESPACE_URL, f"bench/{kind}/{index}")


ACCOUNT = AccountId(name_of("account", 0))


def edits(scene: Scene) -> Iterator[Edit]:
    """What an operator does to set the scene up, in an order in which nothing is missing."""
    carrier = Carrier.model_validate({"account_sid": ACCOUNT_SID, "token": AUTH_TOKEN})
    yield SaveCarrier(account_id=ACCOUNT, actor=ACTOR, document=carrier)
    for index in scene.campaign_ids:
        buyer = Buyer(id=BuyerId(name_of("buyer", index)), name=f"Buyer {index}")
        yield SaveBuyer(account_id=ACCOUNT, actor=ACTOR, document=buyer)
    for target in targets(scene):
        yield SaveTarget(account_id=ACCOUNT, actor=ACTOR, document=target)
    for campaign in campaigns(scene):
        yield SaveCampaign(account_id=ACCOUNT, actor=ACTOR, document=campaign)
    for index, (number, campaign_index) in enumerate(scene.numbers):
        document = Number(
            id=NumberId(name_of("number", index)),
            number=number,
            account_sid=ACCOUNT_SID,
            campaign_id=CampaignId(name_of("campaign", campaign_index)),
        )
        yield SaveNumber(account_id=ACCOUNT, actor=ACTOR, document=document)


def targets(scene: Scene) -> Iterator[Target]:
    """The scene's targets: a campaign's all belong to one buyer."""
    for target in scene.targets:
        yield Target(
            id=TargetId(name_of("target", target.id)),
            buyer_id=BuyerId(name_of("buyer", target.campaign_id)),
            name=f"Target {target.id}",
            destination=PhoneDestination(number=target.number),
            caps=Caps(
                concurrency=target.concurrency_cap,
                limits=(Limit(period=Period.DAY, most=target.daily_cap),),
            ),
        )


def campaigns(scene: Scene) -> Iterator[Campaign]:
    """The scene's campaigns, active; recording would make no difference to these webhooks."""
    assignments: dict[int, list[Assignment]] = {}
    for target in scene.targets:
        assignment = Assignment(
            target_id=TargetId(name_of("target", target.id)), weight=target.weight
        )
        assignments.setdefault(target.campaign_id, []).append(assignment)
    for index, assigned in assignments.items():
        yield Campaign(
            id=CampaignId(name_of("campaign", index)),
            name=f"Campaign {index}",
            status=CampaignStatus.ACTIVE,
            assignments=tuple(assigned),
            recording=False,
        )


def configure(nats_url: str, scene: Scene) -> None:
    """Set the scene up.  Raises Refused, Unanswered, TimeoutError."""
    asyncio.run(_configure(nats_url, scene))


async def _configure(nats_url: str, scene: Scene) -> None:
    broker, connected = Broker(nats_url, "bench"), asyncio.Event()

    async def note() -> None:
        connected.set()

    broker.on_connected(note)
    broker.open()
    try:
        await asyncio.wait_for(connected.wait(), CONNECT_WITHIN_S)
        ask = Ask(broker)
        for edit in edits(scene):
            await ask(edit, Deadline.within(EDIT_WITHIN_MS))
    finally:
        await broker.close()
