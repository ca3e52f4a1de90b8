"""Sealing all secrets anew, for the platform's operators: begun, and found again."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime, BaseModel
from starlette.responses import Response

from services.console.auth import Guarded, Who, needs
from services.console.domain.access import Right
from services.console.domain.sweeping import Sweep, SweepKind, SweepState
from services.console.problems import Problem
from services.console.routes.asking import CONFLICT, ERRORS, NOT_FOUND, json_of
from services.console.routes.erasures import PAGE_MAX, desk_of


class ResealingShown(BaseModel):
    """How far it is: secrets sealed `anew`, and such as none of the platform's secrets opens."""

    resealing_id: UUID
    state: SweepState
    asked_by: str
    asked_at: AwareDatetime
    finished_at: AwareDatetime | None
    owner: str
    note: str
    anew: int
    lost: int


router = APIRouter(route_class=Guarded, responses=ERRORS, tags=["platform"], prefix="/platform")
EXTRA: dict[str, Any] = {"openapi_extra": needs(Right.PLATFORM)}


@router.post(
    "/resealings", status_code=202, response_model=ResealingShown, responses=CONFLICT, **EXTRA
)
async def reseal(request: Request, who: Who) -> Response:
    """Seal all that is sealed with the first line of SESSION_SECRET."""
    return json_of(_shown(await desk_of(request).reseal(who)), 202)


@router.get("/resealings", response_model=list[ResealingShown], **EXTRA)
async def list_resealings(
    request: Request, who: Who, limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50
) -> Response:
    """The latest."""
    found = await desk_of(request).page(who, SweepKind.RESEALING, limit)
    return json_of([_shown(one) for one in found])


@router.get(
    "/resealings/{resealing_id}", response_model=ResealingShown, responses=NOT_FOUND, **EXTRA
)
async def get_resealing(request: Request, who: Who, resealing_id: UUID) -> Response:
    """How far one is."""
    found = await desk_of(request).one(who, SweepKind.RESEALING, resealing_id)
    if found is None:
        raise Problem(404, "not_found", "secrets were never sealed anew by that name")
    return json_of(_shown(found))


def _shown(one: Sweep) -> dict[str, Any]:
    return ResealingShown(
        resealing_id=one.sweep_id,
        state=one.state,
        asked_by=one.asked_by,
        asked_at=one.asked_at,
        finished_at=one.finished_at,
        owner=one.owner,
        note=one.note,
        anew=sum(one.found.values()),
        lost=one.lost,
    ).model_dump(mode="json")
