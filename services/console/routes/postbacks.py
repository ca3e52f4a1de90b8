"""Inbound postbacks: the secret address of a key, and what came to it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from libs.contracts.ids import CallId
from libs.contracts.postbacks import (
    PAGE_MAX,
    AskPostbackAddress,
    ListPostbacks,
    PostbackAddress,
    PostbackOutcome,
    Postbacks,
)
from services.console.auth import Guarded, Who, needs
from services.console.domain.access import Right
from services.console.routes.asking import ERRORS, NOT_FOUND, asked, formed, told


class Which(BaseModel):
    """Which postbacks; what is left out does not choose."""

    model_config = ConfigDict(extra="forbid")

    call_id: CallId | None = None
    outcome: PostbackOutcome | None = None
    cursor: str | None = Field(default=None, max_length=200)
    limit: int = Field(default=50, ge=1, le=PAGE_MAX)


QUERY = {name: f"query.{name}" for name in Which.model_fields}

router = APIRouter(route_class=Guarded, responses=ERRORS, tags=["postback-keys"])


@router.get(
    "/postback-keys/{id}/address",
    response_model=PostbackAddress,
    responses=NOT_FOUND,
    openapi_extra=needs(Right.EDIT),
)
async def address(request: Request, who: Who, id: UUID) -> Response:
    """Where to post conversions; whoever has the address may."""
    question = AskPostbackAddress(account_id=who.account_id, postback_key_id=id)
    return told(await asked(request, question))


@router.get("/postbacks", response_model=Postbacks, openapi_extra=needs(Right.LOOK))
async def list_postbacks(request: Request, who: Who, which: Annotated[Which, Query()]) -> Response:
    """What partners have posted, the newest first, also what was refused and why."""
    question = formed(ListPostbacks, QUERY, account_id=who.account_id, **which.model_dump())
    return told(await asked(request, question, QUERY))
