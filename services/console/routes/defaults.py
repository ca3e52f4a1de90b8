"""What all campaigns of the account inherit."""

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import Response

from libs.contracts.configuration import Defaults
from libs.contracts.editing import Noun, Row, SaveDefaults
from services.console.auth import Guarded, Who, needs
from services.console.domain.access import Right
from services.console.problems import Problem
from services.console.routes.asking import (
    BODY,
    CONFLICT,
    ERRORS,
    BasedOn,
    asked,
    row,
    row_of,
)


class DefaultsRow(BaseModel):
    """What all campaigns inherit, with its version; 0: it was never set."""

    version: int
    document: Defaults


router = APIRouter(route_class=Guarded, responses=ERRORS, tags=["defaults"])


@router.get("/defaults", response_model=DefaultsRow, openapi_extra=needs(Right.LOOK))
async def get_defaults(request: Request, who: Who) -> Response:
    """What all campaigns of the account inherit."""
    return row_of(await defaults_row(request, who))


@router.put(
    "/defaults",
    response_model=DefaultsRow,
    responses=CONFLICT,
    openapi_extra=needs(Right.EDIT),
)
async def replace_defaults(
    request: Request, who: Who, version: BasedOn, body: Defaults
) -> Response:
    """Change what all campaigns inherit; the first time the version is 0."""
    question = SaveDefaults(
        account_id=who.account_id,
        actor=who.actor,
        expected_version=version or None,
        document=body,
    )
    await asked(request, question, BODY)
    return row_of(await defaults_row(request, who))


async def defaults_row(request: Request, who: Who) -> Row:
    """The account's defaults with their version; 0 where they were never set."""
    try:
        return await row(request, who, Noun.DEFAULTS, str(who.account_id))
    except Problem as no:
        if no.status != 404:  # noqa: PLR2004 - not there: nothing was ever set
            raise
    return Row(version=0, document=Defaults().model_dump(mode="json"))
