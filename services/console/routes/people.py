"""Who belongs to the account."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Query, Request
from pydantic import BaseModel
from starlette.responses import Response

from services.console.auth import Guarded, Who, needs
from services.console.desk.keeping_people import KeepingPeople
from services.console.domain.access import Right, Role
from services.console.problems import Problem
from services.console.routes.asking import CONFLICT, ERRORS, NOT_FOUND, json_of
from services.console.routes.forms import Strict
from services.console.routes.parties import OfParty, check_party
from services.console.store.members import (
    Member,
    Members,
    Standing,
)


class PersonShown(BaseModel):
    """Somebody of the account."""

    person_id: UUID
    email: str
    name: str
    role: Role
    may_export: bool
    party_id: UUID | None
    since: datetime


class Colleague(BaseModel):
    """Somebody of the account, as others need to know her who name her somewhere."""

    person_id: UUID
    email: str
    name: str
    role: Role


class RoleChange(Strict):
    """What somebody is to be."""

    role: Role
    may_export: bool = False
    party_id: OfParty = None


router = APIRouter(route_class=Guarded, responses=ERRORS, tags=["people"])

EXTRA: dict[str, Any] = {"openapi_extra": needs(Right.PEOPLE)}


@router.get("/people", response_model=list[PersonShown], **EXTRA)
async def list_people(
    request: Request,
    who: Who,
    after: Annotated[str, Query(max_length=254, description="the last address seen")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> Response:
    """Who belongs to the account, by address."""
    members: Members = request.app.state.members
    found = await members.page(who.account_id, after.replace("\0", ""), limit)
    return json_of([_shown(PersonShown, member) for member in found])


@router.get("/colleagues", response_model=list[Colleague], openapi_extra=needs(Right.LOOK))
async def list_colleagues(
    request: Request,
    who: Who,
    after: Annotated[str, Query(max_length=254, description="the last address seen")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 200,
) -> Response:
    """Whom agents' `person_id` and `supervisor_id` may name, by address."""
    members: Members = request.app.state.members
    found = await members.page(who.account_id, after.replace("\0", ""), limit)
    return json_of([_shown(Colleague, member) for member in found])


@router.get("/people/{person_id}", response_model=PersonShown, responses=NOT_FOUND, **EXTRA)
async def get_person(request: Request, who: Who, person_id: UUID) -> Response:
    """One of them."""
    return json_of(_shown(PersonShown, await _member(request, who, person_id)))


@router.put(
    "/people/{person_id}", response_model=PersonShown, responses=NOT_FOUND | CONFLICT, **EXTRA
)
async def change_role(
    request: Request, who: Who, person_id: UUID, body: Annotated[RoleChange, Body()]
) -> Response:
    """Give her another role."""
    desk: KeepingPeople = request.app.state.keeping_people
    member = await _member(request, who, person_id)
    await check_party(request, who, body.role, body.party_id)
    await desk.change(who, member, Standing(body.role, body.may_export, body.party_id))
    return json_of(_shown(PersonShown, await _member(request, who, person_id)))


@router.delete("/people/{person_id}", status_code=204, responses=NOT_FOUND | CONFLICT, **EXTRA)
async def remove_person(request: Request, who: Who, person_id: UUID) -> Response:
    """Take her out; her sessions here end."""
    desk: KeepingPeople = request.app.state.keeping_people
    member = await _member(request, who, person_id)
    await desk.remove(who, member)
    return Response(status_code=204)


async def _member(request: Request, who: Who, person_id: UUID) -> Member:
    members: Members = request.app.state.members
    member = await members.one(who.account_id, person_id)
    if member is None:
        raise Problem(404, "not_found", "nobody of the account")
    return member


def _shown(kind: type[PersonShown | Colleague], member: Member) -> dict[str, Any]:
    shown = kind(**{name: getattr(member, name) for name in kind.model_fields})
    return shown.model_dump(mode="json")
