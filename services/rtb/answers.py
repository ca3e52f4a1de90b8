"""What rtb answers on NATS.  Each question: decode, call the desk, reply."""

from collections.abc import Iterator
from contextlib import contextmanager

from libs.contracts.auction import AuctionResult, HoldAuction
from libs.contracts.auctions import (
    AuctionDetail,
    Auctions,
    Bodies,
    GetAuction,
    GetBid,
    ListAuctions,
    Pinged,
    PingRtbTarget,
    RehearseAuction,
    ReportRtb,
    RtbReport,
)
from libs.contracts.bidder_keys import (
    BidderKeyMade,
    BidderKeys,
    EndBidderKey,
    ListBidderKeys,
    MakeBidderKey,
)
from libs.contracts.bidding_edits import (
    Cleared,
    ClearRtbTargets,
    FindRtbUses,
    GetRtb,
    ListRtb,
    RetireRtb,
    RtbUses,
    SaveRtbRouter,
    SaveRtbTarget,
)
from libs.contracts.editing import Got, Page, Saved
from libs.contracts.pinging import ListPings, Pings, SavePingRules
from libs.contracts.sweeping import CallerErased, EraseRtbCaller, ResealRtb, SecretsResealed
from libs.rules.erasing import pattern_of
from libs.runtime.answers import Answers, Declined
from libs.runtime.deadline import Deadline
from libs.runtime.replacing import Replacing
from libs.runtime.resealing import Resealing
from services.rtb.desk.auctioning import AuctionDesk
from services.rtb.desk.bidder_keys import BidderKeysDesk
from services.rtb.desk.keeping import KeepingDesk
from services.rtb.desk.looking import LookingDesk
from services.rtb.desk.pinging import PingingDesk
from services.rtb.desk.trying import TryingDesk
from services.rtb.domain.unfit import InUse, Missing, Stale, Unfit

AUCTIONS_IN_FLIGHT_MAX = 500  # each may ask hundreds of bidders; the rest go on unsold at once
EDITS_IN_FLIGHT_MAX = 50  # edits are done one at a time anyway
LOOKS_IN_FLIGHT_MAX = 50  # lists never crowd out calls
SWEEPS_IN_FLIGHT_MAX = 2  # each reads tables for a second


def bind_auctions(answers: Answers, desk: AuctionDesk) -> None:
    """Bind the question that a caller waits for."""

    @answers.to(HoldAuction, in_flight_max=AUCTIONS_IN_FLIGHT_MAX)
    async def auction(question: HoldAuction, deadline: Deadline) -> AuctionResult:
        return await desk.sell(question, deadline)


