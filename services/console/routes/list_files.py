"""Lists as files: all numbers and all auctions that the filters let through."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response, StreamingResponse

from libs.contracts.auctions import PAGE_MAX as AUCTIONS_MAX
from libs.contracts.auctions import Auctions, ListAuctions
from libs.contracts.editing import PAGE_MAX, ListConfiguration, Noun
from libs.contracts.editing import Page as Listed
from libs.contracts.ids import CampaignId
from services.console.auth import Guarded, Who, needs
from services.console.domain.access import Right
from services.console.domain.list_rows import (
    AUCTION_COLUMNS,
    NUMBER_COLUMNS,
    row_of_auction,
    row_of_number,
)
from services.console.problems import Problem
from services.console.routes.asking import ERRORS, Sorted, asked, formed, row
from services.console.routes.auctions import QUERY, Which
from services.console.routes.reports import CSV, Rows, paged_file

router = APIRouter(route_class=Guarded, responses=ERRORS)
NOT_THERE = 404


@router.get(
    "/numbers/csv",
    response_class=StreamingResponse,
    responses=CSV,
    openapi_extra=needs(Right.EXPORT),
    tags=["numbers"],
)
async def numbers_file(request: Request, who: Who, wanted: Sorted) -> Response:
    """All numbers that the filters let through, with whom they serve and how they are set up."""

    async def page_after(cursor: str | None) -> tuple[Rows, str | None]:
        question = ListConfiguration(
            account_id=who.account_id,
            noun=Noun.NUMBER,
            limit=PAGE_MAX,
            cursor=cursor,
            **wanted.model_dump(),
        )
        listed: Listed = await asked(request, question)
        return [row_of_number(one) for one in listed.rows], listed.cursor

    return await paged_file("numbers.csv", NUMBER_COLUMNS, page_after)


@router.get(
    "/auctions/csv",
    response_class=StreamingResponse,
    responses=CSV,
    openapi_extra=needs(Right.EXPORT),
    tags=["rtb"],
)
async def auctions_file(request: Request, who: Who, which: Annotated[Which, Query()]) -> Response:
    """All auctions that the filters let through, the newest first, whatever their number."""
    names: dict[CampaignId, str] = {}

    async def named(id: CampaignId) -> str:
        """Its name now; auctions keep ids alone, and a campaign may be out of use."""
        if id not in names:
            try:
                found = await row(request, who, Noun.CAMPAIGN, str(id))
                names[id] = str(found.document["name"])
            except Problem as no:
                if no.status != NOT_THERE:
                    raise
                names[id] = ""
        return names[id]

    async def page_after(cursor: str | None) -> tuple[Rows, str | None]:
        chosen = {**which.model_dump(), "limit": AUCTIONS_MAX, "cursor": cursor or which.cursor}
        question = formed(ListAuctions, QUERY, account_id=who.account_id, **chosen)
        listed: Auctions = await asked(request, question)
        rows = [row_of_auction(one, await named(one.campaign_id)) for one in listed.auctions]
        return rows, listed.cursor

    return await paged_file("auctions.csv", AUCTION_COLUMNS, page_after)
