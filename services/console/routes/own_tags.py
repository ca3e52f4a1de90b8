"""Tracking tags as their publisher's own people see and make them."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Body, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from libs.contracts.editing import Saved
from libs.contracts.ids import TrackingTagId
from libs.contracts.party_tags import ListPartyTags, MakePartyTag, PartyTag, SetPartyTag
from libs.contracts.portals import Viewer
from libs.contracts.tracking_edits import GetTracking, TrackingNoun
from libs.contracts.worth import PartyKind
from services.console.auth import Guarded, Who, needs
from services.console.domain.access import Allowance, Portals, Principal, Right, Role
from services.console.problems import Problem
from services.console.routes.asking import (
    CONFLICT,
    ERRORS,
    NOT_FOUND,
    BasedOn,
    Page,
    asked,
    formed,
    json_of,
    told,
)
from services.console.routes.parties import check_named, of_party

SENDERS: Portals = {Role.PUBLISHER: Allowance.ALWAYS}
MAKING: Portals = {Role.PUBLISHER: Allowance.MAKE_TAGS}
SET_BY_PORTALS = ("name", "campaign_id", "pool_id", "domains", "numbers_to_replace")
Become = Literal["active", "paused", "retired"]
PATHS = {name: f"body.{name}" for name in SET_BY_PORTALS}


async def many(request: Request, who: Principal, page: Page) -> Response:
    """A publisher's tags, and the pools that new ones may name."""
    check_named(request, ("cursor", "limit"))
    paths = {"cursor": "query.cursor"}
    return told(await asked(request, of_party(ListPartyTags, paths, who, **page.model_dump())))


async def make(request: Request, who: Principal, body: Any) -> Response:
    """Make a tag of the publisher's; what the account alone decides is refused."""
    document: BaseModel = body
    errors = [
        (f"body.{name}", "is for the account to set")
        for name in sorted(document.model_fields_set - set(SET_BY_PORTALS))
    ]
    if errors:
        raise Problem(422, "malformed", "a portal sets less", errors=errors)
    wanted = document.model_dump(include=set(SET_BY_PORTALS))
    question = of_party(MakePartyTag, PATHS, who, actor=who.actor, **wanted)
    return told(await asked(request, question, PATHS), 201)


router = APIRouter(route_class=Guarded, responses=ERRORS, tags=["tracking-tags"])


class Pausing(BaseModel):
    """Whether the publisher wants it to rest for now."""

    model_config = ConfigDict(extra="forbid")

    paused: bool


@router.put(
    "/tracking-tags/{id}/pause",
    response_model=PartyTag,
    responses=NOT_FOUND | CONFLICT,
    openapi_extra=needs(Right.EDIT, MAKING),
)
async def pause(
    request: Request, who: Who, id: UUID, version: BasedOn, body: Annotated[Pausing, Body()]
) -> Response:
    """Pause a tag for its publisher, or let it go on: the account's own pause stays what it is."""
    become: Become = "paused" if body.paused else "active"
    tag = await _set(request, who, id, version, become)
    return json_of(tag.model_dump(mode="json"), headers={"ETag": f'"{tag.version}"'})


async def retire(request: Request, who: Principal, tag_id: UUID, version: int) -> Response:
    """Take one of a publisher's own out of use."""
    tag = await _set(request, who, tag_id, version, "retired")
    return told(Saved(version=tag.version))


async def _set(
    request: Request, who: Principal, tag_id: UUID, version: int, become: Become
) -> PartyTag:
    question = formed(
        SetPartyTag,
        {},
        account_id=who.account_id,
        actor=who.actor,
        viewer=who.viewer or await _publisher_of(request, who, tag_id),
        tracking_tag_id=TrackingTagId(tag_id),
        expected_version=version,
        become=become,
    )
    tag: PartyTag = await asked(request, question)
    return tag


async def _publisher_of(request: Request, who: Principal, tag_id: UUID) -> Viewer:
    """For whom somebody of the account does it."""
    look = GetTracking(account_id=who.account_id, noun=TrackingNoun.TRACKING_TAG, key=tag_id)
    publisher_id = (await asked(request, look)).row.document["publisher_id"]
    if publisher_id is None:
        raise Problem(409, "no_publisher", "it is no publisher's: set its `status` instead")
    return Viewer(kind=PartyKind.PUBLISHER, id=publisher_id)
