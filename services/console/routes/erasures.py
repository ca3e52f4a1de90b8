"""Callers who want to be forgotten: taken out of an account, step by step, and found again."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.responses import Response

from libs.contracts.adjusting import Reason
from libs.contracts.phone import PhoneNumber
from services.console.auth import Guarded, Who, needs
from services.console.desk.sweeping import SweepingDesk
from services.console.domain.access import Right
from services.console.domain.sweeping import Sweep, SweepKind, SweepState
from services.console.problems import Problem
from services.console.routes.asking import CONFLICT, ERRORS, NOT_FOUND, json_of

PAGE_MAX = 200


class Erase(BaseModel):
    """Who is to be taken out, and why: the reason stands in the audit log, the number does not."""

    model_config = ConfigDict(extra="forbid")

    number: PhoneNumber
    reason: Reason


class Erasure(BaseModel):
    """How far it is: `owner` is at work, `note` says what it waits for, `rows` what was changed.

    `instead` stands where her number stood; the number itself is kept nowhere once it is done.
    """

    erasure_id: UUID
    state: SweepState
    reason: str
    asked_by: str
    asked_at: AwareDatetime
    finished_at: AwareDatetime | None
    owner: str
    note: str
    rows: dict[str, int] = Field(description="by service and table")
    instead: str


router = APIRouter(route_class=Guarded, responses=ERRORS, tags=["erasures"])
people: dict[str, Any] = {"openapi_extra": needs(Right.PEOPLE)}


@router.post("/erasures", status_code=202, response_model=Erasure, responses=CONFLICT, **people)
async def erase(request: Request, who: Who, body: Annotated[Erase, Body()]) -> Response:
    """Take a caller's number out of all that the account has, and delete her recordings."""
    return json_of(shown(await desk_of(request).erase(who, body.number, body.reason)), 202)


@router.get("/erasures", response_model=list[Erasure], **people)
async def list_erasures(
    request: Request, who: Who, limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50
) -> Response:
    """The latest of the account."""
    found = await desk_of(request).page(who, SweepKind.ERASURE, limit)
    return json_of([shown(one) for one in found])


@router.get("/erasures/{erasure_id}", response_model=Erasure, responses=NOT_FOUND, **people)
async def get_erasure(request: Request, who: Who, erasure_id: UUID) -> Response:
    """How far one is."""
    found = await desk_of(request).one(who, SweepKind.ERASURE, erasure_id)
    if found is None:
        raise Problem(404, "not_found", "no such erasure in this account")
    return json_of(shown(found))


def desk_of(request: Request) -> SweepingDesk:
    """The desk that does it."""
    desk: SweepingDesk = request.app.state.sweeping
    return desk


def shown(one: Sweep) -> dict[str, Any]:
    """What people see of it."""
    return Erasure(
        erasure_id=one.sweep_id,
        state=one.state,
        reason=one.reason,
        asked_by=one.asked_by,
        asked_at=one.asked_at,
        finished_at=one.finished_at,
        owner=one.owner,
        note=one.note,
        rows=one.found,
        instead=one.instead,
    ).model_dump(mode="json")
