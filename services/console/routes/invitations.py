"""Inviting people to the account, and accepting."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from services.console.auth import PUBLIC, Guarded, Who, needs
from services.console.desk.inviting import Inviting, KnownAlready, Made
from services.console.domain.access import Right, Role
from services.console.problems import Problem
from services.console.routes.asking import CONFLICT, ERRORS, GONE, NOT_FOUND, json_of
from services.console.routes.forms import Email, Name, Strict, Token
from services.console.routes.parties import OfParty, check_party
from services.console.routes.session import Chosen
from services.console.store.invitations import Invitation, State
from services.console.store.members import EmailTaken, Standing


class Wanted(Strict):
    """Somebody who is to belong to the account."""

    email: Email
    role: Role
    may_export: bool = False
    party_id: OfParty = None


class InvitationShown(BaseModel):
    """Somebody who was invited; an open invitation may have expired."""

    invitation_id: UUID
    email: str
    role: Role
    may_export: bool
    party_id: UUID | None
    state: State
    invited_by: str
    made_at: datetime
    expires_at: datetime


class InvitationMade(InvitationShown):
    """A new invitation, or one with another link."""

    sent: bool = Field(description="whether the mail server took the letter with the link")
    link: str | None = Field(description="where no mail is set up: give it to her; shown this once")


class Held(Strict):
    """What a link holds."""

    link: Token


class InvitationSeen(BaseModel):
    """What a link invites to."""

    account: str
    email: str
    role: Role
    known: bool = Field(description="she accepts by signing in: `invitation` of POST /session")
    expires_at: datetime


class Acceptance(Strict):
    """Who she is, and the password by which she will sign in."""

    link: Token
    name: Name
    new_password: Chosen


class Accepted(BaseModel):
    """She signs in by this address and her password."""

    email: str


router = APIRouter(route_class=Guarded, responses=ERRORS, tags=["people"])

EXTRA: dict[str, Any] = {"openapi_extra": needs(Right.PEOPLE)}
OPEN: dict[str, Any] = {"openapi_extra": needs(PUBLIC)}


@router.get("/invitations", response_model=list[InvitationShown], **EXTRA)
async def list_invitations(
    request: Request,
    who: Who,
    after: Annotated[UUID | None, Query(description="the last one seen")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 200,
) -> Response:
    """Who was invited, the newest first."""
    desk: Inviting = request.app.state.inviting
    return json_of([_shown(one) for one in await desk.list(who.account_id, after, limit)])


@router.post(
    "/invitations", response_model=InvitationMade, status_code=201, responses=CONFLICT, **EXTRA
)
async def invite(request: Request, who: Who, body: Annotated[Wanted, Body()]) -> Response:
    """Invite somebody; the link comes to her by mail, and is good once, for a week."""
    desk: Inviting = request.app.state.inviting
    await check_party(request, who, body.role, body.party_id)
    standing = Standing(body.role, body.may_export, body.party_id)
    try:
        made = await desk.invite(who, body.email, standing)
    except EmailTaken as no:
        raise _taken("belongs to the account already") from no
    return json_of(_made(made), 201)


@router.post("/invitations/look", response_model=InvitationSeen, responses=GONE, **OPEN)
async def look(request: Request, body: Annotated[Held, Body()]) -> Response:
    """What a link invites to."""
    desk: Inviting = request.app.state.inviting
    seen = await desk.look(body.link)
    shown = InvitationSeen(**{name: getattr(seen, name) for name in seen.__slots__})
    return json_of(shown.model_dump(mode="json"))


@router.post(
    "/invitations/acceptance",
    response_model=Accepted,
    status_code=201,
    responses=CONFLICT | GONE,
    **OPEN,
)
async def accept(request: Request, body: Annotated[Acceptance, Body()]) -> Response:
    """Accept, as somebody new here; who is known signs in with the invitation instead."""
    desk: Inviting = request.app.state.inviting
    try:
        email = await desk.accept_new(body.link, body.name, body.new_password)
    except (KnownAlready, EmailTaken) as no:
        raise Problem(409, "known", "this address is known here: sign in to accept") from no
    return json_of({"email": email}, 201)


@router.post(
    "/invitations/{invitation_id}/resend",
    response_model=InvitationMade,
    responses=NOT_FOUND | CONFLICT,
    **EXTRA,
)
async def send_again(request: Request, who: Who, invitation_id: UUID) -> Response:
    """Send another link, good for a week; the one before ends."""
    desk: Inviting = request.app.state.inviting
    made = await desk.send_again(who, await _one(request, who, invitation_id))
    return json_of(_made(made))


@router.delete(
    "/invitations/{invitation_id}", status_code=204, responses=NOT_FOUND | CONFLICT, **EXTRA
)
async def withdraw(request: Request, who: Who, invitation_id: UUID) -> Response:
    """Take an invitation back: its link ends."""
    desk: Inviting = request.app.state.inviting
    await desk.withdraw(who, await _one(request, who, invitation_id))
    return Response(status_code=204)


async def _one(request: Request, who: Who, invitation_id: UUID) -> Invitation:
    desk: Inviting = request.app.state.inviting
    found = await desk.find(who.account_id, invitation_id)
    if found is None:
        raise Problem(404, "not_found", "no such invitation")
    return found


def _shown(one: Invitation) -> dict[str, Any]:
    names = InvitationShown.model_fields
    return InvitationShown(**{name: getattr(one, name) for name in names}).model_dump(mode="json")


def _made(made: Made) -> dict[str, Any]:
    return {**_shown(made.invitation), "sent": made.sent, "link": made.link}


def _taken(problem: str) -> Problem:
    return Problem(409, "taken", problem, errors=[("body.email", problem)])
