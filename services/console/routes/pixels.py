"""Pixels tried before they count, and what became of each firing."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.responses import Response

from libs.contracts.deliveries import (
    Deliveries,
    DeliveryDetail,
    DeliveryState,
    GetDelivery,
    ListDeliveries,
    ResendDeliveries,
    Resent,
)
from libs.contracts.ids import CallId, PixelId, ReportId
from libs.contracts.pixels import FirePoint, ListPixelPresets, Pixel, Presets, Tried, TryPixel
from services.console.auth import Guarded, Who, needs
from services.console.domain.access import Right
from services.console.routes.asking import CURSOR, ERRORS, NOT_FOUND, asked, formed, told

TEST_MS = 6_000  # a partner has five seconds to answer


class Which(BaseModel):
    """Which deliveries; what is left out does not choose."""

    model_config = ConfigDict(extra="forbid")

    pixel_id: PixelId | None = None
    report_id: ReportId | None = None
    call_id: CallId | None = None
    state: DeliveryState | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    cursor: str | None = Field(default=None, max_length=200)
    limit: int = Field(default=50, ge=1, le=200)


class Trial(BaseModel):
    """A pixel to be fired once: one that is kept, or one that is not saved yet."""

    model_config = ConfigDict(extra="forbid")

    pixel_id: PixelId | None = None
    document: Pixel | None = None
    point: FirePoint = FirePoint.COMPLETED
    call_id: CallId | None = None
    values: dict[str, str] = Field(default_factory=dict)
    send: bool = True


class Again(BaseModel):
    """What is to be sent again: one delivery, or all dead ones of a pixel."""

    model_config = ConfigDict(extra="forbid")

    delivery_id: UUID | None = None
    pixel_id: PixelId | None = None


QUERY = {name: f"query.{name}" for name in Which.model_fields}
router = APIRouter(route_class=Guarded, responses=ERRORS, tags=["pixels"])
look, edit = needs(Right.LOOK), needs(Right.EDIT)


@router.get("/pixel-presets", response_model=Presets, openapi_extra=look)
async def presets(
    request: Request,
    who: Who,
    host: Annotated[
        str, Query(max_length=253, description="yours at the system")
    ] = "track.example.com",
) -> Response:
    """Pixels made ready for well-known systems: save one as it is, or change it first."""
    paths = {"host": "query.host"}
    question = formed(ListPixelPresets, paths, account_id=who.account_id, host=host)
    return told(await asked(request, question, paths))


@router.post("/pixel-tests", response_model=Tried, responses=NOT_FOUND, openapi_extra=edit)
async def test_pixel(request: Request, who: Who, body: Annotated[Trial, Body()]) -> Response:
    """Fire a pixel once, now, or (`send` false) only show what it would send."""
    paths = {name: f"body.{name}" for name in Trial.model_fields}
    given = {name: getattr(body, name) for name in Trial.model_fields}
    question = formed(TryPixel, paths, account_id=who.account_id, **given)
    return told(await asked(request, question, paths, TEST_MS))


@router.get("/deliveries", response_model=Deliveries, openapi_extra=look)
async def list_deliveries(request: Request, who: Who, which: Annotated[Which, Query()]) -> Response:
    """Firings of pixels, the newest first."""
    question = formed(ListDeliveries, QUERY, account_id=who.account_id, **which.model_dump())
    return told(await asked(request, question, CURSOR))


@router.get(
    "/deliveries/{delivery_id}",
    response_model=DeliveryDetail,
    responses=NOT_FOUND,
    openapi_extra=look,
)
async def get_delivery(request: Request, who: Who, delivery_id: UUID) -> Response:
    """One firing with every try: what was sent and what came back, without secrets."""
    question = GetDelivery(account_id=who.account_id, delivery_id=delivery_id)
    return told(await asked(request, question))


@router.post("/resends", response_model=Resent, responses=NOT_FOUND, openapi_extra=edit)
async def resend(request: Request, who: Who, body: Annotated[Again, Body()]) -> Response:
    """Send again, with the same event ids: one delivery, or all dead ones of a pixel."""
    paths = {name: f"body.{name}" for name in Again.model_fields}
    question = formed(
        ResendDeliveries, paths, account_id=who.account_id, actor=who.actor, **body.model_dump()
    )
    return told(await asked(request, question, paths))
