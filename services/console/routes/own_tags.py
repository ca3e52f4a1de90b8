"""Tracking tags as their publisher's own people see and make them."""

from typing import Any

from fastapi import Request
from pydantic import BaseModel
from starlette.responses import Response

from libs.contracts.party_tags import ListPartyTags, MakePartyTag
from services.console.domain.access import Allowance, Portals, Principal, Role
from services.console.problems import Problem
from services.console.routes.asking import Page, asked, told
from services.console.routes.parties import check_named, of_party

SENDERS: Portals = {Role.PUBLISHER: Allowance.ALWAYS}
MAKING: Portals = {Role.PUBLISHER: Allowance.MAKE_TAGS}
SET_BY_PORTALS = ("name", "campaign_id", "pool_id", "domains", "numbers_to_replace")
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
