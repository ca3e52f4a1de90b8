"""Disputes, statements as answers, files and pages, and the closing of times."""

from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.responses import HTMLResponse, Response, StreamingResponse

from libs.contracts.adjusting import Reason
from libs.contracts.disputes import (
    AskDisputes,
    DecideDispute,
    Dispute,
    Disputes,
    DisputeState,
    OpenDispute,
)
from libs.contracts.editing import PAGE_MAX
from libs.contracts.ids import CallId
from libs.contracts.ledger import AskEntries, Book, LedgerEntries
from libs.contracts.message import Question
from libs.contracts.money import Money
from libs.contracts.party_money import (
    AskPartyDisputes,
    AskPartyEntries,
    OpenPartyDispute,
    PartyDispute,
    PartyDisputes,
    PartyEntries,
)
from libs.contracts.statements import AskClosings, AskStatement, CloseBooks, Closings, Statement
from libs.contracts.worth import PartyKind
from services.console.auth import Guarded, Who, needs
from services.console.domain import statement_page
from services.console.domain.access import BUYERS, DISPUTING, PARTIES, Principal, Right
from services.console.domain.csv_text import lines
from services.console.routes.asking import CONFLICT, ERRORS, NOT_FOUND, asked, formed, told
from services.console.routes.parties import of_party, own_party
from services.console.routes.reports import CSV, FILE_HEADERS, file_of

PAGE: dict[int | str, dict[str, Any]] = {200: {"content": {"text/html": {}}}}
PAGE_HEADERS = {
    **FILE_HEADERS,
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
}


class Disputed(BaseModel):
    """What is disputed: all that is owed unless an amount is said."""

    model_config = ConfigDict(extra="forbid")

    money: Money | None = None
    reason: Reason


class Decided(BaseModel):
    """What was decided; `claw_back`: the publisher loses the same part of the payout."""

    model_config = ConfigDict(extra="forbid")

    accept: bool
    claw_back: bool = True
    reason: Reason


class Ended(BaseModel):
    """Until when time is closed."""

    model_config = ConfigDict(extra="forbid")

    until: AwareDatetime
    reason: Reason


class Stated(BaseModel):
    """Whose statement, and of which time: `until` is exclusive; a portal's is its party's."""

    model_config = ConfigDict(extra="forbid")

    book: PartyKind | None = None
    party: str | None = Field(default=None, min_length=1, max_length=300)
    since: AwareDatetime
    until: AwareDatetime


QUERY = {name: f"query.{name}" for name in Stated.model_fields}

router = APIRouter(route_class=Guarded, responses=ERRORS, tags=["money"])
look, edit = needs(Right.LOOK), needs(Right.EDIT)


@router.post(
    "/calls/{call_id}/disputes",
    status_code=201,
    response_model=Dispute | PartyDispute,
    responses=NOT_FOUND | CONFLICT,
    openapi_extra=needs(Right.EDIT, DISPUTING),
)
async def open_dispute(
    request: Request, who: Who, call_id: CallId, body: Annotated[Disputed, Body()]
) -> Response:
    """Open a dispute about what the buyer owes for a call; a portal's, what it owes itself."""
    paths = {name: f"body.{name}" for name in Disputed.model_fields}
    if who.viewer is not None:
        about = {"actor": who.actor, "call_id": call_id, **body.model_dump()}
        return told(
            await asked(request, of_party(OpenPartyDispute, paths, who, **about), paths), 201
        )
    question = formed(
        OpenDispute,
        paths,
        account_id=who.account_id,
        actor=who.actor,
        call_id=call_id,
        **body.model_dump(),
    )
    return told(await asked(request, question, paths), 201)


@router.get(
    "/disputes",
    response_model=Disputes | PartyDisputes,
    openapi_extra=needs(Right.LOOK, BUYERS),
)
async def list_disputes(
    request: Request,
    who: Who,
    state: DisputeState | None = None,
    cursor: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 100,
) -> Response:
    """Disputes, the newest first; a portal's own."""
    if who.viewer is not None:
        chosen = {"state": state, "cursor": cursor, "limit": limit}
        return told(await asked(request, of_party(AskPartyDisputes, {}, who, **chosen)))
    question = AskDisputes(account_id=who.account_id, state=state, cursor=cursor, limit=limit)
    return told(await asked(request, question))


