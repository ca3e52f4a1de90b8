"""Rules of which an account has one each, at tracking: read, and replaced by version."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import Response

from libs.contracts.editing import Edit, Got, Row
from libs.contracts.quality import QualityRule, SaveQualityRule
from libs.contracts.recordings import RecordingRule, SaveRecordingRule
from libs.contracts.tracking_edits import GetTracking, TrackingNoun
from services.console.auth import Guarded, Who, needs
from services.console.domain.access import Principal, Right
from services.console.problems import Problem
from services.console.routes.asking import BODY, CONFLICT, ERRORS, BasedOn, asked, row_of

RECORDING, QUALITY = TrackingNoun.RECORDING_RULE, TrackingNoun.QUALITY_RULE
UNSET: dict[TrackingNoun, BaseModel] = {RECORDING: RecordingRule(), QUALITY: QualityRule()}


class RuleRow(BaseModel):
    """How long recordings are kept, with its version; 0: it was never set."""

    version: int
    document: RecordingRule


class QualityRuleRow(BaseModel):
    """Whether the carrier is asked, with the rule's version; 0: it was never set."""

    version: int
    document: QualityRule


router = APIRouter(route_class=Guarded, responses=ERRORS, tags=["calls"])

LOOK: dict[str, Any] = {"openapi_extra": needs(Right.LOOK)}
EDIT: dict[str, Any] = {"openapi_extra": needs(Right.EDIT), "responses": CONFLICT}


@router.get("/recording-rule", response_model=RuleRow, **LOOK)
async def get_rule(request: Request, who: Who) -> Response:
    """How long the account's recordings are kept."""
    return await _shown(request, who, RECORDING)


@router.put("/recording-rule", response_model=RuleRow, **EDIT)
async def replace_rule(
    request: Request, who: Who, version: BasedOn, body: RecordingRule
) -> Response:
    """Change how long they are kept; older ones are deleted at once. The first version is 0."""
    await asked(request, _saving(SaveRecordingRule, who, version, body), BODY)
    return await _shown(request, who, RECORDING)


@router.get("/quality-rule", response_model=QualityRuleRow, **LOOK)
async def get_quality_rule(request: Request, who: Who) -> Response:
    """Whether the carrier is asked how the account's calls sounded."""
    return await _shown(request, who, QUALITY)


@router.put("/quality-rule", response_model=QualityRuleRow, **EDIT)
async def replace_quality_rule(
    request: Request, who: Who, version: BasedOn, body: QualityRule
) -> Response:
    """Ask for the quality of calls that end from now on, or no more. The first version is 0."""
    await asked(request, _saving(SaveQualityRule, who, version, body), BODY)
    return await _shown(request, who, QUALITY)


def _saving(kind: type[Edit], who: Principal, version: int, body: BaseModel) -> Edit:
    about = {"account_id": who.account_id, "actor": who.actor, "document": body}
    return kind.model_validate({**about, "expected_version": version or None})


async def _shown(request: Request, who: Principal, noun: TrackingNoun) -> Response:
    look = GetTracking(account_id=who.account_id, noun=noun, key=UUID(str(who.account_id)))
    try:
        got: Got = await asked(request, look)
    except Problem as no:
        if no.status != HTTPStatus.NOT_FOUND:  # not there: nothing was ever set
            raise
        return row_of(Row(version=0, document=UNSET[noun].model_dump(mode="json")))
    return row_of(got.row)
