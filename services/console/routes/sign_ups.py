"""Founding an account of one's own, where a setting allows it."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Request
from starlette.responses import Response

from services.console.auth import PUBLIC, Guarded, needs, visitor_of
from services.console.desk.inviting import KnownAlready
from services.console.desk.proving import TooManyFailures
from services.console.desk.resetting import LinkOver, NoMail
from services.console.desk.signing_up import NotAllowed, SigningUp
from services.console.problems import Problem
from services.console.routes.asking import CONFLICT, ERRORS, GONE, json_of
from services.console.routes.forms import Email, Name, Strict, Token
from services.console.routes.invitations import Accepted
from services.console.routes.password_resets import no_mail
from services.console.routes.session import Chosen, link_over, too_many


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
    try:
        await desk.ask(body.email, visitor_of(request))
    except NotAllowed as no:
        raise _not_allowed(no) from no
    except NoMail as no:
        raise no_mail(no) from no
    except TooManyFailures as no:
        raise too_many(no) from no
    return Response(status_code=202)


@router.put(
    "/sign-ups", response_model=Accepted, status_code=201, responses=CONFLICT | GONE, **OPEN
)
async def found(request: Request, body: Annotated[Founding, Body()]) -> Response:
    """Found the account, and own it."""
    desk: SigningUp = request.app.state.signing_up
    try:
        email = await desk.confirm(body.link, body.account, body.name, body.new_password)
    except NotAllowed as no:
        raise _not_allowed(no) from no
    except LinkOver as no:
        raise link_over(no) from no
    except KnownAlready as no:
        raise Problem(409, "known", "this address is known here: sign in") from no
    return json_of({"email": email}, 201)


def _not_allowed(_: NotAllowed) -> Problem:
    return Problem(403, "no_sign_up", "nobody founds an account here: ask for an invitation")
