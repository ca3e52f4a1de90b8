"""Targets as their buyer's own people see and set them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from libs.contracts.caps import Bounds
from libs.contracts.editing import Noun
from libs.contracts.ids import TargetId
from libs.contracts.message import Value
from libs.contracts.party_targets import (
    GetPartyTarget,
    ListPartyTargets,
    PartyTarget,
    PartyTargetFound,
    PartyTargets,
    SetPartyTarget,
)
from libs.contracts.portals import Viewer
from libs.contracts.worth import PartyKind
from services.console.auth import Guarded, Who, needs
from services.console.domain.access import Allowance, Principal, Right, Role
from services.console.routes.asking import (
    CONFLICT,
    ERRORS,
    NOT_FOUND,
    BasedOn,
    Page,
    asked,
    formed,
    json_of,
    row,
    told,
)
from services.console.routes.parties import check_named, of_party

PATHS = {"caps": "body", "cursor": "query.cursor"}
PAUSING = {Role.BUYER: Allowance.PAUSE_TARGETS}
CAPPING = {Role.BUYER: Allowance.SET_CAPS}


class Pausing(BaseModel):
    """Whether the buyer wants no calls there for now."""

    model_config = ConfigDict(extra="forbid")

    paused: bool


router = APIRouter(route_class=Guarded, responses=ERRORS, tags=["targets"])


async def many(request: Request, who: Principal, page: Page) -> Response:
    """A buyer's targets, with what is used of their caps."""
    check_named(request, ("cursor", "limit"))
    question = of_party(ListPartyTargets, PATHS, who, **page.model_dump())
    listed: PartyTargets = await asked(request, question, PATHS)
    return told(listed)


async def one(request: Request, who: Principal, target_id: UUID) -> Response:
    """One of them; its version is the ETag."""
    check_named(request, ())
    question = of_party(GetPartyTarget, {}, who, target_id=TargetId(target_id))
    return _shown(await asked(request, question))


@router.put(
    "/targets/{id}/pause",
    response_model=PartyTarget,
    responses=NOT_FOUND | CONFLICT,
    openapi_extra=needs(Right.EDIT, PAUSING),
)
async def pause(
    request: Request, who: Who, id: UUID, version: BasedOn, body: Annotated[Pausing, Body()]
) -> Response:
    """Pause a target for its buyer, or let it go on: the account's own pause stays what it is."""
    return await _set(request, who, id, version, paused=body.paused)


@router.put(
    "/targets/{id}/caps",
    response_model=PartyTarget,
    responses=NOT_FOUND | CONFLICT,
    openapi_extra=needs(Right.EDIT, CAPPING),
)
async def cap(
    request: Request, who: Who, id: UUID, version: BasedOn, body: Annotated[Bounds, Body()]
) -> Response:
    """Set caps of the buyer's own, none of them above the account's."""
    return await _set(request, who, id, version, caps=body)


async def _set(
    request: Request, who: Principal, target_id: UUID, version: int, **what: bool | Value
) -> Response:
    question = formed(
        SetPartyTarget,
        PATHS,
        account_id=who.account_id,
        actor=who.actor,
        viewer=who.viewer or await _buyer_of(request, who, target_id),
        target_id=target_id,
        expected_version=version,
        **what,
    )
    return _shown(await asked(request, question, PATHS))


async def _buyer_of(request: Request, who: Principal, target_id: UUID) -> Viewer:
    """For whom somebody of the account does it."""
    target = await row(request, who, Noun.TARGET, str(target_id))
    return Viewer(kind=PartyKind.BUYER, id=target.document["buyer_id"])


def _shown(found: PartyTargetFound) -> Response:
    target = found.target
    return json_of(target.model_dump(mode="json"), headers={"ETag": f'"{target.version}"'})
