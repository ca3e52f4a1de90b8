"""What flows hears: that a caller has left."""

from collections.abc import Sequence

from libs.contracts.calls import CallEnded
from libs.contracts.streams import FLOWS_CALLS
from libs.runtime.broker import Broker
from libs.runtime.consume import Consumer, Delivery, Probe
from services.flows.desk.leaving import LeavingDesk


def calls_consumer(broker: Broker, desk: LeavingDesk, probe: Probe) -> Consumer:
    """Bind the durable of calls to the desk."""

    async def hear(deliveries: Sequence[Delivery]) -> None:
        await desk.left([delivery.fact.call_id for delivery in deliveries])

    return Consumer(broker, FLOWS_CALLS, {CallEnded.subject: CallEnded}, hear, probe)
