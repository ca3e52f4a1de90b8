"""What rtb hears: the facts that end reservations."""

from collections.abc import Sequence

from libs.contracts.catalogue import CATALOGUE
from libs.contracts.streams import RTB_RESERVATIONS
from libs.runtime.broker import Broker
from libs.runtime.consume import Consumer, Delivery
from libs.runtime.database import Database
from services.rtb.desk.reservations import ReservationsDesk


def reservations_consumer(broker: Broker, desk: ReservationsDesk, database: Database) -> Consumer:
    """Bind the durable of reservations to its desk."""

    async def hear(deliveries: Sequence[Delivery]) -> None:
        await desk.hear([delivery.fact for delivery in deliveries])

    return Consumer(broker, RTB_RESERVATIONS, CATALOGUE, hear, database.probe)
