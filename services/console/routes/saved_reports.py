"""Saved reports made: as a table, as a file, and told to their webhooks at once."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response, StreamingResponse

from libs.contracts.editing import Got
from libs.contracts.ids import ReportId
from libs.contracts.reporting import OFFSET_MAX, ROWS_MAX, Reported
from libs.contracts.saved_reports import AskSavedReport, ReportSent, SavedReport, SendReport
from libs.contracts.tracking_edits import GetTracking, TrackingNoun
from services.console.auth import Guarded, Who, needs
from services.console.domain.access import Principal, Right
from services.console.routes.asking import ERRORS, NOT_FOUND, asked, told
from services.console.routes.reports import CSV, WITHIN_MS, report_as_file

router = APIRouter(route_class=Guarded, responses=ERRORS | NOT_FOUND, tags=["saved-reports"])


@router.get("/saved-reports/{id}/report", response_model=Reported, openapi_extra=needs(Right.LOOK))
async def saved_report(
    request: Request,
    who: Who,
    id: UUID,
    offset: Annotated[int, Query(ge=0, le=OFFSET_MAX)] = 0,
    limit: Annotated[int, Query(ge=1, le=ROWS_MAX)] = 200,
) -> Response:
    """What a saved report says now."""
    return told(await _made(request, who, id, offset=offset, limit=limit))


@router.get(
    "/saved-reports/{id}/csv",
    response_class=StreamingResponse,
    responses=CSV,
    openapi_extra=needs(Right.EXPORT),
)
async def saved_report_file(request: Request, who: Who, id: UUID) -> Response:
    """All rows of a saved report as a file, all as of the same moment."""
    look = GetTracking(account_id=who.account_id, noun=TrackingNoun.REPORT, key=id)
    got: Got = await asked(request, look)
    group_by = SavedReport.model_validate(got.row.document).report.group_by
    at = datetime.now(UTC)
    return await report_as_file(
        group_by,
        lambda offset: _made(request, who, id, at=at, offset=offset, limit=ROWS_MAX),
    )


@router.post(
    "/saved-reports/{id}/deliveries",
    status_code=202,
    response_model=ReportSent,
    openapi_extra=needs(Right.EDIT),
)
async def send_report(request: Request, who: Who, id: UUID) -> Response:
    """Tell a saved report to its webhook now; `/deliveries/{id}` says what becomes of it."""
    question = SendReport(account_id=who.account_id, actor=who.actor, report_id=ReportId(id))
    paths = {"report_id": "path.id"}
    return told(await asked(request, question, paths, WITHIN_MS), status=202)


async def _made(request: Request, who: Principal, id: UUID, **more: Any) -> Reported:
    question = AskSavedReport(account_id=who.account_id, report_id=ReportId(id), **more)
    made: Reported = await asked(request, question, {}, WITHIN_MS)
    return made
