"""Signing in and out, switching accounts, changing one's own password."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from libs.contracts.ids import AccountId
from services.console.auth import PUBLIC, Guard, Guarded, Who, needs, visitor_of
from services.console.desk.passwords import LENGTH_MAX, LENGTH_MIN
from services.console.desk.proving import WrongPassword
from services.console.desk.setting_factors import WrongCode
from services.console.desk.signing_in import LIFE_MAX, Credentials, NoAccount, SigningIn
from services.console.domain.access import PARTIES, Right, Role
from services.console.domain.secrets import csrf_of
from services.console.problems import Problem
from services.console.routes.asking import CONFLICT, ERRORS, GONE, NOT_FOUND, json_of
from services.console.routes.forms import Email, Strict, Token
from services.console.store.members import EmailTaken
from services.console.store.people import People
from services.console.store.sessions import Sessions

Given = Annotated[str, Field(min_length=1, max_length=LENGTH_MAX)]
Code = Annotated[str, Field(min_length=6, max_length=40)]
Chosen = Annotated[str, Field(min_length=LENGTH_MIN, max_length=LENGTH_MAX)]


class SignIn(Strict):
    """Address, password and code; the account is the first of hers unless named."""

    email: Email
    password: Given
    account_id: AccountId | None = None
    code: Code | None = Field(
        default=None, description="of the second factor, or a recovery code; who has one is asked"
    )
    invitation: Token | None = Field(
        default=None, description="accepts an invitation to an account, and signs in there"
    )


class Switch(Strict):
    """The account to go on in."""

    account_id: AccountId


class PasswordChange(Strict):
    """The password that is, and the one that is to be."""

    password: Given
    new_password: Chosen


class AccountShown(BaseModel):
    """An account of hers, and what she is there."""

    account_id: AccountId
    name: str
    role: Role


class SignedIn(BaseModel):
    """Who is signed in.  `csrf_token` goes into `X-CSRF-Token` of whatever changes something."""

    email: str
    account_id: AccountId
    role: Role
    party_id: UUID | None = Field(default=None, description="the buyer or publisher she is of")
    rights: list[Right]
    must_change_password: bool
    must_set_up_second_factor: bool
    csrf_token: str | None = None
    accounts: list[AccountShown] = []


class SessionShown(BaseModel):
    """A session of one's own."""

    session_id: UUID
    agent: str
    address: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    current: bool


router = APIRouter(route_class=Guarded, responses=ERRORS, tags=["session"])

OWN: dict[str, Any] = {"openapi_extra": needs(Right.SELF, PARTIES)}


@router.post(
    "/session",
    response_model=SignedIn,
    status_code=201,
    responses=CONFLICT | GONE,
    openapi_extra=needs(PUBLIC),
)
async def sign_in(request: Request, body: Annotated[SignIn, Body()]) -> Response:
    """Sign in: the answer sets a cookie."""
    desk: SigningIn = request.app.state.signing_in
    try:
        token = await desk.sign_in(Credentials(**body.model_dump()), visitor_of(request))
    except (WrongPassword, NoAccount) as no:
        raise Problem(401, "wrong_password", "no such address and password") from no
    except EmailTaken as no:
        raise Problem(409, "taken", "you belong to the account already") from no
    except WrongCode as no:
        raise Problem(401, "wrong_code", "is wrong, too old, or was used before") from no
    return await _signed_in(request, token, 201)


@router.get("/session", response_model=SignedIn, **OWN)
async def who_am_i(request: Request, who: Who) -> Response:
    """Who is signed in, and where."""
    guard: Guard = request.app.state.guard
    return json_of(await _shown(request, who, request.cookies.get(guard.cookie)))


@router.delete("/session", status_code=204, **OWN)
async def sign_out(request: Request, who: Who) -> Response:
    """Sign out."""
    desk: SigningIn = request.app.state.signing_in
    if who.session_id is not None:
        await desk.sign_out(who, who.session_id)
    response = Response(status_code=204)
    guard: Guard = request.app.state.guard
    response.delete_cookie(guard.cookie, path="/", secure=guard.secure, httponly=True)
    return response


