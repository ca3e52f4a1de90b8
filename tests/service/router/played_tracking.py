"""Plays tracking: keeps publishers, and tells of them when asked."""

from contextlib import AsyncExitStack
from typing import Any
from uuid import uuid4

from libs.contracts.ids import AccountId, PublisherId
from libs.contracts.message import Refusal
from libs.contracts.payout_caps import PayoutCapped
from libs.contracts.publishers import (
    AskPublishers,
    KnownPublisher,
    KnownPublishers,
    Publisher,
    PublisherChanged,
)
from libs.runtime.answers import Answers
from libs.runtime.broker import Broker
from libs.runtime.deadline import Deadline
from libs.runtime.publish import MESSAGE_ID, publish
from tests.kit.facts import NOON
from tests.kit.hosting import TESTER, eventually

PAGE = 2  # so that the router must ask again


class PlayedTracking:
    """What it keeps; it is away until it is opened."""

    def __init__(self) -> None:
        self.kept: list[KnownPublisher] = []

    def keep(
        self,
        account_id: AccountId,
        publisher: Publisher,
        *,
        gone: bool = False,
        capped: tuple[PayoutCapped, ...] = (),
    ) -> None:
        """Know a publisher, or that it was taken out of use, as the newest change."""
        document = None if gone else publisher
        version = max((one.version for one in self.kept), default=0) + 1
        self.kept = [one for one in self.kept if one.publisher_id != publisher.id]
        self.kept.append(
            KnownPublisher(
                account_id=account_id,
                publisher_id=publisher.id,
                version=version,
                document=document,
                payout_capped=capped,
            )
        )

    async def open(self, nats_url: str, stack: AsyncExitStack) -> None:
        self._broker = Broker(nats_url, "tracking")
        answers = Answers(self._broker, Refusal)

        @answers.to(AskPublishers, in_flight_max=100)
        async def publishers(question: AskPublishers, _: Deadline) -> KnownPublishers:
            newer = [one for one in self.kept if one.version > question.since]
            shown = newer[:PAGE]
            version = shown[-1].version if shown else question.since
            return KnownPublishers(version=version, more=len(newer) > PAGE, publishers=tuple(shown))

        self._broker.open()
        stack.push_async_callback(self.close)

        async def connected() -> bool | None:
            return self._broker.connected or None

        await eventually(connected)

    async def close(self) -> None:
        """Answer nobody any more."""
        await self._broker.close()

    async def tell(self, account_id: AccountId, publisher: Publisher) -> None:
        """Announce that a publisher has changed."""
        changed = PublisherChanged(
            account_id=account_id,
            key=str(publisher.id),
            version=len(self.kept),
            at=NOON,
            actor=TESTER,
            before=None,
            after=publisher.model_dump(mode="json"),
        )
        headers = {MESSAGE_ID: uuid4().hex}
        body = changed.model_dump_json().encode()
        await publish(self._broker, changed.subject, body, headers, 10)


def a_publisher(**more: Any) -> Publisher:
    return Publisher.model_validate({"id": PublisherId(uuid4()), "name": "Mail House", **more})