@router.post(
    "/disputes/{dispute_id}/decision",
    response_model=Dispute,
    responses=NOT_FOUND | CONFLICT,
    openapi_extra=edit,
)
async def decide_dispute(
    request: Request, who: Who, dispute_id: UUID, body: Annotated[Decided, Body()]
) -> Response:
    """Accept or refuse an open dispute, for good: accepted, what was disputed is taken back."""
    question = formed(
        DecideDispute,
        {name: f"body.{name}" for name in Decided.model_fields},
        account_id=who.account_id,
        actor=who.actor,
        dispute_id=dispute_id,
        **body.model_dump(),
    )
    return told(await asked(request, question))


@router.get(
    "/statements",
    response_model=Statement,
    responses=NOT_FOUND,
    openapi_extra=needs(Right.LOOK, PARTIES),
)
async def state(request: Request, who: Who, whose: Annotated[Stated, Query()]) -> Response:
    """What a party owed us in a time, by currency and kind; `/ledger-entries` has the entries."""
    return told(await _statement(request, who, _own(who, whose)))


@router.get(
    "/statements/csv",
    response_class=StreamingResponse,
    responses=CSV | NOT_FOUND,
    openapi_extra=needs(Right.EXPORT, PARTIES),
)
async def statement_file(request: Request, who: Who, whose: Annotated[Stated, Query()]) -> Response:
    """A statement's entries as a file, whatever their number; a portal's its party's."""
    whose = _own(who, whose)
    await _statement(request, who, whose)

    async def parts() -> AsyncIterator[bytes]:
        columns = statement_page.columns_for(who.viewer)
        yield lines([columns])
        async for page in _entries(request, who, whose):
            yield lines([statement_page.row_of(entry, columns) for entry in page.entries])

    return file_of(parts(), "statement.csv")


@router.get(
    "/statements/page",
    response_class=HTMLResponse,
    responses=PAGE | NOT_FOUND,
    openapi_extra=needs(Right.EXPORT, PARTIES),
)
async def statement_to_print(
    request: Request, who: Who, whose: Annotated[Stated, Query()]
) -> Response:
    """A statement as a page that can be printed; a portal's its party's."""
    whose = _own(who, whose)
    columns = statement_page.columns_for(who.viewer)
    statement = await _statement(request, who, whose)

    async def parts() -> AsyncIterator[bytes]:
        yield statement_page.head_of(statement, columns)
        async for page in _entries(request, who, whose):
            yield statement_page.rows_of(page.entries, columns)
        yield statement_page.END

    return StreamingResponse(parts(), media_type="text/html; charset=utf-8", headers=PAGE_HEADERS)


@router.get("/books/closings", response_model=Closings, openapi_extra=look)
async def list_closings(request: Request, who: Who) -> Response:
    """Which times were closed."""
    return told(await asked(request, AskClosings(account_id=who.account_id)))


@router.post("/books/closings", status_code=201, response_model=Closings, openapi_extra=edit)
async def close_books(request: Request, who: Who, body: Annotated[Ended, Body()]) -> Response:
    """Close all time before `until`, for good: what comes late is booked when it comes."""
    paths = {"until": "body.until", "reason": "body.reason"}
    question = formed(
        CloseBooks, paths, account_id=who.account_id, actor=who.actor, **body.model_dump()
    )
    return told(await asked(request, question, paths), 201)


async def _statement(request: Request, who: Principal, whose: Stated) -> Statement:
    question = formed(
        AskStatement, QUERY, account_id=who.account_id, **whose.model_dump(exclude_none=True)
    )
    statement: Statement = await asked(request, question, QUERY)
    return statement


def _own(who: Principal, whose: Stated) -> Stated:
    """Whose statement: to a portal its party's, and no other is there."""
    book, party = own_party(who, whose.book, whose.party)
    return Stated.model_validate({**whose.model_dump(), "book": book, "party": party})


def _asking(who: Principal, whose: Stated, cursor: str | None) -> Question:
    """What asks for a page of entries; a portal's without what it is not told."""
    about = {"account_id": who.account_id, "cursor": cursor, "limit": PAGE_MAX}
    if who.viewer is not None:
        time = {"since": whose.since, "until": whose.until}
        return AskPartyEntries(viewer=who.viewer, **time, **about)
    assert whose.book is not None, "its statement was found"
    return AskEntries(**{**whose.model_dump(), "book": Book(whose.book.value)}, **about)


async def _entries(
    request: Request, who: Principal, whose: Stated
) -> AsyncIterator[LedgerEntries | PartyEntries]:
    cursor: str | None = None
    while True:
        page = await asked(request, _asking(who, whose, cursor), QUERY)
        yield page
        cursor = page.cursor
        if cursor is None:
            return
