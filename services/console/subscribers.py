"""What the console hears durably: every change, for the audit log."""

from collections.abc import Sequence

from libs.contracts.catalogue import CATALOGUE
from libs.contracts.editing import Changed
from libs.contracts.streams import CONSOLE_AUDIT
from libs.runtime.broker import Broker
from libs.runtime.consume import Consumer, Delivery, Probe
from services.console.store.audit import Audit

CHANGES = {subject: kind for subject, kind in CATALOGUE.items() if issubclass(kind, Changed)}


def audit_consumer(broker: Broker, log: Audit, probe: Probe) -> Consumer:
    """Bind the durable of changes to the log."""

    async def keep(deliveries: Sequence[Delivery]) -> None:
        await log.keep([delivery.fact for delivery in deliveries])

    return Consumer(broker, CONSOLE_AUDIT, CHANGES, keep, probe)
