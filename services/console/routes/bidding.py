"""Outside bidders and the routers that ask them: listed, read, made, changed, taken out of use."""

from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Body, Query, Request
from pydantic import Field, create_model
from starlette.responses import Response

from libs.contracts.bidding import RtbRouter, RtbTarget
from libs.contracts.bidding_edits import (
    Cleared,
    ClearRtbTargets,
    FindRtbUses,
    GetRtb,
    ListRtb,
    RetireRtb,
    RtbNoun,
    RtbUses,
    SaveRtbRouter,
    SaveRtbTarget,
)
from libs.contracts.editing import Got, Row, Saved
from libs.contracts.editing import Page as Listed
from libs.contracts.finding import Affected, DetachRtb, FindAuctioned
from libs.contracts.ids import RtbRouterId
from services.console.auth import Guarded, Who, needs
from services.console.domain.access import Principal, Right
from services.console.problems import Problem
from services.console.routes.asking import (
    BODY,
    CONFLICT,
    CURSOR,
    EDIT_WITHIN_MS,
    ERRORS,
    NOT_FOUND,
    WITHIN_MS,
    BasedOn,
    Fields,
    Paging,
    Sorted,
    asked,
    formed,
    row_of,
    rows_of,
    told,
)
from services.console.routes.configuration import shown_as

router = APIRouter(route_class=Guarded, responses=ERRORS)
look, edit = needs(Right.LOOK), needs(Right.EDIT)

Forced = Annotated[bool, Query(description="take it out of everything that uses it first")]

NEW_TARGET: Any = create_model(
    "NewRtbTarget", __base__=RtbTarget, id=(UUID, Field(default_factory=uuid4))
)
NEW_ROUTER: Any = create_model(
    "NewRtbRouter", __base__=RtbRouter, id=(UUID, Field(default_factory=uuid4))
)
TARGET_ROW, TARGET_PAGE = shown_as(RtbTarget)
ROUTER_ROW, ROUTER_PAGE = shown_as(RtbRouter)


async def _page(request: Request, who: Principal, noun: RtbNoun, page: Any, wanted: Any) -> Any:
    question = formed(
        ListRtb,
        CURSOR,
        account_id=who.account_id,
        noun=noun,
        **page.model_dump(),
        **wanted.model_dump(),
    )
    listed: Listed = await asked(request, question)
    return listed


async def _one(
    request: Request, who: Principal, noun: RtbNoun, key: UUID, within_ms: int = WITHIN_MS
) -> Row:
    question = GetRtb(account_id=who.account_id, noun=noun, key=key)
    got: Got = await asked(request, question, within_ms=within_ms)
    return got.row


async def _saved(request: Request, who: Principal, question: Any, noun: RtbNoun) -> Row:
    await asked(request, question, BODY)
    return await _one(request, who, noun, question.document.id, EDIT_WITHIN_MS)


def _check_id(body: Any, id: UUID) -> None:
    if body.id != id:
        errors = [("body.id", "is that of the path, or another thing is meant")]
        raise Problem(422, "malformed", "the ids differ", errors=errors)


@router.get("/rtb-targets", response_model=TARGET_PAGE, openapi_extra=look, tags=["rtb"])
async def list_rtb_targets(
    request: Request, who: Who, page: Paging, wanted: Sorted, fields: Fields
) -> Response:
    """Outside bidders; secrets are masked."""
    listed = await _page(request, who, RtbNoun.TARGET, page, wanted)
    return rows_of(listed.rows, listed.cursor, fields)


@router.get(
    "/rtb-targets/{id}",
    response_model=TARGET_ROW,
    responses=NOT_FOUND,
    openapi_extra=look,
    tags=["rtb"],
)
async def get_rtb_target(request: Request, who: Who, id: UUID, fields: Fields) -> Response:
    """One outside bidder; its version is the ETag."""
    return row_of(await _one(request, who, RtbNoun.TARGET, id), fields)