def bind_keeping(answers: Answers, desk: KeepingDesk) -> None:
    """Bind the questions of those who configure."""

    @answers.to(SaveRtbTarget, in_flight_max=EDITS_IN_FLIGHT_MAX)
    async def save_target(question: SaveRtbTarget, _: Deadline) -> Saved:
        with _declining("document."):
            return await desk.save_target(question)

    @answers.to(SaveRtbRouter, in_flight_max=EDITS_IN_FLIGHT_MAX)
    async def save_router(question: SaveRtbRouter, _: Deadline) -> Saved:
        with _declining("document."):
            return await desk.save_router(question)

    @answers.to(RetireRtb, in_flight_max=EDITS_IN_FLIGHT_MAX)
    async def retire(question: RetireRtb, _: Deadline) -> Saved:
        with _declining():
            return await desk.retire(question)

    @answers.to(ClearRtbTargets, in_flight_max=EDITS_IN_FLIGHT_MAX)
    async def clear(question: ClearRtbTargets, _: Deadline) -> Cleared:
        with _declining():
            return await desk.clear(question)

    @answers.to(FindRtbUses, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def uses(question: FindRtbUses, _: Deadline) -> RtbUses:
        return await desk.uses(question)

    @answers.to(GetRtb, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def get(question: GetRtb, _: Deadline) -> Got:
        with _declining():
            return await desk.get(question)

    @answers.to(ListRtb, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def page(question: ListRtb, _: Deadline) -> Page:
        return await desk.page(question)


def bind_pings(answers: Answers, keeping: KeepingDesk, desk: PingingDesk) -> None:
    """Bind the questions about publishers' pings."""

    @answers.to(SavePingRules, in_flight_max=EDITS_IN_FLIGHT_MAX)
    async def save_ping_rules(question: SavePingRules, _: Deadline) -> Saved:
        with _declining("document."):
            return await keeping.save_ping_rules(question)

    @answers.to(ListPings, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def pings(question: ListPings, _: Deadline) -> Pings:
        return await desk.page(question)


def bind_keys(answers: Answers, desk: BidderKeysDesk) -> None:
    """Bind the questions about outside bidders' keys."""

    @answers.to(MakeBidderKey, in_flight_max=EDITS_IN_FLIGHT_MAX)
    async def make_key(question: MakeBidderKey, _: Deadline) -> BidderKeyMade:
        with _declining():
            return await desk.make_key(question)

    @answers.to(ListBidderKeys, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def keys(question: ListBidderKeys, _: Deadline) -> BidderKeys:
        return await desk.keys(question)

    @answers.to(EndBidderKey, in_flight_max=EDITS_IN_FLIGHT_MAX)
    async def end_key(question: EndBidderKey, _: Deadline) -> Saved:
        with _declining():
            return await desk.end_key(question)


def bind_looking(answers: Answers, desk: LookingDesk) -> None:
    """Bind the questions of those who look back."""

    @answers.to(ListAuctions, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def auctions(question: ListAuctions, _: Deadline) -> Auctions:
        return await desk.page(question)

    @answers.to(GetAuction, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def one_auction(question: GetAuction, _: Deadline) -> AuctionDetail:
        with _declining():
            return await desk.auction(question)

    @answers.to(GetBid, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def bid(question: GetBid, _: Deadline) -> Bodies:
        with _declining():
            return await desk.bid(question)

    @answers.to(ReportRtb, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def report(question: ReportRtb, _: Deadline) -> RtbReport:
        with _declining():
            return await desk.report(question)


def bind_trying(answers: Answers, desk: TryingDesk) -> None:
    """Bind the questions of those who try something."""

    @answers.to(PingRtbTarget, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def ping(question: PingRtbTarget, _: Deadline) -> Pinged:
        with _declining():
            return await desk.ping(question)

    @answers.to(RehearseAuction, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def rehearse(question: RehearseAuction, deadline: Deadline) -> AuctionDetail:
        with _declining():
            return await desk.rehearse(question, deadline)


@contextmanager
def _declining(path: str = "") -> Iterator[None]:
    """Say every refusal of the desk in the words of the contract.

    `path` is where documents stand in the question.
    """
    try:
        yield
    except Unfit as no:
        problems = [(f"{path}{field}", problem) for field, problem in no.problems]
        raise Declined(no.code, no.text, problems) from no
    except Missing as no:
        raise Declined("not_found", "no such thing in this account") from no
    except Stale as no:
        text = f"it has changed since: its version is {no.current}"
        raise Declined("stale", text) from no
    except InUse as no:
        raise Declined("in_use", "it is still used: detach it, or force", no.users) from no


def bind_sweeping(answers: Answers, texts: Replacing, secrets: Resealing) -> None:
    """Take a caller out of all texts, and seal all secrets anew."""

    @answers.to(EraseRtbCaller, in_flight_max=SWEEPS_IN_FLIGHT_MAX)
    async def erase(question: EraseRtbCaller, _: Deadline) -> CallerErased:
        pattern, instead = pattern_of(question.number), question.instead.removeprefix("+")
        swept = await texts.step(question.account_id, pattern, instead, question.at)
        return CallerErased(rows=swept.found, at=swept.at)

    @answers.to(ResealRtb, in_flight_max=SWEEPS_IN_FLIGHT_MAX)
    async def reseal(question: ResealRtb, _: Deadline) -> SecretsResealed:
        done = await secrets.step(question.at)
        return SecretsResealed(anew=done.anew, lost=done.lost, at=done.at)
