"""One's own second factor, and whether the account asks for one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request
from pydantic import BaseModel
from starlette.responses import Response

from services.console.auth import Guarded, Who, needs, visitor_of
from services.console.desk.proving import WrongPassword
from services.console.desk.setting_factors import (
    SettingFactors,
    WrongCode,
)
from services.console.domain.access import PARTIES, Right
from services.console.domain.second_factor import drawing_of
from services.console.problems import Problem
from services.console.routes.asking import CONFLICT, ERRORS, NOT_FOUND, json_of
from services.console.routes.forms import Strict
from services.console.routes.session import (
    Code,
    Given,
    not_the_password,
    require_person,
)
from services.console.store.accounts import Accounts
from services.console.store.second_factors import SecondFactors


class Password(Strict):
    """One's own password."""

    password: Given


class Confirmation(Strict):
    """What the app shows now."""

    code: Code


class FactorShown(BaseModel):
    """One's own second factor."""

    in_use: bool
    recovery_codes_left: int


class Proposed(BaseModel):
    """A secret for an app, the address by which apps take it, and that as a QR code.

    `qr_code` is an SVG as a `data:` address.  Shown this once.
    """

    secret: str
    address: str
    qr_code: str


class RecoveryCodes(BaseModel):
    """Each signs in once in place of the app's code.  Shown this once."""

    recovery_codes: list[str]


class Requirement(Strict):
    """Whether people of the account must have a second factor."""

    second_factor_required: bool


router = APIRouter(route_class=Guarded, responses=ERRORS, tags=["session"])

PATH = "/session/second-factor"
OWN: dict[str, Any] = {"openapi_extra": needs(Right.SELF, PARTIES)}


@router.get(PATH, response_model=FactorShown, **OWN)
async def show_factor(request: Request, who: Who) -> Response:
    """Whether one has a second factor."""
    require_person(who)
    factors: SecondFactors = request.app.state.second_factors
    assert who.person_id is not None, "required above"
    factor = await factors.of(who.person_id)
    in_use = factor is not None and factor.confirmed
    shown = FactorShown(in_use=in_use, recovery_codes_left=factor.codes_left if factor else 0)
    return json_of(shown.model_dump())


@router.post(PATH, response_model=Proposed, status_code=201, responses=CONFLICT, **OWN)
async def propose(request: Request, who: Who, body: Annotated[Password, Body()]) -> Response:
    """Begin to set one up; nobody is asked for it before it is confirmed."""
    async with _asked(request, who) as desk:
        secret, address = await desk.propose(who, body.password, visitor_of(request))
    shown = Proposed(secret=secret, address=address, qr_code=drawing_of(address))
    return json_of(shown.model_dump(), 201)


@router.put(PATH, response_model=RecoveryCodes, responses=NOT_FOUND, **OWN)
async def confirm(request: Request, who: Who, body: Annotated[Confirmation, Body()]) -> Response:
    """Use it from now on."""
    async with _asked(request, who) as desk:
        codes = await desk.confirm(who, body.code)
    return json_of(RecoveryCodes(recovery_codes=codes).model_dump())


@router.put(f"{PATH}/recovery-codes", response_model=RecoveryCodes, responses=NOT_FOUND, **OWN)
async def replace_codes(request: Request, who: Who, body: Annotated[Password, Body()]) -> Response:
    """Draw new recovery codes; the old ones end."""
    async with _asked(request, who) as desk:
        codes = await desk.replace_codes(who, body.password, visitor_of(request))
    return json_of(RecoveryCodes(recovery_codes=codes).model_dump())


@router.post(f"{PATH}/removal", status_code=204, responses=NOT_FOUND, **OWN)
async def remove(request: Request, who: Who, body: Annotated[Password, Body()]) -> Response:
    """Take it away."""
    async with _asked(request, who) as desk:
        await desk.remove(who, body.password, visitor_of(request))
    return Response(status_code=204)


@router.get("/account/sign-in", response_model=Requirement, openapi_extra=needs(Right.PEOPLE))
async def show_requirement(request: Request, who: Who) -> Response:
    """What the account asks of whoever signs in."""
    accounts: Accounts = request.app.state.accounts
    required = await accounts.requires_second_factor(who.account_id)
    return json_of({"second_factor_required": required})


@router.put(
    "/account/sign-in",
    response_model=Requirement,
    responses=CONFLICT,
    openapi_extra=needs(Right.ACCOUNT),
)
async def require(request: Request, who: Who, body: Annotated[Requirement, Body()]) -> Response:
    """Ask for a second factor: who has none may only set one up, also if signed in already."""
    accounts: Accounts = request.app.state.accounts
    factors: SecondFactors = request.app.state.second_factors
    if body.second_factor_required and who.person_id is not None:
        factor = await factors.of(who.person_id)
        if factor is None or not factor.confirmed:
            raise Problem(409, "second_factor_missing", "set up your own first")
    now = request.app.state.clock.now()
    required = body.second_factor_required
    await accounts.require_second_factor(who.account_id, required, who.actor, now)
    return json_of(body.model_dump())


@asynccontextmanager
async def _asked(request: Request, who: Who) -> AsyncIterator[SettingFactors]:
    """The desk, and how HTTP says its refusals."""
    require_person(who)
    try:
        yield request.app.state.setting_factors
    except WrongPassword as no:
        raise not_the_password(no) from no
    except WrongCode as no:
        errors = [("body.code", "is not what the app shows")]
        raise Problem(422, "wrong_code", "is not what the app shows", errors=errors) from no
