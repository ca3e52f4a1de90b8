"""Plays rtb: knows some RTB routers, and answers auctions as it is told."""

from contextlib import AsyncExitStack
from uuid import UUID, uuid4

from libs.contracts.auction import AuctionResult, AuctionUnsold, AuctionWon, HoldAuction, Unsold
from libs.contracts.bidding_edits import GetRtb
from libs.contracts.editing import Got, Row
from libs.contracts.message import Refusal
from libs.contracts.money import usd
from libs.contracts.phone import PhoneDestination
from libs.runtime.answers import Answers, Declined
from libs.runtime.broker import Broker
from libs.runtime.deadline import Deadline
from tests.kit.facts import NOON
from tests.kit.hosting import eventually

UNSOLD = AuctionUnsold(auction_id=uuid4(), reason=Unsold.NO_BIDS, asked=3)


def won(amount: str = "31", phone: str = "+15550100031", **more: object) -> AuctionWon:
    given = {
        "auction_id": uuid4(),
        "target_id": uuid4(),
        "target_name": "Slow high",
        "company": "Bidder 2",
        "destination": PhoneDestination(number=phone),
        "price": usd(amount),
        "required_seconds": 60,
        "expires_at": NOON,
        "bids": 2,
        "asked": 5,
    }
    return AuctionWon.model_validate({**given, **more})


class PlayedRtb:
    """One RTB router of one account; `results` are given in turn, then it is unsold."""

    def __init__(self, *results: AuctionResult) -> None:
        self.router_id = uuid4()
        self.results = list(results)
        self.asked: list[HoldAuction] = []

    async def open(self, nats_url: str, account_id: UUID, stack: AsyncExitStack) -> None:
        broker = Broker(nats_url, "rtb")
        answers = Answers(broker, Refusal)

        @answers.to(HoldAuction, in_flight_max=100)
        async def auction(question: HoldAuction, _: Deadline) -> AuctionResult:
            self.asked.append(question)
            return self.results.pop(0) if self.results else UNSOLD

        @answers.to(GetRtb, in_flight_max=100)
        async def get(question: GetRtb, _: Deadline) -> Got:
            if (question.account_id, question.key) != (account_id, self.router_id):
                raise Declined("not_found", "no such thing in this account")
            return Got(row=Row(version=1, document={}))

        broker.open()
        self._answers = answers
        stack.push_async_callback(broker.close)
        stack.push_async_callback(answers.stop)

        async def listening() -> bool | None:
            return True if broker.connected else None

        await eventually(listening)
        await broker.client.flush()

    async def close(self) -> None:
        """Answer nothing any more."""
        await self._answers.stop()