@router.get(
    "/rtb-targets/{id}/uses",
    response_model=RtbUses,
    responses=NOT_FOUND,
    openapi_extra=look,
    tags=["rtb"],
)
async def rtb_target_uses(request: Request, who: Who, id: UUID) -> Response:
    """Which routers ask it."""
    await _one(request, who, RtbNoun.TARGET, id)
    return told(await asked(request, FindRtbUses(account_id=who.account_id, key=id)))


@router.post(
    "/rtb-targets",
    status_code=201,
    response_model=TARGET_ROW,
    responses=CONFLICT,
    openapi_extra=edit,
    tags=["rtb"],
)
async def create_rtb_target(
    request: Request,
    who: Who,
    body: Annotated[NEW_TARGET, Body()],
) -> Response:
    """Make an outside bidder."""
    document = RtbTarget.model_validate(body.model_dump(mode="json"))
    question = SaveRtbTarget(account_id=who.account_id, actor=who.actor, document=document)
    return row_of(await _saved(request, who, question, RtbNoun.TARGET), status=201)


@router.put(
    "/rtb-targets/{id}",
    response_model=TARGET_ROW,
    responses=NOT_FOUND | CONFLICT,
    openapi_extra=edit,
    tags=["rtb"],
)
async def replace_rtb_target(
    request: Request, who: Who, id: UUID, version: BasedOn, body: Annotated[RtbTarget, Body()]
) -> Response:
    """Put another document in its place; a secret sent as it is shown stays what it was."""
    _check_id(body, id)
    await _one(request, who, RtbNoun.TARGET, id)
    question = SaveRtbTarget(
        account_id=who.account_id, actor=who.actor, expected_version=version, document=body
    )
    return row_of(await _saved(request, who, question, RtbNoun.TARGET))


@router.delete(
    "/rtb-targets/{id}",
    response_model=Saved,
    responses=NOT_FOUND | CONFLICT,
    openapi_extra=edit,
    tags=["rtb"],
)
async def retire_rtb_target(
    request: Request, who: Who, id: UUID, version: BasedOn, force: Forced = False
) -> Response:
    """Take it out of use; 409 names the routers that ask it and their campaigns, unless forced."""
    await _one(request, who, RtbNoun.TARGET, id)
    await _refuse_in_use(request, who, id, force=force)
    question = RetireRtb(
        account_id=who.account_id,
        actor=who.actor,
        expected_version=version,
        noun=RtbNoun.TARGET,
        key=id,
        detach=force,
    )
    return told(await asked(request, question))


@router.delete(
    "/rtb-targets",
    response_model=Cleared,
    responses=CONFLICT,
    openapi_extra=edit,
    tags=["rtb"],
)
async def clear_rtb_targets(request: Request, who: Who, force: Forced = False) -> Response:
    """Take all of them out of use; 409 names who uses any, unless forced."""
    await _refuse_in_use(request, who, None, force=force)
    question = ClearRtbTargets(account_id=who.account_id, actor=who.actor, detach=force)
    return told(await asked(request, question))


@router.get("/rtb-routers", response_model=ROUTER_PAGE, openapi_extra=look, tags=["rtb"])
async def list_rtb_routers(
    request: Request, who: Who, page: Paging, wanted: Sorted, fields: Fields
) -> Response:
    """RTB routers (ring trees)."""
    listed = await _page(request, who, RtbNoun.ROUTER, page, wanted)
    return rows_of(listed.rows, listed.cursor, fields)


@router.get(
    "/rtb-routers/{id}",
    response_model=ROUTER_ROW,
    responses=NOT_FOUND,
    openapi_extra=look,
    tags=["rtb"],
)
async def get_rtb_router(request: Request, who: Who, id: UUID, fields: Fields) -> Response:
    """One RTB router; its version is the ETag."""
    return row_of(await _one(request, who, RtbNoun.ROUTER, id), fields)


