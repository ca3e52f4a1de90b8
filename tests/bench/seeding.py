"""Configures the product by the questions that an operator's console asks; never by SQL."""

import asyncio
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from libs.contracts.bulk import AccountConfiguration, ImportConfiguration
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
from libs.contracts.editing import Actor, SaveCarrier
from libs.contracts.ids import AccountId, BuyerId, CampaignId, NumberId, TargetId
from libs.contracts.phone import PhoneDestination
from libs.runtime.ask import Ask
from libs.runtime.broker import Broker
from libs.runtime.deadline import Deadline
from tests.bench.scene import ACCOUNT_SID, AUTH_TOKEN, Scene

CONNECT_WITHIN_S = 10.0  # the server listens already
EDIT_WITHIN_MS = 60_000  # a portion takes a few seconds
PORTION = 100  # documents: a message holds 512 kB, and a target is about two
ACTOR = Actor(name="bench", role="operator", via="bench")


def name_of(kind: str, index: int) -> UUID:
    """Name a thing of the scene: the same in every run."""
    return uuid5(NAMESPACE_URL, f"bench/{kind}/{index}")


ACCOUNT = AccountId(name_of("account", 0))


def configurations(scene: Scene) -> Iterator[AccountConfiguration]:
    """What an operator imports to set the scene up: campaigns come with their numbers."""
    for some in _portions(
        Buyer(id=BuyerId(name_of("buyer", index)), name=f"Buyer {index}")
        for index in scene.campaign_ids
    ):
        yield AccountConfiguration(buyers=some)
    for some in _portions(targets(scene)):
        yield AccountConfiguration(targets=some)
    first = {campaign: index for index, (_, campaign) in reversed([*enumerate(scene.numbers)])}
    for some in _portions(campaigns(scene)):
        ids = {campaign.id for campaign in some}
        ways_in = (
            number(scene, at) for index, at in first.items() if name_of("campaign", index) in ids
        )
        yield AccountConfiguration(campaigns=some, numbers=tuple(ways_in))
    rest = set(range(len(scene.numbers))) - set(first.values())
    for some in _portions(number(scene, at) for at in sorted(rest)):
        yield AccountConfiguration(numbers=some)


def _portions(documents: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
    waiting = iter(documents)
    while some := tuple(islice(waiting, PORTION)):
        yield some


def number(scene: Scene, at: int) -> Number:
    """One of the scene's numbers."""
    text, campaign = scene.numbers[at]
    return Number(
        id=NumberId(name_of("number", at)),
        number=text,
        account_sid=ACCOUNT_SID,
        campaign_id=CampaignId(name_of("campaign", campaign)),
    )


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
        carrier = Carrier.model_validate({"account_sid": ACCOUNT_SID, "token": AUTH_TOKEN})
        about = {"account_id": ACCOUNT, "actor": ACTOR}
        await ask(SaveCarrier(**about, document=carrier), Deadline.within(EDIT_WITHIN_MS))
        for some in configurations(scene):
            question = ImportConfiguration(**about, configuration=some)
            await ask(question, Deadline.within(EDIT_WITHIN_MS))
    finally:
        await broker.close()
