"""The carrier's own list of calls held against ours."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.responses import Response

from libs.contracts.carrier_numbers import CarrierAccount
from libs.contracts.editing import Noun
from libs.contracts.ids import Sid
from libs.contracts.reconciling import (
    GetReconciliation,
    ListReconciliations,
    ReconcileCalls,
    ReconciliationDetail,
    Reconciliations,
    Started,
)
from services.console.auth import Guarded, Who, needs
from services.console.domain.access import Right
from services.console.routes.asking import ERRORS, NOT_FOUND, asked, formed, row, told

DAY = timedelta(days=1)


class Time(BaseModel):
    """Which calls: the last day unless said; `account_sid` empty: the platform's carrier."""

    model_config = ConfigDict(extra="forbid")

    account_sid: Sid | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


class Part(BaseModel):
    """A page of gaps."""

    model_config = ConfigDict(extra="forbid")

    cursor: str | None = Field(default=None, max_length=100)
    limit: int = Field(default=200, ge=1, le=200)


router = APIRouter(route_class=Guarded, responses=ERRORS, tags=["calls"])
look, edit = needs(Right.LOOK), needs(Right.EDIT)


@router.post(
    "/reconciliations",
    status_code=202,
    response_model=Started,
    responses=NOT_FOUND,
    openapi_extra=edit,
)
async def reconcile(request: Request, who: Who, body: Annotated[Time, Body()]) -> Response:
    """Compare the calls of a time with the carrier's list, and fill what is missing."""
    if body.account_sid is not None:
        await row(request, who, Noun.CARRIER, body.account_sid)
    until = body.until or request.app.state.clock.now()
    question = formed(
        ReconcileCalls,
        {"since": "body.since", "until": "body.until"},
        account_id=who.account_id,
        actor=who.actor,
        carrier=CarrierAccount(account_sid=body.account_sid, platform=body.account_sid is None),
        since=body.since or until - DAY,
        until=until,
    )
    return told(await asked(request, question), 202)


@router.get("/reconciliations", response_model=Reconciliations, openapi_extra=look)
async def list_reconciliations(
    request: Request, who: Who, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> Response:
    """The latest, those that found something by the hour among them."""
    question = ListReconciliations(account_id=who.account_id, limit=limit)
    return told(await asked(request, question))


@router.get(
    "/reconciliations/{reconciliation_id}",
    response_model=ReconciliationDetail,
    responses=NOT_FOUND,
    openapi_extra=look,
)
async def get_reconciliation(
    request: Request, who: Who, reconciliation_id: UUID, part: Annotated[Part, Query()]
) -> Response:
    """One, with every gap: what the carrier says, and what we had."""
    paths = {"cursor": "query.cursor"}
    question = formed(
        GetReconciliation,
        paths,
        account_id=who.account_id,
        reconciliation_id=reconciliation_id,
        **part.model_dump(),
    )
    return told(await asked(request, question, paths))
