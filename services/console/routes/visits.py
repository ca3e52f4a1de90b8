"""Visits to websites, with the calls they have brought; what goes into pages; pools' use."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.responses import Response

from libs.contracts.dni import ParameterName
from libs.contracts.ids import CampaignId, PoolId, TrackingTagId, VisitId
from libs.contracts.party_tags import AskPartySnippet
from libs.contracts.pool_use import AskPoolUse, PoolUse
from libs.contracts.snippets import PARAMETERS_MAX, AskSnippet, Preset, Snippet
from libs.contracts.visit_conversions import (
    GROUPS_MAX,
    PAGE_MAX,
    ConversionDimension,
    ConversionKind,
    ConversionReport,
    ListVisitConversions,
    ReportVisitConversions,
    VisitConversions,
)
from libs.contracts.visits import (
    VISITS_PAGE_MAX,
    GetVisit,
    ListVisits,
    Showing,
    VisitDetail,
    Visits,
)
from services.console.auth import Guarded, Who, needs
from services.console.domain.access import Right
from services.console.routes.asking import ERRORS, NOT_FOUND, asked, formed, told
from services.console.routes.own_tags import SENDERS
from services.console.routes.parties import of_party

router = APIRouter(route_class=Guarded, responses=ERRORS)
look = needs(Right.LOOK)


class Which(BaseModel):
    """Which visits to list; what is left out does not choose."""

    model_config = ConfigDict(extra="forbid")

    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    tracking_tag_id: TrackingTagId | None = None
    campaign_id: CampaignId | None = None
    visitor: str | None = Field(default=None, max_length=80)
    showing: Showing | None = None
    cursor: str | None = Field(default=None, max_length=100)
    limit: int = Field(default=50, ge=1, le=VISITS_PAGE_MAX)


class WhichConversions(BaseModel):
    """Which conversions to list; what is left out does not choose."""

    model_config = ConfigDict(extra="forbid")

    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    visit_id: VisitId | None = None
    kind: ConversionKind | None = None
    cursor: str | None = Field(default=None, max_length=200)
    limit: int = Field(default=50, ge=1, le=PAGE_MAX)


class ConversionsWanted(BaseModel):
    """A time, and what its conversions are grouped by."""

    model_config = ConfigDict(extra="forbid")

    since: AwareDatetime
    until: AwareDatetime
    group_by: tuple[ConversionDimension, ...] = Field(
        default=(ConversionDimension.KIND,), min_length=1, max_length=GROUPS_MAX
    )


CONVERSIONS = {name: f"query.{name}" for name in WhichConversions.model_fields}
QUERY = {name: f"query.{name}" for name in Which.model_fields}


class Wanted(BaseModel):
    """What to write for a tag; with `landing` also an advertisement's address."""

    model_config = ConfigDict(extra="forbid")

    landing: str = Field(default="", max_length=2_000)
    preset: Preset = Preset.NONE
    parameters: dict[ParameterName, str] = Field(default_factory=dict, max_length=PARAMETERS_MAX)


BODY = {name: f"body.{name}" for name in Wanted.model_fields}


@router.get("/visits", response_model=Visits, openapi_extra=look, tags=["visits"])
async def list_visits(request: Request, who: Who, which: Annotated[Which, Query()]) -> Response:
    """Visits, the newest first, with what has brought them and the number they were shown."""
    question = formed(ListVisits, QUERY, account_id=who.account_id, **which.model_dump())
    return told(await asked(request, question, QUERY))


@router.get(
    "/visits/{visit_id}",
    response_model=VisitDetail,
    responses=NOT_FOUND,
    openapi_extra=look,
    tags=["visits"],
)
async def get_visit(request: Request, who: Who, visit_id: UUID) -> Response:
    """One visit with its calls, its visitor's history, first and last touch."""
    question = GetVisit(account_id=who.account_id, visit_id=VisitId(visit_id))
    return told(await asked(request, question))


@router.get(
    "/visit-conversions", response_model=VisitConversions, openapi_extra=look, tags=["visits"]
)
async def list_conversions(
    request: Request, who: Who, which: Annotated[WhichConversions, Query()]
) -> Response:
    """Conversions without a call (forms, chats, purchases), with what had brought the visitor."""
    question = formed(
        ListVisitConversions, CONVERSIONS, account_id=who.account_id, **which.model_dump()
    )
    return told(await asked(request, question, CONVERSIONS))


@router.post(
    "/visit-conversion-reports",
    response_model=ConversionReport,
    openapi_extra=look,
    tags=["reports"],
)
async def report_conversions(
    request: Request, who: Who, body: Annotated[ConversionsWanted, Body()]
) -> Response:
    """Conversions without a call, summed by one or two properties of their visits."""
    paths = {name: f"body.{name}" for name in ConversionsWanted.model_fields}
    question = formed(ReportVisitConversions, paths, account_id=who.account_id, **body.model_dump())
    return told(await asked(request, question, paths))


@router.get(
    "/pools/{id}/use",
    response_model=PoolUse,
    responses=NOT_FOUND,
    openapi_extra=look,
    tags=["pools"],
)
async def pool_use(request: Request, who: Who, id: UUID) -> Response:
    """How many of a pool's numbers visitors have, rest and are free; whom it could not serve."""
    question = AskPoolUse(account_id=who.account_id, pool_id=PoolId(id))
    return told(await asked(request, question))


@router.post(
    "/tracking-tags/{id}/snippet",
    response_model=Snippet,
    responses=NOT_FOUND,
    openapi_extra=needs(Right.LOOK, SENDERS),
    tags=["tracking-tags"],
)
async def write_snippet(
    request: Request, who: Who, id: UUID, body: Annotated[Wanted, Body()]
) -> Response:
    """The line for a page, a number to put into it, and an advertisement's address."""
    if who.viewer is not None:
        about = {"tracking_tag_id": TrackingTagId(id), **body.model_dump()}
        return told(await asked(request, of_party(AskPartySnippet, BODY, who, **about), BODY))
    question = formed(
        AskSnippet,
        BODY,
        account_id=who.account_id,
        tracking_tag_id=TrackingTagId(id),
        **body.model_dump(),
    )
    return told(await asked(request, question, BODY))
