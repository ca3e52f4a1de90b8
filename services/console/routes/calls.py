"""Calls: listed, live, in full, explained, replayed; and rehearsed before there is one."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.responses import Response, StreamingResponse

from libs.contracts.calls import Geography
from libs.contracts.configuration import Campaign
from libs.contracts.controlling import Command, ControlCall, Controlled
from libs.contracts.explaining import (
    Configuration,
    ExplainCall,
    Explanation,
    ReplayDecision,
    Replayed,
)
from libs.contracts.ids import BuyerId, CallId, CampaignId, TargetId
from libs.contracts.message import Question
from libs.contracts.outcomes import CallResult, HungUpBy, SubStatus
from libs.contracts.party_calls import GetPartyCall, ListPartyCalls, PartyCallFound, PartyCalls
from libs.contracts.phone import WITHHELD, Caller
from libs.contracts.rehearsing import (
    COUNTERS_MAX,
    SEED_MAX,
    CounterGiven,
    Rehearse,
    Rehearsed,
)
from libs.contracts.reporting import FILTERS_MAX
from libs.contracts.screening import CallerHistory
from libs.contracts.tags import Tags
from libs.contracts.tracking import (
    PAGE_MAX,
    SECONDS_MAX,
    CallDetail,
    Calls,
    CallState,
    GetCall,
    ListCalls,
    ListLiveCalls,
)
from services.console.auth import Guarded, Who, needs
from services.console.domain.access import PARTIES, Right
from services.console.domain.call_rows import (
    CALL_COLUMNS,
    columns_of,
    row_of_call,
    row_of_party_call,
)
from services.console.domain.where import PATTERN, filters_of
from services.console.problems import Problem
from services.console.routes.asking import (
    CARRIER_MS,
    CONFLICT,
    CURSOR,
    ERRORS,
    NOT_FOUND,
    Paging,
    asked,
    formed,
    told,
)
from services.console.routes.parties import check_chosen, of_party
from services.console.routes.reports import CSV, Rows, paged_file


class WhatIf(BaseModel):
    """A call that might come: at a number, or of a campaign as it is or might become."""

    model_config = ConfigDict(extra="forbid")

    dialled: str | None = Field(default=None, max_length=64)
    campaign_id: CampaignId | None = None
    campaign: Campaign | None = None
    at: AwareDatetime | None = None
    caller: Caller = WITHHELD
    geography: Geography = Geography()
    stir: str = Field(default="", max_length=100)
    tags: Tags = Field(default_factory=dict)
    tried: tuple[TargetId, ...] = Field(default=(), max_length=100)
    history: CallerHistory | None = None
    counters: tuple[CounterGiven, ...] = Field(default=(), max_length=COUNTERS_MAX)
    seed: int | None = Field(default=None, ge=0, le=SEED_MAX)
    everybody_there: bool = Field(default=False, description="as if all agents were there and free")


class Wish(Command):
    """What is to be done to a live call."""

    model_config = ConfigDict(extra="forbid")


Where = Annotated[str, Field(max_length=400, pattern=PATTERN)]


class Filter(BaseModel):
    """Which calls; what is left out does not choose."""

    model_config = ConfigDict(extra="forbid")

    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    campaign_id: CampaignId | None = None
    buyer_id: BuyerId | None = None
    states: tuple[CallState, ...] = Field(default=(), max_length=len(CallState))
    statuses: tuple[CallResult, ...] = Field(default=(), max_length=len(CallResult))
    sub_statuses: tuple[SubStatus, ...] = Field(default=(), max_length=len(SubStatus))
    hung_up_by: tuple[HungUpBy, ...] = Field(default=(), max_length=len(HungUpBy))
    duplicate: bool | None = None
    ring_seconds_least: int | None = Field(default=None, ge=0, le=SECONDS_MAX)
    ring_seconds_most: int | None = Field(default=None, ge=0, le=SECONDS_MAX)
    talk_seconds_least: int | None = Field(default=None, ge=0, le=SECONDS_MAX)
    talk_seconds_most: int | None = Field(default=None, ge=0, le=SECONDS_MAX)
    caller: str | None = Field(default=None, max_length=254)
    where: tuple[Where, ...] = Field(
        default=(),
        max_length=FILTERS_MAX,
        description="as reports filter: `source=google`, `tag:size!=4`; one word's values add up",
    )
    cursor: str | None = Field(default=None, max_length=200)
    limit: int = Field(default=50, ge=1, le=200)

    def chosen(self) -> dict[str, Any]:
        """What the owner is asked for."""
        return {**self.model_dump(), "where": filters_of(self.where)}


QUERY = {name: f"query.{name}" for name in Filter.model_fields}

router = APIRouter(route_class=Guarded, responses=ERRORS, tags=["calls"])
look, edit = needs(Right.LOOK), needs(Right.EDIT)


@router.get("/calls", response_model=Calls | PartyCalls, openapi_extra=needs(Right.LOOK, PARTIES))
async def list_calls(request: Request, who: Who, which: Annotated[Filter, Query()]) -> Response:
    """Calls, the newest first; a portal's are its party's, chosen by time alone."""
    if who.viewer is not None:
        check_chosen(which, ListPartyCalls)
        mine = which.model_dump(include=set(ListPartyCalls.model_fields))
        return told(await asked(request, of_party(ListPartyCalls, QUERY, who, **mine), QUERY))
    question = formed(ListCalls, QUERY, account_id=who.account_id, **which.chosen())
    return told(await asked(request, question, QUERY))


@router.get("/calls/live", response_model=Calls, openapi_extra=look)
async def live_calls(request: Request, who: Who, page: Paging) -> Response:
    """Calls that are on the line now."""
    question = formed(ListLiveCalls, CURSOR, account_id=who.account_id, **page.model_dump())
    return told(await asked(request, question, CURSOR))


@router.get(
    "/calls/csv",
    response_class=StreamingResponse,
    responses=CSV,
    openapi_extra=needs(Right.EXPORT, PARTIES),
)
async def calls_file(request: Request, who: Who, which: Annotated[Filter, Query()]) -> Response:
    """All calls that the filters let through as a file, whatever their number."""
    columns = CALL_COLUMNS if who.viewer is None else columns_of(who.viewer.kind)
    if who.viewer is not None:
        check_chosen(which, ListPartyCalls)

    async def page_after(cursor: str | None) -> tuple[Rows, str | None]:
        chosen = {**which.chosen(), "limit": PAGE_MAX, "cursor": cursor or which.cursor}
        if who.viewer is not None:
            mine = {name: chosen[name] for name in chosen if name in ListPartyCalls.model_fields}
            question: Question = of_party(ListPartyCalls, QUERY, who, **mine)
        else:
            question = formed(ListCalls, QUERY, account_id=who.account_id, **chosen)
        page: Calls | PartyCalls = await asked(request, question, CURSOR)
        if isinstance(page, Calls):
            return [row_of_call(call) for call in page.calls], page.cursor
        return [row_of_party_call(call) for call in page.calls], page.cursor

    return await paged_file("calls.csv", columns, page_after)


@router.get(
    "/calls/{call_id}",
    response_model=CallDetail | PartyCallFound,
    responses=NOT_FOUND,
    openapi_extra=needs(Right.LOOK, PARTIES),
)
async def get_call(request: Request, who: Who, call_id: CallId) -> Response:
    """One call with its timeline; to a portal what its party has a part in."""
    if who.viewer is not None:
        return told(await asked(request, of_party(GetPartyCall, {}, who, call_id=call_id)))
    return told(await asked(request, GetCall(account_id=who.account_id, call_id=call_id)))


@router.post(
    "/calls/{call_id}/controls",
    response_model=Controlled,
    responses=NOT_FOUND | CONFLICT,
    openapi_extra=edit,
)
async def control(
    request: Request, who: Who, call_id: CallId, body: Annotated[Wish, Body()]
) -> Response:
    """Hang a live call up, transfer it, pause or resume its recording; its timeline says who."""
    paths = {name: f"body.{name}" for name in Wish.model_fields}
    about = {"account_id": who.account_id, "call_id": call_id, "actor": who.actor}
    question = formed(ControlCall, paths, **about, **body.model_dump())
    return told(await asked(request, question, paths, CARRIER_MS))


@router.get(
    "/calls/{call_id}/explanation",
    response_model=Explanation,
    responses=NOT_FOUND,
    openapi_extra=look,
)
async def explain(request: Request, who: Who, call_id: CallId) -> Response:
    """Why it went where it went: every decision, everybody considered, with the numbers."""
    question = ExplainCall(account_id=who.account_id, call_id=call_id)
    return told(await asked(request, question))


@router.get(
    "/calls/{call_id}/replays/{step}",
    response_model=Replayed,
    responses=NOT_FOUND,
    openapi_extra=look,
)
async def replay(
    request: Request,
    who: Who,
    call_id: CallId,
    step: int,
    configuration: Configuration = Configuration.RECORDED,
) -> Response:
    """A decision taken again, from its record alone or by today's configuration."""
    if not 0 <= step < 1_000:  # noqa: PLR2004 - no call has so many legs
        raise Problem(422, "malformed", "no such step", errors=[("path.step", "0 to 999")])
    question = ReplayDecision(
        account_id=who.account_id, call_id=call_id, step=step, configuration=configuration
    )
    return told(await asked(request, question))


@router.post("/rehearsals", response_model=Rehearsed, openapi_extra=look)
async def rehearse(request: Request, who: Who, body: Annotated[WhatIf, Body()]) -> Response:
    """Where a call would go; nothing is held, counted or recorded."""
    given = (body.dialled, body.campaign_id, body.campaign)
    if sum(one is not None for one in given) != 1:
        errors = [("body.dialled", "give one of dialled, campaign_id and campaign")]
        raise Problem(422, "malformed", "no way in, or two", errors=errors)
    paths = {name: f"body.{name}" for name in WhatIf.model_fields}
    question = formed(Rehearse, paths, account_id=who.account_id, **body.model_dump())
    return told(await asked(request, question, paths))
