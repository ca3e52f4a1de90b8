"""What tracking hears: every fact of a call, whose visit it is, and what flows want told."""

from collections.abc import Sequence

from libs.contracts.calls import CallArrived, CallFellBack
from libs.contracts.flows import PixelAsked
from libs.contracts.routing import CallRouted
from libs.contracts.streams import TRACKING_ATTRIBUTIONS, TRACKING_CALLS, TRACKING_PIXELS
from libs.runtime.broker import Broker
from libs.runtime.consume import Consumer, Delivery, Probe
from services.tracking.desk.attributing import AttributingDesk
from services.tracking.desk.calls import Desk
from services.tracking.desk.posting import PostingDesk
from services.tracking.domain.call import FACTS, Heard


def calls_consumer(broker: Broker, desk: Desk, probe: Probe) -> Consumer:
    """Bind the durable of calls to the desk."""

    async def hear(deliveries: Sequence[Delivery]) -> None:
        await desk.keep([Heard(delivery.fact, delivery.raw.decode()) for delivery in deliveries])

    return Consumer(broker, TRACKING_CALLS, FACTS, hear, probe)


def attributions_consumer(broker: Broker, desk: AttributingDesk, probe: Probe) -> Consumer:
    """Bind the durable of attributions to the desk."""

    async def hear(deliveries: Sequence[Delivery]) -> None:
        await desk.keep([delivery.fact for delivery in deliveries])

    facts = {fact.subject: fact for fact in (CallArrived, CallRouted, CallFellBack)}
    return Consumer(broker, TRACKING_ATTRIBUTIONS, facts, hear, probe)


def pixels_consumer(broker: Broker, desk: PostingDesk, probe: Probe) -> Consumer:
    """Bind the durable of what flows want told to the desk."""

    async def hear(deliveries: Sequence[Delivery]) -> None:
        await desk.hear([delivery.fact for delivery in deliveries])

    return Consumer(broker, TRACKING_PIXELS, {PixelAsked.subject: PixelAsked}, hear, probe)
