"""The trying desk: tests of bidders, in earnest but for the call; they leave no trace."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from libs.contracts.auctions import (
    AuctionDetail,
    AuctionShown,
    Pinged,
    PingRtbTarget,
    RehearseAuction,
    TestCall,
)
from libs.contracts.bidding import RtbTarget
from libs.contracts.ids import CallId, CampaignId
from libs.rules.masking import MASK, masked_text
from libs.rules.secrets import secrets_in, unmasked
from libs.runtime.clock import Clock
from libs.runtime.deadline import Deadline
from services.rtb.bidders import Asking, Bidders
from services.rtb.desk.asking import AskingDesk, House, Occasion, new_auction_id
from services.rtb.desk.auctioning import RECORD_RESERVE_MS
from services.rtb.desk.looking import detail_of
from services.rtb.domain.bid import NoBid
from services.rtb.domain.offer import Request, offer_of
from services.rtb.domain.offered import Offered
from services.rtb.domain.reply import Reply, read_reply
from services.rtb.domain.unfit import Missing, Unfit, check
from services.rtb.memory import Memory
from services.rtb.store.looking import Looking

NO_CALL = CallId(UUID(int=0))
NO_CAMPAIGN = CampaignId(UUID(int=0))
_NOWHERE = ("document", "give one of target_id and document")


class TryingDesk:
    """Sends test requests; holds, counts and records nothing."""

    def __init__(  # noqa: PLR0917 - wired once, in app.py
        self,
        looking: Looking,
        memory: Memory,
        asking: AskingDesk,
        bidders: Bidders,
        clock: Clock,
        house: House,
    ) -> None:
        self._looking = looking
        self._memory = memory
        self._asking = asking
        self._bidders = bidders
        self._clock = clock
        self._house = house

    async def ping(self, question: PingRtbTarget) -> Pinged:
        """Ask one bidder about a test call, or only show what it would be asked."""
        target = await self._target(question)
        offered = await self._offered(question)
        now = self._clock.now()
        request = offer_of(target, offered, target.timeout_ms, now, self._house.secret)
        hidden = list(secrets_in(target.model_dump(mode="json")).values())
        told = masked_text(_written(request), hidden)
        if not question.send:
            return Pinged(sent=False, request=told)
        reply = await self._bidders.one(
            Asking(target.id, request, target.timeout_ms, target.timeout_ms)
        )
        return self._pinged(target, told, reply, hidden)

    async def rehearse(self, question: RehearseAuction, deadline: Deadline) -> AuctionDetail:
        """Hold an auction that is a test; raise Missing."""
        books = await self._memory.latest(question.account_id)
        router = books.routers.get(question.rtb_router_id)
        if router is None:
            raise Missing
        offered = self._made_up(question.call)
        occasion = Occasion(question.account_id, NO_CALL, NO_CAMPAIGN, router, offered)
        within_ms = min(router.deadline_ms, deadline.remaining_ms - RECORD_RESERVE_MS)
        closed = await self._asking.hold(occasion, books, within_ms, lambda *_: None)
        auction = closed.auction
        winner = next(iter(auction.order), None)
        shown = AuctionShown(
            auction_id=auction.id,
            call_id=NO_CALL,
            step=0,
            at=offered.at,
            rtb_router_id=router.id,
            router_name=router.name,
            campaign_id=NO_CAMPAIGN,
            reason=auction.unsold,
            target_id=winner.target_id if winner else None,
            target_name=winner.name if winner else "",
            price=winner.price if winner else None,
            asked=auction.asked,
            bids=auction.bids,
            milliseconds=auction.milliseconds,
        )
        said = {
            target_id: self._said(request, closed.replies.get(target_id), books.secrets[target_id])
            for target_id, request in closed.requests.items()
        }
        return detail_of(shown, auction, said)

    def _said(self, request: Request, reply: Reply | None, hidden: Sequence[str]) -> dict[str, Any]:
        """What was said between us and a bidder, masked."""
        told = {"request": masked_text(_written(request), hidden)}
        if reply is None or reply.status is None:
            return told
        text = masked_text(reply.body.decode(errors="replace"), hidden)
        return {**told, "response": text, "status": reply.status}

    async def _target(self, question: PingRtbTarget) -> RtbTarget:
        if (question.target_id is None) == (question.document is None):
            raise Unfit("malformed", "no bidder, or two", [_NOWHERE])
        books = await self._memory.latest(question.account_id)
        if question.document is None:
            assert question.target_id is not None, "one of the two"
            target = books.targets.get(question.target_id)
            if target is None:
                raise Missing
            return target
        known = books.targets.get(question.document.id)
        given = question.document.model_dump(mode="json")
        opened = known.model_dump(mode="json") if known else None
        target = RtbTarget.model_validate(unmasked(given, opened))
        try:
            check(target)
        except Unfit as no:
            problems = [(f"document.{path}", problem) for path, problem in no.problems]
            raise Unfit(no.code, no.text, problems) from no
        return target

    async def _offered(self, question: PingRtbTarget) -> Offered:
        if question.auction_id is None:
            return self._made_up(question.call)
        found = await self._looking.one(question.account_id, question.auction_id)
        if found is None:
            raise Missing
        past = found[1].offered
        return past.model_copy(update={"auction_id": new_auction_id(), "is_test": True})

    def _made_up(self, call: TestCall) -> Offered:
        return Offered(
            auction_id=new_auction_id(),
            at=self._clock.now(),
            campaign_rtb_id=call.campaign_rtb_id or uuid4().hex,
            caller=call.caller,
            dialled=call.dialled,
            geography=call.geography,
            tags=call.tags,
            is_test=True,
        )

    def _pinged(self, target: RtbTarget, told: str, reply: Reply, hidden: list[str]) -> Pinged:
        about: dict[str, Any] = {
            "sent": True,
            "request": told,
            "status": reply.status,
            "milliseconds": round(reply.milliseconds, 2),
            "response": masked_text(reply.body.decode(errors="replace"), hidden),
        }
        said = read_reply(target, reply, self._clock.now(), self._house.own_hosts)
        if isinstance(said, NoBid):
            return Pinged(**about, loss=said.loss, note=said.note, amount=said.amount)
        return Pinged(
            **about,
            amount=said.amount,
            destination=said.destination,
            required_seconds=said.required_seconds,
            expires_at=said.expires_at,
        )


def _written(request: Request) -> str:
    headers = "".join(
        f"{name}: {_proofless(name, value)}\n" for name, value in request.headers.items()
    )
    body = request.body.decode(errors="replace")
    return f"{request.method} {request.url}\n{headers}\n{body}"


def _proofless(name: str, value: str) -> str:
    """A header without what proves who asks: a password stands in it in another writing."""
    if name.lower() != "authorization":
        return value
    return f"{value.partition(' ')[0]} {MASK}"
