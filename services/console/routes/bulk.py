"""Many things at once: lists of numbers, and the whole configuration, in and out."""

from typing import Annotated

from fastapi import APIRouter, Body, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from libs.contracts.bulk import (
    CSV_LENGTH_MAX,
    NUMBERS_MAX,
    AccountConfiguration,
    AddNumbers,
    ExportConfiguration,
    Exported,
    ImportConfiguration,
    Imported,
    NumbersAdded,
)
from libs.contracts.ids import CampaignId, PoolId, Sid
from services.console.auth import Guarded, Who, needs
from services.console.domain.access import Right
from services.console.problems import Problem
from services.console.routes.asking import CONFLICT, ERRORS, LONG_MS, asked, formed, told


class NumberList(BaseModel):
    """Numbers, as a list or as a CSV text, and where they go."""

    model_config = ConfigDict(extra="forbid")

    account_sid: Sid
    campaign_id: CampaignId | None = None
    pool_id: PoolId | None = None
    numbers: tuple[str, ...] = Field(default=(), max_length=NUMBERS_MAX)
    csv: str = Field(default="", max_length=CSV_LENGTH_MAX)


class Import(BaseModel):
    """A configuration to bring in, all of it or none."""

    model_config = ConfigDict(extra="forbid")

    configuration: AccountConfiguration
    expected_version: int | None = Field(default=None, description="of the export it is based on")
    rehearsal: bool = Field(default=False, description="only say what would be done")


router = APIRouter(route_class=Guarded, responses=ERRORS, tags=["bulk"])


@router.post(
    "/numbers/bulk",
    response_model=NumbersAdded,
    responses=CONFLICT,
    openapi_extra=needs(Right.EDIT),
)
async def add_numbers(request: Request, who: Who, body: Annotated[NumberList, Body()]) -> Response:
    """Put up to 1,000 numbers into a pool or campaign; each has its own result."""
    if body.campaign_id and body.pool_id:
        errors = [("body.pool_id", "excludes campaign_id: a number has one place")]
        raise Problem(422, "malformed", "two places", errors=errors)
    if bool(body.numbers) == bool(body.csv.strip()):
        errors = [("body.numbers", "give either numbers or csv")]
        raise Problem(422, "malformed", "no list, or two", errors=errors)
    paths = {name: f"body.{name}" for name in NumberList.model_fields}
    named = body.model_dump()
    question = formed(AddNumbers, paths, account_id=who.account_id, actor=who.actor, **named)
    return told(await asked(request, question, paths, LONG_MS))


@router.get("/export", response_model=Exported, openapi_extra=needs(Right.EXPORT))
async def export(
    request: Request,
    who: Who,
    cursor: Annotated[str | None, Query(max_length=100, pattern="^[a-z]+/[-0-9a-f]*$")] = None,
) -> Response:
    """A part of the account's configuration; carriers' tokens never leave."""
    question = ExportConfiguration.model_construct(account_id=who.account_id, cursor=cursor)
    return told(await asked(request, question))


@router.post(
    "/import", response_model=Imported, responses=CONFLICT, openapi_extra=needs(Right.EDIT)
)
async def bring_in(request: Request, who: Who, body: Annotated[Import, Body()]) -> Response:
    """Make these documents the account's, all or none; what is not named stays."""
    question = ImportConfiguration(
        account_id=who.account_id,
        actor=who.actor,
        configuration=body.configuration,
        expected_version=body.expected_version,
        rehearsal=body.rehearsal,
    )
    paths = {"configuration": "body.configuration", "expected_version": "body.expected_version"}
    return told(await asked(request, question, paths, LONG_MS))
