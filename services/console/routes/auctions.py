"""Auctions: listed, with every bid, tried before there is a call; and how bidders do."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.responses import Response

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
    TestCall,
)
from libs.contracts.bidding import RtbTarget
from libs.contracts.configuration import Campaign
from libs.contracts.ids import AuctionId, CallId, CampaignId, RtbRouterId, RtbTargetId
from services.console.auth import Guarded, Who, needs
from services.console.domain.access import Right
from services.console.problems import Problem
from services.console.routes.asking import ERRORS, NOT_FOUND, asked, formed, told
from services.console.routes.past_calls import as_it_was, campaign_of

REPORT_DAYS = 7
TEST_MS = 6_000  # a bidder may take five seconds to answer


class Which(BaseModel):
    """Which auctions; what is left out does not choose.

    `target_id` has won them, `bidder_id` was considered; `connected` chooses among those sold.
    """

    model_config = ConfigDict(extra="forbid")

    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    rtb_router_id: RtbRouterId | None = None
    campaign_id: CampaignId | None = None
    call_id: CallId | None = None
    target_id: RtbTargetId | None = None
    bidder_id: RtbTargetId | None = None
    sold: bool | None = None
    connected: bool | None = None
    cursor: str | None = Field(default=None, max_length=100)
    limit: int = Field(default=50, ge=1, le=200)


class Ping(BaseModel):
    """A test ping: of a bidder that is kept, or of one that is not saved yet.

    About a call that is made up, or one that was: `call_id`, or `auction_id` for an auction's.
    """

    model_config = ConfigDict(extra="forbid")

    target_id: RtbTargetId | None = None
    document: RtbTarget | None = None
    call: TestCall = TestCall()
    call_id: CallId | None = None
    auction_id: AuctionId | None = None
    send: bool = True


class Rehearsal(BaseModel):
    """An auction about a test call, or a past one (`call_id`).

    Of a router, or of a campaign that holds one router's auctions.
    """

    model_config = ConfigDict(extra="forbid")

    rtb_router_id: RtbRouterId | None = None
    campaign_id: CampaignId | None = None
    call: TestCall = TestCall()
    call_id: CallId | None = None


class Time(BaseModel):
    """From when to when; the last seven days unless said."""

    model_config = ConfigDict(extra="forbid")

    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


QUERY = {name: f"query.{name}" for name in Which.model_fields}
router = APIRouter(route_class=Guarded, responses=ERRORS, tags=["rtb"])
look = needs(Right.LOOK)


@router.get("/auctions", response_model=Auctions, openapi_extra=look)
async def list_auctions(request: Request, who: Who, which: Annotated[Which, Query()]) -> Response:
    """Auctions, the newest first."""
    question = formed(ListAuctions, QUERY, account_id=who.account_id, **which.model_dump())
    return told(await asked(request, question))


@router.get(
    "/auctions/{auction_id}",
    response_model=AuctionDetail,
    responses=NOT_FOUND,
    openapi_extra=look,
)
async def get_auction(request: Request, who: Who, auction_id: UUID) -> Response:
    """One auction with every bidder, asked or not, and why each lost."""
    question = GetAuction(account_id=who.account_id, auction_id=AuctionId(auction_id))
    return told(await asked(request, question))


@router.get(
    "/auctions/{auction_id}/bids/{target_id}",
    response_model=Bodies,
    responses=NOT_FOUND,
    openapi_extra=look,
)
async def get_bid(request: Request, who: Who, auction_id: UUID, target_id: UUID) -> Response:
    """What a bidder was told and answered; secrets and phone numbers are masked."""
    question = GetBid(
        account_id=who.account_id,
        auction_id=AuctionId(auction_id),
        target_id=RtbTargetId(target_id),
    )
    return told(await asked(request, question))


@router.post(
    "/rtb-pings",
    response_model=Pinged,
    responses=NOT_FOUND,
    openapi_extra=needs(Right.EDIT),
)
async def ping(request: Request, who: Who, body: Annotated[Ping, Body()]) -> Response:
    """Ask one bidder about a test call, or (`send` false) only show what it would be asked."""
    paths = {name: f"body.{name}" for name in Ping.model_fields}
    given = {name: getattr(body, name) for name in Ping.model_fields if name != "call_id"}
    if body.call_id is not None:
        given["call"] = await as_it_was(request, who, body.call_id)
    question = formed(PingRtbTarget, paths, account_id=who.account_id, **given)
    return told(await asked(request, question, paths, TEST_MS))


@router.post(
    "/rtb-rehearsals",
    response_model=AuctionDetail,
    responses=NOT_FOUND,
    openapi_extra=needs(Right.EDIT),
)
async def rehearse_auction(
    request: Request, who: Who, body: Annotated[Rehearsal, Body()]
) -> Response:
    """Hold an auction about a test call: bidders are really asked, nothing is stored."""
    paths = {name: f"body.{name}" for name in Rehearsal.model_fields}
    call = body.call if body.call_id is None else await as_it_was(request, who, body.call_id)
    router_id = body.rtb_router_id
    if body.campaign_id is not None:
        campaign = await campaign_of(request, who, body.campaign_id)
        call = call.model_copy(update={"campaign_rtb_id": campaign.rtb_id or ""})
        router_id = router_id or _only_router(campaign)
    if router_id is None:
        errors = [("body.rtb_router_id", "name a router, or a campaign")]
        raise Problem(422, "malformed", "nobody is to be asked", errors=errors)
    question = RehearseAuction(account_id=who.account_id, rtb_router_id=router_id, call=call)
    return told(await asked(request, question, paths, TEST_MS))


def _only_router(campaign: Campaign) -> RtbRouterId:
    """The router whose auctions a campaign holds; refuse where there is none, or several."""
    found = [one.rtb_router_id for one in campaign.assignments if one.rtb_router_id is not None]
    if len(found) == 1:
        return found[0]
    several = ", ".join(map(str, found)) or "none"
    errors = [("body.campaign_id", f"holds the auctions of {several}: name rtb_router_id")]
    raise Problem(422, "malformed", "which auction is not clear", errors=errors)


@router.get("/rtb-report", response_model=RtbReport, openapi_extra=look)
async def report(request: Request, who: Who, time: Annotated[Time, Query()]) -> Response:
    """How bidders did: pings, bids, wins, times, losses by reason, revenue."""
    paths = {name: f"query.{name}" for name in Time.model_fields}
    until = time.until or request.app.state.clock.now()
    since = time.since or until - timedelta(days=REPORT_DAYS)
    question = formed(ReportRtb, paths, account_id=who.account_id, since=since, until=until)
    return told(await asked(request, question, paths))
