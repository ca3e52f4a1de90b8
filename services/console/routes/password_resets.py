"""A new password for who has lost hers, by a link that is used once."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Request
from starlette.responses import Response

from services.console.auth import PUBLIC, Guarded, needs, visitor_of
from services.console.desk.resetting import Resetting
from services.console.routes.asking import CONFLICT, ERRORS, GONE
from services.console.routes.forms import Email, Strict, Token
from services.console.routes.session import Chosen


class Lost(Strict):
    """The address of who has lost her password."""

    email: Email


class NewPassword(Strict):
    """What the link holds, and the password that is to be."""

    link: Token
    new_password: Chosen


router = APIRouter(route_class=Guarded, responses=ERRORS, tags=["session"])

OPEN: dict[str, Any] = {"openapi_extra": needs(PUBLIC)}


@router.post("/password-resets", status_code=202, responses=CONFLICT, **OPEN)
async def ask_for_link(request: Request, body: Annotated[Lost, Body()]) -> Response:
    """Send a link by mail; the answer is the same whether anybody has the address or not."""
    desk: Resetting = request.app.state.resetting
    await desk.ask(body.email, visitor_of(request))
    return Response(status_code=202)


@router.put("/password-resets", status_code=204, responses=GONE, **OPEN)
async def set_password(request: Request, body: Annotated[NewPassword, Body()]) -> Response:
    """Set a new password by a link; all sessions end, and she signs in by the new one."""
    desk: Resetting = request.app.state.resetting
    await desk.use(body.link, body.new_password)
    return Response(status_code=204)
