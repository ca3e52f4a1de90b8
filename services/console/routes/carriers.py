"""An account's own credentials at carriers; tokens are never shown again."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel
from starlette.responses import Response

from libs.contracts.configuration import Carrier
from libs.contracts.editing import ListConfiguration, Noun, SaveCarrier, Saved
from libs.contracts.editing import Page as Listed
from libs.contracts.ids import Sid
from services.console.auth import Guarded, Who, needs
from services.console.domain.access import Right
from services.console.problems import Problem
from services.console.routes.asking import (
    BODY,
    CONFLICT,
    CURSOR,
    ERRORS,
    NOT_FOUND,
    BasedOn,
    Fields,
    Paging,
    asked,
    formed,
    retired,
    row,
    row_of,
    rows_of,
)


class CarrierShown(BaseModel):
    """Credentials at the carrier: the tokens are never shown again."""

    account_sid: str
    token_sealed: str
    token_next_sealed: str | None = None


class CarrierRow(BaseModel):
    """A carrier with its version."""

    version: int
    document: CarrierShown


class CarrierPage(BaseModel):
    """A part of the list of carriers."""

    items: list[CarrierRow]
    cursor: str | None = None


AccountSid = Annotated[Sid, Path(description="the carrier's own name of the account")]

router = APIRouter(route_class=Guarded, responses=ERRORS, tags=["carriers"])


@router.get("/carriers", response_model=CarrierPage, openapi_extra=needs(Right.LOOK))
async def list_carriers(request: Request, who: Who, page: Paging, fields: Fields) -> Response:
    """The account's own credentials at carriers, tokens masked."""
    question = formed(
        ListConfiguration,
        CURSOR,
        account_id=who.account_id,
        noun=Noun.CARRIER,
        cursor=page.cursor,
        limit=page.limit,
    )
    listed: Listed = await asked(request, question)
    return rows_of(listed.rows, listed.cursor, fields)


@router.get(
    "/carriers/{account_sid}",
    response_model=CarrierRow,
    responses=NOT_FOUND,
    openapi_extra=needs(Right.LOOK),
)
async def get_carrier(request: Request, who: Who, account_sid: AccountSid) -> Response:
    """One set of credentials, tokens masked."""
    return row_of(await row(request, who, Noun.CARRIER, account_sid))


@router.post(
    "/carriers",
    status_code=201,
    response_model=CarrierRow,
    responses=CONFLICT,
    openapi_extra=needs(Right.ACCOUNT),
)
async def create_carrier(request: Request, who: Who, body: Carrier) -> Response:
    """Give the account credentials of its own."""
    return await _carrier_saved(request, who, body, None, 201)


@router.put(
    "/carriers/{account_sid}",
    response_model=CarrierRow,
    responses=NOT_FOUND | CONFLICT,
    openapi_extra=needs(Right.ACCOUNT),
)
async def replace_carrier(
    request: Request, who: Who, account_sid: AccountSid, version: BasedOn, body: Carrier
) -> Response:
    """Rotate tokens: while `token_next` is set, both are accepted."""
    if body.account_sid != account_sid:
        errors = [("body.account_sid", "is that of the path, or another one is meant")]
        raise Problem(422, "malformed", "the names differ", errors=errors)
    await row(request, who, Noun.CARRIER, account_sid)
    return await _carrier_saved(request, who, body, version, 200)


@router.delete(
    "/carriers/{account_sid}",
    response_model=Saved,
    responses=NOT_FOUND | CONFLICT,
    openapi_extra=needs(Right.ACCOUNT),
)
async def retire_carrier(
    request: Request, who: Who, account_sid: AccountSid, version: BasedOn
) -> Response:
    """Forget the credentials."""
    return await retired(request, who, Noun.CARRIER, account_sid, version)


async def _carrier_saved(
    request: Request, who: Who, body: Carrier, version: int | None, status: int
) -> Response:
    question = SaveCarrier(
        account_id=who.account_id, actor=who.actor, expected_version=version, document=body
    )
    await asked(request, question, BODY)
    return row_of(await row(request, who, Noun.CARRIER, body.account_sid), status=status)
