"""What the router hears: the facts that end holds."""

from collections.abc import Sequence

from libs.contracts.catalogue import CATALOGUE
from libs.contracts.streams import ROUTER_HOLDS
from libs.runtime.broker import Broker
from libs.runtime.consume import Consumer, Delivery
from libs.runtime.database import Database
from services.router.desk.holds import HoldsDesk


def holds_consumer(broker: Broker, desk: HoldsDesk, database: Database) -> Consumer:
    """Bind the durable of holds to its desk."""

    async def hear(deliveries: Sequence[Delivery]) -> None:
        await desk.hear([delivery.fact for delivery in deliveries])

    return Consumer(broker, ROUTER_HOLDS, CATALOGUE, hear, database.probe)
