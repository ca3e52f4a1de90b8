"""What the router hears: the facts that end holds, and those that fill caps afterwards."""

from collections.abc import Sequence

from libs.contracts.catalogue import CATALOGUE
from libs.contracts.streams import ROUTER_HOLDS
from libs.runtime.broker import Broker
from libs.runtime.consume import Consumer, Delivery
from libs.runtime.database import Database
from services.router.desk.holds import HoldsDesk
from services.router.desk.posted import PostedDesk


def holds_consumer(
    broker: Broker, desk: HoldsDesk, posted: PostedDesk, database: Database
) -> Consumer:
    """Bind the durable of holds to its desks."""

    async def hear(deliveries: Sequence[Delivery]) -> None:
        facts = [delivery.fact for delivery in deliveries]
        await desk.hear(facts)
        await posted.hear(facts)

    return Consumer(broker, ROUTER_HOLDS, CATALOGUE, hear, database.probe)
