"""Whether the carrier is asked how an account's calls sounded."""

from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import Response

from libs.contracts.editing import Got, Row
from libs.contracts.quality import QualityRule, SaveQualityRule
from libs.contracts.tracking_edits import GetTracking, TrackingNoun
from services.console.auth import Guarded, Who, needs
from services.console.domain.access import Right
from services.console.problems import Problem
from services.console.routes.asking import BODY, CONFLICT, ERRORS, BasedOn, asked, row_of

router = APIRouter(route_class=Guarded, responses=ERRORS, tags=["calls"])


class QualityRuleRow(BaseModel):
    """Whether the carrier is asked, with the rule's version; 0: it was never set."""

    version: int
    document: QualityRule


@router.get("/quality-rule", response_model=QualityRuleRow, openapi_extra=needs(Right.LOOK))
async def get_quality_rule(request: Request, who: Who) -> Response:
    """Whether the carrier is asked how the account's calls sounded."""
    return row_of(await _rule(request, who))


@router.put(
    "/quality-rule",
    response_model=QualityRuleRow,
    responses=CONFLICT,
    openapi_extra=needs(Right.EDIT),
)
async def replace_quality_rule(
    request: Request, who: Who, version: BasedOn, body: QualityRule
) -> Response:
    """Ask for the quality of calls that end from now on, or no more. The first version is 0."""
    question = SaveQualityRule(
        account_id=who.account_id,
        actor=who.actor,
        expected_version=version or None,
        document=body,
    )
    await asked(request, question, BODY)
    return row_of(await _rule(request, who))


async def _rule(request: Request, who: Who) -> Row:
    noun, key = TrackingNoun.QUALITY_RULE, UUID(str(who.account_id))
    try:
        got: Got = await asked(request, GetTracking(account_id=who.account_id, noun=noun, key=key))
    except Problem as no:
        if no.status != HTTPStatus.NOT_FOUND:  # not there: nothing was ever set
            raise
        return Row(version=0, document=QualityRule().model_dump(mode="json"))
    return got.row
