"""Numbers that publishers take out of pools, as their own people see and take them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Query, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from libs.contracts.ids import PoolId
from libs.contracts.party_numbers import (
    ListPartyNumbers,
    PartyNumber,
    PartyNumbers,
    TakePartyNumber,
)
from libs.contracts.portals import Viewer
from libs.contracts.worth import PartyKind
from services.console.auth import Guarded, Who, needs
from services.console.domain.access import Allowance, Portals, Principal, Right, Role
from services.console.problems import Problem
from services.console.routes.asking import CONFLICT, ERRORS, NOT_FOUND, Paging, asked, formed, told
from services.console.routes.own_tags import SENDERS

TAKING: Portals = {Role.PUBLISHER: Allowance.TAKE_NUMBERS}
LISTED = {"cursor": "query.cursor", "limit": "query.limit"}
TAKEN = {"pool_id": "body.pool_id"}

router = APIRouter(route_class=Guarded, responses=ERRORS, tags=["numbers"])


class Wish(BaseModel):
    """From which pool; for which publisher, where somebody of the account takes it."""

    model_config = ConfigDict(extra="forbid")

    pool_id: PoolId
    publisher_id: UUID | None = None


@router.get(
    "/taken-numbers",
    response_model=PartyNumbers,
    responses=NOT_FOUND,
    openapi_extra=needs(Right.LOOK, SENDERS),
)
async def many(
    request: Request,
    who: Who,
    page: Paging,
    publisher_id: Annotated[UUID | None, Query(description="whose; a portal's its own")] = None,
) -> Response:
    """A publisher's numbers, and the pools that it may take more from."""
    viewer = _viewer(who, publisher_id, "query")
    about = {"account_id": who.account_id, "viewer": viewer, **page.model_dump()}
    return told(await asked(request, formed(ListPartyNumbers, LISTED, **about), LISTED))


@router.post(
    "/taken-numbers",
    status_code=201,
    response_model=PartyNumber,
    responses=NOT_FOUND | CONFLICT,
    openapi_extra=needs(Right.EDIT, TAKING),
)
async def take(request: Request, who: Who, body: Annotated[Wish, Body()]) -> Response:
    """Take a number that nobody has out of a pool: its calls are the publisher's."""
    question = formed(
        TakePartyNumber,
        TAKEN,
        account_id=who.account_id,
        actor=who.actor,
        viewer=_viewer(who, body.publisher_id, "body"),
        pool_id=body.pool_id,
    )
    return told(await asked(request, question, TAKEN), 201)


def _viewer(who: Principal, publisher_id: UUID | None, where: str) -> Viewer:
    """For which publisher: a portal's own; people of the account say whose."""
    if (who.viewer is None) is (publisher_id is None):
        problem = "say which publisher" if who.viewer is None else "is not for portals"
        errors = [(f"{where}.publisher_id", problem)]
        raise Problem(422, "malformed", "the request has wrong fields", errors=errors)
    return who.viewer or Viewer(kind=PartyKind.PUBLISHER, id=publisher_id)
