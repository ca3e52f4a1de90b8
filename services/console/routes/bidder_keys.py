"""Keys by which outside bidders see their own."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Request
from starlette.responses import Response

from libs.contracts.bidder_keys import (
    BidderKeyMade,
    BidderKeys,
    Company,
    EndBidderKey,
    KeyName,
    ListBidderKeys,
    MakeBidderKey,
)
from services.console.auth import Guarded, Who, needs
from services.console.domain.access import Right
from services.console.routes.asking import ERRORS, NOT_FOUND, asked, told
from services.console.routes.forms import Strict

router = APIRouter(route_class=Guarded, responses=ERRORS, tags=["rtb"])
look, people = needs(Right.LOOK), needs(Right.PEOPLE)
BODY = {"company": "body.company", "name": "body.name"}


class BidderKeyWanted(Strict):
    """A key for a company: that of at least one RTB target."""

    company: Company
    name: KeyName


@router.get("/bidder-keys", response_model=BidderKeys, openapi_extra=look)
async def list_bidder_keys(request: Request, who: Who) -> Response:
    """Keys of outside bidders, the newest first."""
    return told(await asked(request, ListBidderKeys(account_id=who.account_id)))


@router.post("/bidder-keys", response_model=BidderKeyMade, status_code=201, openapi_extra=people)
async def make_bidder_key(
    request: Request, who: Who, body: Annotated[BidderKeyWanted, Body()]
) -> Response:
    """Let a company see its own at `/bidders/v1`; the key is shown this once."""
    question = MakeBidderKey(
        account_id=who.account_id, actor=who.actor, company=body.company, name=body.name
    )
    return told(await asked(request, question, BODY), 201)


@router.delete("/bidder-keys/{key_id}", status_code=204, responses=NOT_FOUND, openapi_extra=people)
async def end_bidder_key(request: Request, who: Who, key_id: UUID) -> Response:
    """End a key, at once."""
    await asked(request, EndBidderKey(account_id=who.account_id, actor=who.actor, key_id=key_id))
    return Response(status_code=204)
