"""A call to try something with: as it is made up, or as a past one was."""

from typing import Any
from uuid import UUID

from fastapi import Request

from libs.contracts.auctions import TestCall
from libs.contracts.calls import CallArrived
from libs.contracts.configuration import Campaign
from libs.contracts.editing import GetConfiguration, Got, Noun
from libs.contracts.ids import CallId, CampaignId
from libs.contracts.routing import CallRouted
from libs.contracts.tracking import CallDetail, GetCall
from services.console.domain.access import Principal
from services.console.routes.asking import asked


async def as_it_was(request: Request, who: Principal, call_id: CallId) -> TestCall:
    """A past call of the account, as its bidders would have been told of it."""
    detail: CallDetail = await asked(request, GetCall(account_id=who.account_id, call_id=call_id))
    arrived = _first(detail, CallArrived)
    routed = _first(detail, CallRouted)
    call = TestCall(dialled=detail.call.dialled)
    if arrived is not None:
        known = {"caller": arrived.caller, "geography": arrived.geography}
        call = call.model_copy(update=known)
    if routed is not None:
        call = call.model_copy(update={"tags": routed.tags})
        if routed.campaign_id is not None:
            campaign = await campaign_of(request, who, routed.campaign_id)
            call = call.model_copy(update={"campaign_rtb_id": campaign.rtb_id or ""})
    return call


async def campaign_of(request: Request, who: Principal, campaign_id: CampaignId) -> Campaign:
    """A campaign of the account as it is now."""
    question = GetConfiguration(
        account_id=who.account_id, noun=Noun.CAMPAIGN, key=str(UUID(str(campaign_id)))
    )
    got: Got = await asked(request, question)
    return Campaign.model_validate(got.row.document)


def _first(detail: CallDetail, kind: Any) -> Any:
    """The call's first fact of a kind; None where it has none."""
    facts = (entry.fact for entry in detail.timeline if entry.subject == kind.subject)
    found = next(facts, None)
    return None if found is None else kind.model_validate(found)
