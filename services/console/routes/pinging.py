"""Publishers' pings: how each campaign answers them, and what was asked and told."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, create_model
from starlette.responses import Response

from libs.contracts.bidding_edits import GetRtb, ListRtb, RetireRtb, RtbNoun
from libs.contracts.editing import GetConfiguration, Got, Noun, Page, Row, Saved
from libs.contracts.ids import CallId, CampaignId
from libs.contracts.pinging import PINGS_PAGE_MAX, ListPings, PingRules, Pings, SavePingRules
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
    asked,
    formed,
    row_of,
    rows_of,
    told,
)
from services.console.routes.configuration import shown_as

router = APIRouter(route_class=Guarded, responses=ERRORS)
look, edit = needs(Right.LOOK), needs(Right.EDIT)

RULES_ROW, RULES_PAGE = shown_as(PingRules)
OPEN_RULES: Any = create_model(
    "PingRulesGiven",
    __base__=PingRules,
    rtb_id=(
        str | None,
        Field(default=None, description="that of the campaign, whatever is said here"),
    ),
)


async def _one(request: Request, who: Principal, id: UUID, within_ms: int = WITHIN_MS) -> Row:
    question = GetRtb(account_id=who.account_id, noun=RtbNoun.PING_RULES, key=id)
    got: Got = await asked(request, question, within_ms=within_ms)
    return got.row


async def _saved(request: Request, who: Principal, id: UUID, body: Any, version: int | None) -> Row:
    """Keep rules under the campaign's RTB id: nobody else's can be named."""
    question = GetConfiguration(account_id=who.account_id, noun=Noun.CAMPAIGN, key=str(id))
    campaign: Got = await asked(request, question)
    rtb_id = campaign.row.document.get("rtb_id")
    if rtb_id is None:
        errors = [("rtb_id", "the campaign has none: set its rtb_enabled first")]
        raise Problem(409, "incomplete", "the campaign takes no pings yet", errors=errors)
    document = PingRules.model_validate(body.model_dump(mode="json") | {"rtb_id": rtb_id})
    save = SavePingRules(
        account_id=who.account_id, actor=who.actor, expected_version=version, document=document
    )
    await asked(request, save, BODY)
    return await _one(request, who, id, EDIT_WITHIN_MS)


@router.get("/ping-rules", response_model=RULES_PAGE, openapi_extra=look, tags=["pings"])
async def list_ping_rules(request: Request, who: Who, page: Paging, fields: Fields) -> Response:
    """How each campaign answers publishers' pings; secrets are masked."""
    question = formed(
        ListRtb,
        CURSOR,
        account_id=who.account_id,
        noun=RtbNoun.PING_RULES,
        **page.model_dump(),
    )
    listed: Page = await asked(request, question)
    return rows_of(listed.rows, listed.cursor, fields)


@router.get(
    "/ping-rules/{id}",
    response_model=RULES_ROW,
    responses=NOT_FOUND,
    openapi_extra=look,
    tags=["pings"],
)
async def get_ping_rules(request: Request, who: Who, id: UUID, fields: Fields) -> Response:
    """How a campaign (by its id) answers pings; its version is the ETag."""
    return row_of(await _one(request, who, id), fields)


@router.post(
    "/ping-rules",
    status_code=201,
    response_model=RULES_ROW,
    responses=NOT_FOUND | CONFLICT,
    openapi_extra=edit,
    tags=["pings"],
)
async def create_ping_rules(
    request: Request, who: Who, body: Annotated[OPEN_RULES, Body()]
) -> Response:
    """Let a campaign be pinged; `id` is the campaign's."""
    return row_of(await _saved(request, who, body.id, body, None), status=201)


@router.put(
    "/ping-rules/{id}",
    response_model=RULES_ROW,
    responses=NOT_FOUND | CONFLICT,
    openapi_extra=edit,
    tags=["pings"],
)
async def replace_ping_rules(
    request: Request, who: Who, id: UUID, version: BasedOn, body: Annotated[OPEN_RULES, Body()]
) -> Response:
    """Put other rules in their place; a secret sent as it is shown stays what it was."""
    if body.id != id:
        errors = [("body.id", "is that of the path, or another campaign is meant")]
        raise Problem(422, "malformed", "the ids differ", errors=errors)
    await _one(request, who, id)
    return row_of(await _saved(request, who, id, body, version))


@router.delete(
    "/ping-rules/{id}",
    response_model=Saved,
    responses=NOT_FOUND | CONFLICT,
    openapi_extra=edit,
    tags=["pings"],
)
async def retire_ping_rules(request: Request, who: Who, id: UUID, version: BasedOn) -> Response:
    """Take pings no more; quotes that were given are honoured."""
    question = RetireRtb(
        account_id=who.account_id,
        actor=who.actor,
        expected_version=version,
        noun=RtbNoun.PING_RULES,
        key=id,
    )
    return told(await asked(request, question))


class Which(BaseModel):
    """Which pings to list; what is left out does not choose."""

    model_config = ConfigDict(extra="forbid")

    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    campaign_id: CampaignId | None = None
    publisher: str | None = Field(default=None, max_length=120)
    accepted: bool | None = None
    call_id: CallId | None = None
    cursor: str | None = Field(default=None, max_length=100)
    limit: int = Field(default=50, ge=1, le=PINGS_PAGE_MAX)


QUERY = {name: f"query.{name}" for name in Which.model_fields}


@router.get("/pings", response_model=Pings, openapi_extra=look, tags=["pings"])
async def list_pings(request: Request, who: Who, which: Annotated[Which, Query()]) -> Response:
    """What publishers asked and were told, the newest first."""
    question = formed(ListPings, QUERY, account_id=who.account_id, **which.model_dump())
    return told(await asked(request, question))
