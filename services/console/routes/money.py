"""Money: what calls came to, who owes whom, and what was said afterwards."""

from typing import Annotated

from fastapi import APIRouter, Body, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from libs.contracts.conversions import PostConversion, Posted
from libs.contracts.ids import CallId
from libs.contracts.ledger import BooksProved, ProveBooks
from libs.contracts.money import Money
from services.console.auth import Guarded, Who, needs
from services.console.domain.access import Right
from services.console.routes.asking import ERRORS, NOT_FOUND, asked, formed, told

PROVE_WITHIN_MS = 8_000  # all entries are read


class Said(BaseModel):
    """What a call converted for; without an amount: what was agreed."""

    model_config = ConfigDict(extra="forbid")

    amount: Money | None = None


router = APIRouter(route_class=Guarded, responses=ERRORS, tags=["money"])
look, edit = needs(Right.LOOK), needs(Right.EDIT)


@router.get("/books/proof", response_model=BooksProved, openapi_extra=look)
async def prove_books(request: Request, who: Who) -> Response:
    """Whether entries, balances, bookings and calls are all equal now, and what is not."""
    question = ProveBooks(account_id=who.account_id)
    return told(await asked(request, question, within_ms=PROVE_WITHIN_MS))


@router.post(
    "/calls/{call_id}/conversions",
    status_code=201,
    response_model=Posted,
    responses=NOT_FOUND,
    openapi_extra=edit,
)
async def post_conversion(
    request: Request, who: Who, call_id: CallId, body: Annotated[Said, Body()]
) -> Response:
    """Say that a call has converted: it counts where its terms wait for that (`posted`)."""
    question = formed(
        PostConversion,
        {"amount": "body.amount"},
        account_id=who.account_id,
        actor=who.actor,
        call_id=call_id,
        amount=body.amount,
    )
    return told(await asked(request, question, {"amount": "body.amount"}), 201)
