"""Programs' keys."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Request
from pydantic import AwareDatetime, BaseModel, Field
from starlette.responses import Response

from services.console.auth import Guarded, Who, needs
from services.console.desk.keeping_people import KeepingPeople
from services.console.domain.access import Right, Role
from services.console.problems import Problem
from services.console.routes.asking import ERRORS, NOT_FOUND, json_of
from services.console.routes.forms import Name, Strict
from services.console.routes.parties import OfParty, check_party
from services.console.store.keys import Keys


class KeyWanted(Strict):
    """A key for a program: some of one's own rights, until it expires."""

    name: Name
    role: Role = Field(
        default=Role.MANAGER,
        description="as whom it is written down; it gives no rights, a portal's narrows them",
    )
    rights: set[Right] = Field(
        default={Right.LOOK},
        min_length=1,
        description="what it may do: only what is named here, whatever its role",
    )
    party_id: OfParty = None
    expires_at: AwareDatetime | None = None


class KeyShown(BaseModel):
    """A key as people tell it apart; never the key itself."""

    key_id: UUID
    shown: str
    name: str
    role: Role
    rights: list[Right]
    party_id: UUID | None
    made_by: str
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None
    revoked_at: datetime | None


class KeyMade(KeyShown):
    """A new key; `key` is shown this once."""

    key: str


router = APIRouter(route_class=Guarded, responses=ERRORS, tags=["keys"])

EXTRA: dict[str, Any] = {"openapi_extra": needs(Right.PEOPLE)}


@router.get("/keys", response_model=list[KeyShown], **EXTRA)
async def list_keys(request: Request, who: Who) -> Response:
    """Programs' keys, the newest first."""
    keys: Keys = request.app.state.keys
    return json_of([_key(key) for key in await keys.all(who.account_id)])


@router.post("/keys", response_model=KeyMade, status_code=201, **EXTRA)
async def make_key(request: Request, who: Who, body: Annotated[KeyWanted, Body()]) -> Response:
    """Make a key; it is shown this once."""
    if body.expires_at is not None and body.expires_at <= request.app.state.clock.now():
        errors = [("body.expires_at", "a moment to come")]
        raise Problem(422, "malformed", "it would have expired", errors=errors)
    desk: KeepingPeople = request.app.state.keeping_people
    await check_party(request, who, body.role, body.party_id)
    key, secret = await desk.make_key(
        who, body.name, body.role, frozenset(body.rights), body.expires_at, body.party_id
    )
    return json_of({**_key(key), "key": secret}, 201)


@router.delete("/keys/{key_id}", status_code=204, responses=NOT_FOUND, **EXTRA)
async def revoke_key(request: Request, who: Who, key_id: UUID) -> Response:
    """End a key, at once."""
    desk: KeepingPeople = request.app.state.keeping_people
    if not await desk.revoke_key(who, key_id):
        raise Problem(404, "not_found", "no such key, or it has ended")
    return Response(status_code=204)


def _key(key: Any) -> dict[str, Any]:
    shown = KeyShown(**{name: getattr(key, name) for name in key.__slots__})
    return shown.model_dump(mode="json")