@router.get(
    "/rtb-routers/{id}/affected",
    response_model=Affected,
    responses=NOT_FOUND,
    openapi_extra=look,
    tags=["rtb"],
)
async def affected_by_rtb_router(request: Request, who: Who, id: UUID) -> Response:
    """Which campaigns hold its auctions, and which would pause without it."""
    await _one(request, who, RtbNoun.ROUTER, id)
    return told(await _affected(request, who, id))


@router.post(
    "/rtb-routers",
    status_code=201,
    response_model=ROUTER_ROW,
    responses=CONFLICT,
    openapi_extra=edit,
    tags=["rtb"],
)
async def create_rtb_router(
    request: Request,
    who: Who,
    body: Annotated[NEW_ROUTER, Body()],
) -> Response:
    """Make an RTB router."""
    document = RtbRouter.model_validate(body.model_dump())
    question = SaveRtbRouter(account_id=who.account_id, actor=who.actor, document=document)
    return row_of(await _saved(request, who, question, RtbNoun.ROUTER), status=201)


@router.put(
    "/rtb-routers/{id}",
    response_model=ROUTER_ROW,
    responses=NOT_FOUND | CONFLICT,
    openapi_extra=edit,
    tags=["rtb"],
)
async def replace_rtb_router(
    request: Request, who: Who, id: UUID, version: BasedOn, body: Annotated[RtbRouter, Body()]
) -> Response:
    """Put another document in its place."""
    _check_id(body, id)
    await _one(request, who, RtbNoun.ROUTER, id)
    question = SaveRtbRouter(
        account_id=who.account_id, actor=who.actor, expected_version=version, document=body
    )
    return row_of(await _saved(request, who, question, RtbNoun.ROUTER))


@router.delete(
    "/rtb-routers/{id}",
    response_model=Saved,
    responses=NOT_FOUND | CONFLICT,
    openapi_extra=edit,
    tags=["rtb"],
)
async def retire_rtb_router(
    request: Request, who: Who, id: UUID, version: BasedOn, force: Forced = False
) -> Response:
    """Take it out of use; 409 names the campaigns that use its auctions, unless forced."""
    await _one(request, who, RtbNoun.ROUTER, id)
    affected = await _affected(request, who, id)
    uses: RtbUses = await asked(request, FindRtbUses(account_id=who.account_id, key=id))
    errors = _holding(affected)
    how = "answers its pings with this router's bids"
    errors += [(f"campaign {campaign_id}", how) for campaign_id in uses.pinged_campaigns]
    if errors and not force:
        raise Problem(409, "in_use", "campaigns use its auctions", errors=errors)
    if affected.uses:
        detach = DetachRtb(
            account_id=who.account_id, actor=who.actor, rtb_router_id=RtbRouterId(id)
        )
        await asked(request, detach)
    question = RetireRtb(
        account_id=who.account_id,
        actor=who.actor,
        expected_version=version,
        noun=RtbNoun.ROUTER,
        key=id,
        detach=force,
    )
    return told(await asked(request, question))


async def _refuse_in_use(request: Request, who: Principal, id: UUID | None, *, force: bool) -> None:
    """Refuse to take out of use what routers ask, with the campaigns that hold their auctions."""
    if force:
        return
    uses: RtbUses = await asked(request, FindRtbUses(account_id=who.account_id, key=id))
    errors = [
        (f"rtb_router {router.rtb_router_id}", f"asks it: {router.name}") for router in uses.routers
    ]
    for router in uses.routers:
        errors += _holding(await _affected(request, who, router.rtb_router_id))
    if errors:
        text = "RTB routers still ask it, for the campaigns named"
        raise Problem(409, "in_use", text, errors=list(dict.fromkeys(errors)))


def _holding(affected: Affected) -> list[tuple[str, str]]:
    return [(f"{use.noun} {use.key}", f"holds its auctions: {use.name}") for use in affected.uses]


async def _affected(request: Request, who: Principal, id: UUID) -> Affected:
    question = FindAuctioned(account_id=who.account_id, rtb_router_id=RtbRouterId(id))
    affected: Affected = await asked(request, question)
    return affected
