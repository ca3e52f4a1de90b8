"""Reports: what calls came to, by group and beside another time; as a table and as a file."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Request
from starlette.responses import Response, StreamingResponse

from libs.contracts.reporting import (
    OFFSET_MAX,
    ROWS_MAX,
    AskNow,
    AskReport,
    AskReportWords,
    AskVisitReport,
    Now,
    Report,
    Reported,
    ReportWords,
)
from services.console.auth import Guarded, Who, needs
from services.console.domain.access import PARTIES, Principal, Right
from services.console.domain.csv_text import lines
from services.console.domain.own_reports import beyond, of_viewer
from services.console.problems import Problem
from services.console.routes.asking import ERRORS, asked, formed, told

WITHIN_MS = 8_000  # a report may read calls one by one
BODY = {"report": "body", "offset": "query.offset", "limit": "query.limit"}
CSV: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {}}}}
Rows = Sequence[Sequence[object]]
FILE_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}

router = APIRouter(route_class=Guarded, responses=ERRORS, tags=["reports"])
look, export = needs(Right.LOOK), needs(Right.EXPORT)
own_look, own_export = needs(Right.LOOK, PARTIES), needs(Right.EXPORT, PARTIES)


@router.get("/report-words", response_model=ReportWords, openapi_extra=look)
async def words(request: Request, who: Who) -> Response:
    """What reports can be grouped and filtered by, and what they measure."""
    return told(await asked(request, AskReportWords(account_id=who.account_id)))


@router.get("/now", response_model=Now, openapi_extra=look)
async def now(request: Request, who: Who) -> Response:
    """How many calls are on the line; `/live` tells of every change."""
    return told(await asked(request, AskNow(account_id=who.account_id)))


@router.post("/reports", response_model=Reported, openapi_extra=own_look)
async def report(
    request: Request,
    who: Who,
    body: Annotated[Report, Body()],
    offset: Annotated[int, Query(ge=0, le=OFFSET_MAX)] = 0,
    limit: Annotated[int, Query(ge=1, le=ROWS_MAX)] = 200,
) -> Response:
    """What calls came to; a portal's own, by what it is told of them."""
    return told(await _reported(request, who, AskReport, body, offset, limit))


@router.post(
    "/reports/csv", response_class=StreamingResponse, responses=CSV, openapi_extra=own_export
)
async def report_file(request: Request, who: Who, body: Annotated[Report, Body()]) -> Response:
    """All rows of a report as a file; a portal's own."""
    return await report_as_file(
        body.group_by, lambda offset: _reported(request, who, AskReport, body, offset, ROWS_MAX)
    )


@router.post("/visit-reports", response_model=Reported, openapi_extra=look)
async def visit_report(
    request: Request,
    who: Who,
    body: Annotated[Report, Body()],
    offset: Annotated[int, Query(ge=0, le=OFFSET_MAX)] = 0,
    limit: Annotated[int, Query(ge=1, le=ROWS_MAX)] = 200,
) -> Response:
    """What visits to websites came to: sources, landing pages, chains of touches, calls."""
    return told(await _reported(request, who, AskVisitReport, body, offset, limit))


@router.post(
    "/visit-reports/csv", response_class=StreamingResponse, responses=CSV, openapi_extra=export
)
async def visit_report_file(
    request: Request, who: Who, body: Annotated[Report, Body()]
) -> Response:
    """All rows of a report about visits as a file."""
    return await report_as_file(
        body.group_by,
        lambda offset: _reported(request, who, AskVisitReport, body, offset, ROWS_MAX),
    )


async def report_as_file(
    group_by: Sequence[str], page_from: Callable[[int], Awaitable[Reported]]
) -> Response:
    """All rows of a report, a page after the other; a refusal comes before the file begins."""
    first = await page_from(0)

    async def pages() -> AsyncIterator[bytes]:
        page, offset = first, 0
        yield lines([_head(group_by, page)])
        while page.rows:
            yield lines(_rows(page))
            offset += len(page.rows)
            if offset >= page.total:
                return
            page = await page_from(offset)

    return file_of(pages(), "report.csv")


async def paged_file(
    name: str,
    columns: Sequence[str],
    page_after: Callable[[str | None], Awaitable[tuple[Rows, str | None]]],
) -> Response:
    """Pages of a list as a file; what is wrong with the first is said before it begins."""
    first = await page_after(None)

    async def pages() -> AsyncIterator[bytes]:
        rows, cursor = first
        yield lines([columns])
        while True:
            yield lines(rows)
            if cursor is None:
                return
            rows, cursor = await page_after(cursor)

    return file_of(pages(), name)


def file_of(pages: AsyncIterator[bytes], name: str) -> Response:
    """A file that is sent as it is read; a fault in the middle cuts it off for all to see."""
    headers = {**FILE_HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(pages, media_type="text/csv; charset=utf-8", headers=headers)


async def _reported(  # noqa: PLR0917 - a question and where its fields stand
    request: Request,
    who: Principal,
    kind: type[AskReport],
    body: Report,
    offset: int,
    limit: int,
) -> Reported:
    report = _own(who, body)
    question = formed(
        kind, BODY, account_id=who.account_id, report=report, offset=offset, limit=limit
    )
    reported: Reported = await asked(request, question, BODY, WITHIN_MS)
    if who.viewer is not None:  # the account's currencies are not the party's to know
        return reported.model_copy(update={"other_currencies": ()})
    return reported


def _own(who: Principal, report: Report) -> Report:
    """To a portal the report of its own calls, without what it is not told."""
    if who.viewer is None:
        return report
    errors = [(f"body.{field}", text) for field, text in beyond(report, who.viewer.kind)]
    if errors:
        raise Problem(422, "malformed", "a portal asks for less", errors=errors)
    return of_viewer(report, who.viewer)


def _head(group_by: Sequence[str], page: Reported) -> list[str]:
    """The names of the columns: what it is grouped by, what that is called, what it measures."""
    names = [column for word in group_by for column in (word, f"{word}_name")]
    measures = list(page.totals)
    before = [f"{name}_before" for name in measures] if page.before_since else []
    return [*names, *measures, *before]


def _rows(page: Reported) -> list[list[object]]:
    return [
        [
            *(cell for pair in zip(row.keys, row.names, strict=True) for cell in pair),
            *row.measures.values(),
            *(row.before or {}).values(),
        ]
        for row in page.rows
    ]
