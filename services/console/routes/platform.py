"""For the platform's own operators: accounts, health, and whose an RTB id is; nothing else."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel
from starlette.responses import Response

from libs.contracts.configuration import CampaignStatus
from libs.runtime.ask import Refused, Unanswered
from libs.runtime.health import Health
from services.console.auth import Guarded, Who, needs
from services.console.desk.operating import NoSuchRtbId, Operating
from services.console.domain.access import Right
from services.console.problems import Problem, of_refusal, of_silence
from services.console.routes.asking import ERRORS, NOT_FOUND, json_of, told
from services.console.store.accounts import State

BEFORE_ALL = UUID(int=0)


class AccountListed(BaseModel):
    """An account; `waiting` until an owner has chosen her password."""

    account_id: UUID
    name: str
    made_at: datetime
    state: State


class Check(BaseModel):
    """What one check of the console saw."""

    name: str
    well: bool
    detail: str
    vital: bool


class PlatformHealth(BaseModel):
    """The console's own checks, and which services answer questions."""

    checks: list[Check]
    answering: dict[str, bool]


class RtbIdFound(BaseModel):
    """The campaign that publishers know by an id, and whose it is."""

    rtb_id: str
    account_id: UUID
    account: str
    campaign_id: UUID
    campaign: str
    status: CampaignStatus
    rtb_enabled: bool


router = APIRouter(route_class=Guarded, responses=ERRORS, tags=["platform"], prefix="/platform")

EXTRA: dict[str, Any] = {"openapi_extra": needs(Right.PLATFORM)}


@router.get("/accounts", response_model=list[AccountListed], **EXTRA)
async def list_accounts(
    request: Request,
    who: Who,
    after: Annotated[UUID, Query(description="the last id seen")] = BEFORE_ALL,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> Response:
    """All accounts, by their ids."""
    desk: Operating = request.app.state.operating
    found = await desk.accounts(who, after, limit)
    shown = [AccountListed(**{name: getattr(one, name) for name in one.__slots__}) for one in found]
    return json_of([one.model_dump(mode="json") for one in shown])


@router.get("/health", response_model=PlatformHealth, **EXTRA)
async def see_health(request: Request, who: Who) -> Response:
    """What is well and what is not."""
    assert who.rights, "the guard looked"
    desk: Operating = request.app.state.operating
    health: Health = request.app.state.health
    checks = [
        Check(name=one.name, well=one.well, detail=one.detail, vital=one.vital)
        for one in await health.findings()
    ]
    return told(PlatformHealth(checks=checks, answering=await desk.answering()))


@router.get("/rtb-ids/{rtb_id}", response_model=RtbIdFound, responses=NOT_FOUND, **EXTRA)
async def look_up(
    request: Request, who: Who, rtb_id: Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
) -> Response:
    """Whose an RTB id is; the account's audit log says that it was looked up."""
    desk: Operating = request.app.state.operating
    try:
        found, account = await desk.whose(who, rtb_id)
    except NoSuchRtbId as no:
        raise Problem(404, "not_found", "no campaign has it") from no
    except Refused as no:
        raise of_refusal(no.refusal, "router", {}) from no
    except Unanswered as no:
        raise of_silence(no, "router") from no
    shown = RtbIdFound(
        rtb_id=rtb_id,
        account_id=found.account_id,
        account=account,
        campaign_id=found.campaign_id,
        campaign=found.name,
        status=found.status,
        rtb_enabled=found.rtb_enabled,
    )
    return told(shown)