@router.put("/session/account", response_model=SignedIn, responses=NOT_FOUND, **OWN)
async def switch(request: Request, who: Who, body: Annotated[Switch, Body()]) -> Response:
    """Go on in another account of one's own, with a new session."""
    require_person(who)
    desk: SigningIn = request.app.state.signing_in
    try:
        token = await desk.switch(who, body.account_id, visitor_of(request))
    except NoAccount as no:
        raise Problem(404, "not_found", "no such account of yours") from no
    return await _signed_in(request, token, 200)


@router.put("/session/password", response_model=SignedIn, **OWN)
async def change_password(
    request: Request, who: Who, body: Annotated[PasswordChange, Body()]
) -> Response:
    """Change one's own password; all other sessions end."""
    require_person(who)
    desk: SigningIn = request.app.state.signing_in
    if body.password == body.new_password:
        errors = [("body.new_password", "another than before")]
        raise Problem(422, "malformed", "the same password", errors=errors)
    try:
        token = await desk.change_password(
            who, body.password, body.new_password, visitor_of(request)
        )
    except WrongPassword as no:
        raise not_the_password(no) from no
    return await _signed_in(request, token, 200)


@router.get("/sessions", response_model=list[SessionShown], **OWN)
async def list_sessions(request: Request, who: Who) -> Response:
    """Where one is signed in."""
    require_person(who)
    assert who.person_id is not None, "required above"
    sessions: Sessions = request.app.state.sessions
    found = await sessions.of_person(who.account_id, who.person_id)
    shown = [
        SessionShown(
            **{name: getattr(one, name) for name in one.__slots__},
            current=one.session_id == who.session_id,
        )
        for one in found
    ]
    return json_of([one.model_dump(mode="json") for one in shown])


@router.delete("/sessions/{session_id}", status_code=204, responses=NOT_FOUND, **OWN)
async def end_session(request: Request, who: Who, session_id: UUID) -> Response:
    """Sign out somewhere else."""
    require_person(who)
    desk: SigningIn = request.app.state.signing_in
    if not await desk.sign_out(who, session_id):
        raise Problem(404, "not_found", "no such session of yours")
    return Response(status_code=204)


def not_the_password(_: WrongPassword) -> Problem:
    """Who is signed in, and does not know the password."""
    errors = [("body.password", "is not the password")]
    return Problem(422, "wrong_password", "is not the password", errors=errors)


def require_person(who: Who) -> None:
    """What only somebody with a session may do."""
    if who.person_id is None:
        raise Problem(403, "forbidden", "a key is nobody's session")


async def _signed_in(request: Request, token: str, status: int) -> Response:
    guard: Guard = request.app.state.guard
    request.cookies[guard.cookie] = token
    who = await request.app.state.sessions.of_token(
        request.app.state.digest(token), request.app.state.clock.now()
    )
    response = json_of(await _shown(request, who, token), status)
    response.set_cookie(
        guard.cookie,
        token,
        max_age=int(LIFE_MAX.total_seconds()),
        path="/",
        secure=guard.secure,
        httponly=True,
        samesite="lax",
    )
    return response


async def _shown(request: Request, who: Who, token: str | None) -> dict[str, Any]:
    people: People = request.app.state.people
    accounts = await people.accounts_of(who.person_id) if who.person_id else []
    shown = SignedIn(
        email=who.name,
        account_id=who.account_id,
        role=who.role,
        party_id=who.party_id,
        rights=sorted(who.rights),
        must_change_password=who.must_change,
        must_set_up_second_factor=who.must_set_up,
        csrf_token=csrf_of(token) if token and who.session_id else None,
        accounts=[AccountShown(account_id=id, name=name, role=role) for id, name, role in accounts],
    )
    return shown.model_dump(mode="json")
