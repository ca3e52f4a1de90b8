"""Paths of the predecessor that programs still ask, answered as they know them."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel
from starlette.responses import Response

from libs.contracts.bidding_edits import Cleared, ClearRtbTargets
from libs.contracts.configuration import CampaignStatus
from libs.contracts.editing import Got
from libs.contracts.finding import FindCampaign
from libs.contracts.ids import CampaignId
from services.console.auth import Guarded, Who, needs
from services.console.domain.access import Right
from services.console.routes.asking import CONFLICT, ERRORS, NOT_FOUND, asked, told

router = APIRouter(route_class=Guarded, responses=ERRORS, tags=["predecessor"], prefix="/api")


CLEAR = "/rtb/targets/clear-all"


class FoundCampaign(BaseModel):
    """A campaign in few words."""

    id: CampaignId
    name: str
    status: CampaignStatus
    enableRtb: bool  # noqa: N815 - the predecessor's word


class RtbLookup(BaseModel):
    """Whose an RTB id is."""

    rtbId: str  # noqa: N815 - the predecessor's word
    campaign: FoundCampaign


@router.get(
    "/internal/campaigns/rtb-lookup/{rtb_id}",
    response_model=RtbLookup,
    responses=NOT_FOUND,
    openapi_extra=needs(Right.LOOK),
)
async def rtb_lookup(
    request: Request, who: Who, rtb_id: Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
) -> Response:
    """The campaign that publishers know by this id, in few words."""
    got: Got = await asked(request, FindCampaign(account_id=who.account_id, rtb_id=rtb_id))
    found = got.row.document
    campaign = FoundCampaign(
        id=found["id"],
        name=found["name"],
        status=found["status"],
        enableRtb=found["rtb_enabled"],
    )
    return told(RtbLookup(rtbId=rtb_id, campaign=campaign))


@router.delete(CLEAR, response_model=Cleared, responses=CONFLICT, openapi_extra=needs(Right.EDIT))
@router.post(CLEAR, response_model=Cleared, responses=CONFLICT, openapi_extra=needs(Right.EDIT))
async def clear_all(request: Request, who: Who, force: bool = False) -> Response:
    """Take all outside bidders out of use; 409 names the routers that ask any, unless forced."""
    question = ClearRtbTargets(account_id=who.account_id, actor=who.actor, detach=force)
    return told(await asked(request, question))
