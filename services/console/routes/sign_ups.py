"""Founding an account of one's own, where a setting allows it."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Request
from starlette.responses import Response

from services.console.auth import PUBLIC, Guarded, needs, visitor_of
from services.console.desk.inviting import KnownAlready
from services.console.desk.signing_up import SigningUp
from services.console.problems import Problem
from services.console.routes.asking import CONFLICT, ERRORS, GONE, json_of
from services.console.routes.forms import Email, Name, Strict, Token
from services.console.routes.invitations import Accepted
from services.console.routes.session import Chosen


class Wish(Strict):
    """The address of who wants an account."""

    email: Email


class Founding(Strict):
    """What the link holds, and what is to be."""

    link: Token
    account: Name
    name: Name
    new_password: Chosen


router = APIRouter(route_class=Guarded, responses=ERRORS, tags=["session"])

OPEN: dict[str, Any] = {"openapi_extra": needs(PUBLIC)}


@router.post("/sign-ups", status_code=202, responses=CONFLICT, **OPEN)
async def ask_for_account(request: Request, body: Annotated[Wish, Body()]) -> Response:
    """Send a link by mail; the answer is the same whether anybody has the address or not."""
    desk: SigningUp = request.app.state.signing_up
    await desk.ask(body.email, visitor_of(request))
    return Response(status_code=202)


@router.put(
    "/sign-ups", response_model=Accepted, status_code=201, responses=CONFLICT | GONE, **OPEN
)
async def found(request: Request, body: Annotated[Founding, Body()]) -> Response:
    """Found the account, and own it."""
    desk: SigningUp = request.app.state.signing_up
    try:
        email = await desk.confirm(body.link, body.account, body.name, body.new_password)
    except KnownAlready as no:
        raise Problem(409, "known", "this address is known here: sign in") from no
    return json_of({"email": email}, 201)
