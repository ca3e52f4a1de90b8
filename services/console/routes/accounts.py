"""The account, and others one founds."""

from typing import Annotated

from fastapi import APIRouter, Body, Request
from starlette.responses import Response

from services.console.auth import Guarded, Who, needs
from services.console.desk.counting import FOUNDINGS, Counting
from services.console.desk.keeping_people import KeepingPeople
from services.console.domain.access import Right, Role
from services.console.routes.asking import ERRORS, json_of
from services.console.routes.forms import Name, Strict
from services.console.routes.session import AccountShown, require_person
from services.console.store.accounts import Accounts

FOUNDED_MAX = 20  # by one person in a day


class AccountName(Strict):
    """What an account is called."""

    name: Name


router = APIRouter(route_class=Guarded, responses=ERRORS, tags=["account"])


@router.get("/account", response_model=AccountName, openapi_extra=needs(Right.LOOK))
async def get_account(request: Request, who: Who) -> Response:
    """The account."""
    accounts: Accounts = request.app.state.accounts
    return json_of({"name": await accounts.name(who.account_id)})


@router.put("/account", response_model=AccountName, openapi_extra=needs(Right.ACCOUNT))
async def rename_account(
    request: Request, who: Who, body: Annotated[AccountName, Body()]
) -> Response:
    """Call it otherwise."""
    desk: KeepingPeople = request.app.state.keeping_people
    await desk.rename(who, body.name)
    return json_of(body.model_dump())


@router.post(
    "/accounts",
    response_model=AccountShown,
    status_code=201,
    openapi_extra=needs(Right.ACCOUNT),
)
async def found_account(
    request: Request, who: Who, body: Annotated[AccountName, Body()]
) -> Response:
    """Make another account, and own it."""
    require_person(who)
    counting: Counting = request.app.state.counting
    await counting.count(FOUNDINGS, f"accounts/{who.person_id}", FOUNDED_MAX)
    desk: KeepingPeople = request.app.state.keeping_people
    account_id = await desk.found(who, body.name)
    shown = AccountShown(account_id=account_id, name=body.name, role=Role.OWNER)
    return json_of(shown.model_dump(mode="json"), 201)
